"""Undo of a Delete (Lemmy; moderators there, too): what was taken back is to be read again.

Only what its own server shows again comes back, and only where the one who takes the Delete back has deleted it here: what staff of this
server took away stays away.
"""

from __future__ import annotations

from pleromad.errors import NotFound
from pleromad.model.account import Account
from pleromad.model.activity import Delete, Undo
from protocols.activitypub import to_core
from protocols.activitypub.receiving.call import Call, not_theirs
from protocols.activitypub.to_core.activities import Inner
from protocols.activitypub.to_core.pieces import as_id, prop


async def restore(call: Call, deletion: Inner, by: Account, *, signed: bool) -> None:
    """`by` takes back what they deleted. `signed`: they say so themselves, not somebody who passes it on. Raises NotFound, Forbidden."""
    row = await call.core.reading.activity_by_uri(deletion.id) if deletion.id is not None else None
    uri = as_id(prop(row.data, "object")) if row is not None else None
    if row is None or row.type != "Delete" or row.account_id != by.id or uri is None or deletion.object not in (None, uri):
        raise NotFound(detail=f"{deletion.id} is no deletion of {by.uri}")
    if await call.core.reading.note_id_of(uri) is not None or await call.core.reading.buried(uri) is None:
        raise NotFound(detail=f"{uri} is not deleted")
    call.door.fetcher.forget(uri)
    said = to_core.said(await call.door.threads.document(uri), call.core.clock.now())
    if said.note.uri != uri:
        raise not_theirs(f"{uri} is now {said.note.uri}")
    deleted = Delete(actor_id=by.id, uri=deletion.id, object_uri=uri)
    if signed:
        await call.submit(Undo(**call.base, of=deleted))
    else:
        await call.submit_for(by, Undo(actor_id=by.id, of=deleted))
    await call.door.threads.by_uri(uri)
