"""What housekeeping looks for and throws away."""

from __future__ import annotations

from store import timelines
from store.pool import Queries


async def expired_notes(db: Queries, limit: int) -> list[tuple[int, int]]:
    """(note id, author id) of notes of ours whose time is over."""
    rows = await db.fetch(
        "SELECT id, account_id FROM notes WHERE expires_at IS NOT NULL AND expires_at <= now() AND local ORDER BY expires_at LIMIT %s",
        (limit,),
    )
    return [(row[0], row[1]) for row in rows]


async def trim(db: Queries) -> None:
    await timelines.trim_homes(db)
    await db.execute("DELETE FROM idempotency WHERE created_at < now() - interval '1 day'")
    await db.execute("DELETE FROM oauth_codes WHERE expires_at < now() - interval '1 hour'")
    await db.execute("DELETE FROM oauth_tokens WHERE expires_at < now() - interval '1 day'")
    await db.execute("DELETE FROM invites WHERE expires_at < now() OR uses_left <= 0")
