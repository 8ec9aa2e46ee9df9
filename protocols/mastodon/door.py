"""One request of the API: who asks and may they, what is asked for, one answer.

A `Row` says all there is to know of an endpoint; `table.ROWS` has them all.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any, Generic, TypeVar

import msgspec

from pleromad.core import Core
from pleromad.errors import Forbidden, Invalid, NotFound, Unauthenticated
from pleromad.model.account import Account
from pleromad.model.activity import Activity, Origin, Outcome
from pleromad.model.moderation import Permission, may
from pleromad.model.note import Seen
from pleromad.model.page import Page, Slice
from pleromad.moderation.desk import NOT_ALLOWED
from protocols.mastodon.errors import INVALID_TOKEN, NEEDS_USER, OUT_OF_SCOPE
from protocols.mastodon.from_core import Rendering
from protocols.mastodon.from_core.statuses import Matches
from web.answers import Answer
from web.auth import Viewer, viewer_of
from web.bodies import form
from web.limits import BY_ACCOUNT, BY_ADDRESS, Limit
from web.paging import MAX_ID, link_header, page_of
from web.request import Request
from web.site import MAX_BODY, Site

DOOR = "mastodon"


class NoForm(msgspec.Struct):
    """Nothing but what the path says."""


F = TypeVar("F", bound=msgspec.Struct, covariant=True)


class Access(Enum):
    """Who may ask."""

    ANYBODY = "anybody"  # a token is welcome, and must be valid when there is one
    APP = "app"  # an application's token, or a person's
    PERSON = "person"
    STAFF = "staff"  # whose role has what the row needs


@dataclass(frozen=True, slots=True)
class Listed:
    """A list of entities as ready bytes; `next_max_id` and `prev_min_id` go into the Link header."""

    items: Sequence[bytes]
    next_max_id: int | None = None
    prev_min_id: int | None = None
    last_id: int | None = None

    @classmethod
    def of(cls, items: Sequence[bytes], slice: Slice[Any]) -> Listed:
        return cls(items, slice.next_max_id, slice.prev_min_id, slice.last_id)


@dataclass(frozen=True, slots=True)
class Paged:
    """One entity that holds a page: its Link header is that of `slice`."""

    entity: Any
    slice: Slice[Any]


@dataclass(frozen=True, slots=True)
class Row:
    """An endpoint. `scope`: alternatives split by `|`; `entity`: the type of the answer; `paging`: default and most."""

    method: str
    path: str  # Klein's spelling: /api/v1/statuses/<id>
    answer: Callable[[Call[Any]], Awaitable[Any]]
    access: Access
    scope: str
    entity: Any
    form: type[msgspec.Struct] = NoForm
    paging: tuple[int, int] | None = None
    limit: Limit | None = None  # besides the general ones
    upload: bool = False
    needs: Permission = Permission.NOTHING  # of these a role must have one, for rows of the staff
    waiting: bool = False  # also for who has not confirmed their address or is not approved yet

    @property
    def scopes(self) -> tuple[str, ...]:
        return tuple(self.scope.split("|")) if self.scope else ()


@dataclass(frozen=True, slots=True)
class Call(Generic[F]):
    """What an endpoint is given."""

    core: Core
    site: Site
    render: Rendering
    request: Request
    viewer: Viewer
    form: F
    page: Page

    @property
    def me(self) -> Account:
        """The person who asks (of an endpoint for persons)."""
        if self.viewer.account is None:
            raise Unauthenticated(INVALID_TOKEN)
        return self.viewer.account

    @property
    def viewer_id(self) -> int | None:
        return self.viewer.id

    @property
    def id(self) -> int:
        return self.number("id")

    def number(self, name: str) -> int:
        """A placeholder of the path that is an id. NotFound when it is none."""
        return id_of(self.request.params[name])

    async def filtered(self, seen: Iterable[Seen]) -> Matches:
        """What the filters of the person who asks find in these notes and in what they quote.

        In whatever context: each result names its filter's, and apps choose (Mastodon). They keep a status they saw in one place
        and show it in another.
        """
        notes = [note for each in seen for note in (each.note, each.quoted.note if each.quoted is not None else None) if note is not None]
        return await self.core.personal.filtered(self.viewer_id, None, notes)

    async def status(self, seen: Seen) -> bytes:
        """A status as that person sees it."""
        return self.render.statuses.one(seen, self.viewer_id, matches=await self.filtered([seen]))

    async def statuses(self, found: Slice[Seen]) -> Listed:
        """A page of statuses as that person sees it."""
        matches = await self.filtered(found.items)
        return Listed.of(self.render.statuses.many(found.items, self.viewer_id, matches), found)

    async def submit(self, activity: Activity, *, idempotency_key: str | None = None) -> Outcome:
        """Let the person who asks do this."""
        return await self.core.activities.submit(activity, self.origin(idempotency_key))

    def origin(self, idempotency_key: str | None = None) -> Origin:
        app = self.viewer.token.app if self.viewer.token is not None else None
        return Origin.local(self.me.id, door=DOOR, app_id=app.id if app else None, idempotency_key=idempotency_key)


def id_of(text: str) -> int:
    """An id as clients send it. NotFound when there can be nothing of that id."""
    if not (text.isascii() and text.isdigit()) or len(text) > 19 or int(text) > MAX_ID:
        raise NotFound
    return int(text)


def known_ids(texts: Sequence[str], most: int = 100) -> list[int]:
    """Those that can be ids, each once, in order."""
    return list(dict.fromkeys(int(t) for t in texts if t.isascii() and t.isdigit() and len(t) < 19))[:most]


class Door:
    """Turns rows of the table into routes."""

    def __init__(self, core: Core, site: Site) -> None:
        self.core = core
        self.site = site
        self.render = Rendering(core)

    def open(self, row: Row) -> None:
        def max_body() -> int:
            media = self.core.settings.media
            return MAX_BODY + (max(media.max_image_bytes, media.max_video_bytes) if row.upload else 0)

        async def answer(request: Request) -> Answer:
            return await self.answer(row, request)

        self.site.route(row.method, row.path, answer, max_body=max_body)

    async def answer(self, row: Row, request: Request) -> Answer:
        viewer = await self.admit(row.access, row.scopes, request, waiting=row.waiting)
        if row.access is Access.STAFF and not may(viewer.account.role if viewer.account else None, row.needs):
            raise Forbidden(NOT_ALLOWED)
        if row.limit is not None:
            self.site.limits.take(request, row.limit, viewer.id)
        call = Call(
            core=self.core,
            site=self.site,
            render=self.render,
            request=request,
            viewer=viewer,
            form=NoForm() if row.form is NoForm else form(request, row.form),
            page=_ANY_PAGE if row.paging is None else page_of(request, default=row.paging[0], most=row.paging[1]),
        )
        return self.answer_of(request, await row.answer(call))

    async def admit(self, access: Access, scopes: Sequence[str], request: Request, *, waiting: bool = False) -> Viewer:
        """Who asks. Unauthenticated, Forbidden, RateLimited."""
        viewer = await viewer_of(request, self.core, waiting=waiting)
        if viewer.token is not None:
            self.site.limits.take(request, BY_ACCOUNT, viewer.id)
        else:
            self.site.limits.take(request, BY_ADDRESS)
        if access is Access.STAFF and viewer.token is None:
            raise Forbidden(NOT_ALLOWED)  # not 401: Mastodon's words for everybody who is none of the staff
        if access is not Access.ANYBODY and viewer.token is None:
            raise Unauthenticated(INVALID_TOKEN)
        if viewer.token is not None and scopes and not viewer.allows(*scopes):
            raise Forbidden(OUT_OF_SCOPE)
        if access is Access.PERSON and viewer.account is None:
            raise Invalid(NEEDS_USER)
        return viewer

    def answer_of(self, request: Request, result: Any) -> Answer:
        match result:
            case Answer():
                return result
            case Listed():
                headers = self._link(request, Slice((), result.next_max_id, result.prev_min_id, result.last_id))
                return Answer.json(b"[" + b",".join(result.items) + b"]", headers=headers)
            case Paged():
                return Answer.json(result.entity, headers=self._link(request, result.slice))
            case _:
                return Answer.json(result)

    def _link(self, request: Request, slice: Slice[Any]) -> tuple[tuple[str, str], ...]:
        if slice.next_max_id is None and slice.last_id is not None and _always_both(request):
            slice = replace(slice, next_max_id=slice.last_id)
        link = link_header(request, self.core, slice)
        return (("Link", link),) if link else ()


def _always_both(request: Request) -> bool:
    """Pleroma-FE reads `next` and `prev` of every list it shows without asking whether they are there, as Pleroma always has both.

    It is known by `with_muted`, which it sends everywhere but for what one keeps.
    """
    return request.first("with_muted") is not None or request.path.endswith(("/favourites", "/bookmarks"))


_ANY_PAGE = Page()
