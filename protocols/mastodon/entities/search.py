"""Search results."""

from __future__ import annotations

from protocols.mastodon.entities.account import AccountJson
from protocols.mastodon.entities.base import Entity
from protocols.mastodon.entities.status import StatusJson
from protocols.mastodon.entities.tag import Tag


class Search(Entity, kw_only=True):
    accounts: list[AccountJson]
    statuses: list[StatusJson]
    hashtags: list[Tag]


class SearchV1(Entity, kw_only=True):
    """Until Mastodon 3 (and Pleroma): hashtags are only their names."""

    accounts: list[AccountJson]
    statuses: list[StatusJson]
    hashtags: list[str]
