"""Activities into one strict frame. What their `object` is, the receiver of each type finds out."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from pleromad.errors import Forbidden, Invalid
from protocols.activitypub.origins import origin_of, same_origin
from protocols.activitypub.to_core import tags
from protocols.activitypub.to_core.pieces import (
    addresses,
    as_id,
    as_ids,
    as_list,
    as_text,
    as_time,
    prop,
    type_of,
)
from protocols.activitypub.vocabulary import ACTIVITIES

MAX_EMOJI = 100
# Misskey's plain Like; as a favourite it means the same everywhere.
_PLAIN_LIKES = frozenset({"", "\u2764", "\u2764\ufe0f", "\u2665", "\u2665\ufe0f", "\u2b50", "\u2b50\ufe0f", "\U0001f44d"})


@dataclass(frozen=True, slots=True)
class Heard:
    """An activity as received. `object` stays raw: an id, an object, a list, or None."""

    id: str
    type: str
    actor: str
    object: Any
    target: str | None
    published: datetime | None
    to: tuple[str, ...]
    cc: tuple[str, ...]
    raw: dict[str, Any]

    @property
    def object_id(self) -> str | None:
        return as_id(self.object)

    @property
    def object_ids(self) -> list[str]:
        return as_ids(self.object)

    @property
    def inline(self) -> dict[str, Any] | None:
        """The object, when it is there in full."""
        return next((item for item in as_list(self.object) if isinstance(item, dict)), None)


@dataclass(frozen=True, slots=True)
class Inner:
    """The activity that an Accept, Reject or Undo is about, in full (`type` set) or by its id alone."""

    id: str | None
    type: str
    actor: str | None
    object: str | None
    target: str | None
    emoji: tuple[str, str | None] | None


def heard(document: Mapping[str, Any]) -> Heard:
    """Raises Invalid for what is no activity, Forbidden when its id is on another server than its one actor."""
    type = type_of(document, ACTIVITIES)
    if not type:
        raise Invalid("This is no activity")
    actors = as_ids(prop(document, "actor"))
    if len(set(actors)) != 1 or len(as_list(prop(document, "actor"))) != 1:
        raise Invalid("An activity has one actor")
    actor = actors[0]
    if origin_of(actor) is None:
        raise Invalid("The actor's id is no URL")
    id = document.get("id")
    if id is None or id == "":
        # Transient activities may have no id (ActivityPub 3): the same bytes are the same activity.
        id = f"{actor}#{type.lower()}-{hashlib.sha256(msgspec.json.encode(document)).hexdigest()[:24]}"
    if not isinstance(id, str) or not same_origin(id, actor):
        raise Forbidden("The activity's id is on another server than its actor", station="authorise")
    return Heard(
        id=id,
        type=type,
        actor=actor,
        object=prop(document, "object"),
        target=as_id(prop(document, "target")),
        published=as_time(prop(document, "published")),
        to=addresses(prop(document, "to")),
        cc=addresses(prop(document, "cc")),
        raw=dict(document),
    )


def inner_of(activity: Heard) -> Inner:
    inline = activity.inline
    if inline is None:
        return Inner(activity.object_id, "", None, None, None, None)
    return of_document(inline)


def of_document(document: Mapping[str, Any]) -> Inner:
    return Inner(
        id=as_id(document.get("id")),
        type=type_of(document, ACTIVITIES),
        actor=as_id(prop(document, "actor")),
        object=as_id(prop(document, "object")),
        target=as_id(prop(document, "target")),
        emoji=emoji_of(document),
    )


def emoji_of(activity: Mapping[str, Any]) -> tuple[str, str | None] | None:
    """(emoji, address of its picture) of an EmojiReact, or of a Like that carries one (Misskey, FEP-c0e0); None for a plain Like."""
    content = as_text(prop(activity, "content"), MAX_EMOJI) or as_text(prop(activity, "_misskey_reaction"), MAX_EMOJI)
    content = content.strip()
    if type_of(activity, ACTIVITIES) == "Like" and content in _PLAIN_LIKES:
        return None
    if content.startswith(":") and content.endswith(":"):
        name = tags.shortcode_of(content)
        known = {emoji.shortcode: emoji.url for emoji in tags.emojis(activity)}
        return (name, known[name]) if name in known else None
    if not content or content.isascii():
        return None
    return content, None
