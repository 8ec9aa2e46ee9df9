"""Filters (v1 and v2)."""

from __future__ import annotations

from typing import Literal

from msgspec import UNSET, UnsetType

from protocols.mastodon.entities.base import DateTime, Entity, Id

FilterContext = Literal["home", "notifications", "public", "thread", "account"]


class FilterKeyword(Entity, kw_only=True):
    id: Id
    keyword: str
    whole_word: bool


class FilterStatus(Entity, kw_only=True):
    id: Id
    status_id: Id


class Filter(Entity, kw_only=True):
    id: Id
    title: str
    context: list[FilterContext]
    expires_at: DateTime | None
    filter_action: Literal["warn", "hide", "blur"]
    keywords: list[FilterKeyword] | UnsetType = UNSET
    statuses: list[FilterStatus] | UnsetType = UNSET


class FilterResult(Entity, kw_only=True):
    filter: Filter
    keyword_matches: list[str] | None
    status_matches: list[str] | None


class FilterV1(Entity, kw_only=True):
    id: Id
    phrase: str
    context: list[FilterContext]
    expires_at: DateTime | None
    irreversible: bool
    whole_word: bool
