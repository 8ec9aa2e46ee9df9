"""Content negotiation: which of several representations an Accept header asks for (RFC 9110, section 12.5.1)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

MAX_RANGES = 40


@lru_cache(maxsize=1024)
def ranges_of(accept: str) -> tuple[tuple[str, float], ...]:
    """The media ranges of an Accept header with their q. Parameters (a profile, a charset) are not told apart."""
    ranges = []
    for item in _split(accept)[:MAX_RANGES]:
        name, *parameters = [part.strip() for part in item.split(";")]
        if not name:
            continue
        quality = 1.0
        for parameter in parameters:
            key, _, value = parameter.partition("=")
            if key.strip().lower() == "q":
                try:
                    quality = min(1.0, max(0.0, float(value)))
                except ValueError:
                    quality = 0.0
        ranges.append((name.lower(), quality))
    return tuple(ranges)


def _split(text: str) -> list[str]:
    """At commas outside quoted strings."""
    items, start, quoted = [], 0, False
    for place, character in enumerate(text):
        if character == '"':
            quoted = not quoted
        elif character == "," and not quoted:
            items.append(text[start:place])
            start = place + 1
    items.append(text[start:])
    return items


def media_types_of(text: str) -> tuple[str, ...]:
    """The bare media types a door offers: `application/activity+json, application/ld+json; profile="..."`."""
    return tuple(item.partition(";")[0].strip().lower() for item in _split(text) if item.strip())


def wish(accept: str, media_type: str) -> tuple[float, int]:
    """How much `media_type` is wanted: (q of the most specific range that fits, how specific: 2 exact, 1 `text/*`, 0 `*/*`, -1 none)."""
    family = media_type.partition("/")[0] + "/*"
    best, quality = -1, 0.0
    for name, q in ranges_of(accept):
        specific = 2 if name == media_type else 1 if name == family else 0 if name == "*/*" else -1
        if specific > best:
            best, quality = specific, q
        elif specific == best and specific >= 0:
            quality = max(quality, q)
    return quality, best


def choose(accept: str, offers: Sequence[tuple[str, ...]], default: int) -> int:
    """The index of the offer to send.

    The highest q wins, then the more specific range, then the default, then the order. Where nothing fits the default is
    sent (RFC 9110 allows it in place of 406, and old clients ask for odd things).
    """
    if len(offers) == 1 or not accept:
        return default
    best, found = (0.0, -1, False), default
    for index, media_types in enumerate(offers):
        quality, specific = max(wish(accept, media_type) for media_type in media_types)
        if quality > 0 and (quality, specific, index == default) > best:
            best, found = (quality, specific, index == default), index
    return found
