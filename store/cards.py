"""Cards: the page behind a link, a row for each address, and which notes have it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from pleromad.model.card import Card
from store.pool import Queries

NAMES = (
    "url", "title", "type", "description", "author_name", "author_url", "provider_name", "provider_url", "html", "width", "height",
    "image_url", "embed_url", "language", "published_at",
)  # fmt: skip
_COLUMNS = ", ".join(f"c.{name}" for name in NAMES)
# Beside the columns of a note `n`: its card as JSON, NULL for none.
OF_NOTE = f"""(SELECT jsonb_build_array({_COLUMNS}) FROM note_cards k JOIN cards c ON c.id = k.card_id
    WHERE k.note_id = n.id AND c.ready)"""
TOUCHED = 500  # notes of one card whose version changes when it comes; older ones show it when they are read anew


def card_of(row: Sequence[Any] | None) -> Card | None:
    if row is None:
        return None
    published = row[14]
    values = [*row[:14], datetime.fromisoformat(published) if isinstance(published, str) else published]
    return Card(*values)


async def known(db: Queries, url: str) -> tuple[int, datetime | None] | None:
    """(id, when it was fetched)."""
    row = await db.fetch_one("SELECT id, fetched_at FROM cards WHERE url = %s", (url,))
    return (row[0], row[1]) if row else None


async def add(db: Queries, id: int, url: str) -> bool:
    return bool(await db.execute("INSERT INTO cards (id, url) VALUES (%s, %s) ON CONFLICT DO NOTHING", (id, url)))


async def link(db: Queries, note_id: int, card_id: int) -> None:
    await db.execute(
        "INSERT INTO note_cards (note_id, card_id) VALUES (%s, %s) ON CONFLICT (note_id) DO UPDATE SET card_id = excluded.card_id",
        (note_id, card_id),
    )


async def unlink(db: Queries, note_id: int) -> None:
    await db.execute("DELETE FROM note_cards WHERE note_id = %s", (note_id,))


async def stale(db: Queries, id: int, before: datetime) -> str | None:
    """The address of a card that was never fetched, or last before that moment."""
    value = await db.fetch_value("SELECT url FROM cards WHERE id = %s AND (fetched_at IS NULL OR fetched_at < %s)", (id, before))
    return None if value is None else str(value)


async def keep(db: Queries, id: int, card: Card) -> None:
    """What was found; notes that have the card count as changed. In a transaction."""
    names = NAMES[1:]
    await db.execute(
        f"UPDATE cards SET ready = true, fetched_at = now(), {', '.join(f'{name} = %s' for name in names)} WHERE id = %s",
        (*(getattr(card, name) for name in names), id),
    )
    await db.execute(
        "UPDATE notes SET arrived_at = arrived_at WHERE id IN (SELECT note_id FROM note_cards WHERE card_id = %s ORDER BY note_id DESC LIMIT %s)",
        (id, TOUCHED),
    )


async def nothing(db: Queries, id: int) -> None:
    """There is nothing to show. What was found earlier stays."""
    await db.execute("UPDATE cards SET fetched_at = now() WHERE id = %s", (id,))


async def of_note(db: Queries, note_id: int) -> Card | None:
    row = await db.fetch_one(
        f"SELECT {_COLUMNS} FROM note_cards k JOIN cards c ON c.id = k.card_id WHERE k.note_id = %s AND c.ready", (note_id,)
    )
    return card_of(row)


async def by_ids(db: Queries, ids: Collection[int]) -> dict[int, Card]:
    rows = await db.fetch(f"SELECT {_COLUMNS}, c.id FROM cards c WHERE c.id = ANY(%s) AND c.ready", (list(ids),))
    return {row[15]: card for row in rows if (card := card_of(row)) is not None}


async def forget_unused(db: Queries, limit: int = 1_000) -> int:
    """Cards that no note has any more."""
    return await db.execute(
        """DELETE FROM cards WHERE id IN (SELECT c.id FROM cards c WHERE c.created_at < now() - interval '7 days'
               AND NOT EXISTS (SELECT FROM note_cards k WHERE k.card_id = c.id) LIMIT %s)""",
        (limit,),
    )
