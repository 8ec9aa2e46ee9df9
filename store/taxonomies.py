"""What staff decided about hashtags, and about what may be a trend."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any

from pleromad.model.moderation import TagRule
from pleromad.model.page import Page
from store.pool import Queries

COLUMNS = "tag, display_name, trendable, usable, listable, reviewed_at"


async def rules(db: Queries, tags: Collection[str]) -> dict[str, TagRule]:
    if not tags:
        return {}
    rows = await db.fetch(f"SELECT {COLUMNS} FROM tag_rules WHERE tag = ANY(%s)", (list(tags),))
    return {row[0]: TagRule(*row) for row in rows}


async def known(db: Queries, tag: str) -> bool:
    return bool(await db.fetch_value("SELECT EXISTS (SELECT FROM note_tags WHERE tag = %s) OR EXISTS (SELECT FROM tag_rules WHERE tag = %s)", (tag, tag)))


async def page_of(db: Queries, page: Page) -> list[str]:
    """Hashtags that were used or decided about, by name."""
    rows = await db.fetch(
        "SELECT tag FROM (SELECT tag FROM tag_rules UNION SELECT DISTINCT tag FROM note_tags) t ORDER BY tag LIMIT %s OFFSET %s",
        (page.limit, page.offset),
    )
    return [row[0] for row in rows]


async def change(db: Queries, tag: str, columns: Mapping[str, Any]) -> None:
    """Also says that it was reviewed now."""
    names = ["tag", *columns]
    updates = ", ".join(f"{name} = excluded.{name}" for name in [*columns, "reviewed_at"])
    await db.write(
        f"INSERT INTO tag_rules ({', '.join(names)}, reviewed_at) VALUES ({', '.join(['%s'] * len(names))}, now())"
        f" ON CONFLICT (tag) DO UPDATE SET {updates}",
        (tag, *columns.values()),
    )


async def refuse_trend(db: Queries, kind: str, key: str, refused: bool) -> None:
    """`kind`: tag, link or status; `key`: its name, address or id."""
    if refused:
        await db.write("INSERT INTO trend_refusals (kind, key) VALUES (%s, %s) ON CONFLICT DO NOTHING", (kind, key))
    else:
        await db.write("DELETE FROM trend_refusals WHERE kind = %s AND key = %s", (kind, key))


async def uses(db: Queries, tags: Collection[str], since: date) -> list[Sequence[Any]]:
    """(tag, day, uses, accounts) in public."""
    if not tags:
        return []
    first_id = (since - date(1970, 1, 1)).days * 86_400_000 << 16
    return await db.fetch(
        """SELECT t.tag, n.created_at::date, count(*), count(DISTINCT n.account_id) FROM note_tags t JOIN notes n ON n.id = t.note_id
           WHERE t.tag = ANY(%s) AND t.note_id >= %s AND n.visibility = 'public' GROUP BY 1, 2""",
        (list(tags), first_id),
    )
