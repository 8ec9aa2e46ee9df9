"""What a person arranges for themselves: lists of people, filters."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

CONTEXTS = ("home", "notifications", "public", "thread", "account")


@dataclass(frozen=True, slots=True)
class List:
    """`replies_policy`: whose replies are shown: to people one follows (`followed`), to members (`list`), to nobody (`none`)."""

    id: int
    account_id: int
    title: str
    replies_policy: str = "list"
    exclusive: bool = False


@dataclass(frozen=True, slots=True)
class FilterKeyword:
    id: int
    keyword: str
    whole_word: bool = False


@dataclass(frozen=True, slots=True)
class FilterNote:
    id: int
    note_id: int


@dataclass(frozen=True, slots=True)
class Filter:
    """`action`: warn, hide or blur; `contexts`: where, of CONTEXTS."""

    id: int
    account_id: int
    title: str
    contexts: tuple[str, ...]
    action: str = "warn"
    expires_at: datetime | None = None
    keywords: tuple[FilterKeyword, ...] = ()
    notes: tuple[FilterNote, ...] = ()


@dataclass(frozen=True, slots=True)
class FilterMatch:
    """Why a note is filtered."""

    filter: Filter
    keywords: tuple[str, ...] = ()
    note_ids: tuple[int, ...] = ()
