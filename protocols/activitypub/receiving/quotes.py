"""QuoteRequest, the answers to ours, and stamps that are taken back (FEP-044f)."""

from __future__ import annotations

from pleromad.errors import Invalid, NotFound
from pleromad.model.activity import QuoteAccept, QuoteReject, QuoteRequest, QuoteRevoke
from pleromad.model.note import QuoteRow
from protocols.activitypub import to_core
from protocols.activitypub.origins import same_origin
from protocols.activitypub.receiving.call import Call, not_theirs
from protocols.activitypub.to_core.activities import inner_of
from protocols.activitypub.to_core.pieces import as_id, prop


async def request(call: Call) -> None:
    """The quoting note comes with it (Mastodon), or is fetched."""
    quoted = call.heard.object_id
    if quoted is None or not call.core.uris.ours(quoted):
        raise NotFound(detail=f"{quoted} is not ours")
    note_id = await call.note_id(quoted)
    instrument = prop(call.heard.raw, "instrument")
    uri = as_id(instrument)
    if uri is None or not same_origin(uri, call.actor.uri):
        raise not_theirs(f"{call.actor.uri} asks for {uri}")
    quoting = await call.core.reading.note_id_of(uri)
    if quoting is None and isinstance(instrument, dict) and prop(instrument, "attributedTo") is not None:
        said = to_core.said(instrument, call.core.clock.now())
        if said.author != call.actor.uri or said.note.uri != uri:
            raise not_theirs(f"{call.actor.uri} asks for a note of {said.author}")
        quoting = await call.door.threads.submit_fetched(said)
    elif quoting is None:
        quoting = await call.door.threads.by_uri(uri)
    await call.submit(QuoteRequest(**call.base, note_id=note_id, quoting_id=quoting))


async def accept(call: Call) -> bool:
    """False: it answers something else."""
    row = await _asked(call)
    if row is None:
        return False
    stamp = as_id(prop(call.heard.raw, "result"))
    quoting = await call.core.reading.note_json(row.note_id)
    if stamp is None or quoting is None:
        raise Invalid("There is no stamp")
    holds = await call.door.stamps.holds(stamp, quoting=str(quoting.get("id")), quoted=row.quoted_uri, author=call.actor.uri)
    if not holds:
        raise not_theirs(f"{stamp} is no stamp of {call.actor.uri} for this")
    await call.submit(QuoteAccept(**call.base, quoting_id=row.note_id, stamp_uri=stamp))
    return True


async def reject(call: Call) -> bool:
    row = await _asked(call)
    if row is None:
        return False
    await call.submit(QuoteReject(**call.base, quoting_id=row.note_id))
    return True


async def _asked(call: Call) -> QuoteRow | None:
    """The quote of ours that is answered, when it is one of the actor's notes that is quoted."""
    inner = inner_of(call.heard)
    row = await call.core.reading.quote_asked(inner.id) if inner.id is not None else None
    if row is None and inner.type == "QuoteRequest":
        uri = as_id(prop(call.heard.inline or {}, "instrument"))
        quoting = await call.core.reading.note_id_of(uri) if uri is not None and call.core.uris.ours(uri) else None
        row = await call.core.reading.quote(quoting) if quoting is not None else None
        if row is None:
            raise NotFound(detail=f"{uri} quotes nothing")
    if row is not None and row.quoted_account_id != call.actor.id:
        raise not_theirs(f"{call.actor.uri} answers for somebody else")
    return row


async def withdrawn(call: Call, uri: str) -> bool:
    """A Delete of a stamp. False: it is none that is known here."""
    row = await call.core.reading.quote_stamped(uri)
    if row is None:
        return False
    if row.quoted_account_id != call.actor.id:
        raise not_theirs(f"{call.actor.uri} takes back a stamp of somebody else")
    await call.submit(QuoteRevoke(**call.base, quoting_id=row.note_id))
    return True
