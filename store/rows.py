"""Pages of rows that are listed by their id."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

from pleromad.model.page import Page

T = TypeVar("T")


def between(page: Page, key: str = "id") -> tuple[str, str, dict[str, Any]]:
    """(conditions that begin with AND, ORDER BY and LIMIT, what they bind) of a page, newest first; with `min_id` the other way round."""
    where = ""
    params: dict[str, Any] = {"limit": page.limit}
    if page.max_id is not None:
        where += f" AND {key} < %(max_id)s"
        params["max_id"] = page.max_id
    lower = page.min_id if page.min_id is not None else page.since_id
    if lower is not None:
        where += f" AND {key} > %(lower_id)s"
        params["lower_id"] = lower
    tail = f" ORDER BY {key} {'ASC' if page.min_id is not None else 'DESC'} LIMIT %(limit)s"
    if page.offset:
        tail += " OFFSET %(offset)s"
        params["offset"] = page.offset
    return where, tail, params


def newest_first(rows: Sequence[T], page: Page) -> list[T]:
    return list(rows[::-1]) if page.min_id is not None else list(rows)
