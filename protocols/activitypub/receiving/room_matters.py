"""What is done with a room of another server, on that server's word: its settings, ranks, bans, kicks, removals (FEP-1b12).

The room passes on what its operators did. Who they are is shown; that they may is the room's to say, so no proof of theirs is asked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pleromad import text
from pleromad.errors import Forbidden, PleromadError, StoreUnavailable
from pleromad.model.account import Account
from pleromad.model.activity import Add, Block, Delete, Origin, Refusal, Reject, Remove, Undo, Update
from pleromad.model.room import RoomChange, flags_of
from protocols.activitypub.origins import same_origin
from protocols.activitypub.receiving import restoring
from protocols.activitypub.receiving.call import Call, not_theirs
from protocols.activitypub.to_core import Heard
from protocols.activitypub.to_core.activities import Inner, inner_of
from protocols.activitypub.to_core.pieces import as_bool, as_id, as_text, prop, text_of

MAX_REASON = 400
RANKS = frozenset("qaohv")


async def happened(call: Call, inner: Heard) -> bool:
    """Did the room (`call.actor`) pass on something about itself? Then it is done here as well."""
    room, undone = call.actor, inner_of(inner)
    match inner.type:
        case "Update" if inner.object_id == room.uri:
            await refresh_room(call, room, inner.inline, by=await _by(call, inner))
        case "Add" | "Remove" if inner.target in (f"{room.uri}/moderators", f"{room.uri}/voices"):
            await ranked(call, room, inner)
        case "Remove" if inner.target == room.followers_uri:
            await _kicked(call, inner)
        case "Block" if inner.target == room.uri:
            await _banned(call, inner.object_id, inner, given=True)
        case "Undo" if undone.type == "Block" and undone.target == room.uri:
            await _banned(call, undone.object, inner, given=False)
        case "Undo" if undone.type == "Delete" and not await _is_authors(call, undone):
            await restoring.restore(call, undone, room, signed=False)
        case "Delete":
            return await _removed(call, inner)
        case _:
            return False
    return True


async def _by(call: Call, inner: Heard) -> int | None:
    """The operator, when it is to be found out who that is."""
    try:
        return (await call.door.people.by_uri(inner.actor)).id
    except StoreUnavailable:
        raise
    except PleromadError:
        return None


async def _known(call: Call, uri: str | None) -> Account | None:
    return await call.core.reading.account_by_uri(uri) if uri is not None else None


def rank_of(inner: Heard) -> str:
    """Servers like this one say which; a moderator of another's is an operator."""
    if (inner.target or "").endswith("/voices"):
        return "v"
    said = prop(inner.raw, "rank")
    return said if isinstance(said, str) and said in RANKS else "o"


async def ranked(call: Call, room: Account, inner: Heard) -> None:
    kind = Add if inner.type == "Add" else Remove
    account = await call.door.people.by_uri(inner.object_id) if inner.object_id is not None and kind is Add else await _known(call, inner.object_id)
    if account is not None:
        by = await _by(call, inner)
        await call.submit_for(room, kind(actor_id=room.id, collection=rank_of(inner), account_id=account.id, room_id=room.id, by_id=by))


def reason_of(inner: Heard) -> str:
    return text.to_plain(text_of(inner.raw, "summary", MAX_REASON))


async def _kicked(call: Call, inner: Heard) -> None:
    account = await _known(call, inner.object_id)
    if account is not None:
        by = await _by(call, inner)
        await call.submit_for(call.actor, Reject(actor_id=call.actor.id, follower_id=account.id, reason=reason_of(inner), by_id=by))


async def _banned(call: Call, uri: str | None, inner: Heard, *, given: bool) -> None:
    account, room = await _known(call, uri), call.actor
    if account is None:
        return
    block = Block(actor_id=room.id, target_id=account.id, room_id=room.id, reason=reason_of(inner), by_id=await _by(call, inner))
    await call.submit_for(room, block if given else Undo(actor_id=room.id, of=block))


