"""Small parts of ActivityStreams documents in their many shapes. Nothing here raises: what makes no sense is left out.

Shapes as measured over real documents of some twenty implementations: a thing is an id, an object, a list of either, or null.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from protocols.activitypub.origins import origin_of
from protocols.activitypub.vocabulary import PREFIXES, PUBLIC, PUBLIC_SPELLINGS

MAX_LIST = 500
EARLIEST = datetime(1970, 1, 2, tzinfo=UTC)
LATEST = datetime(9990, 1, 1, tzinfo=UTC)


def prop(thing: Mapping[str, Any], name: str) -> Any:
    """A property, also under a prefix that was not compacted away (Takahe: `toot:discoverable`)."""
    value = thing.get(name)
    if value is None:
        for prefix in PREFIXES:
            value = thing.get(f"{prefix}:{name}")
            if value is not None:
                break
    return value


def as_list(value: Any) -> list[Any]:
    """Missing or null: empty; a single one: of one; lists in lists are laid flat; what is neither text nor object is dropped."""
    if value is None:
        return []
    if isinstance(value, str | dict):
        return [value]
    if not isinstance(value, list):
        return []
    flat: list[Any] = []
    for item in value[:MAX_LIST]:
        if isinstance(item, list):
            flat.extend(each for each in item[:MAX_LIST] if isinstance(each, str | dict))
        elif isinstance(item, str | dict):
            flat.append(item)
    return flat[:MAX_LIST]


def as_id(value: Any) -> str | None:
    """The id of a text, an object (`id`, of a Link `href`), or the first of a list that has one."""
    for item in as_list(value):
        if isinstance(item, str):
            found = item
        else:
            found = item.get("id") or item.get("@id") or item.get("href")
        if isinstance(found, str) and found.strip():
            return found.strip()
    return None


def as_ids(value: Any) -> list[str]:
    return [found for item in as_list(value) if (found := as_id(item)) is not None]


def as_object(value: Any) -> dict[str, Any]:
    """The first object of it; empty when there is none (Misskey sends null, PeerTube lists)."""
    return next((item for item in as_list(value) if isinstance(item, dict)), {})


def types_of(thing: Any) -> list[str]:
    """`type` may be a list or a full IRI."""
    found = thing.get("type", thing.get("@type")) if isinstance(thing, Mapping) else None
    return [item.rpartition("#")[2].removeprefix("as:") for item in as_list(found) if isinstance(item, str)]


def type_of(thing: Any, known: frozenset[str]) -> str:
    """The first type we know, else the first, else ''."""
    types = types_of(thing)
    return next((each for each in types if each in known), types[0] if types else "")


def as_text(value: Any, limit: int) -> str:
    """A text of at most `limit` characters: plain, or the first of `{"@value": ...}` or a language map; '' for the rest."""
    for _ in range(4):
        if isinstance(value, str):
            return value[:limit].replace("\0", "")
        if isinstance(value, Mapping):
            value = value.get("@value") if "@value" in value else next((v for v in value.values() if v), None)
        elif isinstance(value, list):
            value = next((v for v in value if v), None)
        else:
            break
    return ""


def text_of(thing: Mapping[str, Any], name: str, limit: int) -> str:
    """A property that may be only there as a language map (`content`/`contentMap`)."""
    return as_text(prop(thing, name), limit) or as_text(prop(thing, f"{name}Map"), limit)


def language_of(thing: Mapping[str, Any], name: str = "content") -> str | None:
    """The one language of `contentMap`, or of `{"@language": ...}`."""
    texts = prop(thing, f"{name}Map")
    if isinstance(texts, Mapping):
        plain = prop(thing, name)
        for code, text in texts.items():
            if isinstance(code, str) and (text == plain or not isinstance(plain, str)) and _is_language(code):
                return code
    value = prop(thing, name)
    code = value.get("@language") if isinstance(value, Mapping) else None
    return code if isinstance(code, str) and _is_language(code) else None


def _is_language(code: str) -> bool:
    return 2 <= len(code) <= 20 and code != "und" and all(c.isascii() and (c.isalnum() or c in "-_") for c in code)


def as_number(value: Any) -> int | None:
    """Not negative; numbers in texts count, too."""
    if isinstance(value, bool):
        return None
    if isinstance(value, str):
        value = int(value) if value.isascii() and value.isdigit() and len(value) < 16 else None
    if isinstance(value, float):
        value = int(value) if math.isfinite(value) and abs(value) < 1e15 else None
    return value if isinstance(value, int) and 0 <= value <= 2**31 - 1 else None


def as_bool(value: Any) -> bool:
    return value is True or (isinstance(value, str) and value.lower() == "true")


def as_time(value: Any) -> datetime | None:
    """RFC 3339 and its relatives; without an offset it is UTC. None for what is none or out of reason."""
    if not isinstance(value, str) or not 10 <= len(value) <= 40:
        return None
    try:
        moment = datetime.fromisoformat(value.strip())
    except ValueError:
        return None
    moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
    return moment.astimezone(UTC) if EARLIEST.year < moment.year < LATEST.year else None


def is_url(value: Any) -> bool:
    return isinstance(value, str) and origin_of(value) is not None


def link_of(value: Any) -> str:
    """The address of a thing: a text, a Link, or of a list the one that is a page (Friendica, PeerTube: lists of Links)."""
    links = as_list(value)
    pages = [item for item in links if isinstance(item, dict) and str(item.get("mediaType", "")).startswith("text/html")]
    for item in [*pages, *links]:
        found = item if isinstance(item, str) else item.get("href") or item.get("url")
        if is_url(found):
            return str(found)
    return ""


def address(uri: str) -> str:
    """as:Public in its full form."""
    return PUBLIC if uri in PUBLIC_SPELLINGS else uri


def addresses(value: Any) -> tuple[str, ...]:
    """Takahe sends `"to": "as:Public"`, a text and the short form."""
    return tuple(dict.fromkeys(address(uri) for uri in as_ids(value)))
