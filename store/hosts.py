"""What is remembered of other servers: whether they are alive, and which signatures they take."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from store.pool import Queries


async def succeeded(db: Queries, host: str) -> None:
    await db.write(
        "INSERT INTO hosts (host, last_success_at) VALUES (%s, now()) ON CONFLICT (host) DO UPDATE SET last_success_at = now(),"
        " failing_since = NULL, failed_days = 0 WHERE hosts.failing_since IS NOT NULL OR hosts.last_success_at < now() - interval '1 hour'"
        " OR hosts.last_success_at IS NULL",
        (host,),
    )


async def failed(db: Queries, host: str) -> None:
    await db.write(
        "INSERT INTO hosts (host, failing_since, last_failure_at, failed_days) VALUES (%s, now(), now(), 1) ON CONFLICT (host) DO UPDATE"
        " SET failing_since = coalesce(hosts.failing_since, now()), failed_days = hosts.failed_days"
        " + CASE WHEN hosts.last_failure_at::date = current_date THEN 0 ELSE 1 END, last_failure_at = now()",
        (host,),
    )


async def failing(db: Queries, host: str) -> tuple[datetime, int] | None:
    """(since when, on how many days) while the host fails, None while it is fine."""
    row = await db.fetch_one("SELECT failing_since, failed_days FROM hosts WHERE host = %s AND failing_since IS NOT NULL", (host,))
    return (row[0], row[1]) if row else None


async def unreachable(db: Queries, days: int = 7, limit: int = 1_000) -> dict[str, datetime]:
    rows = await db.fetch(
        "SELECT host, failing_since FROM hosts WHERE failing_since < now() - make_interval(days => %s) ORDER BY failing_since LIMIT %s",
        (days, limit),
    )
    return {row[0]: row[1] for row in rows}


async def all_failing(db: Queries, limit: int) -> list[tuple[str, datetime]]:
    """(host, since when), those that failed first at the end."""
    rows = await db.fetch(
        "SELECT host, failing_since FROM hosts WHERE failing_since IS NOT NULL ORDER BY failing_since DESC LIMIT %s", (limit,)
    )
    return [(row[0], row[1]) for row in rows]


async def signature(db: Queries, host: str) -> str:
    """The kind of signature the host took last, '' when not known."""
    return str(await db.fetch_value("SELECT signature FROM hosts WHERE host = %s", (host,)) or "")


async def set_signature(db: Queries, host: str, kind: str) -> None:
    await db.write(
        "INSERT INTO hosts (host, signature) VALUES (%s, %s) ON CONFLICT (host) DO UPDATE SET signature = excluded.signature", (host, kind)
    )


async def set_software(db: Queries, host: str, software: str, groups: bool, rooms: bool) -> None:
    await db.write(
        "INSERT INTO hosts (host, software, groups, rooms) VALUES (%s, %s, %s, %s) ON CONFLICT (host)"
        " DO UPDATE SET software = excluded.software, groups = excluded.groups, rooms = excluded.rooms",
        (host, software, groups, rooms),
    )


async def without_groups(db: Queries, hosts: Sequence[str]) -> set[str]:
    """Those that know boosts, but not what a group passes on."""
    return {row[0] for row in await db.fetch("SELECT host FROM hosts WHERE host = ANY(%s) AND groups = false", (list(hosts),))}


async def without_rooms(db: Queries, hosts: Sequence[str]) -> set[str]:
    """Those that do not take what a room tells of its members."""
    return {row[0] for row in await db.fetch("SELECT host FROM hosts WHERE host = ANY(%s) AND rooms = false", (list(hosts),))}
