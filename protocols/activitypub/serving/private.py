"""What is not public is shown to servers whose people it is for, and to nobody else: they sign their requests."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pleromad.errors import NotFound, Unauthenticated
from pleromad.model.account import Account
from protocols.activitypub.door import Door
from protocols.activitypub.keyring import Keyring
from protocols.activitypub.origins import same_origin
from protocols.activitypub.to_core.pieces import as_id, prop
from web.request import Request


@dataclass(frozen=True, slots=True)
class _Addressed:
    """As much of a stored activity as `Reading.inboxes` looks at."""

    type: str
    data: dict[str, Any]


async def check_reader(door: Door, keyring: Keyring, request: Request, data: dict[str, Any]) -> Account:
    """The signer, when `data` is for somebody on their server. Raises NotFound, the same as for what does not exist."""
    if not (request.header("signature") or request.header("authorization")):
        raise NotFound
    try:
        signer = await keyring.signer(request, with_body=False)
    except NotFound as error:
        raise Unauthenticated("The signature is not valid") from error
    if signer.suspended or signer.local:
        raise NotFound
    author_uri = as_id(prop(data, "attributedTo")) or as_id(prop(data, "actor"))
    author = await door.core.reading.account_by_uri(author_uri) if author_uri else None
    if author is None or author.suspended or author.deleted:
        raise NotFound
    relations = await door.core.reading.relationships(author.id, [signer.id])
    if any(relation.blocking for relation in relations):
        raise NotFound
    addressed: Any = _Addressed("", {**data, "audience": await _members(door, data)})
    inboxes = await door.core.reading.inboxes(addressed)
    if not any(domain == signer.domain or same_origin(inbox, signer.uri) for inbox, domain in inboxes):
        raise NotFound
    return signer


async def _members(door: Door, data: dict[str, Any]) -> list[str]:
    """The followers collection of the room of ours something was said in: its members may read it."""
    uri = as_id(prop(data, "audience"))
    room = await door.core.reading.account_by_uri(uri) if uri else None
    return [room.followers_uri] if room is not None and room.local and room.group else []
