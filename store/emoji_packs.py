"""Packs of this server's custom emojis: a pack is their category, and may be empty."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from pleromad.model.emoji import Pack, PackedEmoji
from store.pool import Queries

_NAMES = "SELECT name FROM emoji_packs UNION SELECT category FROM emojis WHERE domain = '' AND category IS NOT NULL"


async def count(db: Queries) -> int:
    return int(await db.fetch_value(f"SELECT count(*) FROM ({_NAMES}) n"))


async def page_of(db: Queries, limit: int, offset: int) -> list[Pack]:
    """By name, each with all its emojis."""
    rows = await db.fetch(f"SELECT name FROM ({_NAMES}) n ORDER BY name LIMIT %s OFFSET %s", (limit, offset))
    found = await named(db, [row[0] for row in rows])
    return [found[row[0]] for row in rows]


async def named(db: Queries, names: Collection[str]) -> dict[str, Pack]:
    """Two queries."""
    kept = {row[0]: row for row in await db.fetch("SELECT name, description, license, homepage FROM emoji_packs WHERE name = ANY(%s)", (list(names),))}
    emojis: dict[str, list[PackedEmoji]] = {}
    for category, shortcode, filename, url in await db.fetch(
        "SELECT category, shortcode, filename, url FROM emojis WHERE domain = '' AND category = ANY(%s) ORDER BY shortcode", (list(names),)
    ):
        emojis.setdefault(category, []).append(PackedEmoji(shortcode, filename or url.rpartition("/")[2], url))
    described = {name: kept.get(name, (name, "", "", "")) for name in names if name in kept or name in emojis}
    return {name: Pack(name, row[1], row[2], row[3], tuple(emojis.get(name, ()))) for name, row in described.items()}


async def add(db: Queries, name: str) -> bool:
    """False when there is one."""
    if name in await named(db, [name]):
        return False
    return bool(await db.execute("INSERT INTO emoji_packs (name) VALUES (%s) ON CONFLICT DO NOTHING", (name,)))


async def describe(db: Queries, name: str, columns: Mapping[str, Any]) -> None:
    assignments = ", ".join(f"{column} = %s" for column in columns)
    await db.write("INSERT INTO emoji_packs (name) VALUES (%s) ON CONFLICT DO NOTHING", (name,))
    await db.write(f"UPDATE emoji_packs SET {assignments} WHERE name = %s", (*columns.values(), name))


async def delete(db: Queries, name: str) -> list[str]:
    """With its emojis. Returns their addresses."""
    await db.write("DELETE FROM emoji_packs WHERE name = %s", (name,))
    return [row[0] for row in await db.fetch("DELETE FROM emojis WHERE domain = '' AND category = %s RETURNING url", (name,))]


async def put(db: Queries, pack: str, one: PackedEmoji) -> bool:
    """False when the shortcode is taken."""
    return bool(
        await db.execute(
            "INSERT INTO emojis (shortcode, domain, url, category, filename) VALUES (%s, '', %s, %s, %s) ON CONFLICT DO NOTHING",
            (one.shortcode, one.url, pack, one.filename),
        )
    )


async def rename(db: Queries, pack: str, shortcode: str, new: str, filename: str) -> None:
    """Whoever had the new name makes room."""
    if new != shortcode:
        await db.write("DELETE FROM emojis WHERE domain = '' AND shortcode = %s", (new,))
    await db.write(
        "UPDATE emojis SET shortcode = %s, filename = %s WHERE domain = '' AND category = %s AND shortcode = %s", (new, filename, pack, shortcode)
    )


async def remove(db: Queries, pack: str, shortcode: str) -> bool:
    return bool(await db.execute("DELETE FROM emojis WHERE domain = '' AND category = %s AND shortcode = %s", (pack, shortcode)))
