"""Hashtags: which there are, and how they are used day by day."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from store.pool import Queries

HISTORY_DAYS = 7  # today is one of them


async def beginning(db: Queries, prefix: str, limit: int, offset: int, *, reviewed: bool = False) -> list[str]:
    """Tags that begin so, the most used ones first. `reviewed`: only those staff has looked at."""
    pattern = prefix.lower().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
    rows = await db.fetch(
        "SELECT name FROM tags WHERE name LIKE %s AND NOT EXISTS (SELECT FROM tag_rules r WHERE r.tag = name AND NOT r.listable)"
        " AND (NOT %s OR EXISTS (SELECT FROM tag_rules r WHERE r.tag = name AND r.reviewed_at IS NOT NULL))"
        " ORDER BY total + uses DESC, name LIMIT %s OFFSET %s",
        (pattern, reviewed, limit, offset),
    )
    return [row[0] for row in rows]


async def use(db: Queries, names: Collection[str], account_id: int, day: date) -> None:
    """Somebody used these in public; one statement."""
    # In one order everywhere, so that two who use the same tags do not wait for each other.
    await db.write(
        """WITH named AS (INSERT INTO tags (name) SELECT unnest(%(names)s::text[]) ON CONFLICT DO NOTHING)
           INSERT INTO tag_uses (tag, day, account_id) SELECT unnest(%(names)s::text[]), %(day)s, %(account)s
           ON CONFLICT (tag, day, account_id) DO UPDATE SET uses = tag_uses.uses + 1""",
        {"names": sorted(set(names)), "day": day, "account": account_id},
    )


async def history(db: Queries, names: Collection[str], today: date) -> dict[str, dict[date, tuple[int, int]]]:
    """(uses, people) of each day of the last HISTORY_DAYS that has some; one query."""
    rows = await db.fetch(
        "SELECT tag, day, sum(uses), count(*) FROM tag_uses WHERE tag = ANY(%s) AND day > %s::date - %s GROUP BY tag, day",
        (list(names), today, HISTORY_DAYS),
    )
    found: dict[str, dict[date, tuple[int, int]]] = {}
    for tag, day, uses, people in rows:
        found.setdefault(tag, {})[day] = (int(uses), int(people))
    return found


async def often_used(db: Queries, account_id: int, limit: int, among: int = 400) -> list[str]:
    """What an account's newest notes are tagged with, and it does not feature: the most used first."""
    rows = await db.fetch(
        """SELECT tag FROM (SELECT unnest(tags) AS tag FROM (
               SELECT tags FROM notes WHERE account_id = %(account)s AND boost_of_id IS NULL AND visibility IN ('public', 'unlisted')
               ORDER BY id DESC LIMIT %(among)s) newest) used
           WHERE NOT EXISTS (SELECT FROM featured_tags f WHERE f.account_id = %(account)s AND f.tag = used.tag)
           GROUP BY tag ORDER BY count(*) DESC, tag LIMIT %(limit)s""",
        {"account": account_id, "among": among, "limit": limit},
    )
    return [row[0] for row in rows]
