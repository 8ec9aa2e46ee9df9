"""MediaAttachment."""

from __future__ import annotations

from typing import Literal

from msgspec import UNSET, UnsetType

from protocols.mastodon.entities.base import Entity, Id, Url


class Focus(Entity, kw_only=True):
    x: float
    y: float


class Dimensions(Entity, kw_only=True):
    width: int | UnsetType = UNSET
    height: int | UnsetType = UNSET
    size: str | UnsetType = UNSET
    aspect: float | UnsetType = UNSET
    duration: float | UnsetType = UNSET  # seconds


class MediaMeta(Entity, kw_only=True):
    original: Dimensions | UnsetType = UNSET
    small: Dimensions | UnsetType = UNSET
    focus: Focus | UnsetType = UNSET


class PleromaMedia(Entity, kw_only=True):
    mime_type: str
    name: str


class MediaAttachment(Entity, kw_only=True):
    id: Id
    type: Literal["unknown", "image", "gifv", "video", "audio"]
    url: Url | None
    preview_url: Url | None
    remote_url: Url | None
    text_url: Url | None  # until Mastodon 3.5: the address to put into the text
    meta: MediaMeta | None
    description: str | None
    blurhash: str | None
    pleroma: PleromaMedia
