"""Custom emojis, ours and those seen on other servers."""

from __future__ import annotations

from collections.abc import Collection

from pleromad.model.note import Emoji
from store.pool import Queries


async def ours(db: Queries) -> list[Emoji]:
    rows = await db.fetch("SELECT shortcode, url, category, visible FROM emojis WHERE domain = '' ORDER BY category, shortcode")
    return [Emoji(row[0], row[1], None, row[2], row[3]) for row in rows]


async def named(db: Queries, shortcodes: Collection[str], domain: str | None) -> dict[str, Emoji]:
    if not shortcodes:
        return {}
    rows = await db.fetch(
        "SELECT shortcode, url, category, visible FROM emojis WHERE domain = %s AND shortcode = ANY(%s)", (domain or "", list(shortcodes))
    )
    return {row[0]: Emoji(row[0], row[1], domain, row[2], row[3]) for row in rows}


async def put(db: Queries, emoji: Emoji) -> None:
    await db.write(
        "INSERT INTO emojis (shortcode, domain, url, category, visible) VALUES (%s, %s, %s, %s, %s)"
        " ON CONFLICT (shortcode, domain) DO UPDATE SET url = excluded.url, category = excluded.category, visible = excluded.visible",
        (emoji.shortcode, emoji.domain or "", emoji.url, emoji.category, emoji.visible),
    )
