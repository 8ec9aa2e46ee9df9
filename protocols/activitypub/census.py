"""Who is in a room of another server, and with which rank, when somebody here comes in; later it tells of changes itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from twisted.logger import Logger

from pleromad.errors import NotFound, PleromadError, StoreUnavailable
from pleromad.model.account import Account
from pleromad.model.activity import Add, Origin
from protocols.activitypub.door import Door
from protocols.activitypub.origins import host_of, same_origin
from protocols.activitypub.to_core.pieces import as_id, as_ids, prop

log = Logger(namespace="activitypub")

PAGES = 5
UNKNOWN = 200  # as many people are looked up who were never heard of here
RANKS = frozenset("qaohv")


async def census(door: Door, room: Account) -> None:
    """Take in the operators and the members. Raises what fetching the collections raises; who cannot be had is left out."""
    ranks = await _ranks(door, room)
    people = _People(door, room)
    for uri, letters in ranks.items():
        for rank in letters:
            await people.add(uri, rank)
    for uri in await _members(door, room):
        await people.add(uri, "members")


class _People:
    def __init__(self, door: Door, room: Account) -> None:
        self._door = door
        self._room = room
        self._left = UNKNOWN

    async def add(self, uri: str, collection: str) -> None:
        ours = self._door.core.uris.ours(uri)
        if ours and collection == "members":
            return  # they follow it, or do not
        try:
            account = await self._door.core.reading.account_by_uri(uri)
            if account is None and not ours and self._left > 0:
                self._left -= 1
                account = await self._door.people.by_uri(uri)
            if account is None or account.deleted:
                return
            activity = Add(actor_id=self._room.id, collection=collection, account_id=account.id, room_id=self._room.id)
            await self._door.core.activities.submit(activity, Origin.fetched(host_of(self._room.uri)))
        except StoreUnavailable:
            raise
        except PleromadError as error:
            log.debug("{uri} in {room} is not to be had: {error}", uri=uri, room=self._room.uri, error=str(error))


async def _ranks(door: Door, room: Account) -> dict[str, str]:
    """Servers like this one say which; whom others name runs the room."""
    try:
        document = await door.fetcher.document(f"{room.uri}/moderators", fresh=True)
    except NotFound:
        return {}
    given = prop(document, "ranks")
    if isinstance(given, Mapping):
        pairs = [(uri, letters) for uri, letters in given.items() if isinstance(uri, str) and isinstance(letters, str)][:UNKNOWN]
        return {uri: "".join(letter for letter in letters[:8] if letter in RANKS) for uri, letters in pairs}
    return dict.fromkeys((as_ids(prop(document, "orderedItems")) or as_ids(prop(document, "items")))[:UNKNOWN], "o")


async def _members(door: Door, room: Account) -> list[str]:
    """The newest of them; of a community that tells only how many (Lemmy) none."""
    if not room.followers_uri:
        return []
    document: Mapping[str, Any] = await door.fetcher.document(room.followers_uri, fresh=True)
    found = as_ids(prop(document, "orderedItems")) or as_ids(prop(document, "items"))
    following = prop(document, "first")
    for _ in range(PAGES):
        address = as_id(following)
        if isinstance(following, dict) and prop(following, "orderedItems") is not None:
            document = following
        elif address is not None and same_origin(address, room.followers_uri):
            document = await door.fetcher.document(address, page=True)
        else:
            break
        found += as_ids(prop(document, "orderedItems")) or as_ids(prop(document, "items"))
        following = prop(document, "next")
    return list(dict.fromkeys(reversed(found)))
