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


async def known(db: Queries, url: str) -> int | None:
    value = await db.fetch_value("SELECT id FROM cards WHERE url = %s", (url,))
    return None if value is None else int(value)


async def attach(
    db: Queries, note_id: int, new_id: int, url: str, *, stale: datetime, kind: str, key: str, delay_seconds: float, tries: int
) -> None:
    """Give a note its card, and leave a job to fetch it when it is new or was fetched before `stale`; one statement."""
    await db.write(
        """WITH card AS (
               INSERT INTO cards (id, url) VALUES (%(id)s, %(url)s) ON CONFLICT (url) DO UPDATE SET url = excluded.url RETURNING id, fetched_at),
           linked AS (
               INSERT INTO note_cards (note_id, card_id) SELECT %(note)s, id FROM card
               ON CONFLICT (note_id) DO UPDATE SET card_id = excluded.card_id)
           INSERT INTO jobs (kind, key, payload, run_at, max_attempts, dedupe)
           SELECT %(kind)s, %(key)s, jsonb_build_object('card_id', id), now() + make_interval(secs => %(delay)s), %(tries)s, 'card ' || id
           FROM card WHERE fetched_at IS NULL OR fetched_at < %(stale)s ON CONFLICT (dedupe) DO NOTHING""",
        {"note": note_id, "id": new_id, "url": url, "stale": stale, "kind": kind, "key": key, "delay": delay_seconds, "tries": tries},
    )


async def unlink(db: Queries, note_id: int) -> None:
    await db.write("DELETE FROM note_cards WHERE note_id = %s", (note_id,))


async def stale(db: Queries, id: int, before: datetime) -> str | None:
    """The address of a card that was never fetched, or last before that moment."""
    value = await db.fetch_value("SELECT url FROM cards WHERE id = %s AND (fetched_at IS NULL OR fetched_at < %s)", (id, before))
    return None if value is None else str(value)


async def keep(db: Queries, id: int, card: Card) -> None:
    """What was found; notes that have the card count as changed. In a transaction."""
    names = NAMES[1:]
    await db.write(
        f"UPDATE cards SET ready = true, fetched_at = now(), {', '.join(f'{name} = %s' for name in names)} WHERE id = %s",
        (*(getattr(card, name) for name in names), id),
    )
    await db.write(
        "UPDATE notes SET arrived_at = arrived_at WHERE id IN (SELECT note_id FROM note_cards WHERE card_id = %s ORDER BY note_id DESC LIMIT %s)",
        (id, TOUCHED),
    )


async def nothing(db: Queries, id: int) -> None:
    """There is nothing to show. What was found earlier stays."""
    await db.write("UPDATE cards SET fetched_at = now() WHERE id = %s", (id,))


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
