"""Blocks and allowances of whole hosts, and what they mean for the accounts that are known from there."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from pleromad.model.moderation import HostAllow, HostBlock
from pleromad.model.page import Page
from store.pool import Queries
from store.rows import between, newest_first

COLUMNS = "id, domain, severity, reject_media, reject_reports, private_comment, public_comment, obfuscate, created_at"
BATCH = 5_000


async def all_blocks(db: Queries) -> list[HostBlock]:
    return [HostBlock(*row) for row in await db.fetch(f"SELECT {COLUMNS} FROM host_blocks")]


async def blocks(db: Queries, page: Page) -> list[HostBlock]:
    where, tail, params = between(page)
    rows = await db.fetch(f"SELECT {COLUMNS} FROM host_blocks WHERE true{where}{tail}", params)
    return [HostBlock(*row) for row in newest_first(rows, page)]


async def block(db: Queries, id: int) -> HostBlock | None:
    row = await db.fetch_one(f"SELECT {COLUMNS} FROM host_blocks WHERE id = %s", (id,))
    return HostBlock(*row) if row else None


async def block_of(db: Queries, domain: str) -> HostBlock | None:
    row = await db.fetch_one(f"SELECT {COLUMNS} FROM host_blocks WHERE domain = %s", (domain,))
    return HostBlock(*row) if row else None


async def add_block(db: Queries, made: HostBlock) -> bool:
    """False when there is one already."""
    return bool(
        await db.execute(
            "INSERT INTO host_blocks (id, domain, severity, reject_media, reject_reports, private_comment, public_comment, obfuscate)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
            (made.id, made.domain, made.severity, made.reject_media, made.reject_reports, made.private_comment, made.public_comment,
             made.obfuscate),
        )
    )  # fmt: skip


async def change_block(db: Queries, id: int, columns: Mapping[str, Any]) -> None:
    if columns:
        assignments = ", ".join(f"{name} = %s" for name in columns)
        await db.write(f"UPDATE host_blocks SET {assignments} WHERE id = %s", (*columns.values(), id))


async def delete_block(db: Queries, id: int) -> bool:
    return bool(await db.execute("DELETE FROM host_blocks WHERE id = %s", (id,)))


async def known_from(db: Queries, domain: str, limit: int) -> list[int]:
    """Accounts of a host that are still there."""
    return [row[0] for row in await db.fetch("SELECT id FROM accounts WHERE domain = %s AND deleted_at IS NULL LIMIT %s", (domain, limit))]


async def all_allows(db: Queries) -> list[str]:
    return [row[0] for row in await db.fetch("SELECT domain FROM host_allows")]


async def allows(db: Queries, page: Page) -> list[HostAllow]:
    where, tail, params = between(page)
    rows = await db.fetch(f"SELECT id, domain, created_at FROM host_allows WHERE true{where}{tail}", params)
    return [HostAllow(*row) for row in newest_first(rows, page)]


async def allow(db: Queries, *, id: int | None = None, domain: str | None = None) -> HostAllow | None:
    row = await db.fetch_one("SELECT id, domain, created_at FROM host_allows WHERE id = %s OR domain = %s", (id, domain))
    return HostAllow(*row) if row else None


async def add_allow(db: Queries, id: int, domain: str) -> bool:
    return bool(await db.execute("INSERT INTO host_allows (id, domain) VALUES (%s, %s) ON CONFLICT DO NOTHING", (id, domain)))


async def delete_allow(db: Queries, id: int) -> bool:
    return bool(await db.execute("DELETE FROM host_allows WHERE id = %s", (id,)))


# ---- what it means for those known from there


async def domains_under(db: Queries, domain: str) -> list[str]:
    """The domain and all below it, as they stand in handles (some with a port), as far as accounts are known from there."""
    rows = await db.fetch(
        "SELECT DISTINCT domain FROM accounts WHERE domain IS NOT NULL"
        " AND (split_part(domain, ':', 1) = %s OR split_part(domain, ':', 1) LIKE %s)",
        (domain.partition(":")[0], "%." + domain.partition(":")[0]),
    )
    return [row[0] for row in rows]


async def suspend(db: Queries, domain: str) -> list[tuple[int, str]]:
    """Some of its accounts that are not yet; call until there are none. (account id, handle)."""
    rows = await db.fetch(
        """UPDATE accounts SET suspended_at = now(), suspended_by = 'host' WHERE id IN (
               SELECT id FROM accounts WHERE domain = %s AND suspended_at IS NULL LIMIT %s) RETURNING id, username""",
        (domain, BATCH),
    )
    return [(row[0], f"{row[1]}@{domain}") for row in rows]


async def silence(db: Queries, domain: str) -> list[int]:
    rows = await db.fetch(
        """UPDATE accounts SET silenced_at = now(), silenced_by = 'host' WHERE id IN (
               SELECT id FROM accounts WHERE domain = %s AND silenced_at IS NULL LIMIT %s) RETURNING id""",
        (domain, BATCH),
    )
    return [row[0] for row in rows]


async def lift(db: Queries, domain: str, what: str) -> list[int]:
    """Take back what a block of the host did (`what`: suspended, silenced); call until there are none."""
    rows = await db.fetch(
        f"""UPDATE accounts SET {what}_at = NULL, {what}_by = NULL WHERE id IN (
               SELECT id FROM accounts WHERE domain = %s AND {what}_by = 'host' LIMIT %s) RETURNING id""",
        (domain, BATCH),
    )
    return [row[0] for row in rows]


async def drop_media(db: Queries, domain: str) -> int:
    """Pictures of its people and in its notes; call until there are none."""
    gone = await db.execute(
        "UPDATE accounts SET avatar_url = NULL, header_url = NULL WHERE domain = %s AND (avatar_url IS NOT NULL OR header_url IS NOT NULL)",
        (domain,),
    )
    gone += await db.execute(
        """WITH gone AS (DELETE FROM media WHERE id IN (
               SELECT m.id FROM media m JOIN accounts a ON a.id = m.account_id WHERE a.domain = %s LIMIT %s) RETURNING note_id)
           UPDATE notes SET has_media = false WHERE id IN (SELECT note_id FROM gone)""",
        (domain, BATCH),
    )
    return gone


async def end_follows(db: Queries, ids: Collection[int]) -> list[tuple[int, int]]:
    """All follows between these accounts of others and people here, both ways, with the counters: (follower, followed)."""
    rows: list[Sequence[Any]] = await db.fetch(
        """WITH gone AS (
               DELETE FROM follows f WHERE f.account_id = ANY(%(ids)s) OR f.target_id = ANY(%(ids)s)
               RETURNING account_id, target_id, accepted),
           counts AS (
               SELECT id, sum(following)::int AS following, sum(followers)::int AS followers FROM (
                   SELECT account_id AS id, count(*) AS following, 0 AS followers FROM gone WHERE accepted GROUP BY 1
                   UNION ALL SELECT target_id, 0, count(*) FROM gone WHERE accepted GROUP BY 1) c GROUP BY id),
           counted AS (
               UPDATE accounts a SET following_count = greatest(0, a.following_count - c.following),
                   followers_count = greatest(0, a.followers_count - c.followers)
               FROM counts c WHERE a.id = c.id)
           SELECT account_id, target_id FROM gone ORDER BY 1, 2""",
        {"ids": list(ids)},
    )
    return [(row[0], row[1]) for row in rows]
