"""Pictures, sound and films."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class MediaKind(StrEnum):
    IMAGE = "image"
    GIFV = "gifv"
    VIDEO = "video"
    AUDIO = "audio"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Media:
    """An attachment. `url` is what a client shows; `remote_url` where it came from (None: uploaded here).

    `path` and `preview_path` are relative to the media folder; sizes are pixels and bytes.
    """

    id: int
    account_id: int | None
    note_id: int | None
    kind: MediaKind
    media_type: str
    url: str
    preview_url: str | None
    remote_url: str | None
    description: str
    blurhash: str | None
    width: int | None
    height: int | None
    preview_width: int | None
    preview_height: int | None
    duration_seconds: float | None
    size_bytes: int | None
    focus: tuple[float, float] | None
    path: str | None = None
    preview_path: str | None = None
    ready: bool = True
    scheduled_id: int | None = None  # it waits with a note for its time
