"""What a person arranges for themselves: lists of people, filters, folders; what they listen to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from pleromad.model.note import Visibility

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


@dataclass(frozen=True, slots=True)
class BookmarkFolder:
    """`emoji`: a Unicode one, or the shortcode of one of this server's, whose picture is `emoji_url`."""

    id: int
    name: str
    emoji: str | None = None
    emoji_url: str | None = None


@dataclass(frozen=True, slots=True)
class Scrobble:
    """Something that somebody listened to. `length` is as the app counts it."""

    id: int
    account_id: int
    title: str
    album: str
    artist: str
    length: int
    url: str
    visibility: Visibility
    created_at: datetime
