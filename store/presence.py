"""Who is connected over IRC, and to which daemon."""

from __future__ import annotations

from collections.abc import Iterable

from store.pool import Queries

GONE_SECONDS = 180  # a daemon that has not said for so long that it is there has ended


async def put(db: Queries, account_id: int, daemon: str, away: str | None) -> None:
    await db.execute(
        "INSERT INTO irc_presence (account_id, daemon, away) SELECT id, %s, %s FROM accounts WHERE id = %s"
        " ON CONFLICT (account_id, daemon) DO UPDATE SET away = excluded.away, seen_at = now()",
        (daemon, away, account_id),
    )


async def remove(db: Queries, account_id: int, daemon: str) -> None:
    await db.execute("DELETE FROM irc_presence WHERE account_id = %s AND daemon = %s", (account_id, daemon))


async def elsewhere(db: Queries, daemon: str, account_ids: Iterable[int]) -> dict[int, str | None]:
    """Those connected to another daemon, with their away message; None: somewhere they are not away."""
    found = await db.fetch(
        """SELECT account_id, CASE WHEN bool_or(away IS NULL) THEN NULL ELSE min(away) END FROM irc_presence
           WHERE account_id = ANY(%s) AND daemon <> %s AND seen_at > now() - make_interval(secs => %s) GROUP BY account_id""",
        (list(account_ids), daemon, GONE_SECONDS),
    )
    return {row[0]: row[1] for row in found}


async def beat(db: Queries, daemon: str) -> list[int]:
    """This daemon is there. Returns the accounts that were connected to one that has ended without a word."""
    await db.execute("UPDATE irc_presence SET seen_at = now() WHERE daemon = %s", (daemon,))
    rows = await db.fetch(
        "DELETE FROM irc_presence WHERE seen_at < now() - make_interval(secs => %s) RETURNING account_id", (GONE_SECONDS,)
    )
    return [row[0] for row in rows]


async def forget(db: Queries, daemon: str) -> list[int]:
    """A daemon ends in good order."""
    rows = await db.fetch("DELETE FROM irc_presence WHERE daemon = %s RETURNING account_id", (daemon,))
    return [row[0] for row in rows]
