"""Follow and its answers, Block, Undo of each, Invite."""

from __future__ import annotations

from dataclasses import replace

from pleromad.errors import Invalid, NotFound
from pleromad.model.account import Account, ActorType
from pleromad.model.activity import (
    Accept,
    Announce,
    Block,
    EmojiReact,
    Follow,
    Invite,
    Like,
    Refusal,
    Reject,
    Undo,
)
from protocols.activitypub import passing_on
from protocols.activitypub.fetching import host_key
from protocols.activitypub.receiving import others, quotes, restoring, room_matters
from protocols.activitypub.receiving.call import Call, not_theirs
from protocols.activitypub.to_core.activities import Inner, inner_of, of_document
from protocols.activitypub.to_core.pieces import as_id, prop
from protocols.activitypub.vocabulary import PUBLIC_SPELLINGS


async def follow(call: Call) -> None:
    # To take part in a relay, Mastodon follows the public itself. The actor is made when it is first asked for.
    relay = call.heard.object_id in PUBLIC_SPELLINGS or call.heard.object_id == call.core.uris.relay
    target = await call.core.relays.actor() if relay else await call.local_target()
    if target.type is ActorType.APPLICATION and target.uri != call.core.uris.relay:
        raise NotFound(detail="the instance's own actor is followed by nobody")
    await call.submit(Follow(**call.base, target_id=target.id))
    if target.uri == call.core.uris.relay and call.heard.object_id == target.uri:
        await passing_on.followed(call.door, call.actor)
    if target.group:
        await _fetch(call, "software", host_key(call.actor.inbox))


async def join(call: Call) -> None:
    """A room is joined as it is followed. Who goes to an event (Mobilizon) tells those who follow them."""
    if await _room(call) is not None:
        await follow(call)
    else:
        await others.keep(call)


async def leave(call: Call) -> None:
    room = await _room(call)
    if room is not None:
        await call.submit(Undo(**call.base, of=Follow(actor_id=call.actor.id, target_id=room.id)))
    else:
        await others.keep(call)


async def _room(call: Call) -> Account | None:
    """The room of ours that is joined or left."""
    account = await call.core.reading.account_by_uri(call.heard.object_id) if call.heard.object_id is not None else None
    return account if account is not None and account.local and account.group else None


async def _fetch(call: Call, what: str, mark: str) -> None:
    """Have something of the actor's server fetched, beside what goes on."""
    payload = {"what": what, "account_id": call.actor.id}
    await call.core.jobs.add("fetch", payload, key=call.actor.domain, dedupe=f"{what} {mark}", max_attempts=3)


async def accept(call: Call) -> None:
    if await quotes.accept(call):
        return
    relay = await call.door.relaying.answer(inner_of(call.heard), call.actor, True)
    if relay is not None and relay.kind == "mastodon":
        return
    follower = await _follower(call)
    if follower is None:
        return
    await call.submit(Accept(**call.base, follower_id=follower.id))
    if call.actor.featured_uri:
        await _fetch(call, "featured", str(call.actor.id))
    if call.actor.group:
        await _fetch(call, "room", str(call.actor.id))
        await _fetch(call, "outbox", str(call.actor.id))


async def reject(call: Call) -> None:
    if await quotes.reject(call):
        return
    relay = await call.door.relaying.answer(inner_of(call.heard), call.actor, False)
    if relay is not None and relay.kind == "mastodon":
        return
    if call.actor.group and await _refusal(call):
        return
    follower = await _follower(call)
    if follower is not None:
        by = await call.core.reading.account_by_uri(as_id(prop(call.heard.raw, "attributedTo")) or "") if call.actor.group else None
        reason = room_matters.reason_of(call.heard)
        await call.submit(Reject(**call.base, follower_id=follower.id, reason=reason, by_id=by.id if by is not None else None))


async def _refusal(call: Call) -> bool:
    """A room does not do what somebody here wished. False: it is an answer to a Follow."""
    id = inner_of(call.heard).id
    row = await call.core.reading.activity_by_uri(id) if id is not None else None
    if row is None or not row.local or row.type == "Follow":
        return False
    await call.submit(Refusal(**call.base, account_id=row.account_id, note_id=row.note_id, of=row.type, reason=room_matters.reason_of(call.heard)))
    return True


async def _follower(call: Call) -> Account | None:
    """Whose Follow of the actor is answered (S19): ours, known by its id, or by who follows whom when it stands there in full.

    None for answers to what is no Follow.
    """
    inner = inner_of(call.heard)
    if inner.type not in ("", "Follow"):
        return None
    who, whom = inner.actor, inner.object
    if (who is None or whom is None) and inner.id is not None:
        row = await call.core.reading.activity_by_uri(inner.id)
        if row is None or not row.local or row.type != "Follow":
            raise NotFound(detail=f"{inner.id} is no follow of ours")
        stored = of_document(row.data)
        who, whom = stored.actor, stored.object
    if whom != call.actor.uri or who is None:
        raise not_theirs(f"{call.actor.uri} answers a follow of {whom}")
    follower = await call.core.reading.account_by_uri(who)
    if follower is None or not follower.local:
        raise NotFound(detail=f"{who} is nobody here")
    return follower


