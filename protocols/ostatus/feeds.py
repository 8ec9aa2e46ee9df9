"""Feeds and entries over HTTP: who asks again for what has not changed hears 304 (RFC 9110, section 13)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime

from pleromad.core import Core
from pleromad.errors import NotFound
from pleromad.model.account import Account, ActorType
from pleromad.model.note import Note, Seen
from pleromad.model.page import Page, Slice
from pleromad.text import normal_tag
from protocols.ostatus import from_core
from protocols.ostatus.namespaces import ATOM_TYPE
from web.paging import page_of
from web.site import Answer, Request, Site

PER_PAGE = 20
MAX_TAG = 150
ID_DIGITS = 19
MEDIA_TYPE = f"{ATOM_TYPE}; charset=utf-8"


class Feeds:
    def __init__(self, core: Core, site: Site) -> None:
        self._core = core
        for path in ("/users/<name>/feed.atom", "/users/<name>/feed", "/@<name>.atom"):
            site.route("GET", path, self.user)
        site.route("GET", "/tags/<name>.atom", self.tag)
        site.represent("/users/<name>", ATOM_TYPE, self.user)
        site.represent("/@<name>", ATOM_TYPE, self.user)
        site.represent("/tags/<name>", ATOM_TYPE, self.tag)
        site.represent("/notes/<id>", ATOM_TYPE, self.note)
        site.represent("/@<name>/<id>", ATOM_TYPE, self.note)

    async def user(self, request: Request) -> Answer:
        account = await self._somebody(request.params["name"])
        page = _page(request)
        found = await self._core.reading.of_account(None, account.id, page)
        notes = _public(found)
        uris = self._core.uris
        start = from_core.feed_of(account, uris)
        here, following = _addresses(start, page, found)
        modified = from_core.updated_at(notes, account.created_at)
        tag = _etag(here, account.version, *(note.version for note in notes), *(note.id for note in notes))
        return _unchanged(request, tag, modified) or _answer(
            from_core.user_feed(account, notes, uris, here=here, next_page=following), tag, modified
        )

    async def tag(self, request: Request) -> Answer:
        name = normal_tag(request.params["name"].strip().removeprefix("#"))
        if not name or len(name) > MAX_TAG:
            raise NotFound
        page = _page(request)
        found = await self._core.reading.tag(None, name, page, narrow=True)
        notes = _public(found)
        uris = self._core.uris
        start = f"{uris.tag(name)}.atom"
        here, following = _addresses(start, page, found)
        modified = from_core.updated_at(notes, datetime.fromtimestamp(0, UTC))
        tag = _etag(here, *(note.version for note in notes), *(note.id for note in notes))
        return _unchanged(request, tag, modified) or _answer(
            from_core.tag_feed(name, notes, uris, here=here, start=start, next_page=following), tag, modified
        )

    async def note(self, request: Request) -> Answer:
        """One note of somebody here. What came from elsewhere is told by its own server."""
        text = request.params["id"]
        if not (text.isascii() and text.isdigit() and len(text) <= ID_DIGITS):
            raise NotFound
        note = (await self._core.reading.note(None, int(text))).note
        name = request.params.get("name")
        if not note.local or not from_core.public(note) or (name is not None and name.lower() != note.account.username.lower()):
            raise NotFound
        if note.room_id is not None:
            raise NotFound
        modified = from_core.updated_at([note], note.created_at)
        tag = _etag(note.id, note.version)
        return _unchanged(request, tag, modified) or _answer(from_core.entry(note, self._core.uris), tag, modified)

    async def _somebody(self, name: str) -> Account:
        """Somebody here. Raises NotFound, and Gone for who was."""
        account = await self._core.reading.account_by_handle(name)
        if not account.local or account.suspended or account.type in (ActorType.GROUP, ActorType.APPLICATION):
            raise NotFound
        return account


def _page(request: Request) -> Page:
    asked = page_of(request, default=PER_PAGE, most=PER_PAGE)
    return Page(PER_PAGE, max_id=asked.max_id)


def _public(found: Slice[Seen]) -> Sequence[Note]:
    return [seen.note for seen in found.items if from_core.public(seen.note)]


def _addresses(start: str, page: Page, found: Slice[Seen]) -> tuple[str, str | None]:
    """Where this page is, and the next."""
    here = start if page.max_id is None else f"{start}?max_id={page.max_id}"
    return here, None if found.next_max_id is None else f"{start}?max_id={found.next_max_id}"


def _etag(*parts: object) -> str:
    return f'"{hashlib.sha256(repr(parts).encode()).hexdigest()[:24]}"'


def _headers(tag: str, modified: datetime) -> tuple[tuple[str, str], ...]:
    return (
        ("ETag", tag),
        ("Last-Modified", format_datetime(modified.astimezone(UTC), usegmt=True)),
        ("Cache-Control", "public, max-age=60"),
    )


def _answer(body: bytes, tag: str, modified: datetime) -> Answer:
    return Answer(200, body, MEDIA_TYPE, _headers(tag, modified))


def _unchanged(request: Request, tag: str, modified: datetime) -> Answer | None:
    """304 when the client has it: by its tag, or by the date where it sends no tag."""
    given = request.header("if-none-match")
    if given:
        same = "*" in given or tag in _tags(given)
    else:
        since = _date(request.header("if-modified-since"))
        same = since is not None and modified.replace(microsecond=0) <= since
    return Answer(304, b"", "", _headers(tag, modified)) if same else None


def _tags(header: str) -> Iterable[str]:
    return (each.strip().removeprefix("W/") for each in header[:2_000].split(","))


def _date(header: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(header)
    except (ValueError, TypeError):
        return None
    return found if found.tzinfo is not None else found.replace(tzinfo=UTC)
