"""Followers by the server they are on, as FEP-8fcf compares them."""

from __future__ import annotations

from store.pool import Queries

# Of which server somebody is, says the id. With no host given: people here.
_WHO = """FROM follows f JOIN accounts a ON a.id = f.account_id WHERE f.target_id = %(id)s AND f.accepted AND a.deleted_at IS NULL
    AND CASE WHEN %(host)s::text IS NULL THEN a.domain IS NULL
        ELSE a.domain IS NOT NULL AND lower(split_part(a.uri, '/', 3)) = %(host)s END"""


async def digest(db: Queries, account_id: int, host: str | None) -> str:
    """The SHA-256 of the ids of these followers, combined by XOR, in hexadecimal digits."""
    bits = await db.fetch_value(
        f"SELECT bit_xor(('x' || encode(sha256(convert_to(a.uri, 'UTF8')), 'hex'))::bit(256))::text {_WHO}", {"id": account_id, "host": host}
    )
    return f"{int(bits or '0', 2):064x}"


async def uris(db: Queries, account_id: int, host: str | None) -> list[str]:
    return [row[0] for row in await db.fetch(f"SELECT a.uri {_WHO} ORDER BY f.id", {"id": account_id, "host": host})]
