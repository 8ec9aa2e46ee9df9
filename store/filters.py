"""Filters: what a person does not want to read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pleromad.model.personal import Filter, FilterKeyword, FilterNote
from store.pool import Queries


async def of_account(db: Queries, account_id: int) -> list[Filter]:
    """Also those that are over; three queries however many there are."""
    rows = await db.fetch("SELECT id, account_id, title, contexts, action, expires_at FROM filters WHERE account_id = %s ORDER BY id", (account_id,))
    ids = [row[0] for row in rows]
    if not ids:
        return []
    keywords: dict[int, list[FilterKeyword]] = {}
    for filter_id, id, keyword, whole in await db.fetch(
        "SELECT filter_id, id, keyword, whole_word FROM filter_keywords WHERE filter_id = ANY(%s) ORDER BY id", (ids,)
    ):
        keywords.setdefault(filter_id, []).append(FilterKeyword(id, keyword, whole))
    notes: dict[int, list[FilterNote]] = {}
    for filter_id, id, note_id in await db.fetch("SELECT filter_id, id, note_id FROM filter_notes WHERE filter_id = ANY(%s) ORDER BY id", (ids,)):
        notes.setdefault(filter_id, []).append(FilterNote(id, note_id))
    return [
        Filter(
            id=row[0],
            account_id=row[1],
            title=row[2],
            contexts=tuple(row[3]),
            action=row[4],
            expires_at=row[5],
            keywords=tuple(keywords.get(row[0], ())),
            notes=tuple(notes.get(row[0], ())),
        )
        for row in rows
    ]


async def add(db: Queries, columns: Mapping[str, Any]) -> None:
    await db.write(f"INSERT INTO filters ({', '.join(columns)}) VALUES ({', '.join(['%s'] * len(columns))})", tuple(columns.values()))


async def change(db: Queries, id: int, columns: Mapping[str, Any]) -> None:
    if columns:
        await db.write(f"UPDATE filters SET {', '.join(f'{name} = %s' for name in columns)} WHERE id = %s", (*columns.values(), id))


async def delete(db: Queries, account_id: int, id: int) -> bool:
    return bool(await db.execute("DELETE FROM filters WHERE account_id = %s AND id = %s", (account_id, id)))


async def put_keyword(db: Queries, id: int, filter_id: int, keyword: str, whole_word: bool) -> None:
    await db.write(
        "INSERT INTO filter_keywords (id, filter_id, keyword, whole_word) VALUES (%s, %s, %s, %s)"
        " ON CONFLICT (id) DO UPDATE SET keyword = excluded.keyword, whole_word = excluded.whole_word",
        (id, filter_id, keyword, whole_word),
    )


async def remove_keyword(db: Queries, account_id: int, id: int) -> bool:
    return bool(
        await db.execute("DELETE FROM filter_keywords k USING filters f WHERE k.id = %s AND f.id = k.filter_id AND f.account_id = %s", (id, account_id))
    )


async def add_note(db: Queries, id: int, filter_id: int, note_id: int) -> bool:
    return bool(
        await db.execute("INSERT INTO filter_notes (id, filter_id, note_id) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING", (id, filter_id, note_id))
    )


async def remove_note(db: Queries, account_id: int, id: int) -> bool:
    return bool(
        await db.execute("DELETE FROM filter_notes k USING filters f WHERE k.id = %s AND f.id = k.filter_id AND f.account_id = %s", (id, account_id))
    )
