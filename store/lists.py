"""Lists of people; hashtags followed and featured; people recommended."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from pleromad.model.page import Page
from pleromad.model.personal import List
from store.pool import Queries


def _list(row: Any) -> List:
    return List(id=row[0], account_id=row[1], title=row[2], replies_policy=row[3], exclusive=row[4])


COLUMNS = "l.id, l.account_id, l.title, l.replies_policy, l.exclusive"


async def add(db: Queries, made: List) -> None:
    await db.write(
        "INSERT INTO lists (id, account_id, title, replies_policy, exclusive) VALUES (%s, %s, %s, %s, %s)",
        (made.id, made.account_id, made.title, made.replies_policy, made.exclusive),
    )


async def change(db: Queries, id: int, columns: Mapping[str, Any]) -> None:
    if columns:
        assignments = ", ".join(f"{name} = %s" for name in columns)
        await db.write(f"UPDATE lists SET {assignments} WHERE id = %s", (*columns.values(), id))


async def delete(db: Queries, account_id: int, id: int) -> bool:
    return bool(await db.execute("DELETE FROM lists WHERE account_id = %s AND id = %s", (account_id, id)))


async def of_account(db: Queries, account_id: int) -> list[List]:
    return [_list(row) for row in await db.fetch(f"SELECT {COLUMNS} FROM lists l WHERE l.account_id = %s ORDER BY l.id", (account_id,))]


async def one(db: Queries, account_id: int, id: int) -> List | None:
    row = await db.fetch_one(f"SELECT {COLUMNS} FROM lists l WHERE l.account_id = %s AND l.id = %s", (account_id, id))
    return _list(row) if row else None


async def with_member(db: Queries, account_id: int, member_id: int) -> list[List]:
    rows = await db.fetch(
        f"SELECT {COLUMNS} FROM lists l JOIN list_members m ON m.list_id = l.id WHERE l.account_id = %s AND m.account_id = %s ORDER BY l.id",
        (account_id, member_id),
    )
    return [_list(row) for row in rows]


async def add_members(db: Queries, id: int, members: Collection[tuple[int, int]]) -> int:
    """`members` are (row id, account id)."""
    return await db.execute(
        "INSERT INTO list_members (list_id, id, account_id) SELECT %s, i, a FROM unnest(%s::bigint[], %s::bigint[]) AS t(i, a) ON CONFLICT DO NOTHING",
        (id, [m[0] for m in members], [m[1] for m in members]),
    )


async def remove_members(db: Queries, id: int, account_ids: Collection[int]) -> None:
    await db.write("DELETE FROM list_members WHERE list_id = %s AND account_id = ANY(%s)", (id, list(account_ids)))
    await db.write(
        "DELETE FROM list_notes k USING notes n WHERE k.list_id = %s AND n.id = k.note_id AND n.account_id = ANY(%s)", (id, list(account_ids))
    )


async def remove_everywhere(db: Queries, account_id: int, member_id: int) -> None:
    """Out of all lists of this person."""
    await db.write(
        """WITH gone AS (DELETE FROM list_members m USING lists l WHERE l.id = m.list_id AND l.account_id = %(owner)s AND m.account_id = %(member)s
                         RETURNING m.list_id)
           DELETE FROM list_notes k USING gone, notes n WHERE k.list_id = gone.list_id AND n.id = k.note_id AND n.account_id = %(member)s""",
        {"owner": account_id, "member": member_id},
    )


async def members(db: Queries, id: int, page: Page) -> list[tuple[int, int]]:
    """(row id, account id), newest first. `page.limit` 0: all of them."""
    rows = await db.fetch(
        "SELECT id, account_id FROM list_members WHERE list_id = %s AND (%s::bigint IS NULL OR id < %s) AND (%s::bigint IS NULL OR id > %s)"
        " ORDER BY id DESC LIMIT %s",
        (id, page.max_id, page.max_id, page.min_id or page.since_id, page.min_id or page.since_id, page.limit or 100_000),
    )
    return [(row[0], row[1]) for row in rows]


async def fill(db: Queries, id: int, account_ids: Collection[int], limit: int = 200) -> None:
    """New members bring their newest notes."""
    await db.write(
        """INSERT INTO list_notes (list_id, note_id)
           SELECT %s, n.id FROM notes n WHERE n.account_id = ANY(%s) AND n.visibility IN ('public', 'unlisted', 'local', 'private')
             AND n.room_id IS NULL AND (n.in_reply_to_uri IS NULL OR n.in_reply_to_account_id = n.account_id)
           ORDER BY n.id DESC LIMIT %s ON CONFLICT DO NOTHING""",
        (id, list(account_ids), limit),
    )


async def holding(db: Queries, note_id: int, among: Collection[int]) -> set[int]:
    """Which of these lists the note is in."""
    rows = await db.fetch("SELECT list_id FROM list_notes WHERE note_id = %s AND list_id = ANY(%s)", (note_id, list(among)))
    return {row[0] for row in rows}


# ---- tags and people a person keeps (table -> what is kept)

KEPT = {"followed_tags": "tag", "featured_tags": "tag", "endorsements": "target_id"}


async def keep(db: Queries, table: str, id: int, account_id: int, what: str | int) -> bool:
    return bool(
        await db.execute(
            f"INSERT INTO {table} (id, account_id, {KEPT[table]}) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING", (id, account_id, what)
        )
    )


async def let_go(db: Queries, table: str, account_id: int, what: str | int) -> bool:
    return bool(await db.execute(f"DELETE FROM {table} WHERE account_id = %s AND {KEPT[table]} = %s", (account_id, what)))


async def kept(db: Queries, table: str, account_id: int, page: Page) -> list[tuple[int, Any]]:
    """(row id, what is kept), newest first."""
    rows = await db.fetch(
        f"SELECT id, {KEPT[table]} FROM {table} WHERE account_id = %s AND (%s::bigint IS NULL OR id < %s) AND (%s::bigint IS NULL OR id > %s)"
        " ORDER BY id DESC LIMIT %s",
        (account_id, page.max_id, page.max_id, page.min_id or page.since_id, page.min_id or page.since_id, page.limit),
    )
    return [(row[0], row[1]) for row in rows]


async def tags_kept(db: Queries, table: str, account_id: int, names: Collection[str]) -> set[str]:
    """Which of these tags the account follows (or features)."""
    rows = await db.fetch(f"SELECT tag FROM {table} WHERE account_id = %s AND tag = ANY(%s)", (account_id, list(names)))
    return {row[0] for row in rows}


async def tag_use(db: Queries, account_id: int, names: Collection[str]) -> dict[str, tuple[int, Any]]:
    """How often an account used these tags in public, and when last."""
    rows = await db.fetch(
        "SELECT t.tag, count(*), max(n.created_at) FROM note_tags t JOIN notes n ON n.id = t.note_id"
        " WHERE t.tag = ANY(%s) AND n.account_id = %s AND n.visibility IN ('public', 'unlisted') GROUP BY t.tag",
        (list(names), account_id),
    )
    return {row[0]: (row[1], row[2]) for row in rows}
