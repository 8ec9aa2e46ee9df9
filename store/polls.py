"""Polls and the votes in them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from pleromad.model.note import Poll, PollOption
from store.plans import any_of
from store.pool import Queries


async def of_notes(db: Queries, ids: list[int]) -> dict[int, Poll]:
    if not ids:
        return {}
    rows = await db.fetch(
        "SELECT note_id, multiple, hide_totals, options, votes, voters_count, coalesce(closed_at, expires_at)"
        " FROM polls WHERE note_id = ANY(%s)",
        (any_of(ids),),
    )
    return {
        id: Poll(
            note_id=id,
            multiple=multiple,
            options=tuple(PollOption(title, count) for title, count in zip(options, votes, strict=True)),
            voters_count=voters,
            votes_count=sum(votes),
            expires_at=expires_at,
            hide_totals=hide,
        )
        for id, multiple, hide, options, votes, voters, expires_at in rows
    }


async def add(
    db: Queries,
    id: int,
    *,
    multiple: bool,
    hide_totals: bool,
    options: Sequence[str],
    votes: Sequence[int],
    voters_count: int | None,
    expires_at: datetime | None,
) -> None:
    await db.write(
        """INSERT INTO polls (note_id, multiple, hide_totals, options, votes, voters_count, expires_at)
           VALUES (%s, %s, %s, %s, %s, %s, %s) ON CONFLICT (note_id) DO UPDATE SET multiple = excluded.multiple,
           hide_totals = excluded.hide_totals, options = excluded.options, votes = excluded.votes, voters_count = excluded.voters_count, expires_at = excluded.expires_at,
           closed_at = CASE WHEN excluded.expires_at > now() THEN NULL ELSE polls.closed_at END""",
        (id, multiple, hide_totals, list(options), list(votes), voters_count, expires_at),
    )


async def remove(db: Queries, id: int) -> None:
    await db.write("DELETE FROM polls WHERE note_id = %s", (id,))


async def for_vote(db: Queries, id: int) -> tuple[bool, int, datetime | None] | None:
    """(multiple, number of options, when it ends), locked for counting."""
    row = await db.fetch_one(
        "SELECT multiple, cardinality(options), coalesce(closed_at, expires_at) FROM polls WHERE note_id = %s FOR UPDATE", (id,)
    )
    return (row[0], row[1], row[2]) if row else None


async def voters_elsewhere(db: Queries, id: int, most: int = 1000) -> list[str]:
    """URIs of people on other servers who voted."""
    rows = await db.fetch(
        "SELECT DISTINCT a.uri FROM votes v JOIN accounts a ON a.id = v.account_id WHERE v.note_id = %s AND a.domain IS NOT NULL LIMIT %s",
        (id, most),
    )
    return [row[0] for row in rows]


async def votes_of(db: Queries, id: int, account_id: int) -> set[int]:
    rows = await db.fetch("SELECT choice FROM votes WHERE note_id = %s AND account_id = %s", (id, account_id))
    return {row[0] for row in rows}


async def add_votes(db: Queries, id: int, account_id: int, choices: Collection[int], *, first: bool) -> None:
    """Also counts them: `choices` were not voted for by this account before."""
    await db.write(
        "INSERT INTO votes (note_id, account_id, choice) SELECT %s, %s, unnest(%s::int[])", (id, account_id, list(choices))
    )
    for choice in choices:
        await db.write("UPDATE polls SET votes[%s] = votes[%s] + 1 WHERE note_id = %s", (choice + 1, choice + 1, id))
    if first:
        await db.write("UPDATE polls SET voters_count = voters_count + 1 WHERE note_id = %s", (id,))
