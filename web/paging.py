"""Pages of lists over HTTP: max_id, since_id, min_id, limit, and the Link header (RFC 8288) as Mastodon writes it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from pleromad.errors import Invalid
from pleromad.model.page import Page, Slice
from web.request import Request

if TYPE_CHECKING:
    from pleromad.core import Core

MAX_ID = (1 << 63) - 1
MAX_OFFSET = 10_000

# What clients send that have no id yet (JavaScript's words in a template).
_NOTHING = frozenset({"", "null", "undefined", "nil"})
_PAGING = frozenset({"max_id", "since_id", "min_id", "offset", "access_token"})


def page_of(request: Request, *, default: int = 20, most: int = 40) -> Page:
    """The page a request asks for. Invalid names the parameter that is no number; `limit` is cut to 1 ... `most`."""
    limit = _number(request, "limit", most)
    return Page(
        limit=max(1, min(most, default if limit is None else limit)),
        max_id=_number(request, "max_id", MAX_ID),
        since_id=_number(request, "since_id", MAX_ID),
        min_id=_number(request, "min_id", MAX_ID),
        offset=max(0, _number(request, "offset", MAX_OFFSET) or 0),
    )


def _number(request: Request, name: str, most: int) -> int | None:
    text = (request.first(name) or "").strip()
    if text in _NOTHING:
        return None
    digits = text.removeprefix("-")
    if not (digits.isascii() and digits.isdigit()):
        raise Invalid(f"{name} must be a number", field=name)
    return max(-1, min(most, int(text[:30])))


def link_header(request: Request, core: Core, slice: Slice[Any]) -> str:
    """`<...?max_id=..>; rel="next", <...?min_id=..>; rel="prev"`, '' when there is neither."""
    base = core.uris.base + quote(request.path, safe="/@:~!$&'()*+,;=")
    kept = [(name, value) for name, value in request.query if name not in _PAGING]
    links = []
    for name, bound, rel in (("max_id", slice.next_max_id, "next"), ("min_id", slice.prev_min_id, "prev")):
        if bound is not None:
            links.append(f'<{base}?{urlencode([*kept, (name, str(bound))])}>; rel="{rel}"')
    return ", ".join(links)


def offset_header(request: Request, core: Core, page: Page, count: int) -> str:
    """The same for lists that have no ids to page by: `offset` goes on where the page of `count` items ends."""
    base = core.uris.base + quote(request.path, safe="/@:~!$&'()*+,;=")
    kept = [(name, value) for name, value in request.query if name not in _PAGING]
    links = []
    if count >= page.limit and page.offset + page.limit <= MAX_OFFSET:
        links.append(f'<{base}?{urlencode([*kept, ("offset", str(page.offset + page.limit))])}>; rel="next"')
    if page.offset:
        links.append(f'<{base}?{urlencode([*kept, ("offset", str(max(0, page.offset - page.limit)))])}>; rel="prev"')
    return ", ".join(links)
