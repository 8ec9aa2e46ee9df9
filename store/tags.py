"""Hashtags."""

from __future__ import annotations

from store.pool import Queries


async def beginning(db: Queries, prefix: str, limit: int, offset: int) -> list[str]:
    """Tags that begin so, the most used ones first."""
    pattern = prefix.lower().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
    rows = await db.fetch(
        "SELECT tag FROM note_tags WHERE tag LIKE %s GROUP BY tag ORDER BY count(*) DESC, tag LIMIT %s OFFSET %s", (pattern, limit, offset)
    )
    return [row[0] for row in rows]
