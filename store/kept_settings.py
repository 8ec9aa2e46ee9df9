"""Settings that staff changed at run time, by key (`section.name`). They stand over the file's."""

from __future__ import annotations

from typing import Any

from store.pool import Jsonb, Queries


async def all(db: Queries) -> dict[str, Any]:
    return {row[0]: row[1] for row in await db.fetch("SELECT key, value FROM kept_settings")}


async def put(db: Queries, key: str, value: Any, by: int | None) -> None:
    await db.execute(
        "INSERT INTO kept_settings (key, value, changed_by) VALUES (%s, %s, %s)"
        " ON CONFLICT (key) DO UPDATE SET value = excluded.value, changed_by = excluded.changed_by, changed_at = now()",
        (key, Jsonb(value), by),
    )


async def remove(db: Queries, key: str) -> bool:
    return bool(await db.execute("DELETE FROM kept_settings WHERE key = %s", (key,)))


async def lock(db: Queries) -> None:
    """One change after the other: each is checked together with all others that are kept."""
    await db.execute("LOCK TABLE kept_settings IN SHARE ROW EXCLUSIVE MODE")
