"""Move: somebody goes to another account (Mastodon, Pleroma, Misskey all send it to followers)."""

from __future__ import annotations

from pleromad.errors import Invalid, NotFound
from pleromad.model.activity import Move
from protocols.activitypub.receiving.call import Call, not_theirs


async def move(call: Call) -> None:
    """Both accounts must say so: the old one signs, the new one names it in `alsoKnownAs`, read anew for this."""
    heard = call.heard
    if heard.object_id not in (None, call.actor.uri):
        raise not_theirs(f"{call.actor.uri} moves {heard.object_id}")
    if heard.target is None or heard.target == call.actor.uri:
        raise Invalid("Nobody knows where this goes")
    if call.core.uris.ours(heard.target):
        target = await call.core.reading.account_by_uri(heard.target)
        if target is None or target.deleted:
            raise NotFound(detail=f"{heard.target} is nobody here")
    else:
        target = await call.door.people.fetch(heard.target)
    await call.submit(Move(**call.base, target_id=target.id))
