"""Policies of notifications, the requests of those who are kept back, and who was let pass."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from pleromad.model.notification import NotificationPolicy
from pleromad.model.page import Page
from store.pool import Queries
from store.refs import REFS, REFS_FROM, Ref, ref_of, visible

WORDS = ("for_not_following", "for_not_followers", "for_new_accounts", "for_private_mentions", "for_limited_accounts")
COUNTED = 100  # beyond that nobody wants to know

_COUNT = f"""(SELECT count(*) FROM (SELECT FROM notifications x WHERE x.account_id = r.account_id AND x.from_id = r.from_id
    AND x.filtered AND x.type = 'mention' LIMIT {COUNTED}) AS found)"""


async def policy(db: Queries, viewer: int) -> NotificationPolicy:
    """With how many requests and notifications wait, each at most COUNTED."""
    row = await db.fetch_one(
        f"""SELECT {", ".join(f"p.{word}" for word in WORDS)}, w.requests, w.notifications
            FROM (SELECT count(*) FILTER (WHERE c.n > 0) AS requests, coalesce(sum(c.n), 0)::bigint AS notifications FROM (
                    SELECT {_COUNT} AS n FROM notification_requests r JOIN accounts f ON f.id = r.from_id
                    WHERE r.account_id = %(viewer)s AND f.suspended_at IS NULL AND f.deleted_at IS NULL
                    ORDER BY r.id DESC LIMIT {COUNTED}) AS c) AS w
            LEFT JOIN notification_policies p ON p.account_id = %(viewer)s""",
        {"viewer": viewer},
    )
    assert row is not None
    waiting = {"requests": row[5], "notifications": min(row[6], COUNTED)}
    return NotificationPolicy(**waiting) if row[0] is None else NotificationPolicy(*row[:5], **waiting)


async def set_policy(db: Queries, viewer: int, words: Mapping[str, str]) -> None:
    """`words` has names of WORDS."""
    names = [name for name in WORDS if name in words]
    await db.write(
        f"INSERT INTO notification_policies (account_id{''.join(f', {name}' for name in names)}) VALUES (%s{', %s' * len(names)})"
        f" ON CONFLICT (account_id) DO UPDATE SET {', '.join(f'{name} = excluded.{name}' for name in ['account_id', *names])}",
        (viewer, *(words[name] for name in names)),
    )


@dataclass(frozen=True, slots=True)
class RequestRow:
    ref: Ref | None
    id: int
    created_at: datetime
    updated_at: datetime
    from_id: int
    from_version: int
    count: int


async def page_of(db: Queries, viewer: int, page: Page, *, id: int | None = None) -> list[RequestRow]:
    """Requests with something to hear, newest first."""
    ascending = page.min_id is not None
    lower = page.min_id if ascending else page.since_id
    rows = await db.fetch(
        f"""SELECT {REFS}, r.id, r.created_at, r.updated_at, f.id, f.xmin::text::bigint, w.n
            FROM notification_requests r JOIN accounts f ON f.id = r.from_id CROSS JOIN LATERAL (SELECT {_COUNT} AS n) AS w
            LEFT JOIN ({REFS_FROM}) ON n.id = (SELECT x.note_id FROM notifications x WHERE x.account_id = r.account_id
                AND x.from_id = r.from_id AND x.filtered AND x.type = 'mention' ORDER BY x.id DESC LIMIT 1) AND {visible(viewer)}
            WHERE r.account_id = %(viewer)s AND f.suspended_at IS NULL AND f.deleted_at IS NULL AND w.n > 0
              AND (%(id)s::bigint IS NULL OR r.id = %(id)s)
              AND (%(max)s::bigint IS NULL OR r.id < %(max)s) AND (%(lower)s::bigint IS NULL OR r.id > %(lower)s)
            ORDER BY r.id {"ASC" if ascending else "DESC"} LIMIT %(limit)s""",
        {"viewer": viewer, "id": id, "max": page.max_id, "lower": lower, "limit": page.limit},
    )
    found = [RequestRow(ref_of(row) if row[0] is not None else None, *row[8:]) for row in rows]
    return found[::-1] if ascending else found


async def accept(db: Queries, viewer: int, ids: Collection[int]) -> tuple[int, list[int]]:
    """Let these people pass, now and from now on. Returns how many they were and the direct notes that were kept back."""
    rows = await db.fetch(
        """WITH gone AS (DELETE FROM notification_requests WHERE account_id = %(viewer)s AND id = ANY(%(ids)s) RETURNING from_id),
               passed AS (INSERT INTO notification_permissions (account_id, from_id) SELECT %(viewer)s, from_id FROM gone ON CONFLICT DO NOTHING),
               merged AS (UPDATE notifications SET filtered = false WHERE account_id = %(viewer)s AND filtered
                   AND from_id IN (SELECT from_id FROM gone) RETURNING note_id)
           SELECT (SELECT count(*) FROM gone), n.id FROM (SELECT) AS one LEFT JOIN (merged m JOIN notes n ON n.id = m.note_id
               AND n.visibility = 'direct' AND n.room_id IS NULL) ON true""",
        {"viewer": viewer, "ids": list(ids)},
    )
    return int(rows[0][0]), [row[1] for row in rows if row[1] is not None]


async def dismiss(db: Queries, viewer: int, ids: Collection[int]) -> int:
    """Forget what was kept back of these people; returns how many they were."""
    return int(
        await db.fetch_value(
            """WITH gone AS (DELETE FROM notification_requests WHERE account_id = %(viewer)s AND id = ANY(%(ids)s) RETURNING from_id),
                   dropped AS (DELETE FROM notifications WHERE account_id = %(viewer)s AND filtered AND from_id IN (SELECT from_id FROM gone))
               SELECT count(*) FROM gone""",
            {"viewer": viewer, "ids": list(ids)},
        )
    )
