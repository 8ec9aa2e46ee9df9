"""Collections of accounts (Mastodon 4.6)."""

from __future__ import annotations

from typing import Literal

from protocols.mastodon.entities.account import AccountJson
from protocols.mastodon.entities.base import DateTime, Entity, Html, Id, Url


class ShallowTag(Entity, kw_only=True):
    name: str
    url: Url


class CollectionItem(Entity, kw_only=True):
    id: Id
    account_id: Id | None
    state: Literal["pending", "accepted"]
    created_at: DateTime


class Collection(Entity, kw_only=True):
    id: Id
    account_id: Id
    uri: Url
    url: Url | None
    name: str
    description: Html
    language: str | None
    local: bool
    sensitive: bool
    discoverable: bool
    tag: ShallowTag | None
    created_at: DateTime
    updated_at: DateTime
    item_count: int
    items: list[CollectionItem]


class CollectionWithAccounts(Entity, kw_only=True):
    accounts: list[AccountJson]
    collection: Collection


class Collections(Entity, kw_only=True):
    collections: list[Collection]


class WrappedCollection(Entity, kw_only=True):
    collection: Collection


class WrappedCollectionItem(Entity, kw_only=True):
    collection_item: CollectionItem
