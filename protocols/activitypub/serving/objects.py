"""Actors, notes, activities."""

from __future__ import annotations

from typing import Any

from pleromad.cache import Cache
from pleromad.clock import iso
from pleromad.errors import Forbidden, Gone, NotFound
from pleromad.model.account import Account
from pleromad.model.note import Visibility
from protocols.activitypub import from_core
from protocols.activitypub.delivery import actor_document
from protocols.activitypub.door import Door
from protocols.activitypub.errors import gone
from protocols.activitypub.keyring import Keyring
from protocols.activitypub.serving.private import check_reader
from web.answers import Answer
from web.request import Request

PUBLIC_HEADERS = (("Cache-Control", "public, max-age=60"),)
PRIVATE_HEADERS = (("Cache-Control", "private, no-store"), ("Vary", "Accept, Signature"))
MAX_ID = (1 << 63) - 1


def document_answer(document: Any, *, private: bool = False) -> Answer:
    return Answer.json(document, media_type=from_core.SENT_AS, headers=PRIVATE_HEADERS if private else PUBLIC_HEADERS)


def id_of(request: Request) -> int:
    text = request.params.get("id", "")
    if not (text.isascii() and text.isdigit()) or len(text) > 19 or int(text) > MAX_ID:
        raise NotFound
    return int(text)


class Objects:
    def __init__(self, door: Door, keyring: Keyring) -> None:
        self._door = door
        self._core = door.core
        self._keyring = keyring
        self._actors: Cache[int, tuple[int, Answer]] = Cache(500)

    # ---- actors

    async def account_of(self, request: Request) -> Account:
        """The account of ours in the path. Raises NotFound, Gone, Forbidden for a suspended one."""
        account = await self._core.reading.account_by_handle(request.params["name"])
        if account.suspended:
            raise Forbidden("This account is suspended")
        return account

    async def actor(self, request: Request) -> Answer:
        try:
            account = await self._core.reading.account_by_handle(request.params["name"])
        except Gone:
            return gone(self._core.uris.person(request.params["name"]))
        if not account.local:
            return Answer.redirect(account.uri)
        return await self._actor(account)

    async def instance_actor(self, request: Request) -> Answer:
        return await self._actor(await self._core.accounts.instance_actor())

    async def relay(self, request: Request) -> Answer:
        return await self._actor(await self._core.relays.actor())

    async def _actor(self, account: Account) -> Answer:
        known = self._actors.get(account.id)
        if known is not None and known[0] == account.version and not account.group:
            return known[1]
        answer = document_answer(from_core.with_actor_context(await actor_document(self._door, account)))
        self._actors.put(account.id, (account.version, answer))
        return answer

    # ---- notes

    async def note(self, request: Request) -> Answer:
        id = id_of(request)
        uri = self._core.uris.note(id)
        seen = await self._core.reading.notes(None, [id])
        if seen:
            note = seen[0].note
            if not note.local or note.boost_of is not None:
                return Answer.redirect(note.uri)
            stored = await self._core.reading.note_json(id)
            if stored is None:
                raise NotFound
            return document_answer(from_core.with_context(from_core.note(stored, note, self._core.clock.now())))
        deleted_at = await self._core.reading.buried(uri)
        if deleted_at is not None:
            return gone(uri, iso(deleted_at))
        stored = await self._core.reading.note_json(id)
        if stored is None or not self._core.uris.ours(str(stored.get("id"))):
            raise NotFound
        await check_reader(self._door, self._keyring, request, stored)
        return document_answer(from_core.with_context(from_core.note(stored)), private=True)

    async def quote_stamp(self, request: Request) -> Answer:
        """The QuoteAuthorization of a note that quotes one of ours (FEP-044f), for as long as it may."""
        row = await self._core.reading.quote(id_of(request))
        if row is None or row.stamp_uri != self._core.uris.quote_stamp(row.note_id) or row.state != "accepted" or row.quoted_id is None:
            raise NotFound
        quoted = (await self._core.reading.note(None, row.quoted_id)).note
        quoting = await self._core.reading.note_json(row.note_id)
        if quoting is None or not quoted.local:
            raise NotFound
        stamp = {
            "id": row.stamp_uri,
            "type": "QuoteAuthorization",
            "attributedTo": quoted.account.uri,
            "interactingObject": quoting.get("id"),
            "interactionTarget": quoted.uri,
        }
        return document_answer(from_core.with_context(stamp), private=True)

    async def note_counts(self, request: Request) -> Answer:
        """`likes` and `shares`: how many, not who."""
        id = id_of(request)
        note = (await self._core.reading.note(None, id)).note
        which = request.path.rstrip("/").rpartition("/")[2]
        count = note.likes_count if which == "likes" else note.boosts_count
        return document_answer(from_core.collection(f"{self._core.uris.note(id)}/{which}", count))

    async def replies(self, request: Request) -> Answer:
        """The ids of the direct replies that anybody may read."""
        id = id_of(request)
        _, below = await self._core.reading.thread(None, id)
        uris = [seen.note.uri for seen in below if seen.note.in_reply_to_id == id]
        return document_answer(from_core.collection(f"{self._core.uris.note(id)}/replies", len(uris), items=uris))

    async def conversation(self, request: Request) -> Answer:
        """A thread that began here: the ids of all of it that anybody may read, in order (FEP-7888)."""
        id = id_of(request)
        above, below = await self._core.reading.thread(None, id)
        own = (await self._core.reading.note(None, id)).note
        uris = [*(seen.note.uri for seen in above), own.uri, *(seen.note.uri for seen in below)]
        document = from_core.collection(self._core.uris.conversation(id), len(uris), items=uris)
        if not above:
            document["attributedTo"] = own.account.uri
        return document_answer(document)

    # ---- activities

    async def activity(self, request: Request) -> Answer:
        """With the note it is about it goes: 410. What it said of a note that was edited since is not shown."""
        row = await self._core.reading.activity(id_of(request))
        if row is None or not row.local:
            raise NotFound
        data = row.data
        if row.note_id is not None and row.type in ("Create", "Announce", "Update"):
            seen = await self._core.reading.notes(row.account_id, [row.note_id])
            if not seen and await self._core.reading.note_json(row.note_id) is None:
                return gone(row.uri)
            if seen and seen[0].note.edited_at is not None:
                data = named_only(data)
        if row.visibility in (Visibility.PUBLIC, Visibility.UNLISTED):
            return document_answer(from_core.activity(data))
        await check_reader(self._door, self._keyring, request, row.data)
        return document_answer(from_core.activity(data), private=True)


def named_only(data: dict[str, Any]) -> dict[str, Any]:
    """An activity with the id of its object in place of the object as it was then."""
    inner = data.get("object")
    return {**data, "object": inner["id"]} if isinstance(inner, dict) and "id" in inner and data.get("type") != "Update" else data
