"""Collections of an actor, in pages (ActivityPub 5): newest first."""

from __future__ import annotations

from typing import Any

from pleromad.errors import NotFound, PleromadError
from pleromad.model.account import Account
from pleromad.model.page import Page
from pleromad.model.room import Rank
from protocols.activitypub import from_core
from protocols.activitypub.door import Door
from protocols.activitypub.keyring import Keyring
from protocols.activitypub.serving.objects import MAX_ID, Objects, document_answer, named_only
from protocols.activitypub.serving.private import check_reader
from web.answers import Answer
from web.request import Request

PAGE = 40
MODERATORS = frozenset({Rank.OWNER, Rank.ADMIN, Rank.OPERATOR})


def page_of(request: Request) -> Page | None:
    """None: the collection itself was asked for."""
    text = request.first("max_id") or ""
    max_id = int(text) if text.isascii() and text.isdigit() and len(text) <= 19 and int(text) <= MAX_ID else None
    if max_id is None and request.first("page") is None:
        return None
    return Page(limit=PAGE, max_id=max_id)


class Collections:
    def __init__(self, door: Door, keyring: Keyring, objects: Objects) -> None:
        self._door = door
        self._core = door.core
        self._keyring = keyring
        self._objects = objects

    async def _local(self, request: Request) -> Account:
        account = await self._objects.account_of(request)
        if not account.local:
            raise NotFound
        return account

    def _answer(self, uri: str, page: Page | None, total: int | None, items: list[Any], next_max_id: int | None) -> Answer:
        if page is None:
            return document_answer(from_core.collection(uri, total, first=f"{uri}?page=true"))
        own = f"{uri}?page=true" if page.max_id is None else f"{uri}?max_id={page.max_id}"
        next = f"{uri}?max_id={next_max_id}" if next_max_id is not None else None
        return document_answer(from_core.collection_page(own, uri, items, next=next, total=total))

    async def outbox(self, request: Request) -> Answer:
        """Creates of what is public or unlisted, and boosts. A note that was edited or deleted since is only named, or left out."""
        account = await self._local(request)
        page = page_of(request)
        if account.group:
            return await self._lines(account, page)
        total = await self._core.reading.outbox_count(account.id)
        if page is None:
            return self._answer(account.outbox, None, total, [], None)
        rows = await self._core.reading.outbox(account.id, page)
        ids = [row.note_id for row in rows.items if row.note_id is not None]
        seen = {each.note.id: each.note for each in await self._core.reading.notes(None, ids)}
        items = []
        for row in rows.items:
            note = seen.get(row.note_id) if row.note_id is not None else None
            if note is not None:
                data = named_only(row.data) if note.edited_at is not None else row.data
                items.append({key: value for key, value in from_core.activity(data).items() if key != "@context"})
        return self._answer(account.outbox, page, total, items, rows.next_max_id)

    async def _lines(self, room: Account, page: Page | None) -> Answer:
        """What was said in a room, where everybody may read it; each by its id, since it is its author's (Announce, as in FEP-1b12)."""
        if page is None:
            return self._answer(room.outbox, None, None, [], None)
        found = await self._core.reading.room(None, room.id, page)
        items = [from_core.line(seen.note, room) for seen in found.items]
        return self._answer(room.outbox, page, None, items, found.next_max_id)

    async def no_outbox(self, request: Request) -> Answer:
        uri = (await self._core.accounts.instance_actor()).outbox
        return document_answer(from_core.collection(uri, 0, items=[]))

    async def of_relay(self, request: Request) -> Answer:
        """Who takes part: how many, not who."""
        relay = await self._core.relays.actor()
        uri = self._core.uris.base + request.path
        total = {"followers": relay.followers_count, "following": relay.following_count}.get(request.path.rpartition("/")[2], 0)
        return document_answer(from_core.collection(uri, total))

    async def followers(self, request: Request) -> Answer:
        return await self._people(request, "followers")

    async def following(self, request: Request) -> Answer:
        return await self._people(request, "following")

    async def _people(self, request: Request, which: str) -> Answer:
        """Who hides theirs shows how many at most; of a room for invited or hidden people nobody is named either."""
        account = await self._local(request)
        uri = account.followers_uri if which == "followers" else account.following_uri
        total = account.followers_count if which == "followers" else account.following_count
        room = await self._core.reading.room_by_id(account.id) if account.group else None
        hidden = room is not None and (room.secret or room.invite_only) and not (which == "followers" and await self._of_a_member(request, account))
        if account.hide_collections or hidden:
            return document_answer(from_core.collection(uri, None if room is not None and room.secret else total))
        page = page_of(request)
        if page is None:
            return self._answer(uri, None, total, [], None)
        listed = await self._core.reading.listed(None, which, account.id, page)
        return self._answer(uri, page, total, [each.uri for each in listed.items], listed.next_max_id)

    async def featured(self, request: Request) -> Answer:
        """Pinned notes, by their ids."""
        account = await self._local(request)
        pinned = await self._core.reading.of_account(None, account.id, Page(limit=PAGE), pinned=True)
        uris = [seen.note.uri for seen in pinned.items]
        return document_answer(from_core.collection(account.featured_uri, len(uris), items=uris))

    async def moderators(self, request: Request) -> Answer:
        """FEP-1b12: who runs a room. For servers like this one with the ranks of all who have one."""
        account = await self._local(request)
        room = await self._core.reading.room_by_id(account.id) if account.group else None
        if room is None:
            raise NotFound
        shown = not room.secret or await self._of_a_member(request, account)
        members = await self._core.reading.members(account.id) if shown else []
        uris = [member.account.uri for member in members if member.ranks & MODERATORS]
        ranks = {member.account.uri: "".join(sorted(member.ranks)) for member in members if member.ranks}
        return document_answer({**from_core.collection(f"{account.uri}/moderators", len(uris), items=uris), "ranks": ranks}, private=room.secret)

    async def _of_a_member(self, request: Request, room: Account) -> bool:
        """Does a server ask that has people in this room?"""
        try:
            await check_reader(self._door, self._keyring, request, {"attributedTo": room.uri, "to": [room.followers_uri]})
        except PleromadError:
            return False
        return True
