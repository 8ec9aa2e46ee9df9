"""Collections of people, and who is in them."""

from __future__ import annotations

from collections.abc import Collection as Some
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from pleromad.model.collection import Collection, CollectionItem
from store.pool import Queries

COLUMNS = """c.id, c.account_id, a.username, c.name, c.description, c.language, c.tag, c.sensitive, c.discoverable, c.created_at,
    c.updated_at"""
FROM = "collections c JOIN accounts a ON a.id = c.account_id AND a.suspended_at IS NULL AND a.deleted_at IS NULL"


async def add(db: Queries, id: int, account_id: int, columns: Mapping[str, Any]) -> None:
    names = ["id", "account_id", *columns]
    await db.execute(
        f"INSERT INTO collections ({', '.join(names)}) VALUES ({', '.join(['%s'] * len(names))})", (id, account_id, *columns.values())
    )


async def change(db: Queries, id: int, columns: Mapping[str, Any]) -> None:
    """Also without any columns it counts as changed now."""
    assignments = "".join(f", {name} = %s" for name in columns)
    await db.execute(f"UPDATE collections SET updated_at = now(){assignments} WHERE id = %s", (*columns.values(), id))


async def delete(db: Queries, id: int) -> None:
    await db.execute("DELETE FROM collections WHERE id = %s", (id,))


async def count(db: Queries, account_id: int) -> int:
    return int(await db.fetch_value("SELECT count(*) FROM collections WHERE account_id = %s", (account_id,)))


async def by_ids(db: Queries, ids: Some[int], viewer: int | None = None) -> dict[int, Collection]:
    """Those whose owners are here and do not block the viewer."""
    rows = await db.fetch(
        f"SELECT {COLUMNS} FROM {FROM} WHERE c.id = ANY(%s) AND NOT EXISTS"
        " (SELECT FROM blocks b WHERE b.account_id = c.account_id AND b.target_id = %s)",
        (list(ids), viewer),
    )
    return {each.id: each for each in await _whole(db, rows)}


async def of_account(db: Queries, account_id: int, *, hidden: bool, limit: int, offset: int) -> list[Collection]:
    """The newest first. `hidden`: also those that are not discoverable."""
    rows = await db.fetch(
        f"SELECT {COLUMNS} FROM {FROM} WHERE c.account_id = %s AND (c.discoverable OR %s) ORDER BY c.id DESC LIMIT %s OFFSET %s",
        (account_id, hidden, limit, offset),
    )
    return await _whole(db, rows)


async def with_member(db: Queries, account_id: int, *, limit: int, offset: int) -> list[Collection]:
    rows = await db.fetch(
        f"SELECT {COLUMNS} FROM {FROM} WHERE c.id IN (SELECT collection_id FROM collection_items WHERE account_id = %s AND NOT revoked)"
        " ORDER BY c.id DESC LIMIT %s OFFSET %s",
        (account_id, limit, offset),
    )
    return await _whole(db, rows)


async def add_item(db: Queries, id: int, collection_id: int, account_id: int) -> bool:
    """False when they are in it, or do not want to be."""
    return bool(
        await db.execute(
            "INSERT INTO collection_items (id, collection_id, account_id) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING",
            (id, collection_id, account_id),
        )
    )


async def remove_item(db: Queries, collection_id: int, id: int) -> bool:
    return bool(
        await db.execute("DELETE FROM collection_items WHERE collection_id = %s AND id = %s AND NOT revoked", (collection_id, id))
    )


async def revoke_item(db: Queries, collection_id: int, id: int, account_id: int) -> bool:
    """Somebody takes themselves out, for good."""
    return bool(
        await db.execute(
            "UPDATE collection_items SET revoked = true WHERE collection_id = %s AND id = %s AND account_id = %s AND NOT revoked",
            (collection_id, id, account_id),
        )
    )


async def _whole(db: Queries, rows: Sequence[Sequence[Any]]) -> list[Collection]:
    """With those who are in them; one query more, if there is any collection."""
    if not rows:
        return []
    items: dict[int, list[CollectionItem]] = {}
    for collection_id, *row in await db.fetch(
        "SELECT i.collection_id, i.id, i.account_id, i.created_at FROM collection_items i"
        " JOIN accounts a ON a.id = i.account_id AND a.suspended_at IS NULL AND a.deleted_at IS NULL"
        " WHERE i.collection_id = ANY(%s) AND NOT i.revoked ORDER BY i.id",
        ([row[0] for row in rows],),
    ):
        items.setdefault(collection_id, []).append(CollectionItem(*row))
    return [replace(Collection(*row), items=tuple(items.get(row[0], ()))) for row in rows]
