"""Who has the shoutbox open, and what the lobby says: each line is read and rendered once, whoever it is shown to."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

import msgspec

from pleromad import text
from pleromad.errors import NotFound, RateLimited, Unauthenticated
from pleromad.model import event as events
from pleromad.model.account import Account
from pleromad.model.activity import Create, Follow, Origin
from pleromad.model.event import Event
from pleromad.model.note import Note, NoteDraft
from pleromad.model.page import Page
from pleromad.model.room import Room
from protocols.mastodon.from_core import Rendering
from protocols.mastodon.shoutbox.phoenix import wording
from protocols.mastodon.shoutbox.socket import BACKLOG, ShoutSocket
from web.limits import Limit
from web.websocket import check_origin

if TYPE_CHECKING:
    from web.request import Request
    from web.site import Site

PATH = "/socket/websocket"
SCOPE = "write:statuses"  # what a token must allow to be given a pass
DOOR = "shoutbox"
MAX_SOCKETS = 20  # of one person
SHOUTS = Limit("shouts", 30, 60)


class Shoutbox:
    def __init__(self, site: Site, render: Rendering) -> None:
        self.core = site.core
        self._site = site
        self._render = render
        self._open: set[ShoutSocket] = set()
        self._deaf: Callable[[], None] | None = None  # stops hearing; nothing is heard while nobody is here

    async def enter(self, request: Request) -> ShoutSocket:
        """For `Site.websocket`. Unauthenticated for a wrong pass, Forbidden for another site's page."""
        check_origin(self._site, request)
        token = await self.core.passes.token(request.first("token") or "")
        account = await self.core.reading.account(token.account_id or 0)
        if sum(one.account.id == account.id for one in self._open) >= MAX_SOCKETS:
            raise RateLimited("Too many connections are open")
        socket = ShoutSocket(self, account, token.id, wording(request.first("vsn") or ""))
        self._open.add(socket)
        if self._deaf is None:
            self._deaf = self.core.bus.listen(self.heard)
        return socket

    def leave(self, socket: ShoutSocket) -> None:
        self._open.discard(socket)
        if not self._open and self._deaf is not None:
            self._deaf()
            self._deaf = None

    async def lobby(self, viewer: Account) -> Room:
        """Raises NotFound where there is none for them."""
        room = await self.core.lobby.room()
        if room is None:
            raise NotFound
        return await self.core.reading.room_of(viewer.id, room.id)

    async def backlog(self, viewer: Account, room: Room) -> dict[int, msgspec.Raw]:
        """The last lines, oldest first. Nothing where the room keeps to itself what was said before one came."""
        if room.read_back not in ("", "all") or room.secret or room.invite_only:
            return {}
        found = await self.core.reading.room(viewer.id, room.id, Page(BACKLOG))
        return {seen.note.id: self._message(seen.note) for seen in reversed(found.items)}

    async def say(self, socket: ShoutSocket, room_id: int, said: str) -> None:
        """Who writes there and is not in the room comes in first. Raises what the core refuses."""
        author, core = socket.account, self.core
        if self._site.limits.count(SHOUTS, f"account {author.id}").remaining < 0:
            raise RateLimited
        await core.passes.still(socket.token_id, author.id)
        origin = Origin.local(author.id, door=DOOR)
        if not await core.reading.is_member(author.id, room_id):
            room = await core.reading.room_of(author.id, room_id)
            await core.activities.submit(Follow(actor_id=author.id, target_id=room_id, key=room.key), origin)
        if core.resolver is not None:
            await core.resolver.mentions(said)
        await core.activities.submit(Create(actor_id=author.id, note=NoteDraft(said, room_id=room_id)), origin)

    # what the bus tells

    async def heard(self, event: Event) -> None:
        match event.kind:
            case events.NOTE_CREATED if event.other_id > 0:
                await self._said(event)
            case events.NOTE_UPDATED if event.other_id > 0:
                await self._said(event, again=True)
            case events.NOTE_DELETED if event.other_id > 0:
                for one in self._showing(event.other_id):
                    one.take_back(event.note_id)
            case events.TOKEN_REVOKED:
                self._close(one for one in self._open if one.token_id == event.other_id)
            case events.ACCOUNT_DELETED:
                self._close(one for one in self._open if one.account.id == event.account_id)
            case events.ACCESS_CHANGED:
                await self._check(event.account_id)

    async def _said(self, event: Event, *, again: bool = False) -> None:
        """To those who may see it and want to hear its author."""
        here = self._showing(event.other_id)
        if again:
            here = [one for one in here if one.shows(event.note_id)]
        may = await self.core.reading.may_see(event.note_id, {one.account.id for one in here}) if here else set()
        if not may:
            return
        try:
            note = (await self.core.reading.note(min(may), event.note_id)).note
        except NotFound:
            return
        message = self._message(note)
        for one in here:
            if one.account.id in may:
                one.show(note.id, message, again=again)

    async def _check(self, account_id: int) -> None:
        for one in [one for one in self._open if one.account.id == account_id]:
            try:
                await self.core.passes.still(one.token_id, account_id)
            except Unauthenticated:
                one.close()

    def _showing(self, room_id: int) -> list[ShoutSocket]:
        return [one for one in self._open if one.room_id == room_id]

    def _close(self, sockets: Iterable[ShoutSocket]) -> None:
        for one in list(sockets):
            one.close()

    def _message(self, note: Note) -> msgspec.Raw:
        said = {"id": str(note.id), "text": _text(note), "author": self._render.accounts.raw(note.account)}
        return msgspec.Raw(msgspec.json.encode(said))


def _text(note: Note) -> str:
    """Front-ends show it as it stands, without markup."""
    said = note.source if note.local and note.source and note.content_type == "text/plain" else text.to_plain(note.content)
    lines = [f"[CW: {note.spoiler_text}]"] if note.spoiler_text else []
    lines += [said] if said else []
    lines += [f"[{medium.kind}] {medium.url or medium.remote_url or ''}" for medium in note.media]
    return "\n".join(lines)

