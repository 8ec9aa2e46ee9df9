"""Notes that wait for their time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from pleromad.model.page import Page
from store.pool import Jsonb, Queries, Transaction

COLUMNS = "id, account_id, scheduled_at, draft, app_id, idempotency_key, failure"


async def add(
    tx: Transaction,
    id: int,
    account_id: int,
    at: datetime,
    draft: dict[str, Any],
    media_ids: Sequence[int],
    *,
    app_id: int | None,
    idempotency_key: str | None,
) -> bool:
    """False when this key was used before. The media are kept for it."""
    added = await tx.execute(
        "INSERT INTO scheduled_notes (id, account_id, scheduled_at, draft, app_id, idempotency_key) VALUES (%s, %s, %s, %s, %s, %s)"
        " ON CONFLICT DO NOTHING",
        (id, account_id, at, Jsonb(draft), app_id, idempotency_key),
    )
    if added and media_ids:
        await tx.execute("UPDATE media SET scheduled_id = %s WHERE id = ANY(%s) AND account_id = %s", (id, list(media_ids), account_id))
    return bool(added)


async def by_key(db: Queries, account_id: int, key: str) -> int | None:
    value = await db.fetch_value("SELECT id FROM scheduled_notes WHERE account_id = %s AND idempotency_key = %s", (account_id, key))
    return None if value is None else int(value)


async def one(db: Queries, id: int) -> Sequence[Any] | None:
    return await db.fetch_one(f"SELECT {COLUMNS} FROM scheduled_notes WHERE id = %s", (id,))


async def many(db: Queries, account_id: int, page: Page) -> list[Sequence[Any]]:
    """Newest first, as pages go."""
    order = "ASC" if page.min_id else "DESC"
    rows = await db.fetch(
        f"""SELECT {COLUMNS} FROM scheduled_notes WHERE account_id = %(account)s AND (%(max)s::bigint IS NULL OR id < %(max)s)
              AND (%(min)s::bigint IS NULL OR id > %(min)s) ORDER BY id {order} LIMIT %(limit)s""",
        {"account": account_id, "max": page.max_id, "min": page.min_id or page.since_id, "limit": page.limit},
    )
    return rows[::-1] if page.min_id else rows


async def counts(db: Queries, account_id: int, day: datetime) -> tuple[int, int]:
    """How many there are of this account, and of them on that day (UTC)."""
    row = await db.fetch_one(
        "SELECT count(*), count(*) FILTER (WHERE (scheduled_at AT TIME ZONE 'UTC')::date = (%s AT TIME ZONE 'UTC')::date)"
        " FROM scheduled_notes WHERE account_id = %s",
        (day, account_id),
    )
    assert row is not None
    return row[0], row[1]


async def move(db: Queries, id: int, at: datetime) -> None:
    await db.execute("UPDATE scheduled_notes SET scheduled_at = %s, failure = NULL WHERE id = %s", (at, id))


async def fail(db: Queries, id: int, why: str) -> None:
    await db.execute("UPDATE scheduled_notes SET failure = %s WHERE id = %s", (why[:500], id))


async def delete(db: Queries, id: int) -> None:
    await db.execute("DELETE FROM scheduled_notes WHERE id = %s", (id,))
