"""Keys of this server that are no actor's: made once, the same for all its daemons."""

from __future__ import annotations

from store.pool import Jsonb, Queries


async def kept(db: Queries, name: str, fresh: str) -> str:
    """The key with this name; `fresh` when there was none."""
    await db.execute("INSERT INTO settings (key, value) VALUES (%s, %s) ON CONFLICT (key) DO NOTHING", (name, Jsonb(fresh)))
    return str(await db.fetch_value("SELECT value FROM settings WHERE key = %s", (name,)))
