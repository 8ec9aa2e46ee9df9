"""What an app posts -> activities of the core. Only the app's own user acts; ids, keys and addresses an app writes count for nothing (S26)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pleromad.errors import Forbidden, Invalid, NotFound
from pleromad.model.account import Account
from pleromad.model.activity import (
    Accept,
    Activity,
    Add,
    Announce,
    Block,
    Create,
    Delete,
    EmojiReact,
    Follow,
    Like,
    Reject,
    Remove,
    Undo,
    Update,
)
from protocols.activitypub import to_core
from protocols.activitypub.clients.drafts import draft_of, profile_of, visibility_of
from protocols.activitypub.door import Door
from protocols.activitypub.to_core import Heard
from protocols.activitypub.to_core.activities import Inner, emoji_of, inner_of, of_document
from protocols.activitypub.to_core.pieces import as_ids, prop, types_of
from protocols.activitypub.vocabulary import ACTIVITIES, NOTES


@dataclass(frozen=True, slots=True)
class Act:
    """Who acts, and how others are found."""

    door: Door
    me: Account

    async def account(self, uri: str | None) -> Account:
        """Raises Invalid, NotFound."""
        resolver = self.door.core.resolver
        if uri is None or resolver is None:
            raise Invalid("Whom?")
        return await resolver.account(uri)

    async def note(self, uri: str | None) -> int:
        """Of a note `me` may see, fetched when it is not here. Raises Invalid, NotFound."""
        resolver = self.door.core.resolver
        if uri is None or resolver is None:
            raise Invalid("What?")
        id = await resolver.note(uri, self.me.id)
        if id is None:
            raise NotFound
        return id


async def activity_of(act: Act, document: Mapping[str, Any]) -> tuple[Activity, str]:
    """The activity, and the scope it needs. A bare object is created (ActivityPub 6.2.1). Raises Invalid, Forbidden, NotFound."""
    if not set(types_of(document)) & ACTIVITIES:
        if not set(types_of(document)) & NOTES:
            raise Invalid("This type is not known")
        document = {"type": "Create", "object": dict(document), **{key: document[key] for key in ("to", "cc") if key in document}}
    if prop(document, "bto") or prop(document, "bcc"):
        raise Invalid("Nobody can be addressed blindly")
    if any(uri != act.me.uri for uri in as_ids(prop(document, "actor"))):
        raise Forbidden("This is somebody else's to do", station="authorise")
    heard = to_core.heard({**document, "actor": act.me.uri, "id": None})
    work = ACTS.get(heard.type)
    if work is None:
        raise Invalid(f"{heard.type[:40]} cannot be posted")
    scope, make = work
    activity = await make(act, heard)
    return activity, "write:accounts" if isinstance(activity, Update) and activity.profile is not None else scope


async def _create(act: Act, heard: Heard) -> Activity:
    if heard.inline is None or not set(types_of(heard.inline)) & NOTES:
        raise Invalid("Nothing that can be created")
    draft = await draft_of(act.door.core, act.me, heard.inline, heard, act.note)
    return Create(actor_id=act.me.id, note=draft)


async def _update(act: Act, heard: Heard) -> Activity:
    if heard.inline is None:
        raise Invalid("The object must be there in full")
    if heard.object_id == act.me.uri:
        return Update(actor_id=act.me.id, profile=profile_of(heard.inline))
    note_id = await _own_note(act, heard.object_id)
    draft = await draft_of(act.door.core, act.me, heard.inline, heard, act.note, note_id=note_id)
    return Update(actor_id=act.me.id, note_id=note_id, note=draft)


async def _delete(act: Act, heard: Heard) -> Activity:
    return Delete(actor_id=act.me.id, note_id=await _own_note(act, heard.object_id))


async def _own_note(act: Act, uri: str | None) -> int:
    reading = act.door.core.reading
    id = await reading.note_id_of(uri) if uri is not None else None
    if id is None or not await reading.notes(act.me.id, [id]):
        raise NotFound
    if await reading.author_of(id) != act.me.id:
        raise Forbidden("This note is not yours", station="authorise")
    return id


async def _follow(act: Act, heard: Heard) -> Activity:
    return Follow(actor_id=act.me.id, target_id=(await act.account(heard.object_id)).id)


async def _block(act: Act, heard: Heard) -> Activity:
    return Block(actor_id=act.me.id, target_id=(await act.account(heard.object_id)).id)


async def _like(act: Act, heard: Heard) -> Activity:
    note_id, emoji = await act.note(heard.object_id), emoji_of(heard.raw)
    if emoji is not None:
        return EmojiReact(actor_id=act.me.id, note_id=note_id, emoji=emoji[0])
    if heard.type == "EmojiReact":
        raise Invalid("This is not an emoji")
    return Like(actor_id=act.me.id, note_id=note_id)


async def _announce(act: Act, heard: Heard) -> Activity:
    note_id = await act.note(heard.object_id)
    return Announce(actor_id=act.me.id, note_id=note_id, visibility=visibility_of(act.me, heard.to, heard.cc))


async def _answer(act: Act, heard: Heard) -> Activity:
    """Accept or Reject of a Follow of the actor, in full or by its id."""
    inner = await _known(act, inner_of(heard))
    if inner.type != "Follow" or inner.object != act.me.uri:
        raise Invalid("This is no follow of yours")
    follower = await act.account(inner.actor)
    kind = Accept if heard.type == "Accept" else Reject
    return kind(actor_id=act.me.id, follower_id=follower.id)


async def _known(act: Act, inner: Inner) -> Inner:
    """What is there by its id alone, as it was stored."""
    if inner.type and inner.object is not None:
        return inner
    row = await act.door.core.reading.activity_by_uri(inner.id) if inner.id is not None else None
    if row is None:
        raise NotFound
    return of_document(row.data)


async def _pin(act: Act, heard: Heard) -> Activity:
    if heard.target != act.me.featured_uri:
        raise Invalid("Only to and from what is pinned")
    kind = Add if heard.type == "Add" else Remove
    return kind(actor_id=act.me.id, collection="featured", note_id=await _own_note(act, heard.object_id))


async def _undo(act: Act, heard: Heard) -> Activity:
    inner = await _known(act, inner_of(heard))
    if inner.actor not in (None, act.me.uri):
        raise Forbidden("This is somebody else's to take back", station="authorise")
    me = act.me.id
    of: Follow | Block | Like | EmojiReact | Announce
    match inner.type:
        case "Follow":
            of = Follow(actor_id=me, target_id=(await act.account(inner.object)).id)
        case "Block":
            of = Block(actor_id=me, target_id=(await act.account(inner.object)).id)
        case "Like" | "EmojiReact":
            note_id = await act.note(inner.object)
            of = EmojiReact(actor_id=me, note_id=note_id, emoji=inner.emoji[0]) if inner.emoji else Like(actor_id=me, note_id=note_id)
        case "Announce":
            of = Announce(actor_id=me, note_id=await act.note(inner.object))
        case _:
            raise Invalid("This cannot be taken back")
    return Undo(actor_id=me, of=of)


ACTS: Mapping[str, tuple[str, Callable[[Act, Heard], Awaitable[Activity]]]] = {
    "Accept": ("write:follows", _answer),
    "Add": ("write:accounts", _pin),
    "Announce": ("write:statuses", _announce),
    "Block": ("write:blocks", _block),
    "Create": ("write:statuses", _create),
    "Delete": ("write:statuses", _delete),
    "EmojiReact": ("write:favourites", _like),
    "Follow": ("write:follows", _follow),
    "Like": ("write:favourites", _like),
    "Reject": ("write:follows", _answer),
    "Remove": ("write:accounts", _pin),
    "Undo": ("write:statuses", _undo),
    "Update": ("write:statuses", _update),
}
