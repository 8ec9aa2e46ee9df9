"""What a note quotes, and who may quote it: FEP-044f, and what was there before it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from protocols.activitypub.to_core.pieces import (
    as_id,
    as_ids,
    as_list,
    as_object,
    as_text,
    is_url,
    prop,
    types_of,
)
from protocols.activitypub.vocabulary import ACTIVITY_JSON, LD_JSON, PUBLIC, PUBLIC_SPELLINGS

MAX_POLICY = 100
_OPENS = re.compile(r"<(p|span|div|blockquote)\b[^>]{0,500}\bclass=[\"'][^\"']{0,200}\bquote-inline\b[^>]{0,500}>", re.IGNORECASE)


def quoted_of(document: Mapping[str, Any]) -> str | None:
    """`quote` (FEP-044f), `quoteUrl` (Misskey, Pleroma), `quoteUri` (Fedibird), `_misskey_quote`, or a Link among the tags (FEP-e232)."""
    for name in ("quote", "quoteUrl", "quoteUri", "quoteURL", "_misskey_quote"):
        found = as_id(prop(document, name))
        if found is not None and is_url(found):
            return found
    for tag in as_list(prop(document, "tag")):
        if isinstance(tag, dict) and "Link" in types_of(tag) and _is_quote(tag):
            found = as_id(tag.get("href"))
            if found is not None and is_url(found):
                return found
    return None


def _is_quote(tag: Mapping[str, Any]) -> bool:
    """FEP-e232 links objects; one of them is the quote when its `rel` says so, or its name is `RE: ...` (older Misskey, Threads)."""
    relations = [as_text(one, 300) for one in as_list(tag.get("rel"))]
    if any(relation.endswith(("_misskey_quote", "fep/044f#quote")) for relation in relations):
        return True
    kind = as_text(tag.get("mediaType"), 200).partition(";")[0].strip()
    return kind in (ACTIVITY_JSON, LD_JSON) and as_text(tag.get("name"), 300).startswith("RE:")


def stamp_of(document: Mapping[str, Any]) -> str | None:
    found = as_id(prop(document, "quoteAuthorization"))
    return found if found is not None and is_url(found) else None


def policy_of(document: Mapping[str, Any]) -> tuple[tuple[str, ...], tuple[str, ...]] | None:
    """`interactionPolicy.canQuote`: uris of who may at once and of who may when they are let. None: it does not say."""
    can = as_object(as_object(prop(document, "interactionPolicy")).get("canQuote"))
    if not can:
        return None

    def uris(*names: str) -> tuple[str, ...]:
        found = [uri for name in names for uri in as_ids(can.get(name))][:MAX_POLICY]
        return tuple(PUBLIC if uri in PUBLIC_SPELLINGS else uri for uri in found)

    return uris("automaticApproval", "always"), uris("manualApproval", "approvalRequired")


def without_fallback(content: str) -> str:
    """HTML without the line `RE: <link>` that is there for software that knows no quotes (class `quote-inline`)."""
    for _ in range(3):
        opening = _OPENS.search(content)
        if opening is None:
            break
        name, depth, end = opening[1].lower(), 1, opening.end()
        for tag in re.finditer(rf"<(/?){name}\b[^>]*>", content[end : end + 5_000], re.IGNORECASE):
            depth += -1 if tag[1] else 1
            if depth == 0:
                content = content[: opening.start()] + content[end + tag.end() :]
                break
        else:
            break
    return content
