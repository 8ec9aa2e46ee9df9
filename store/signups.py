"""Who may not sign up: mail domains, mail addresses, networks; and from where people come."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from pleromad.model.moderation import Address, EmailBlock, EmailDomainBlock, IpBlock
from pleromad.model.page import Page
from store.pool import Queries
from store.rows import between, newest_first

# ---- mail domains


async def email_domains(db: Queries, page: Page) -> list[EmailDomainBlock]:
    where, tail, params = between(page)
    rows = await db.fetch(f"SELECT id, domain, allow_with_approval, created_at FROM email_domain_blocks WHERE true{where}{tail}", params)
    return [EmailDomainBlock(*row) for row in newest_first(rows, page)]


async def email_domain(db: Queries, id: int) -> EmailDomainBlock | None:
    row = await db.fetch_one("SELECT id, domain, allow_with_approval, created_at FROM email_domain_blocks WHERE id = %s", (id,))
    return EmailDomainBlock(*row) if row else None


async def email_domain_tries(db: Queries, ids: Collection[int], since: date) -> list[tuple[int, date, int, int]]:
    """(block id, day, tries, addresses they came from)."""
    if not ids:
        return []
    rows = await db.fetch(
        "SELECT block_id, day, sum(uses), count(*) FROM email_domain_tries WHERE block_id = ANY(%s) AND day >= %s GROUP BY 1, 2",
        (list(ids), since),
    )
    return [(row[0], row[1], int(row[2]), row[3]) for row in rows]


async def add_email_domain(db: Queries, id: int, domain: str, allow_with_approval: bool) -> bool:
    """False when there is one already."""
    return bool(
        await db.execute(
            "INSERT INTO email_domain_blocks (id, domain, allow_with_approval) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING",
            (id, domain, allow_with_approval),
        )
    )


async def delete_email_domain(db: Queries, id: int) -> bool:
    return bool(await db.execute("DELETE FROM email_domain_blocks WHERE id = %s", (id,)))


async def try_email_domain(db: Queries, domains: Sequence[str], today: date, address: str) -> list[bool]:
    """The blocks on any of these, counted as tried once more: of each, whether staff may let it pass."""
    rows = await db.fetch(
        """WITH found AS (SELECT id, allow_with_approval FROM email_domain_blocks WHERE domain = ANY(%s)),
           counted AS (
               INSERT INTO email_domain_tries (block_id, day, address) SELECT id, %s, %s FROM found
               ON CONFLICT (block_id, day, address) DO UPDATE SET uses = email_domain_tries.uses + 1)
           SELECT allow_with_approval FROM found""",
        (list(domains), today, address),
    )
    return [row[0] for row in rows]


# ---- mail addresses


async def email_blocks(db: Queries, page: Page) -> list[EmailBlock]:
    where, tail, params = between(page)
    rows = await db.fetch(f"SELECT id, hash FROM canonical_email_blocks WHERE true{where}{tail}", params)
    return [EmailBlock(*row) for row in newest_first(rows, page)]


async def email_block(db: Queries, *, id: int | None = None, hash: str | None = None) -> EmailBlock | None:
    row = await db.fetch_one("SELECT id, hash FROM canonical_email_blocks WHERE id = %s OR hash = %s", (id, hash))
    return EmailBlock(*row) if row else None


async def add_email_block(db: Queries, id: int, hash: str, account_id: int | None = None) -> bool:
    return bool(
        await db.execute(
            "INSERT INTO canonical_email_blocks (id, hash, account_id) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING", (id, hash, account_id)
        )
    )


async def delete_email_block(db: Queries, *, id: int | None = None, account_id: int | None = None) -> bool:
    """One, or those that the suspension of an account made."""
    return bool(await db.execute("DELETE FROM canonical_email_blocks WHERE id = %s OR account_id = %s", (id, account_id)))


# ---- networks

_IP = "id, ip::text, severity, comment, expires_at, created_at"
_IN_FORCE = "(expires_at IS NULL OR expires_at > now())"


async def ip_blocks(db: Queries, page: Page) -> list[IpBlock]:
    where, tail, params = between(page)
    rows = await db.fetch(f"SELECT {_IP} FROM ip_blocks WHERE true{where}{tail}", params)
    return [IpBlock(*row) for row in newest_first(rows, page)]


async def ip_block(db: Queries, id: int) -> IpBlock | None:
    row = await db.fetch_one(f"SELECT {_IP} FROM ip_blocks WHERE id = %s", (id,))
    return IpBlock(*row) if row else None


async def add_ip_block(db: Queries, id: int, ip: str, severity: str, comment: str, expires_at: datetime | None) -> bool:
    return bool(
        await db.execute(
            "INSERT INTO ip_blocks (id, ip, severity, comment, expires_at) VALUES (%s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
            (id, ip, severity, comment, expires_at),
        )
    )


async def change_ip_block(db: Queries, id: int, columns: Mapping[str, Any]) -> bool:
    """False when another row has that network."""
    if not columns:
        return True
    assignments = ", ".join(f"{name} = %s" for name in columns)
    return bool(
        await db.execute(
            f"UPDATE ip_blocks SET {assignments} WHERE id = %s AND NOT EXISTS (SELECT FROM ip_blocks o WHERE o.ip = %s::cidr AND o.id <> %s)",
            (*columns.values(), id, columns.get("ip"), id),
        )
    )


async def delete_ip_block(db: Queries, id: int) -> bool:
    return bool(await db.execute("DELETE FROM ip_blocks WHERE id = %s", (id,)))


async def shut_out(db: Queries) -> list[tuple[str, datetime | None]]:
    """Networks that have no access at all, and until when."""
    rows = await db.fetch(f"SELECT ip::text, expires_at FROM ip_blocks WHERE severity = 'no_access' AND {_IN_FORCE}")
    return [(row[0], row[1]) for row in rows]


async def severities_of(db: Queries, address: str) -> set[str]:
    """What is in force for an address."""
    rows = await db.fetch(f"SELECT DISTINCT severity FROM ip_blocks WHERE ip >>= %s::inet AND {_IN_FORCE}", (address,))
    return {row[0] for row in rows}


# ---- from where people come


async def add_address(db: Queries, account_id: int, address: str) -> None:
    await db.write(
        "INSERT INTO user_addresses (account_id, address) VALUES (%s, %s::inet)"
        " ON CONFLICT (account_id, address) DO UPDATE SET used_at = now() WHERE user_addresses.used_at < now() - interval '1 hour'",
        (account_id, address),
    )


async def addresses(db: Queries, account_ids: Collection[int]) -> dict[int, tuple[Address, ...]]:
    """The latest first."""
    if not account_ids:
        return {}
    rows = await db.fetch(
        "SELECT account_id, host(address), used_at FROM user_addresses WHERE account_id = ANY(%s) ORDER BY used_at DESC", (list(account_ids),)
    )
    found: dict[int, list[Address]] = {}
    for account_id, address, used_at in rows:
        found.setdefault(account_id, []).append(Address(address, used_at))
    return {id: tuple(each) for id, each in found.items()}


async def trim(db: Queries) -> None:
    """What is over, and what is older than it may be kept."""
    await db.write("DELETE FROM ip_blocks WHERE expires_at < now() - interval '1 day'")
    await db.write("DELETE FROM user_addresses WHERE used_at < now() - interval '1 year'")
    await db.write("DELETE FROM email_domain_tries WHERE day < current_date - 14")
    await db.write("DELETE FROM active_days WHERE day < current_date - 800")
