"""Which inbox took which activity, and what waits for which host."""

from __future__ import annotations

from collections.abc import Sequence

from pleromad.model.delivery import Delivery, HostState
from store.pool import Queries

KEPT_DAYS = 30
KINDS = ("post", "forward")


async def record(db: Queries, rows: Sequence[Delivery]) -> None:
    columns = [[getattr(row, name) for row in rows] for name in ("activity_id", "inbox", "host", "state", "tries", "status", "said", "at")]
    await db.execute(
        "INSERT INTO deliveries (activity_id, inbox, host, state, tries, status, said, at)"
        " SELECT DISTINCT ON (a, i) * FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::text[], %s::int[], %s::int[], %s::text[],"
        " %s::timestamptz[]) AS t(a, i, h, s, n, c, w, m) ORDER BY a, i, m DESC, n DESC"
        " ON CONFLICT (activity_id, inbox) DO UPDATE SET state = excluded.state, tries = excluded.tries, status = excluded.status,"
        " said = excluded.said, at = excluded.at",
        tuple(columns),
    )


async def of_activity(db: Queries, activity_id: int) -> list[Delivery]:
    rows = await db.fetch(
        "SELECT activity_id, inbox, host, state, tries, status, said, at FROM deliveries WHERE activity_id = %s ORDER BY host, inbox", (activity_id,)
    )
    return [Delivery(*row) for row in rows]


async def hosts(db: Queries, host: str | None) -> list[HostState]:
    """Those with something waiting or failing, or (given) just that one."""
    rows = await db.fetch(
        """WITH waiting AS (
               SELECT key, count(*) AS n, min(created_at) AS oldest, min(run_at) AS next, (array_agg(last_error ORDER BY id))[1] AS error
               FROM jobs WHERE kind = ANY(%(kinds)s) AND key IS NOT NULL AND (%(host)s::text IS NULL OR key = %(host)s) GROUP BY key)
           SELECT coalesce(w.key, h.host), coalesce(w.n, 0), w.oldest, w.next, h.failing_since, coalesce(h.failed_days, 0), h.last_success_at, coalesce(w.error, '')
           FROM waiting w FULL JOIN hosts h ON h.host = w.key
           WHERE w.key IS NOT NULL OR CASE WHEN %(host)s::text IS NULL THEN h.failing_since IS NOT NULL ELSE h.host = %(host)s END
           ORDER BY 2 DESC, 1""",
        {"kinds": list(KINDS), "host": host},
    )
    return [HostState(*row) for row in rows]


async def retry(db: Queries, host: str) -> int:
    """What waits for the host may go at once, whatever is remembered of it."""
    await db.execute("UPDATE hosts SET failing_since = NULL, failed_days = 0 WHERE host = %s", (host,))
    return await db.execute(
        "UPDATE jobs SET run_at = now(), payload = payload || jsonb_build_object('now', extract(epoch FROM now())) WHERE kind = ANY(%s) AND key = %s"
        " AND (locked_until IS NULL OR locked_until < now())",
        (list(KINDS), host),
    )


async def wake(db: Queries, host: str) -> int:
    """What waits for the host until later may go now."""
    return await db.execute(
        "UPDATE jobs SET run_at = now() WHERE kind = ANY(%s) AND key = %s AND run_at > now() AND (locked_until IS NULL OR locked_until < now())",
        (list(KINDS), host),
    )


async def drop(db: Queries, host: str) -> int:
    """What waits for the host is given up."""
    await db.execute(
        "UPDATE deliveries SET state = 'given up', said = 'dropped by hand', at = now() WHERE host = %s AND state = 'waiting'", (host,)
    )
    return await db.execute("DELETE FROM jobs WHERE kind = ANY(%s) AND key = %s", (list(KINDS), host))


async def overtaken(db: Queries, host: str, inbox: str, about: str, job_id: int) -> list[int]:
    """Jobs before this one that would tell the same inbox of the same thing."""
    rows = await db.fetch(
        "SELECT id FROM jobs WHERE kind = 'post' AND key = %s AND id < %s AND payload->>'inbox' = %s AND payload->>'about' = %s",
        (host, job_id, inbox, about),
    )
    return [row[0] for row in rows]


async def inbox_gone(db: Queries, inbox: str) -> None:
    """Nothing is sent there until somebody's document names it again."""
    await db.execute("UPDATE accounts SET shared_inbox = '' WHERE shared_inbox = %s AND domain IS NOT NULL", (inbox,))
    await db.execute("UPDATE accounts SET inbox = '' WHERE inbox = %s AND domain IS NOT NULL", (inbox,))


async def trim(db: Queries) -> None:
    await db.execute("DELETE FROM deliveries WHERE at < now() - make_interval(days => %s)", (KEPT_DAYS,))
