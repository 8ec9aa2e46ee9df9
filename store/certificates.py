"""Client certificates that log somebody in over IRC (SASL EXTERNAL), by the SHA-256 of each."""

from __future__ import annotations

from datetime import datetime

from store.pool import Queries


async def add(db: Queries, account_id: int, fingerprint: bytes, name: str) -> bool:
    """False when somebody has it already."""
    return bool(
        await db.execute(
            "INSERT INTO irc_certificates (fingerprint, account_id, name) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING",
            (fingerprint, account_id, name),
        )
    )


async def remove(db: Queries, account_id: int, fingerprint: bytes) -> bool:
    return bool(
        await db.execute("DELETE FROM irc_certificates WHERE account_id = %s AND fingerprint = %s", (account_id, fingerprint))
    )


async def of(db: Queries, account_id: int) -> list[tuple[bytes, str, datetime]]:
    """(fingerprint, name, added at), the oldest first."""
    rows = await db.fetch(
        "SELECT fingerprint, name, added_at FROM irc_certificates WHERE account_id = %s ORDER BY added_at", (account_id,)
    )
    return [(bytes(row[0]), row[1], row[2]) for row in rows]


async def owner(db: Queries, fingerprint: bytes) -> int | None:
    found = await db.fetch("SELECT account_id FROM irc_certificates WHERE fingerprint = %s", (fingerprint,))
    return found[0][0] if found else None
