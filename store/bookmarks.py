"""Notes that somebody keeps, and the folders they keep them in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pleromad.model.personal import BookmarkFolder
from store.pool import Queries

COLUMNS = "f.id, f.name, f.emoji, e.url"
FROM = "bookmark_folders f LEFT JOIN emojis e ON e.shortcode = f.emoji AND e.domain = ''"


async def add(db: Queries, id: int, account_id: int, note_id: int, folder_id: int | None) -> None:
    """Of one that is kept already: into that folder, or out of all."""
    await db.write(
        "INSERT INTO bookmarks (account_id, note_id, id, folder_id) VALUES (%s, %s, %s, %s)"
        " ON CONFLICT (account_id, note_id) DO UPDATE SET folder_id = excluded.folder_id",
        (account_id, note_id, id, folder_id),
    )


async def remove(db: Queries, account_id: int, note_id: int) -> None:
    await db.write("DELETE FROM bookmarks WHERE account_id = %s AND note_id = %s", (account_id, note_id))


async def folders(db: Queries, account_id: int) -> list[BookmarkFolder]:
    rows = await db.fetch(f"SELECT {COLUMNS} FROM {FROM} WHERE f.account_id = %s ORDER BY f.id", (account_id,))
    return [BookmarkFolder(*row) for row in rows]


async def folder(db: Queries, account_id: int, id: int) -> BookmarkFolder | None:
    row = await db.fetch_one(f"SELECT {COLUMNS} FROM {FROM} WHERE f.account_id = %s AND f.id = %s", (account_id, id))
    return BookmarkFolder(*row) if row else None


async def add_folder(db: Queries, id: int, account_id: int, name: str, emoji: str | None) -> None:
    await db.write("INSERT INTO bookmark_folders (id, account_id, name, emoji) VALUES (%s, %s, %s, %s)", (id, account_id, name, emoji))


async def change_folder(db: Queries, id: int, columns: Mapping[str, Any]) -> None:
    assignments = ", ".join(f"{name} = %s" for name in columns)
    await db.write(f"UPDATE bookmark_folders SET {assignments} WHERE id = %s", (*columns.values(), id))


async def delete_folder(db: Queries, id: int) -> None:
    """What was in it stays a bookmark."""
    await db.write("DELETE FROM bookmark_folders WHERE id = %s", (id,))
