"""The links from a page of a list to the one before and the one after it."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, urlencode

from pleromad.model.page import Slice
from web.site import Request

KEPT = ("with", "type")  # of the query: what the list is of


def older_and_newer(request: Request, found: Slice[Any]) -> tuple[str, str]:
    """(older, newer), '' where there is none.

    Nobody can say whether there is something newer, so only who has gone back sees that one.
    """
    kept = [(name, value) for name, value in request.query if name in KEPT]
    base = quote(request.path, safe="/@:~!$&'()*+,;=")
    older = newer = ""
    if found.next_max_id is not None:
        older = f"{base}?{urlencode([*kept, ('max_id', found.next_max_id)])}"
    if found.prev_min_id is not None and any(name in ("max_id", "min_id") for name, _ in request.query):
        newer = f"{base}?{urlencode([*kept, ('min_id', found.prev_min_id)])}"
    return older, newer