async def _removed(call: Call, inner: Heard) -> bool:
    """A moderator took out what somebody else said there. What its author takes back is a Delete like any."""
    id = await call.core.reading.note_id_of(inner.object_id) if inner.object_id is not None else None
    seen = await call.core.reading.author_and_room(id) if id is not None else None
    author = await _known(call, inner.actor)
    if id is None or seen is None or seen[1] != call.actor.id or (author is not None and author.id == seen[0]):
        return False
    # Under its own id, so that it can be taken back, as far as the room may speak for that.
    own: dict[str, Any] = {"uri": inner.id, "raw": inner.raw} if same_origin(inner.id, call.actor.uri) else {}
    await call.submit_for(call.actor, Delete(actor_id=call.actor.id, note_id=id, by_id=await _by(call, inner), **own))
    return True


async def _is_authors(call: Call, deletion: Inner) -> bool:
    """Was it the author who deleted it, and not a moderator? They take that back themselves."""
    row = await call.core.reading.activity_by_uri(deletion.id) if deletion.id is not None else None
    return row is None or row.account_id != call.actor.id


async def came_or_left(call: Call) -> None:
    """A room tells of its members, whichever server they live on."""
    room = call.actor
    uri = call.heard.object_id
    if uri is None or call.core.uris.ours(uri) or not await call.door.followed_here(room.id):
        return
    kind = Add if call.heard.type == "Add" else Remove
    account = await call.door.people.by_uri(uri) if kind is Add else await _known(call, uri)
    if account is not None:
        await call.submit_for(room, kind(actor_id=room.id, collection="members", account_id=account.id, room_id=room.id))


async def refresh_room(call: Call, room: Account, said: dict[str, Any] | None = None, *, by: int | None = None) -> None:
    """A room of another server as it is now: its topic, and who may come in, speak or see it. `said`: its actor as it told itself."""
    told = said is not None and said.get("id") == room.uri and "inbox" in said
    document = said if told and said is not None else await call.door.fetcher.document(room.uri, fresh=True)
    if document.get("id") != room.uri:
        raise not_theirs(f"{room.uri} is now {str(document.get('id'))[:200]}")
    secret = prop(document, "discoverable") is False
    topic = text.to_plain(text_of(document, "summary", 2_000)) if told or not secret else None
    # Of a secret room its members are told more than what anybody may look up here.
    fresh = await call.door.people.keep({**document, "summary": ""} if secret else document)
    known = await call.core.reading.room_by_id(room.id)
    if known is None:
        return
    flags = settings_of(document, locked=fresh.locked, secret=not fresh.discoverable)
    different: dict[str, Any] = {name: value for name, value in flags.items() if getattr(known, name) != value}
    change = RoomChange(topic=topic if known.topic != topic else None, **different)
    if change != RoomChange():
        await call.submit_for(fresh, Update(actor_id=fresh.id, room_id=fresh.id, room=change, by_id=by))


def settings_of(document: Mapping[str, Any], *, locked: bool, secret: bool) -> dict[str, bool]:
    """Those a room of a server like this one names; of another's what its actor says in the words of Lemmy and Mastodon."""
    flags = flags_of(as_text(prop(document, "modes"), 64))
    return {"invite_only": locked, "secret": secret, "moderated": as_bool(prop(document, "postingRestrictedToMods")), **flags}


_ANSWERED = frozenset({"Add", "Block", "Create", "Follow", "Invite", "Join", "Remove", "Undo", "Update"})


async def refuse(call: Call, error: Forbidden) -> None:
    """A room of ours does not do what somebody elsewhere wished: their server is told, so that they do not wait for it."""
    heard = call.heard
    if error.station != "check" or heard.type not in _ANSWERED or call.actor.local:
        return
    target = heard.target or ""
    uris = [heard.object_id, target, target.rpartition("/")[0], as_id(prop(heard.raw, "audience")), as_id(prop(heard.inline or {}, "audience")), *heard.to]
    found = await call.door.people.known([uri for uri in dict.fromkeys(uris) if uri and call.core.uris.ours(uri)])
    room = next((account for account in found.values() if account.local and account.group), None)
    if room is not None:
        refusal = Refusal(actor_id=room.id, account_id=call.actor.id, of=heard.type, of_uri=heard.id, reason=error.public)
        await call.core.activities.submit(refusal, Origin.system())
