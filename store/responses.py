"""What people answered a note with, other than words: likes, reactions, boosts."""

from __future__ import annotations

from pleromad.model.note import Reaction
from pleromad.model.page import Page
from store.plans import any_of
from store.pool import Queries


async def reactions_of(db: Queries, ids: list[int]) -> dict[int, tuple[Reaction, ...]]:
    if not ids:
        return {}
    rows = await db.fetch(
        "SELECT note_id, emoji, max(url), count(*), array_agg(account_id ORDER BY id) FROM reactions WHERE note_id = ANY(%s)"
        " GROUP BY note_id, emoji ORDER BY note_id, min(id)",
        (any_of(ids),),
    )
    found: dict[int, list[Reaction]] = {}
    for id, emoji, url, count, accounts in rows:
        found.setdefault(id, []).append(Reaction(emoji, url, count, tuple(accounts)))
    return {id: tuple(reactions) for id, reactions in found.items()}


async def add_like(db: Queries, id: int, account_id: int, note_id: int, uri: str) -> bool:
    return bool(
        await db.execute(
            "INSERT INTO likes (account_id, note_id, id, uri) VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING",
            (account_id, note_id, id, uri),
        )
    )


async def remove_like(db: Queries, account_id: int, note_id: int) -> str | None:
    value = await db.fetch_value("DELETE FROM likes WHERE account_id = %s AND note_id = %s RETURNING uri", (account_id, note_id))
    return None if value is None else str(value)


async def add_reaction(db: Queries, id: int, account_id: int, note_id: int, emoji: str, url: str | None, uri: str) -> bool:
    return bool(
        await db.execute(
            "INSERT INTO reactions (note_id, account_id, emoji, url, id, uri) VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
            (note_id, account_id, emoji, url, id, uri),
        )
    )


async def remove_reaction(db: Queries, account_id: int, note_id: int, emoji: str) -> str | None:
    value = await db.fetch_value(
        "DELETE FROM reactions WHERE note_id = %s AND account_id = %s AND emoji = %s RETURNING uri", (note_id, account_id, emoji)
    )
    return None if value is None else str(value)


async def reaction_url(db: Queries, note_id: int, emoji: str) -> str | None:
    """The picture of a custom emoji somebody put under the note."""
    found: str | None = await db.fetch_value(
        "SELECT url FROM reactions WHERE note_id = %s AND emoji = %s AND url IS NOT NULL LIMIT 1", (note_id, emoji)
    )
    return found


async def boost_by(db: Queries, account_id: int, note_id: int) -> tuple[int, str] | None:
    row = await db.fetch_one("SELECT id, uri FROM notes WHERE boost_of_id = %s AND account_id = %s LIMIT 1", (note_id, account_id))
    return (row[0], row[1]) if row else None


async def actors_of(db: Queries, which: str, note_id: int, page: Page) -> list[tuple[int, int]]:
    """Who liked (`likes`) or boosted (`boosts`) a note: (row id, account id), newest first."""
    source = (
        "SELECT id, account_id FROM likes WHERE note_id = %(note)s"
        if which == "likes"
        else "SELECT id, account_id FROM notes WHERE boost_of_id = %(note)s"
    )
    rows = await db.fetch(
        f"""SELECT id, account_id FROM ({source}) s WHERE (%(max)s::bigint IS NULL OR id < %(max)s)
              AND (%(min)s::bigint IS NULL OR id > %(min)s) ORDER BY id DESC LIMIT %(limit)s""",
        {"note": note_id, "max": page.max_id, "min": page.min_id or page.since_id, "limit": page.limit},
    )
    return [(row[0], row[1]) for row in rows]