async def block(call: Call) -> None:
    if call.heard.target is None:
        target = await call.local_target()
        await call.submit(Block(**call.base, target_id=target.id))
        return
    room = await call.core.reading.account_by_uri(call.heard.target)
    if room is None or not room.local or not room.group:
        raise NotFound(detail="a ban from a room that is not ours: that room says so itself")
    target = await _known(call, call.heard.object_id)
    await call.submit(Block(**call.base, target_id=target.id, room_id=room.id, reason=room_matters.reason_of(call.heard)))


async def _known(call: Call, uri: str | None) -> Account:
    """Somebody here, or of another server and known here. Raises NotFound."""
    account = await call.core.reading.account_by_uri(uri) if uri is not None else None
    if account is None:
        raise NotFound(detail=f"{uri} is not known here")
    return account


async def invite(call: Call) -> None:
    """Into a room of ours anybody; somebody of ours into a room anywhere, which then is looked up."""
    uri = call.heard.target or ""
    room = await call.core.reading.account_by_uri(uri)
    if room is not None and room.local:
        target = await call.door.people.by_uri(call.heard.object_id or "")
    else:
        target = await call.local_target()
        room = room or await call.door.people.by_uri(uri)
    if not room.group:
        raise NotFound(detail=f"{uri} is no room")
    await call.submit(Invite(**call.base, room_id=room.id, target_id=target.id))


async def undo(call: Call) -> None:
    """The inner activity is there in full (Mastodon), or known by its id (older Pleroma)."""
    inner = inner_of(call.heard)
    if inner.actor is not None and inner.actor != call.actor.uri:
        raise not_theirs(f"{call.actor.uri} takes back what {inner.actor} did")
    if inner.type == "" or inner.object is None:
        row = await call.core.reading.activity_by_uri(inner.id) if inner.id is not None else None
        if row is None or row.account_id != call.actor.id:
            raise NotFound(detail=f"{inner.id} is not known here")
        inner = of_document(row.data)
    if inner.type == "Delete":
        await restoring.restore(call, inner, call.actor, signed=True)
        return
    if inner.type == "Accept":
        await _unaccept(call, inner)
        return
    of = await _undone(call, inner)
    if of is not None:
        await call.submit(Undo(**call.base, of=of))
        if isinstance(of, Follow) and inner.object == call.core.uris.relay:
            await passing_on.left(call.door, call.actor)
    else:
        await others.keep(call)


async def _unaccept(call: Call, inner: Inner) -> None:
    """An Accept is taken back (Mastodon): whoever was let follow does so no more."""
    row = await call.core.reading.activity_by_uri(inner.id) if inner.id is not None else None
    document = row.data if row is not None and row.account_id == call.actor.id else call.heard.inline or {}
    follower = await _follower(replace(call, heard=replace(call.heard, object=prop(document, "object"))))
    if follower is not None:
        await call.submit(Reject(**call.base, follower_id=follower.id))


async def _undone(call: Call, inner: Inner) -> Follow | Like | EmojiReact | Announce | Block | None:
    actor = call.actor.id
    match inner.type:
        case "Follow" | "Join":
            return Follow(actor_id=actor, target_id=await _account_id(call, inner.object))
        case "Block":
            room = await call.core.reading.account_by_uri(inner.target) if inner.target else None
            if inner.target and (room is None or not room.local or not room.group):
                return None
            return Block(actor_id=actor, target_id=await _account_id(call, inner.object), room_id=room.id if room is not None else None)
        case "Like" | "EmojiReact":
            note_id = await call.note_id(inner.object)
            if inner.emoji is not None:
                return EmojiReact(actor_id=actor, note_id=note_id, emoji=inner.emoji[0], emoji_url=inner.emoji[1])
            if inner.type == "EmojiReact":
                raise Invalid("This is not an emoji")
            return Like(actor_id=actor, note_id=note_id)
        case "Announce":
            # Its own id finds the boost even where the boosted note's is not what it was.
            boost = await call.core.reading.note_id_of(inner.id) if inner.id is not None else None
            return Announce(actor_id=actor, note_id=boost if boost is not None else await call.note_id(inner.object))
        case _:
            return None


async def _account_id(call: Call, uri: str | None) -> int:
    if uri in PUBLIC_SPELLINGS:
        return (await call.core.relays.actor()).id
    account = await call.core.reading.account_by_uri(uri) if uri is not None else None
    if account is None:
        raise NotFound(detail=f"{uri} is nobody here")
    return account.id
