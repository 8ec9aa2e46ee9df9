"""What a group passes on: it announces whole activities (FEP-1b12: Lemmy, PieFed, rooms of other servers like this one)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from protocols.activitypub import to_core
from protocols.activitypub.origins import same_origin
from protocols.activitypub.receiving import refetching, room_matters
from protocols.activitypub.receiving.call import Call, not_theirs

# What a server may say for its own people without our asking back: it could sign as them just as well.
_SAME_SERVER = frozenset({"Create", "Update", "Delete", "Like", "EmojiReact", "Undo", "Add", "Remove", "Dislike", "Lock"})


async def relayed(call: Call, inline: dict[str, Any]) -> None:
    """Believed of people on the group's own server, and of who proves it inside (FEP-8b32); of others, their own server is asked."""
    if not call.actor.group:
        raise not_theirs(f"{call.actor.uri} is no group and passes on activities")
    inner = to_core.heard({key: value for key, value in inline.items() if key != "@context"})
    if not await call.door.followed_here(call.actor.id):
        return
    if await room_matters.happened(call, inner):
        return
    if call.core.uris.ours(inner.actor):
        return  # ours comes back to us
    if same_origin(inner.actor, call.actor.uri):
        if inner.type in _SAME_SERVER:
            actor = await call.door.people.by_uri(inner.actor)
            await call.receive(replace(call, heard=inner, actor=actor, room=call.actor))
    elif inner.type in _SAME_SERVER and (prover := await call.prover(inline)) is not None and prover.uri == inner.actor:
        if not prover.suspended:
            await call.receive(replace(call, heard=inner, actor=prover, room=call.actor))
    elif inner.type in ("Create", "Update"):
        await refetching.refetch(call, inner, room=call.actor)
    elif inner.type == "Delete":
        await refetching.delete(call, inner)
    elif inner.type == "Undo":
        await refetching.restore(call, inner)
