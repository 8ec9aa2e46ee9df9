"""How lists are read: newest first, by id (Mastodon API, "Paginating through API responses")."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Page:
    """Which part of a list. All bounds are exclusive ids. `min_id` asks for the oldest ones right above it."""

    limit: int = 20
    max_id: int | None = None
    since_id: int | None = None
    min_id: int | None = None
    offset: int = 0


@dataclass(frozen=True, slots=True)
class Slice(Generic[T]):
    """A part of a list, newest first, with the ids to page on by (None: nothing further that way is known).

    `last_id`: what the last of them is paged by, where it is known, also when nothing comes after it.
    """

    items: tuple[T, ...]
    next_max_id: int | None = None
    prev_min_id: int | None = None
    last_id: int | None = None
