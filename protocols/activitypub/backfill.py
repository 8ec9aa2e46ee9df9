"""What was said in a room elsewhere before somebody here came in: the newest of the group's outbox."""

from __future__ import annotations

from typing import Any

from twisted.logger import Logger

from pleromad.errors import Invalid, PleromadError, StoreUnavailable
from pleromad.model.account import Account
from protocols.activitypub import to_core
from protocols.activitypub.documents import Document
from protocols.activitypub.door import Door
from protocols.activitypub.origins import same_origin
from protocols.activitypub.to_core.pieces import as_id, as_list, prop, type_of
from protocols.activitypub.vocabulary import ACTIVITIES

log = Logger(namespace="activitypub")

MOST = 40


async def backfill(door: Door, group: Account) -> None:
    """Take in the newest lines, the oldest first; each from where its id says, those of the group's own server as they stand there.

    What is there already stays, what cannot be had or was not said in this group is left out. Raises what fetching the outbox raises.
    """
    if not group.outbox:
        return
    for item in reversed(await _items(door, group)):
        inner = _innermost(item)
        uri = as_id(inner)
        if uri is None or door.core.uris.ours(uri) or await door.core.reading.note_id_of(uri) is not None:
            continue
        try:
            whole = isinstance(inner, dict) and same_origin(uri, group.uri) and "content" in inner
            document: Document = inner if whole else await door.threads.document(uri)
            said = to_core.said(document, door.core.clock.now())
            if said.note.uri == uri and group.uri in (*said.audience, *said.addressed):
                await door.threads.submit_fetched(said, room=group)
        except StoreUnavailable:
            raise
        except PleromadError as error:
            log.debug("A line of {group} is not to be had: {uri}: {error}", group=group.uri, uri=uri, error=str(error))


async def _items(door: Door, group: Account) -> list[Any]:
    document = await door.fetcher.document(group.outbox)
    if document.get("id") != group.outbox:
        raise Invalid("This is another collection")
    items = as_list(prop(document, "orderedItems")) or as_list(prop(document, "items"))
    first = prop(document, "first")
    if not items and first is not None:
        address = as_id(first)
        if isinstance(first, dict) and prop(first, "orderedItems") is not None:
            page = first
        elif address is not None and same_origin(address, group.outbox):
            page = await door.fetcher.document(address, page=True)
        else:
            return []
        items = as_list(prop(page, "orderedItems")) or as_list(prop(page, "items"))
    return items[:MOST]


def _innermost(item: Any) -> Any:
    """The note of an Announce of a Create of it, whatever of these is there; of a Like or a vote nothing."""
    for _ in range(3):
        if not isinstance(item, dict):
            return item
        kind = type_of(item, ACTIVITIES)
        if kind not in ACTIVITIES:
            return item
        if kind not in ("Announce", "Create", "Update"):
            return None
        item = prop(item, "object")
    return item
