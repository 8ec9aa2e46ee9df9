"""Metadata of accounts and rooms as IRC knows it."""

from __future__ import annotations

from store.pool import Queries


async def of(db: Queries, account_id: int) -> dict[str, str]:
    rows = await db.fetch("SELECT key, value FROM irc_metadata WHERE account_id = %s ORDER BY key", (account_id,))
    return {row[0]: row[1] for row in rows}


async def put(db: Queries, account_id: int, key: str, value: str | None) -> None:
    """None takes it away."""
    if value is None:
        await db.write("DELETE FROM irc_metadata WHERE account_id = %s AND key = %s", (account_id, key))
        return
    await db.write(
        "INSERT INTO irc_metadata (account_id, key, value) VALUES (%s, %s, %s)"
        " ON CONFLICT (account_id, key) DO UPDATE SET value = excluded.value",
        (account_id, key, value),
    )
