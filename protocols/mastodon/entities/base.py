"""What all entities share."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from msgspec import Meta

Id = Annotated[str, Meta(pattern=r"^\d+$", description="A 64-bit number as a decimal string; newer ones are larger")]
DateTime = Annotated[str, Meta(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$", extra_json_schema={"format": "date-time"})]
Date = Annotated[str, Meta(pattern=r"^\d{4}-\d\d-\d\d$", extra_json_schema={"format": "date"})]
Url = Annotated[str, Meta(extra_json_schema={"format": "uri"})]
Html = Annotated[str, Meta(extra_json_schema={"contentMediaType": "text/html"})]
# A number that Mastodon writes as a string ("cast from an integer").
Number = Annotated[str, Meta(pattern=r"^\d+$")]


class Entity(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    """A JSON object of the API. A field that is UNSET is left out; one that is None is null. All fields are keywords."""


class CustomEmoji(Entity, kw_only=True):
    shortcode: str
    url: Url
    static_url: Url
    visible_in_picker: bool
    category: str | None


class Empty(Entity, kw_only=True):
    """`{}`: done, nothing to say."""


class Error(Entity, kw_only=True):
    error: str
    error_description: str | msgspec.UnsetType = msgspec.UNSET
    details: dict[str, Any] | msgspec.UnsetType = msgspec.UNSET
