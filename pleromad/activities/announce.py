"""Announce: a boost. It is a row of `notes` of its own, so that timelines hold it like any note."""

from __future__ import annotations

from pleromad import errors, surface, visibility
from pleromad.activities import shapes
from pleromad.activities.work import Result, Work, require
from pleromad.ids import PUBLIC
from pleromad.model import event
from pleromad.model.activity import Announce
from pleromad.model.event import Event
from pleromad.model.note import Visibility
from store import notes as note_rows
from store import relations
from store import responses as response_rows


async def apply(work: Work, activity: Announce) -> Result:
    note = await work.visible_note(activity.note_id)
    if note.boost_of_id is not None:
        note = await work.visible_note(note.boost_of_id)
    require(
        visibility.may_boost(note.visibility, author=note.account_id == work.actor.id),
        errors.NotFound("This note cannot be boosted", station="check"),
    )
    shown = visibility.tighter(activity.visibility, note.visibility)
    require(shown is not Visibility.DIRECT and shown is not Visibility.LOCAL, errors.Invalid("A boost is public, unlisted or for followers", field="visibility"))
    if not work.local:
        known = await relations.has_local_follower(work.tx, work.actor.id)
        require(known or note.local, errors.Forbidden("Nobody here follows who boosts", station="check"))
    earlier = await response_rows.boost_by(work.tx, work.actor.id, note.id)
    if earlier is not None:
        return Result(note_id=earlier[0], unchanged=True)
    published = min(activity.published, work.now) if activity.published else work.now
    id = await work.ids.mint(published)
    uri = activity.uri or work.activity_uri
    added = await note_rows.add(
        work.tx,
        {
            "id": id,
            "uri": uri,
            "url": uri,
            "type": "Announce",
            "account_id": work.actor.id,
            "boost_of_id": note.id,
            "visibility": shown.value,
            "local": work.local,
            "conversation_id": note.conversation_id,
            "created_at": published,
        },
    )
    if not added:
        return Result(note_id=await note_rows.id_of(work.tx, uri), unchanged=True)
    await note_rows.count(work.tx, note.id, boosts=1)
    work.events.append(Event(event.NOTE_UPDATED, note.id, note.account_id, -1))
    await surface.put_note(work, id, visibility=shown, boost=True)
    await surface.notify(work, "reblog", [note.account_id], note_id=note.id, conversation_id=note.conversation_id)
    if activity.raw is not None:
        return Result(activity.raw, id, visibility=shown)
    to, cc = _addresses(work, shown, note.account_uri)
    data = shapes.activity("Announce", id=uri, actor=work.actor.uri, object=note.uri, to=to, cc=cc, published=published)
    return Result(data, id, visibility=shown)


def _addresses(work: Work, shown: Visibility, author: str) -> tuple[list[str], list[str]]:
    followers = work.actor.followers_uri
    match shown:
        case Visibility.PUBLIC:
            return [PUBLIC], [followers, author]
        case Visibility.UNLISTED:
            return [followers], [PUBLIC, author]
        case _:
            return [followers], [author]


async def undo(work: Work, activity: Announce) -> Result:
    note = await note_rows.facts(work.tx, activity.note_id)
    require(note is not None, errors.NotFound(station="check"))
    assert note is not None
    boosted = note.boost_of_id or note.id
    earlier = await response_rows.boost_by(work.tx, work.actor.id, boosted)
    if earlier is None:
        return Result(note_id=boosted, unchanged=True)
    boost = await note_rows.facts(work.tx, earlier[0])
    original = await note_rows.facts(work.tx, boosted)
    await note_rows.delete(work.tx, earlier[0])
    await note_rows.count(work.tx, boosted, boosts=-1)
    await surface.withdraw(work, "reblog", note_id=boosted)
    work.events.append(Event(event.NOTE_DELETED, earlier[0], work.actor.id))
    work.events.append(Event(event.NOTE_UPDATED, boosted, original.account_id if original else 0, -1))
    to, cc = _addresses(work, boost.visibility if boost else Visibility.PUBLIC, original.account_uri if original else "")
    inner = {"id": earlier[1], "type": "Announce", "actor": work.actor.uri, "object": original.uri if original else ""}
    return Result({"object": inner, "to": to, "cc": cc}, boosted)
