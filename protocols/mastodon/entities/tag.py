"""Hashtags."""

from __future__ import annotations

from msgspec import UNSET, UnsetType

from protocols.mastodon.entities.base import Entity, Number, Url


class StatusTag(Entity, kw_only=True):
    name: str
    url: Url


class TagDay(Entity, kw_only=True):
    day: Number  # seconds since 1970
    uses: Number
    accounts: Number


class Tag(Entity, kw_only=True):
    id: str
    name: str
    url: Url
    history: list[TagDay]
    following: bool | UnsetType = UNSET
    featuring: bool | UnsetType = UNSET
