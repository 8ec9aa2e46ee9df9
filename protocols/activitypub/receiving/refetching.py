"""What somebody else passes on, a group or whoever forwards: their word counts for nothing, the author's own server is asked."""

from __future__ import annotations

from pleromad.errors import NotFound
from pleromad.model.account import Account
from pleromad.model.activity import Create, Delete, Origin, Update
from protocols.activitypub import to_core
from protocols.activitypub.origins import host_of
from protocols.activitypub.receiving import restoring
from protocols.activitypub.receiving.call import Call, not_theirs
from protocols.activitypub.threads import STILL_NEWS
from protocols.activitypub.to_core import Heard
from protocols.activitypub.to_core.activities import inner_of
from protocols.activitypub.to_core.pieces import as_id, prop, type_of


async def forwarded(call: Call) -> None:
    """Inbox forwarding (ActivityPub 7.1.2): a reply to something known here, or news of something known here."""
    heard = call.heard
    if call.core.uris.ours(heard.actor):
        return
    match heard.type:
        case "Create":
            parent = as_id(prop(heard.inline or {}, "inReplyTo"))
            known = parent is not None and await call.core.reading.note_id_of(parent) is not None
            if known or await call.door.relaying.is_relay(call.actor):
                await refetch(call, heard)
        case "Update" if heard.object_id is not None and await call.core.reading.note_id_of(heard.object_id) is not None:
            await refetch(call, heard)
        case "Delete":
            await delete(call, heard)
        case "Undo":
            await restore(call, heard)


async def refetch(call: Call, inner: Heard, *, room: Account | None = None) -> None:
    """Take a created or updated note from its own server. `room`: it must have been said there."""
    uri = inner.object_id
    if uri is None or call.core.uris.ours(uri):
        return
    threads = call.door.threads
    known = await call.core.reading.note_id_of(uri)
    if known is not None and inner.type == "Create":
        return
    document = await threads.document(uri) if known is None else await call.door.fetcher.document(uri, fresh=True)
    said = to_core.said(document, call.core.clock.now())
    if said.note.uri != uri or (room is not None and room.uri not in (*said.audience, *said.addressed)):
        raise not_theirs(f"{uri} was not said in {room.uri if room else 'what was forwarded'}")
    author = await call.door.people.by_uri(said.author)
    if known is not None:
        note = await threads.resolved(said, author, room=room)
        await call.submit_for(author, Update(actor_id=author.id, note_id=known, note=note))
        return
    await threads.ancestors(said.note.in_reply_to_uri)
    if call.core.clock.now() - said.note.published > STILL_NEWS:
        await threads.submit_fetched(said, room=room)
        return
    # Just said, and read from its own server at this moment: as good as signed by its author, and news to people here.
    note = await threads.resolved(said, author, room=room)
    await call.core.activities.submit(Create(actor_id=author.id, note=note), Origin.remote(author.id, host_of(author.uri)))


async def delete(call: Call, inner: Heard) -> None:
    """Of a note that is here, when its own server does not have it any more."""
    uri = inner.object_id
    id = await call.core.reading.note_id_of(uri) if uri is not None else None
    if uri is None or id is None or call.core.uris.ours(uri):
        return
    seen = await call.core.reading.notes(None, [id])
    author = await call.core.reading.account_by_uri(inner.actor)
    if author is None or (seen and seen[0].note.account.id != author.id):
        raise NotFound(detail=f"{uri} is not {inner.actor}'s")
    if await _is_gone(call, uri):
        await call.submit_for(author, Delete(actor_id=author.id, note_id=id, uri=inner.id, raw=inner.raw))


async def restore(call: Call, inner: Heard) -> None:
    """The author takes a Delete back."""
    deletion = inner_of(inner)
    author = await call.core.reading.account_by_uri(inner.actor)
    if deletion.type == "Delete" and author is not None and not author.local:
        await restoring.restore(call, deletion, author, signed=False)


async def _is_gone(call: Call, uri: str) -> bool:
    call.door.fetcher.forget(uri)
    try:
        document = await call.door.fetcher.document(uri, fresh=True)
    except NotFound:
        return True
    return type_of(document, frozenset({"Tombstone"})) == "Tombstone"
