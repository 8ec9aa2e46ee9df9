"""Activities nothing here comes of: Dislike (Lemmy, PeerTube), View, Listen (Funkwhale), Lock, Warn, Offer ..., and their Undo."""

from __future__ import annotations

from twisted.logger import Logger

from pleromad.model.activity import Other
from protocols.activitypub.receiving.call import Call

log = Logger(namespace="activitypub")

# Sent for every visitor of every film (PeerTube), every play: nothing anybody will look up.
NOT_KEPT = frozenset({"View", "Listen", "Read", "Travel", "Arrive"})


async def keep(call: Call) -> None:
    """Kept as it came when somebody here follows its actor, or when it is about something of ours; nobody is told."""
    heard = call.heard
    ours = heard.object_id is not None and call.core.uris.ours(heard.object_id)
    if heard.type in NOT_KEPT or not (ours or await call.door.followed_here(call.actor.id)):
        log.debug("Nothing is done with {type} {id}", type=heard.type, id=heard.id)
        return
    await call.submit(Other(**call.base))
