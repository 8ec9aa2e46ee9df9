"""Create, Update and Delete of notes; votes; Update and Delete of actors and rooms."""

from __future__ import annotations

from typing import Any

from pleromad import text
from pleromad.errors import Invalid, NotFound, Unreachable
from pleromad.model.activity import Create, Delete, Update, Vote
from pleromad.model.room import RoomChange, flags_of
from protocols.activitypub import passing_on, to_core
from protocols.activitypub.origins import same_origin
from protocols.activitypub.receiving import others, quotes, room_matters
from protocols.activitypub.receiving.call import Call, not_theirs
from protocols.activitypub.to_core import Said
from protocols.activitypub.to_core.pieces import as_id, as_text, prop, text_of, type_of
from protocols.activitypub.vocabulary import ACTORS


async def create(call: Call) -> None:
    inline = call.own_object()
    if inline is None:
        uri = call.heard.object_id
        if uri is None:
            raise Invalid("Nothing is created")
        if await call.door.followed_here(call.actor.id):
            await call.door.threads.by_uri(uri)
        return
    if not to_core.readable(inline):
        await others.keep(call)
        return
    said = to_core.said(_addressed(inline, call), call.core.clock.now())
    if said.author != call.actor.uri:
        raise not_theirs(f"{call.actor.uri} creates a note of {said.author}")
    if call.room is not None and call.room.uri not in (*said.audience, *said.addressed, *call.heard.to, *call.heard.cc):
        raise not_theirs(f"{said.note.uri} was not said in {call.room.uri}")
    if said.choice is not None and await _vote(call, said):
        return
    note = await call.door.threads.resolved(said, call.actor, room=call.room)
    if note.in_reply_to_uri is not None and (note.mention_ids or await call.door.followed_here(call.actor.id)):
        await call.door.threads.ancestors(note.in_reply_to_uri)
    outcome = await call.submit(Create(**call.base, note=note))
    if outcome.note_id is not None and not outcome.duplicate:
        await passing_on.said(call.door, call.actor, outcome.note_id)


def _addressed(inline: dict[str, Any], call: Call) -> dict[str, Any]:
    """Discourse and some of Pixelfed's leave the addresses to the activity around."""
    if prop(inline, "to") is not None or prop(inline, "cc") is not None:
        return inline
    return {**inline, "to": list(call.heard.to), "cc": list(call.heard.cc)}


async def _vote(call: Call, said: Said) -> bool:
    """A vote for an option of a question of ours. False: it is a note like any."""
    parent = said.note.in_reply_to_uri
    if parent is None or not call.core.uris.ours(parent):
        return False
    id = await call.core.reading.note_id_of(parent)
    seen = await call.core.reading.notes(call.actor.id, [id]) if id is not None else []
    poll = seen[0].note.poll if seen else None
    if poll is None:
        return False
    titles = [option.title for option in poll.options]
    if said.choice not in titles:
        raise Invalid("There is no such option", detail=f"{said.choice!r}")
    await call.submit(Vote(**call.base, note_id=poll.note_id, choices=(titles.index(said.choice),)))
    return True


async def update(call: Call) -> None:
    inline = call.heard.inline
    uri = call.heard.object_id
    if uri is None:
        raise Invalid("Nothing is updated")
    if (inline is not None and type_of(inline, ACTORS) in ACTORS) or uri == call.actor.uri:
        await _update_actor(call, uri, inline)
        return
    id = await call.core.reading.note_id_of(uri)
    if id is None:
        raise NotFound(detail=f"{uri} is not here")
    # WordPress and others send an id alone, or less than the whole.
    own = call.own_object()
    document = own if own is not None and type_of(own, frozenset()) else await call.door.fetcher.document(uri, fresh=True)
    said = to_core.said(document, call.core.clock.now())
    if said.author != call.actor.uri or said.note.uri != uri:
        raise not_theirs(f"{call.actor.uri} updates {said.note.uri} of {said.author}")
    note = await call.door.threads.resolved(said, call.actor, room=call.room)
    await call.submit(Update(**call.base, note_id=id, note=note))


async def _update_actor(call: Call, uri: str, inline: dict[str, Any] | None) -> None:
    if uri != call.actor.uri:
        await _update_room(call, uri, inline)
        return
    if call.actor.group and await call.door.followed_here(call.actor.id):
        await room_matters.refresh_room(call, call.actor, inline)
        return
    try:
        document = await call.door.fetcher.document(uri, fresh=True)
    except (NotFound, Unreachable):
        # Signed by its own key, so it may speak for itself where it cannot be asked (a server behind a login).
        if inline is None or as_id(inline) != call.actor.uri:
            raise
        document = inline
    if document.get("id") != uri:
        raise not_theirs(f"{uri} is now {str(document.get('id'))[:200]}")
    actor = to_core.actor(document)
    await call.door.people.keep(document)
    await call.submit(Update(**call.base, profile=actor))


async def _update_room(call: Call, uri: str, inline: dict[str, Any] | None) -> None:
    """An operator changes a room of ours, if they may. What becomes of another server's, that room says."""
    room = await call.core.reading.account_by_uri(uri)
    if room is None or not room.group or inline is None:
        raise NotFound(detail=f"{uri} is no room here")
    if room.local:
        topic = text.to_plain(text_of(inline, "summary", 2_000)) if "summary" in inline else None
        flags: dict[str, Any] = dict(flags_of(as_text(prop(inline, "modes"), 64)))
        await call.submit(Update(**call.base, room_id=room.id, room=RoomChange(topic=topic, **flags)))


async def delete(call: Call) -> None:
    uri = call.heard.object_id
    if uri is None:
        raise Invalid("Nothing is deleted")
    if uri == call.actor.uri:
        await call.submit(Delete(**call.base, account=True))
        return
    id = await call.core.reading.note_id_of(uri)
    if id is not None:
        await call.submit(Delete(**call.base, note_id=id))
        return
    if await quotes.withdrawn(call, uri):
        return
    # Not here (yet): its Create may still be under way. Only their own server's ids are theirs to bury.
    if same_origin(uri, call.actor.uri) and await call.core.reading.account_by_uri(uri) is None:
        await call.submit(Delete(**call.base, object_uri=uri))

