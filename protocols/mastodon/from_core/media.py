"""MediaAttachment."""

from __future__ import annotations

from msgspec import UNSET

from pleromad.media_proxy import Address
from pleromad.model.media import Media, MediaKind
from protocols.mastodon.entities.media import Dimensions, Focus, MediaAttachment, MediaMeta, PleromaMedia


def attachment(media: Media, at: Address) -> MediaAttachment:
    """`url` is null while the file is still worked on (Mastodon: 202 and 206); `remote_url` is where a file of another server really is."""
    original = _dimensions(media.width, media.height)
    if media.duration_seconds is not None:
        original.duration = media.duration_seconds
    small = _dimensions(media.preview_width, media.preview_height)
    url, preview = media.url, media.preview_url
    if media.kind is not MediaKind.UNKNOWN:  # other files are only linked to
        url, preview = at(url), at(preview) if preview is not None else None
    if preview is None and media.kind is MediaKind.IMAGE:
        preview, small = url, original
    meta = MediaMeta(
        original=original if _said(original) else UNSET,
        small=small if _said(small) else UNSET,
        focus=Focus(x=media.focus[0], y=media.focus[1]) if media.focus is not None else UNSET,
    )
    return MediaAttachment(
        id=str(media.id),
        type=media.kind.value,
        url=url if media.ready else None,
        preview_url=preview if media.ready else None,
        remote_url=media.remote_url,
        text_url=media.url if media.ready and media.remote_url is None else None,
        meta=meta if (_said(original) or meta.focus is not UNSET) else None,
        description=media.description or None,
        blurhash=media.blurhash,
        pleroma=PleromaMedia(mime_type=media.media_type, name=media.description),
    )


def _dimensions(width: int | None, height: int | None) -> Dimensions:
    if not width or not height:
        return Dimensions()
    return Dimensions(width=width, height=height, size=f"{width}x{height}", aspect=round(width / height, 6))


def _said(dimensions: Dimensions) -> bool:
    return dimensions.width is not UNSET or dimensions.duration is not UNSET
