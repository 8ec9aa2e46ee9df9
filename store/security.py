"""What guards a log-in: links that work once, the second factor and its backup codes, challenges that wait for it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from store.pool import Queries

# ---- links


async def add_link(db: Queries, *, code_hash: str, account_id: int, purpose: str, email: str, expires_at: datetime) -> None:
    """The ones before it stay good: mail may come late, and in any order."""
    await db.write(
        "INSERT INTO account_links (code_hash, account_id, purpose, email, expires_at) VALUES (%s, %s, %s, %s, %s)",
        (code_hash, account_id, purpose, email, expires_at),
    )


async def link(db: Queries, code_hash: str) -> tuple[int, str, str] | None:
    """(account id, purpose, e-mail address) of a link that is in force."""
    row = await db.fetch_one(
        "SELECT account_id, purpose, email FROM account_links WHERE code_hash = %s AND expires_at > now() FOR UPDATE", (code_hash,)
    )
    return (row[0], row[1], row[2]) if row else None


async def drop_links(db: Queries, account_id: int, purposes: Collection[str]) -> None:
    await db.write("DELETE FROM account_links WHERE account_id = %s AND purpose = ANY(%s)", (account_id, list(purposes)))


async def count_links(db: Queries, account_id: int, purpose: str, since: datetime) -> int:
    """How many were made since then."""
    return int(
        await db.fetch_value(
            "SELECT count(*) FROM account_links WHERE account_id = %s AND purpose = %s AND created_at > %s", (account_id, purpose, since)
        )
    )


# ---- the second factor


async def totp(db: Queries, account_id: int, *, lock: bool = False) -> tuple[str, bool, int] | None:
    """(secret, whether it is in use, the step of the last code that was taken)."""
    row = await db.fetch_one(
        f"SELECT secret, confirmed_at IS NOT NULL, last_step FROM totp WHERE account_id = %s{' FOR UPDATE' if lock else ''}", (account_id,)
    )
    return (row[0], row[1], row[2]) if row else None


async def begin_totp(db: Queries, account_id: int, secret: str) -> bool:
    """False when one is in use already."""
    return bool(
        await db.execute(
            "INSERT INTO totp (account_id, secret) VALUES (%s, %s) ON CONFLICT (account_id)"
            " DO UPDATE SET secret = excluded.secret, last_step = 0 WHERE totp.confirmed_at IS NULL",
            (account_id, secret),
        )
    )


async def use_step(db: Queries, account_id: int, step: int, *, confirm: bool = False) -> bool:
    """Take the code of this step; False when one of it or of a later one was taken before."""
    return bool(
        await db.execute(
            "UPDATE totp SET last_step = %s, confirmed_at = CASE WHEN %s THEN now() ELSE confirmed_at END"
            " WHERE account_id = %s AND last_step < %s",
            (step, confirm, account_id, step),
        )
    )


async def drop_totp(db: Queries, account_id: int) -> bool:
    await db.write("DELETE FROM backup_codes WHERE account_id = %s", (account_id,))
    return bool(await db.execute("DELETE FROM totp WHERE account_id = %s", (account_id,)))


async def set_backup_codes(db: Queries, account_id: int, hashes: Sequence[str]) -> None:
    await db.write("DELETE FROM backup_codes WHERE account_id = %s", (account_id,))
    await db.write("INSERT INTO backup_codes (account_id, code_hash) SELECT %s, h FROM unnest(%s::text[]) AS t(h)", (account_id, list(hashes)))


async def use_backup_code(db: Queries, account_id: int, code_hash: str) -> bool:
    return bool(await db.execute("DELETE FROM backup_codes WHERE account_id = %s AND code_hash = %s", (account_id, code_hash)))


async def count_backup_codes(db: Queries, account_id: int) -> int:
    return int(await db.fetch_value("SELECT count(*) FROM backup_codes WHERE account_id = %s", (account_id,)))


# ---- challenges


async def add_challenge(
    db: Queries, *, code_hash: str, account_id: int, app_id: int | None, scopes: Collection[str], expires_at: datetime
) -> None:
    await db.write(
        "INSERT INTO challenges (code_hash, account_id, app_id, scopes, expires_at) VALUES (%s, %s, %s, %s, %s)",
        (code_hash, account_id, app_id, sorted(scopes), expires_at),
    )


async def try_challenge(db: Queries, code_hash: str) -> tuple[int, int | None, frozenset[str]] | None:
    """(account id, app id, scopes): this counts as a try. None when it is over, or was tried too often."""
    row = await db.fetch_one(
        "UPDATE challenges SET tries_left = tries_left - 1 WHERE code_hash = %s AND tries_left > 0 AND expires_at > now()"
        " RETURNING account_id, app_id, scopes",
        (code_hash,),
    )
    return (row[0], row[1], frozenset(row[2])) if row else None


async def drop_challenge(db: Queries, code_hash: str) -> None:
    await db.write("DELETE FROM challenges WHERE code_hash = %s", (code_hash,))


async def forget_old(db: Queries) -> None:
    await db.write("DELETE FROM account_links WHERE expires_at < now() - interval '1 day'")
    await db.write("DELETE FROM challenges WHERE expires_at < now()")
