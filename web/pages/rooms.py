"""Rooms: those there are, a new one, and one of them as a chat. Lines are read and said without JavaScript; with it they come live."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pleromad.errors import Invalid, NotFound
from pleromad.model.account import Account
from pleromad.model.page import Page
from pleromad.model.room import Rank
from web.auth import check_csrf, session_of
from web.bodies import fields
from web.oauth.clients import text_of
from web.pages import head, shown
from web.pages.frame import Frame
from web.pages.turning import older_and_newer
from web.paging import page_of
from web.site import Answer, Request, Site

if TYPE_CHECKING:
    from pleromad.core import Core

ROOMS = 50
LINES = 40
MEMBERS = 200
SIGNS = {Rank.OWNER: "~", Rank.ADMIN: "&", Rank.OPERATOR: "@", Rank.HALFOP: "%", Rank.VOICE: "+"}  # as IRC has them, highest first


class Rooms:
    def __init__(self, core: Core, site: Site, frame: Frame) -> None:
        self.core = core
        self.frame = frame
        site.represent("/rooms", "text/html", self.all, default=True)
        site.represent("/rooms/<name>", "text/html", self.room)
        site.route("POST", "/rooms", self.open, max_body=10_000)

    async def all(self, request: Request) -> Answer:
        """Rooms anybody may know of, and those the viewer is in."""
        return await self._all(request, await self.frame.viewer(request))

    async def _all(self, request: Request, viewer: Account | None, *, problem: str = "", name: str = "", topic: str = "") -> Answer:
        page = page_of(request, default=ROOMS)
        rooms = await self.core.reading.rooms(viewer.id if viewer else None, Page(ROOMS + 1, offset=page.offset))
        older = f"/rooms?offset={page.offset + ROOMS}" if len(rooms) > ROOMS else ""
        newer = f"/rooms?offset={max(page.offset - ROOMS, 0)}" if page.offset else ""
        return await self.frame.page(
            request,
            "rooms.html",
            title="Rooms",
            viewer=viewer,
            status=422 if problem else 200,
            rooms=rooms[:ROOMS],
            older=older,
            newer=newer,
            problem=problem,
            name=name,
            topic=topic,
        )

    async def open(self, request: Request) -> Answer:
        """A new room, its founder in it."""
        found = fields(request)
        viewer = await session_of(request, self.core)
        if viewer is None:
            return Answer.redirect("/log-in?next=/rooms", 303)
        check_csrf(request, self.core, found)
        name, topic = (text_of(found, "name") or "").strip().removeprefix("#").lower(), (text_of(found, "topic") or "").strip()
        try:
            room = await self.core.accounts.open_room(viewer.id, name, topic=topic[:300])
        except Invalid as error:
            return await self._all(request, viewer, problem=error.public, name=name, topic=topic)
        return Answer.redirect(shown.person(room.account).href, 303)

    async def room(self, request: Request) -> Answer:
        """The newest lines last, as in a chat; older ones a page further."""
        viewer = await self.frame.viewer(request)
        viewer_id = viewer.id if viewer else None
        known = await self.core.reading.room_by_name(request.params["name"])
        if known is None or (viewer is None and known.secret):
            raise NotFound
        room = await self.core.reading.room_of(viewer_id, known.id)
        found = await self.core.reading.room(viewer_id, room.id, page_of(request, default=LINES))
        follow = await self.core.reading.follow_of(viewer_id, room.id) if viewer_id is not None else None
        member = follow is not None and follow[1]
        older, newer = older_and_newer(request, found)
        now = self.core.clock.now()
        here = await self.core.reading.members(room.id, MEMBERS) if member else []
        return await self.frame.page(
            request,
            "room.html",
            title=f"#{room.name}",
            viewer=viewer,
            head=head.of_account(room.account, self.core.uris, self.core.settings.domain),
            room=room,
            member=member,
            waits=follow is not None and not member,
            live=member and not newer and self.core.settings.irc.enabled,
            notes=[shown.note(seen, viewer, now=now) for seen in reversed(found.items)],
            members=[
                (next((sign for rank, sign in SIGNS.items() if rank in each.ranks), ""), shown.person(each.account))
                for each in here
                if not each.pending
            ],
            older=older,
            newer=newer,
            script="room.js" if member else "",
        )
