"""`attachment`, and what other servers use in its place, into attachments."""

from __future__ import annotations

import mimetypes
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from pleromad.model.note import RemoteAttachment
from protocols.activitypub.to_core.pieces import (
    as_list,
    as_number,
    as_text,
    is_url,
    link_of,
    prop,
    text_of,
    types_of,
)

MAX_ATTACHMENTS = 32
MAX_DESCRIPTION = 10_000
MAX_LINKS = 100

_BLURHASH = re.compile(r"[0-9A-Za-z#$%*+,\-.:;=?@\[\]^_{|}~]{6,200}")
_MEDIA_TYPE = re.compile(r"[a-z]{1,20}/[a-z0-9.+-]{1,80}")
_DURATION = re.compile(r"P(?:(\d{1,4})D)?(?:T(?:(\d{1,5})H)?(?:(\d{1,6})M)?(?:(\d{1,8}(?:\.\d{1,9})?)S)?)?")
_FAMILIES = {"Image": "image/jpeg", "Video": "video/mp4", "Audio": "audio/mpeg"}


def attachments(thing: Mapping[str, Any]) -> tuple[RemoteAttachment, ...]:
    """Owncast gives one object in place of a list. Links are no media: see `links`."""
    found = []
    for item in as_list(prop(thing, "attachment")):
        if isinstance(item, dict) and "PropertyValue" not in types_of(item) and "Link" not in types_of(item):
            made = _attachment(item)
            if made is not None:
                found.append(made)
    return tuple({one.url: one for one in found}.values())[:MAX_ATTACHMENTS]


def _attachment(item: Mapping[str, Any]) -> RemoteAttachment | None:
    url, media_type = _source(item)
    if not url:
        return None
    description = text_of(item, "name", MAX_DESCRIPTION) or text_of(item, "summary", MAX_DESCRIPTION)
    blurhash = as_text(prop(item, "blurhash"), 200)
    icon = link_of(item.get("icon")) if isinstance(item.get("icon"), list | dict) else ""
    return RemoteAttachment(
        url=url,
        media_type=media_type,
        description=description,
        blurhash=blurhash if _BLURHASH.fullmatch(blurhash) else None,
        width=as_number(prop(item, "width")),
        height=as_number(prop(item, "height")),
        duration_seconds=seconds_of(prop(item, "duration")),
        focus=_focus(prop(item, "focalPoint")),
        preview_url=icon or None,
    )


def _source(item: Mapping[str, Any]) -> tuple[str, str]:
    """(url, media type). `url` is a text, a Link or a list of Links; the type stands beside either, or is guessed."""
    links: list[Any] = as_list(prop(item, "url")) or as_list(prop(item, "href"))
    for link in links:
        url = link if isinstance(link, str) else link.get("href") or link.get("url")
        if not is_url(url):
            continue
        own = link if isinstance(link, dict) else {}
        for place in (own, item):
            told = as_text(place.get("mediaType") or place.get("mimeType"), 100).partition(";")[0].strip().lower()
            if _MEDIA_TYPE.fullmatch(told):
                return str(url), told
        return str(url), _guess(str(url), item)
    return "", ""


def _guess(url: str, item: Mapping[str, Any]) -> str:
    guessed = mimetypes.guess_type(urlsplit(url).path)[0]
    if guessed and guessed.partition("/")[0] in ("image", "video", "audio"):
        return guessed
    return next((_FAMILIES[each] for each in types_of(item) if each in _FAMILIES), "application/octet-stream")


def _focus(value: Any) -> tuple[float, float] | None:
    if not isinstance(value, list) or len(value) != 2:
        return None
    if not all(isinstance(part, int | float) and not isinstance(part, bool) and -1 <= part <= 1 for part in value):
        return None
    return float(value[0]), float(value[1])


def seconds_of(value: Any) -> float | None:
    """An xsd:duration (`PT1M2.5S`), or a bare number of seconds."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value) if 0 <= value < 10_000_000 else None
    match = _DURATION.fullmatch(value) if isinstance(value, str) and len(value) < 60 else None
    if match is None or not any(match.groups()):
        return None
    days, hours, minutes, seconds = (float(part or 0) for part in match.groups())
    return days * 86400 + hours * 3600 + minutes * 60 + seconds


def links(thing: Mapping[str, Any]) -> list[str]:
    """Attached Links (Lemmy: what a Page is about)."""
    found = []
    for item in as_list(prop(thing, "attachment")):
        if isinstance(item, dict) and "Link" in types_of(item):
            url = link_of(item.get("href")) or link_of(item.get("url"))
            if url:
                found.append(url)
    return found[:MAX_ATTACHMENTS]


def film(thing: Mapping[str, Any]) -> RemoteAttachment | None:
    """PeerTube's Video and others whose own `url` lists the files: the smallest MP4 that is at least 480 lines high, else the first.

    HLS playlists hold their files in a nested `tag`.
    """
    candidates: list[tuple[int, RemoteAttachment]] = []
    queue = [item for item in as_list(prop(thing, "url")) if isinstance(item, dict)]
    for item in queue:  # which grows while it is read
        if len(queue) < MAX_LINKS:
            queue += [inner for inner in as_list(item.get("tag")) if isinstance(inner, dict)]
        media_type = as_text(item.get("mediaType") or item.get("mimeType"), 100).lower()
        url = item.get("href")
        if media_type.partition("/")[0] in ("video", "audio") and _MEDIA_TYPE.fullmatch(media_type) and is_url(url):
            height = as_number(item.get("height"))
            rank = height if height and height >= 480 else 100_000 - (height or 0)
            candidates.append(
                (
                    rank,
                    RemoteAttachment(
                        url=str(url),
                        media_type=media_type,
                        width=as_number(item.get("width")),
                        height=height,
                        duration_seconds=seconds_of(prop(thing, "duration")),
                        preview_url=_poster(thing),
                    ),
                )
            )
    return min(candidates, key=lambda pair: pair[0])[1] if candidates else None


def _poster(thing: Mapping[str, Any]) -> str | None:
    icons = [item for item in as_list(prop(thing, "icon")) if isinstance(item, dict)]
    icons.sort(key=lambda item: -(as_number(item.get("width")) or 0))
    return next((url for icon in icons if (url := link_of(icon.get("url")))), None)
