"""Chats: direct notes between two people, seen from one of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from pleromad.model.page import Page
from store.pool import Queries
from store.refs import Ref
from store.timelines import page_of

REACH = 1_000  # of the newest direct notes on either side: chats in which nothing was said since are not listed

_ALONE = """n.visibility = 'direct' AND n.room_id IS NULL AND n.boost_of_id IS NULL AND NOT EXISTS
    (SELECT FROM mentions o WHERE o.note_id = n.id AND o.account_id NOT IN (%(viewer)s, {other}))"""
_MUTED = "AND NOT EXISTS (SELECT FROM mutes x WHERE x.account_id = %(viewer)s AND x.target_id = p.other AND (x.expires_at IS NULL OR x.expires_at > now()))"


@dataclass(frozen=True, slots=True)
class ChatRow:
    other_id: int
    last_note_id: int | None
    unread: int
    read_up_to: int
    updated_at: datetime


async def rows(db: Queries, viewer: int, page: Page, *, other: int | None = None, muted: bool = True) -> list[ChatRow]:
    """The one in which something was said last first. `other`: only with them; `muted`: also with people who are muted."""
    theirs, mine, opened = ("", "", "") if other is None else ("AND n.account_id = %(other)s", "AND m.account_id = %(other)s", "AND k.other_id = %(other)s")
    found = await db.fetch(
        f"""SELECT p.other, max(p.id), count(p.id) FILTER (WHERE NOT p.mine AND p.id > coalesce(c.last_read_id, 0)),
                   coalesce(c.last_read_id, 0), coalesce(max(p.created_at), c.opened_at, now())
            FROM ((SELECT n.account_id AS other, n.id, false AS mine, n.created_at FROM mentions m JOIN notes n ON n.id = m.note_id
                   WHERE m.account_id = %(viewer)s AND n.account_id <> %(viewer)s AND {_ALONE.format(other="n.account_id")} {theirs}
                   ORDER BY m.note_id DESC LIMIT {REACH})
                  UNION ALL
                  (SELECT m.account_id, n.id, true, n.created_at FROM notes n JOIN mentions m ON m.note_id = n.id
                   WHERE n.account_id = %(viewer)s AND m.account_id <> %(viewer)s AND {_ALONE.format(other="m.account_id")} {mine}
                   ORDER BY n.id DESC LIMIT {REACH})
                  UNION ALL
                  SELECT k.other_id, NULL, true, NULL FROM chats k WHERE k.account_id = %(viewer)s {opened}) p
            LEFT JOIN chats c ON c.account_id = %(viewer)s AND c.other_id = p.other
            WHERE true {"" if muted else _MUTED}
            GROUP BY p.other, c.last_read_id, c.opened_at
            HAVING %(max_id)s::bigint IS NULL OR max(p.id) < %(max_id)s
            ORDER BY coalesce(max(p.created_at), c.opened_at) DESC, p.other LIMIT %(limit)s OFFSET %(offset)s""",
        {"viewer": viewer, "other": other, "max_id": page.max_id, "limit": page.limit, "offset": page.offset},
    )
    return [ChatRow(*row) for row in found]


async def messages(db: Queries, viewer: int, other: int, page: Page) -> tuple[list[Ref], list[int]]:
    conditions = [
        _ALONE.format(other="%(other)s"),
        "(n.account_id = %(viewer)s AND EXISTS (SELECT FROM mentions m WHERE m.note_id = n.id AND m.account_id = %(other)s)"
        " OR n.account_id = %(other)s AND EXISTS (SELECT FROM mentions m WHERE m.note_id = n.id AND m.account_id = %(viewer)s))",
    ]
    return await page_of(db, viewer, page, conditions=conditions, wanted=False, params={"other": other})


async def open(db: Queries, viewer: int, other: int) -> None:
    await db.execute("INSERT INTO chats (account_id, other_id) VALUES (%s, %s) ON CONFLICT DO NOTHING", (viewer, other))


async def read(db: Queries, viewer: int, other: int, up_to: int) -> None:
    """Never back."""
    await db.execute(
        "INSERT INTO chats (account_id, other_id, last_read_id) VALUES (%s, %s, %s)"
        " ON CONFLICT (account_id, other_id) DO UPDATE SET last_read_id = greatest(chats.last_read_id, excluded.last_read_id)",
        (viewer, other, up_to),
    )


async def accepted_by(db: Queries, account_id: int) -> bool:
    """Does the actor document of somebody elsewhere say that they take ChatMessages?"""
    return bool(await db.fetch_value("SELECT raw->'capabilities'->>'acceptsChatMessages' = 'true' FROM accounts WHERE id = %s", (account_id,)))
