"""What lies around timelines: lists, markers, announcements."""

from __future__ import annotations

from typing import Literal

from msgspec import UNSET, UnsetType

from protocols.mastodon.entities.base import CustomEmoji, DateTime, Entity, Html, Id, Url
from protocols.mastodon.entities.status import Reaction
from protocols.mastodon.entities.tag import StatusTag


class UserList(Entity, kw_only=True):
    """Mastodon calls it List."""

    id: Id
    title: str
    replies_policy: Literal["followed", "list", "none"]
    exclusive: bool


class PleromaMarker(Entity, kw_only=True):
    unread_count: int


class Marker(Entity, kw_only=True):
    last_read_id: Id
    version: int
    updated_at: DateTime
    pleroma: PleromaMarker | UnsetType = UNSET


class AnnouncementAccount(Entity, kw_only=True):
    id: Id
    username: str
    url: Url
    acct: str


class AnnouncementStatus(Entity, kw_only=True):
    id: Id
    url: Url


class Announcement(Entity, kw_only=True):
    id: Id
    content: Html
    starts_at: DateTime | None
    ends_at: DateTime | None
    all_day: bool
    published_at: DateTime
    updated_at: DateTime
    read: bool | UnsetType = UNSET
    mentions: list[AnnouncementAccount]
    statuses: list[AnnouncementStatus]
    tags: list[StatusTag]
    emojis: list[CustomEmoji]
    reactions: list[Reaction]
