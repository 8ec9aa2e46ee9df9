"""What is meant by a handle or an address somebody typed; asked of other servers where the ActivityPub door can."""

from __future__ import annotations

import re

from pleromad.core import Core
from pleromad.errors import Forbidden, Invalid, NotFound, Rejected, Unreachable
from pleromad.model.account import Account
from pleromad.model.note import Seen

_HANDLE = re.compile(r"(?:acct:)?@?([\w.-]{1,100})@([\w.-]{1,253}(?::\d{1,5})?)")
_OUR_NOTE = re.compile(r"/(?:notes|@[\w.-]+|users/[\w.-]+/statuses)/(\d{1,19})")
_OUR_PERSON = re.compile(r"/(?:@|users/)([\w.-]+)")
MAX_QUERY = 2000

# Why something cannot be had from elsewhere: it is as if it were not there.
_MISSING = (NotFound, Unreachable, Forbidden, Invalid, Rejected)


def is_address(query: str) -> bool:
    return query.startswith(("https://", "http://")) and len(query) <= MAX_QUERY and not any(c.isspace() for c in query)


async def find_account(core: Core, query: str, *, fetch: bool = True) -> Account | None:
    """By full handle or address. `fetch`: ask the other server when it is not known here."""
    address = is_address(query)
    handle = None if address else _HANDLE.fullmatch(query)
    if not address and handle is None:
        return None
    try:
        if handle is not None:
            return await core.reading.account_by_handle(f"{handle[1]}@{handle[2]}")
        if core.uris.ours(query) and (ours := _OUR_PERSON.fullmatch(query[len(core.uris.base) :])) is not None:
            return await core.reading.account_by_handle(ours[1])
        known = await core.reading.account_by_uri(query)
        if known is not None:
            return known
    except NotFound:
        pass
    if not fetch or core.resolver is None or core.uris.ours(query):
        return None
    try:
        return await core.resolver.account(query if handle is None else f"{handle[1]}@{handle[2]}")
    except _MISSING:
        return None


async def find_note(core: Core, viewer: int | None, query: str, *, fetch: bool = True) -> Seen | None:
    """By its URI or the address of its page, if the viewer may see it."""
    if not is_address(query):
        return None
    ours = _OUR_NOTE.fullmatch(query[len(core.uris.base) :]) if core.uris.ours(query) else None
    if ours is not None:
        found = await core.reading.notes(viewer, [int(ours[1])])
        return found[0] if found else None
    known = await core.reading.note_by_uri(viewer, query)
    if known is not None or not fetch or core.resolver is None or core.uris.ours(query):
        return known
    try:
        id = await core.resolver.note(query, viewer)
    except _MISSING:
        return None
    found = await core.reading.notes(viewer, [id]) if id is not None else []
    return found[0] if found else None
