"""Collections: people whom somebody recommends together, under a name (Mastodon 4.6)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class CollectionItem:
    """Somebody in a collection. All of them agreed beforehand: only those who may be found (`discoverable`) can be put in."""

    id: int
    account_id: int
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Collection:
    """`description` is as typed; `discoverable`: it is listed on the owner's profile for others too; `owner`: their username."""

    id: int
    account_id: int
    owner: str
    name: str
    description: str
    language: str | None
    tag: str | None
    sensitive: bool
    discoverable: bool
    created_at: datetime
    updated_at: datetime
    items: tuple[CollectionItem, ...] = ()
