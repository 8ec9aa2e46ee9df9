"""The log of what staff did."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pleromad.model.moderation import LogFilter
from pleromad.model.page import Page
from store.pool import Jsonb, Queries
from store.rows import between, newest_first


async def add(
    db: Queries,
    *,
    id: int,
    by: int | None,
    action: str,
    target_type: str,
    target_id: int | None,
    target: str,
    details: Mapping[str, object],
) -> None:
    await db.write(
        "INSERT INTO staff_log (id, account_id, action, target_type, target_id, target, details) VALUES (%s, %s, %s, %s, %s, %s, %s)",
        (id, by, action, target_type, target_id, target[:500], Jsonb(dict(details))),
    )


async def page_of(db: Queries, page: Page, wanted: LogFilter) -> list[Sequence[Any]]:
    """id, account id, action, target type, target id, target, details, created_at; newest first."""
    where, tail, params = between(page)
    rows = await db.fetch(
        f"SELECT id, account_id, action, target_type, target_id, target, details, created_at FROM staff_log"
        " WHERE (%(by)s::bigint IS NULL OR account_id = %(by)s) AND (%(since)s::timestamptz IS NULL OR created_at >= %(since)s)"
        " AND (%(until)s::timestamptz IS NULL OR created_at <= %(until)s)"
        f" AND (%(search)s = '' OR position(lower(%(search)s) in lower(action || ' ' || target_type || ' ' || target)) > 0){where}{tail}",
        {**params, "by": wanted.by, "since": wanted.since, "until": wanted.until, "search": wanted.search},
    )
    return newest_first(rows, page)
