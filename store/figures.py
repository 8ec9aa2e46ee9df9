"""Figures of use, day by day and by kind: what staff see on their dashboards. Days are UTC."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from store.pool import Queries


@dataclass(frozen=True, slots=True)
class Span:
    """From the first day to the last, both included."""

    first: date
    last: date

    @property
    def before(self) -> Span:
        """As many days, just before."""
        days = (self.last - self.first).days
        return Span(self.first - timedelta(days=days), self.last - timedelta(days=days))

    def days(self) -> list[date]:
        return [self.first + timedelta(days=n) for n in range((self.last - self.first).days + 1)]

    @property
    def ids(self) -> tuple[int, int]:
        """The first id of the first day, and the first that is later than the last day (see pleromad.ids)."""
        return _id_at(self.first), _id_at(self.last + timedelta(days=1))


def _id_at(day: date) -> int:
    return (day - date(1970, 1, 1)).days * 86_400_000 << 16


# A measure is rows of (day, who or what is counted once): {sql} gives them between %(first)s and %(after)s.
_TAGGED = (
    "SELECT n.created_at::date, {what} FROM note_tags t JOIN notes n ON n.id = t.note_id JOIN accounts a ON a.id = n.account_id"
    " WHERE t.tag = %(tag)s AND t.note_id >= %(first_id)s AND t.note_id < %(after_id)s AND n.visibility IN ('public', 'unlisted')"
)
_HOST = "({a}.domain = %(domain)s OR (%(below)s AND {a}.domain LIKE %(pattern)s))"
EVENTS = {
    "active_users": "SELECT day, account_id FROM active_days WHERE day >= %(first)s AND day < %(after)s",
    "new_users": "SELECT created_at::date, account_id FROM users WHERE created_at >= %(first)s AND created_at < %(after)s",
    "interactions": """
        SELECT to_timestamp((l.id >> 16) / 1000.0)::date, 0 FROM likes l JOIN users u ON u.account_id = l.account_id
            WHERE l.id >= %(first_id)s AND l.id < %(after_id)s
        UNION ALL SELECT n.created_at::date, 0 FROM notes n WHERE n.id >= %(first_id)s AND n.id < %(after_id)s AND n.local
            AND (n.boost_of_id IS NOT NULL OR n.in_reply_to_account_id <> n.account_id)
        UNION ALL SELECT f.created_at::date, 0 FROM follows f JOIN users u ON u.account_id = f.account_id
            WHERE f.created_at >= %(first)s AND f.created_at < %(after)s""",
    "opened_reports": "SELECT created_at::date, 0 FROM reports WHERE created_at >= %(first)s AND created_at < %(after)s",
    "resolved_reports": "SELECT resolved_at::date, 0 FROM reports WHERE resolved_at >= %(first)s AND resolved_at < %(after)s",
    "tag_uses": _TAGGED.format(what="0"),
    "tag_accounts": _TAGGED.format(what="n.account_id"),
    "tag_servers": _TAGGED.format(what="coalesce(a.domain, '')"),
    "instance_accounts": f"SELECT a.created_at::date, 0 FROM accounts a WHERE {_HOST.format(a='a')}",
    "instance_statuses": f"SELECT n.created_at::date, 0 FROM notes n JOIN accounts a ON a.id = n.account_id WHERE {_HOST.format(a='a')}",
    "instance_reports": f"SELECT r.created_at::date, 0 FROM reports r JOIN accounts a ON a.id = r.target_id WHERE {_HOST.format(a='a')}",
    "instance_follows": f"SELECT f.created_at::date, 0 FROM follows f JOIN accounts a ON a.id = f.target_id WHERE {_HOST.format(a='a')}",
    "instance_followers": f"SELECT f.created_at::date, 0 FROM follows f JOIN accounts a ON a.id = f.account_id WHERE {_HOST.format(a='a')}",
    "instance_media_attachments": (
        "SELECT m.created_at::date, coalesce(m.size_bytes, 0) FROM media m JOIN accounts a ON a.id = m.account_id"
        f" WHERE {_HOST.format(a='a')}"
    ),
}
ONCE = frozenset({"active_users", "tag_accounts", "tag_servers"})  # whoever comes twice counts once
SUMS = frozenset({"instance_media_attachments"})


async def measure(
    db: Queries, key: str, span: Span, *, tag: str = "", domain: str = "", below: bool = False
) -> tuple[int, int | None, dict[date, int]]:
    """(total, of the time before, by day) of a key of EVENTS. Of a host the total is of all time, and there is none before."""
    ever = key.startswith("instance_")
    whole = Span(span.before.first, span.last)
    params: dict[str, Any] = {
        "tag": tag,
        "domain": domain,
        "below": below,
        "pattern": "%." + domain.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_"),
        "first": whole.first,
        "after": whole.last + timedelta(days=1),
        "first_id": whole.ids[0],
        "after_id": whole.ids[1],
        "from": span.first,
        "to": span.last,
        "before_from": span.before.first,
        "before_to": span.before.last,
    }
    counted = "sum(what)" if key in SUMS else "count(DISTINCT what)" if key in ONCE else "count(*)"
    rows = await db.fetch(
        f"""WITH e(day, what) AS ({EVENTS[key]})
            SELECT NULL, {counted} FILTER (WHERE {"true" if ever else "day BETWEEN %(from)s AND %(to)s"}),
                {counted} FILTER (WHERE day BETWEEN %(before_from)s AND %(before_to)s) FROM e
            UNION ALL SELECT day, {counted}, NULL FROM e WHERE day BETWEEN %(from)s AND %(to)s GROUP BY day""",
        params,
    )
    total = next(row for row in rows if row[0] is None)
    days = {row[0]: int(row[1]) for row in rows if row[0] is not None}
    return int(total[1] or 0), None if ever else int(total[2] or 0), days


# ---- dimensions: (key, how many), the most first

DIMENSIONS = {
    "languages": "SELECT locale, count(*) FROM users WHERE last_active_on BETWEEN %(first)s AND %(last)s GROUP BY 1",
    "sources": """SELECT coalesce(p.name, ''), count(*) FROM users u LEFT JOIN oauth_apps p ON p.id = u.app_id
        WHERE u.created_at >= %(first)s AND u.created_at < %(after)s GROUP BY 1""",
    "servers": """SELECT coalesce(a.domain, ''), count(*) FROM notes n JOIN accounts a ON a.id = n.account_id
        WHERE n.id >= %(first_id)s AND n.id < %(after_id)s GROUP BY 1""",
    "tag_servers": """SELECT coalesce(a.domain, ''), count(*) FROM note_tags t JOIN notes n ON n.id = t.note_id JOIN accounts a ON a.id = n.account_id
        WHERE t.tag = %(tag)s AND t.note_id >= %(first_id)s AND t.note_id < %(after_id)s GROUP BY 1""",
    "tag_languages": """SELECT coalesce(n.language, 'und'), count(*) FROM note_tags t JOIN notes n ON n.id = t.note_id
        WHERE t.tag = %(tag)s AND t.note_id >= %(first_id)s AND t.note_id < %(after_id)s GROUP BY 1""",
    "instance_accounts": """SELECT a.username, (SELECT count(*) FROM follows f WHERE f.target_id = a.id) FROM accounts a
        WHERE a.domain = %(domain)s AND a.deleted_at IS NULL""",
    "instance_languages": """SELECT coalesce(n.language, 'und'), count(*) FROM notes n JOIN accounts a ON a.id = n.account_id
        WHERE a.domain = %(domain)s AND n.id >= %(first_id)s AND n.id < %(after_id)s AND n.boost_of_id IS NULL GROUP BY 1""",
}


async def dimension(db: Queries, key: str, span: Span, limit: int, *, tag: str = "", domain: str = "") -> list[tuple[str, int]]:
    rows = await db.fetch(
        f"SELECT * FROM ({DIMENSIONS[key]}) AS d(key, uses) ORDER BY uses DESC, key LIMIT %(limit)s",
        {"first": span.first, "last": span.last, "after": span.last + timedelta(days=1), "first_id": span.ids[0],
         "after_id": span.ids[1], "tag": tag, "domain": domain, "limit": limit},
    )  # fmt: skip
    return [(row[0], int(row[1])) for row in rows]


async def sizes(db: Queries) -> tuple[int, int]:
    """Bytes of (the database, what was uploaded)."""
    row = await db.fetch_one("SELECT pg_database_size(current_database()), (SELECT coalesce(sum(size_bytes), 0) FROM media WHERE path IS NOT NULL)")
    assert row is not None
    return int(row[0]), int(row[1])


async def postgresql(db: Queries) -> str:
    return str(await db.fetch_value("SHOW server_version"))


async def retention(db: Queries, first: date, last: date, frequency: str) -> list[Sequence[Any]]:
    """(when they came, period, how many of them were seen in it or later, how many came); `frequency`: day or month."""
    return await db.fetch(
        """WITH periods AS (
               SELECT generate_series(date_trunc(%(by)s, %(first)s::timestamp), date_trunc(%(by)s, %(last)s::timestamp), ('1 ' || %(by)s)::interval)::date AS p),
           came AS (
               SELECT date_trunc(%(by)s, created_at)::date AS p, date_trunc(%(by)s, last_active_on::timestamp)::date AS seen FROM users
               WHERE created_at >= date_trunc(%(by)s, %(first)s::timestamp))
           SELECT c.p, q.p, count(m.p) FILTER (WHERE m.seen >= q.p), count(m.p)
           FROM periods c JOIN periods q ON q.p >= c.p LEFT JOIN came m ON m.p = c.p GROUP BY 1, 2 ORDER BY 1, 2""",
        {"by": frequency, "first": first, "last": last},
    )


async def note_counts(db: Queries, host: str) -> dict[str, int]:
    """Of all (`host` empty) or of those known from one host: visibility -> how many, without boosts."""
    rows = await db.fetch(
        """SELECT visibility, count(*) FROM notes n WHERE boost_of_id IS NULL AND (%(host)s = '' OR
               n.account_id IN (SELECT id FROM accounts WHERE domain = %(host)s)) GROUP BY 1""",
        {"host": host},
    )
    return {row[0]: row[1] for row in rows}
