"""`tag` of notes and actors: mentions, hashtags, custom emojis."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from pleromad import text
from pleromad.model.note import Emoji
from protocols.activitypub.to_core.pieces import (
    as_id,
    as_list,
    as_object,
    as_text,
    is_url,
    link_of,
    prop,
    types_of,
)

MAX_EMOJIS = 200
MAX_MENTIONS = 500
MAX_TAGS = 100
# Also keeps names that would be paths (`../..`) away from every place that might make a file of them.
_SHORTCODE = re.compile(r"[A-Za-z0-9_+-]{1,64}")


def _tags(thing: Mapping[str, Any], type: str) -> list[dict[str, Any]]:
    return [tag for tag in as_list(prop(thing, "tag")) if isinstance(tag, dict) and type in types_of(tag)]


def shortcode_of(name: str) -> str | None:
    """`:blobcat:` -> `blobcat`; `:blobcat@host:` (Misskey's reactions) too. None for what is no shortcode."""
    name = name.strip().strip(":").partition("@")[0]
    return name if _SHORTCODE.fullmatch(name) else None


def emojis(thing: Mapping[str, Any]) -> tuple[Emoji, ...]:
    """An Emoji may have no id (Iceshrimp.NET, Fedify)."""
    found: dict[str, Emoji] = {}
    for tag in _tags(thing, "Emoji"):
        name = shortcode_of(as_text(tag.get("name"), 100))
        icon = as_object(tag.get("icon"))
        url = link_of(icon.get("url")) or link_of(icon.get("href"))
        if name and url and len(found) < MAX_EMOJIS:
            found.setdefault(name, Emoji(name, url))
    return tuple(found.values())


def mentions(thing: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """(name, id of the actor) of each, once."""
    found: dict[str, str] = {}
    for tag in _tags(thing, "Mention"):
        href = as_id(tag.get("href"))
        if href is not None and is_url(href) and len(found) < MAX_MENTIONS:
            found.setdefault(href, as_text(tag.get("name"), 400))
    return tuple((name, href) for href, name in found.items())


def hashtags(thing: Mapping[str, Any]) -> tuple[str, ...]:
    """Without #, normal spelling. Pleroma also lists them as bare texts."""
    names = [as_text(tag.get("name"), 200) for tag in _tags(thing, "Hashtag")]
    names += [tag for tag in as_list(prop(thing, "tag")) if isinstance(tag, str) and not is_url(tag)]
    normal = (text.normal_tag(name.strip().lstrip("#")) for name in names)
    good = [name for name in normal if name and len(name) <= 150 and not any(c.isspace() or c in "#/<>\"'&" for c in name)]
    return tuple(dict.fromkeys(good))[:MAX_TAGS]
