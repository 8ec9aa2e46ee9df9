"""Which function receives which activity. A new activity type is a row here."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from pleromad.errors import Forbidden
from pleromad.model.account import Account
from protocols.activitypub.door import Door
from protocols.activitypub.receiving import (
    flags,
    follows,
    moves,
    notes,
    others,
    quotes,
    reactions,
    refetching,
    room_matters,
)
from protocols.activitypub.receiving.call import Call
from protocols.activitypub.to_core import Heard

RECEIVE: Mapping[str, Callable[[Call], Awaitable[None]]] = {
    "Accept": follows.accept,
    "Add": reactions.add,
    "Announce": reactions.announce,
    "Block": follows.block,
    "Create": notes.create,
    "Delete": notes.delete,
    "EmojiReact": reactions.react,
    "Flag": flags.flag,
    "Follow": follows.follow,
    "Invite": follows.invite,
    "Join": follows.join,
    "Leave": follows.leave,
    "Like": reactions.like,
    "Move": moves.move,
    "QuoteRequest": quotes.request,
    "Reject": follows.reject,
    "Remove": reactions.remove,
    "Undo": follows.undo,
    "Update": notes.update,
}


def _only_takes_back(heard: Heard) -> bool:
    """What is heard of a suspended account all the same: that it goes, that less is so, and who it is now."""
    return heard.type in ("Delete", "Reject", "Undo") or (heard.type == "Update" and heard.object_id == heard.actor)


class Receiver:
    def __init__(self, door: Door, prover: Callable[[Mapping[str, Any]], Awaitable[Account | None]]) -> None:
        self._door = door
        self._prover = prover

    async def hear(self, heard: Heard, actor: Account) -> None:
        """Let an activity happen whose actor has signed it. Raises pleromad errors; what no one here knows is left alone."""
        if heard.actor != actor.uri:
            raise Forbidden("The signature is somebody else's", detail=f"{actor.uri} signs for {heard.actor}", station="authorise")
        if actor.suspended and not _only_takes_back(heard):
            raise Forbidden("This account is suspended", station="authorise")
        call = Call(self._door, heard, actor, self.receive, self._prover)
        try:
            await self.receive(call)
        except Forbidden as error:
            await room_matters.refuse(call, error)
            raise

    async def hear_forwarded(self, heard: Heard, by: Account) -> None:
        """Somebody else passed this on (ActivityPub 7.1.2): only what its own server says of it counts."""
        await refetching.forwarded(Call(self._door, heard, by, self.receive, self._prover))

    async def receive(self, call: Call) -> None:
        await RECEIVE.get(call.heard.type, others.keep)(call)
