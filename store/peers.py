"""This server from outside: which others it knows, what happened here week by week."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from store.pool import Queries
from store.trends import first_id


async def domains(db: Queries, prefix: str = "", limit: int | None = None) -> list[str]:
    """Hosts of known accounts in order, but for those that are suspended. Steps from one to the next: as fast as there are few."""
    pattern = prefix.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
    rows = await db.fetch(
        """WITH RECURSIVE known (domain) AS (
               (SELECT domain FROM accounts WHERE domain IS NOT NULL ORDER BY domain LIMIT 1)
               UNION ALL SELECT (SELECT a.domain FROM accounts a WHERE a.domain > known.domain ORDER BY a.domain LIMIT 1)
               FROM known WHERE known.domain IS NOT NULL)
           SELECT k.domain FROM known k WHERE k.domain LIKE %(pattern)s AND NOT EXISTS (
               SELECT FROM host_blocks b WHERE b.severity = 'suspend' AND (k.domain = b.domain OR right(k.domain, length(b.domain) + 1) = '.' || b.domain))
           LIMIT %(limit)s""",
        {"pattern": pattern, "limit": limit},
    )
    return [row[0] for row in rows]


async def weeks(db: Queries, monday: date, count: int) -> list[Sequence[Any]]:
    """(first day, notes, people who were here, people who came) of that week and those before it, the newest first; one query."""
    days = [monday - timedelta(weeks=number) for number in range(count)]
    return await db.fetch(
        """SELECT w.day,
               (SELECT count(*) FROM notes n WHERE n.local AND n.visibility IN ('public', 'local') AND n.boost_of_id IS NULL
                   AND n.room_id IS NULL AND n.id >= w.first AND n.id < w.after),
               (SELECT count(DISTINCT d.account_id) FROM active_days d WHERE d.day >= w.day AND d.day < w.day + 7),
               (SELECT count(*) FROM users u WHERE u.created_at >= w.day AND u.created_at < w.day + 7)
           FROM unnest(%s::date[], %s::bigint[], %s::bigint[]) WITH ORDINALITY AS w(day, first, after, place) ORDER BY w.place""",
        (days, [first_id(day) for day in days], [first_id(day + timedelta(weeks=1)) for day in days]),
    )
