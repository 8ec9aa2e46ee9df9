"""Notifications and the markers of what was read."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from pleromad.model.page import Page
from store.notes import REFS, REFS_FROM, Ref, ref_of
from store.pool import Queries


@dataclass(frozen=True, slots=True)
class NotificationRow:
    id: int
    type: str
    created_at: datetime
    from_id: int
    from_version: int
    emoji: str | None
    emoji_url: str | None
    ref: Ref | None


async def wanted_by(db: Queries, candidates: Collection[int], from_id: int, conversation_id: int | None, type: str) -> list[int]:
    """Those local accounts among `candidates` who want to hear of it: nobody is told of people they block or mute."""
    if not candidates:
        return []
    rows = await db.fetch(
        """SELECT u.account_id FROM users u JOIN accounts a ON a.id = %(from)s WHERE u.account_id = ANY(%(who)s)
             AND u.account_id <> %(from)s AND u.disabled_at IS NULL
             AND NOT EXISTS (SELECT FROM blocks x WHERE x.account_id = u.account_id AND x.target_id = %(from)s)
             AND NOT EXISTS (SELECT FROM blocks x WHERE x.account_id = %(from)s AND x.target_id = u.account_id)
             AND NOT EXISTS (SELECT FROM mutes x WHERE x.account_id = u.account_id AND x.target_id = %(from)s AND x.notifications
                 AND (x.expires_at IS NULL OR x.expires_at > now()))
             AND NOT EXISTS (SELECT FROM domain_blocks x WHERE x.account_id = u.account_id AND x.domain = a.domain)
             AND NOT EXISTS (SELECT FROM thread_mutes x WHERE x.account_id = u.account_id AND x.conversation_id = %(thread)s)
             AND (a.silenced_at IS NULL OR EXISTS (SELECT FROM follows f WHERE f.account_id = u.account_id AND f.target_id = a.id))""",
        {"who": list(candidates), "from": from_id, "thread": conversation_id, "type": type},
    )
    return [row[0] for row in rows]


async def add(
    db: Queries,
    rows: Sequence[tuple[int, int]],
    type: str,
    from_id: int,
    note_id: int | None,
    emoji: str | None = None,
    emoji_url: str | None = None,
) -> None:
    """`rows` are (id, whom)."""
    await db.execute(
        "INSERT INTO notifications (id, account_id, type, from_id, note_id, emoji, emoji_url)"
        " SELECT i, w, %s, %s, %s, %s, %s FROM unnest(%s::bigint[], %s::bigint[]) AS t(i, w)",
        (type, from_id, note_id, emoji, emoji_url, [row[0] for row in rows], [row[1] for row in rows]),
    )


async def withdraw(
    db: Queries, *, type: str, from_id: int, note_id: int | None = None, account_id: int | None = None, emoji: str | None = None
) -> None:
    await db.execute(
        "DELETE FROM notifications WHERE type = %s AND from_id = %s AND (%s::bigint IS NULL OR note_id = %s)"
        " AND (%s::bigint IS NULL OR account_id = %s) AND (%s::text IS NULL OR emoji = %s)",
        (type, from_id, note_id, note_id, account_id, account_id, emoji, emoji),
    )


async def withdraw_between(db: Queries, account_id: int, from_id: int) -> None:
    await db.execute("DELETE FROM notifications WHERE account_id = %s AND from_id = %s", (account_id, from_id))


async def page_of(
    db: Queries,
    viewer: int,
    page: Page,
    *,
    types: Collection[str] | None = None,
    exclude: Collection[str] = (),
    from_id: int | None = None,
    id: int | None = None,
) -> list[NotificationRow]:
    ascending = page.min_id is not None
    lower = page.min_id if ascending else page.since_id
    rows = await db.fetch(
        f"""SELECT {REFS}, t.id, t.type, t.created_at, f.id, f.xmin::text::bigint, t.emoji, t.emoji_url
            FROM notifications t JOIN accounts f ON f.id = t.from_id
            LEFT JOIN ({REFS_FROM}) ON n.id = t.note_id
            WHERE t.account_id = %(viewer)s AND f.suspended_at IS NULL AND f.deleted_at IS NULL
              AND (%(id)s::bigint IS NULL OR t.id = %(id)s)
              AND (%(types)s::text[] IS NULL OR t.type = ANY(%(types)s)) AND NOT t.type = ANY(%(exclude)s)
              AND (%(from)s::bigint IS NULL OR t.from_id = %(from)s)
              AND (%(max)s::bigint IS NULL OR t.id < %(max)s) AND (%(lower)s::bigint IS NULL OR t.id > %(lower)s)
            ORDER BY t.id {"ASC" if ascending else "DESC"} LIMIT %(limit)s""",
        {"viewer": viewer, "id": id, "types": list(types) if types is not None else None, "exclude": list(exclude), "from": from_id,
         "max": page.max_id, "lower": lower, "limit": page.limit},
    )  # fmt: skip
    found = [
        NotificationRow(row[8], row[9], row[10], row[11], row[12], row[13], row[14], ref_of(row) if row[0] is not None else None)
        for row in rows
    ]
    return found[::-1] if ascending else found


async def dismiss(db: Queries, viewer: int, id: int | None) -> int:
    """One notification, or (None) all."""
    return await db.execute(
        "DELETE FROM notifications WHERE account_id = %s AND (%s::bigint IS NULL OR id = %s)", (viewer, id, id)
    )


@dataclass(frozen=True, slots=True)
class MarkerRow:
    timeline: str
    last_read_id: int
    version: int
    updated_at: datetime


async def markers(db: Queries, viewer: int, timelines: Collection[str]) -> list[MarkerRow]:
    rows = await db.fetch(
        "SELECT timeline, last_read_id, version, updated_at FROM markers WHERE account_id = %s AND timeline = ANY(%s)",
        (viewer, list(timelines)),
    )
    return [MarkerRow(*row) for row in rows]


async def set_marker(db: Queries, viewer: int, timeline: str, last_read_id: int) -> MarkerRow:
    row = await db.fetch_one(
        "INSERT INTO markers (account_id, timeline, last_read_id) VALUES (%s, %s, %s) ON CONFLICT (account_id, timeline)"
        " DO UPDATE SET last_read_id = excluded.last_read_id, version = markers.version + 1, updated_at = now()"
        " RETURNING timeline, last_read_id, version, updated_at",
        (viewer, timeline, last_read_id),
    )
    assert row is not None
    return MarkerRow(*row)
