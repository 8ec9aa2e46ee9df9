"""Flag: another server's people report people here. Most servers send it with their own actor, so that nobody knows who it was."""

from __future__ import annotations

from pleromad.errors import NotFound
from pleromad.model.activity import Flag
from pleromad.text import to_plain
from protocols.activitypub.receiving.call import Call
from protocols.activitypub.to_core.pieces import text_of

MAX_OBJECTS = 200
MAX_COMMENT = 5_000


async def flag(call: Call) -> None:
    """Of each person here who is meant a report of its own: named by id, or (Lemmy) as the author of what is named."""
    uris = list(dict.fromkeys(call.heard.object_ids))[:MAX_OBJECTS]
    people = {account.id: account for account in (await call.door.people.known(uris)).values() if account.local}
    notes: dict[int, list[int]] = {id: [] for id in people}
    for uri in uris:
        id = await call.core.reading.note_id_of(uri) if call.core.uris.ours(uri) else None
        author = await call.core.reading.author_of(id) if id is not None else None
        if id is not None and author is not None:
            notes.setdefault(author, []).append(id)
    if not notes:
        raise NotFound(detail="nobody here is meant")
    comment = comment_of(call)
    base = call.base
    for number, (target_id, note_ids) in enumerate(notes.items()):
        uri = call.heard.id if not number else f"{call.heard.id}#{number}"
        await call.submit(Flag(**{**base, "uri": uri}, target_id=target_id, note_ids=tuple(note_ids), comment=comment))


def comment_of(call: Call) -> str:
    """`content` (Mastodon, Pleroma: plain text) or `summary` (Lemmy)."""
    text = text_of(call.heard.raw, "content", MAX_COMMENT) or text_of(call.heard.raw, "summary", MAX_COMMENT)
    return to_plain(text) if "<" in text else text
