"""Keys of actors: ours (private), and those of others beside the RSA key in their own row."""

from __future__ import annotations

from collections.abc import Sequence

from pleromad.model.account import Account
from store import accounts
from store.pool import Queries


async def private_keys(db: Queries, account_id: int) -> tuple[str, str | None] | None:
    """(RSA, Ed25519 when it was made already) as PEM; None for whom we have no key."""
    row = await db.fetch_one("SELECT private_key_pem, ed25519_private_pem FROM keys WHERE account_id = %s", (account_id,))
    return (str(row[0]), row[1]) if row else None


async def keep_ed25519(db: Queries, account_id: int, pem: str) -> str:
    """Keep a new Ed25519 key unless there is one; returns the one that is kept."""
    kept = await db.fetch_value(
        "UPDATE keys SET ed25519_private_pem = coalesce(ed25519_private_pem, %s) WHERE account_id = %s RETURNING ed25519_private_pem",
        (pem, account_id),
    )
    return str(kept)


async def replace(db: Queries, account_id: int, *, private: str, public: str) -> None:
    """A new RSA key; the Ed25519 one is made anew when it is needed. The old ones are kept aside: `replaced`."""
    await db.execute(
        "UPDATE keys SET old_private_key_pem = private_key_pem, old_ed25519_private_pem = ed25519_private_pem,"
        " private_key_pem = %s, ed25519_private_pem = NULL, created_at = now() WHERE account_id = %s",
        (private, account_id),
    )
    await db.execute("UPDATE accounts SET public_key_pem = %s WHERE id = %s", (public, account_id))


async def replaced(db: Queries, account_id: int) -> tuple[str, str] | None:
    """(RSA, Ed25519) as PEM of what was replaced lately, if both were in use."""
    row = await db.fetch_one("SELECT old_private_key_pem, old_ed25519_private_pem FROM keys WHERE account_id = %s", (account_id,))
    return (row[0], row[1]) if row and row[0] and row[1] else None


async def forget_replaced(db: Queries, days: int) -> None:
    await db.write(
        "UPDATE keys SET old_private_key_pem = NULL, old_ed25519_private_pem = NULL"
        " WHERE old_private_key_pem IS NOT NULL AND created_at < now() - make_interval(days => %s)",
        (days,),
    )


async def keep_actor_keys(db: Queries, account_id: int, keys: Sequence[tuple[str, str]]) -> None:
    """The Ed25519 keys (id, PEM) that an actor elsewhere names now; those it named before are forgotten."""
    ids = [id for id, _ in keys]
    await db.execute("DELETE FROM actor_keys WHERE account_id = %s AND NOT key_id = ANY(%s)", (account_id, ids))
    if keys:
        await db.execute(
            "INSERT INTO actor_keys (key_id, account_id, public_key_pem) SELECT k.id, %s, k.pem FROM unnest(%s::text[], %s::text[]) AS k(id, pem)"
            " ON CONFLICT (key_id, account_id) DO UPDATE SET public_key_pem = excluded.public_key_pem"
            " WHERE actor_keys.public_key_pem <> excluded.public_key_pem",
            (account_id, ids, [pem for _, pem in keys]),
        )


async def by_id(db: Queries, key_id: str) -> tuple[Account, str] | None:
    """(owner, public key as PEM) of a key of any kind."""
    account = await accounts.by_key_id(db, key_id)
    if account is not None:
        return account, account.public_key_pem
    row = await db.fetch_one("SELECT account_id, public_key_pem FROM actor_keys WHERE key_id = %s ORDER BY account_id LIMIT 1", (key_id,))
    owner = await accounts.one(db, row[0]) if row else None
    return (owner, str(row[1])) if owner is not None and row else None
