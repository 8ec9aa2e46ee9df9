"""Announcements of the staff, who has dismissed them, and the emojis under them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from store.pool import Queries

COLUMNS = "id, text, content, mention_ids, note_ids, tags, starts_at, ends_at, all_day, published_at, updated_at"


async def add(db: Queries, id: int, columns: Mapping[str, Any]) -> None:
    names, places = ", ".join(columns), ", ".join(["%s"] * len(columns))
    await db.write(f"INSERT INTO announcements (id, {names}) VALUES (%s, {places})", (id, *columns.values()))


async def change(db: Queries, id: int, columns: Mapping[str, Any]) -> None:
    assignments = ", ".join(f"{name} = %s" for name in columns)
    await db.write(f"UPDATE announcements SET {assignments}, updated_at = now() WHERE id = %s", (*columns.values(), id))


async def delete(db: Queries, id: int) -> bool:
    return bool(await db.execute("DELETE FROM announcements WHERE id = %s", (id,)))


async def current(db: Queries, viewer: int | None, id: int | None = None, *, over: bool = False) -> list[Sequence[Any]]:
    """Those that are not over (`over`: all), in order of time: COLUMNS and whether the viewer has dismissed it."""
    return await db.fetch(
        f"""SELECT {COLUMNS}, EXISTS (SELECT FROM announcement_dismissals d WHERE d.announcement_id = announcements.id AND d.account_id = %(viewer)s)
            FROM announcements WHERE (%(over)s OR ends_at IS NULL OR ends_at > now()) AND (%(id)s::bigint IS NULL OR id = %(id)s)
            ORDER BY coalesce(starts_at, published_at), id LIMIT 100""",
        {"viewer": viewer, "id": id, "over": over},
    )


async def reactions(db: Queries, viewer: int | None, ids: Collection[int]) -> list[tuple[int, str, int, bool, str | None]]:
    """(announcement id, emoji, how many, whether the viewer is among them, picture), in the order they came."""
    if not ids:
        return []
    rows = await db.fetch(
        """SELECT announcement_id, name, count(*), bool_or(account_id = %s), max(url) FROM announcement_reactions
           WHERE announcement_id = ANY(%s) GROUP BY 1, 2 ORDER BY 1, min(created_at), 2""",
        (viewer or 0, list(ids)),
    )
    return [(row[0], row[1], row[2], row[3], row[4]) for row in rows]


async def add_reaction(db: Queries, id: int, account_id: int, name: str, url: str | None, *, most: int) -> bool:
    """False when there are as many different ones already. The announcement is locked, so that nobody slips in."""
    await db.write("SELECT FROM announcements WHERE id = %s FOR UPDATE", (id,))
    others = int(
        await db.fetch_value("SELECT count(DISTINCT name) FROM announcement_reactions WHERE announcement_id = %s AND name <> %s", (id, name))
    )
    if others >= most:
        return False
    await db.write(
        "INSERT INTO announcement_reactions (announcement_id, account_id, name, url) VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING",
        (id, account_id, name, url),
    )
    return True


async def remove_reaction(db: Queries, id: int, account_id: int, name: str) -> bool:
    return bool(
        await db.execute(
            "DELETE FROM announcement_reactions WHERE announcement_id = %s AND account_id = %s AND name = %s", (id, account_id, name)
        )
    )


async def dismiss(db: Queries, id: int, account_id: int) -> None:
    await db.write(
        "INSERT INTO announcement_dismissals (announcement_id, account_id) VALUES (%s, %s) ON CONFLICT DO NOTHING", (id, account_id)
    )
