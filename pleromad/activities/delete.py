"""Delete: a note goes, or an account with all it said. The ids stay as tombstones, the names stay taken."""

from __future__ import annotations

from typing import Any

from pleromad import errors
from pleromad.activities import quote, room_news, shapes
from pleromad.activities.work import Result, Work, require
from pleromad.ids import PUBLIC
from pleromad.model import event
from pleromad.model.account import Account
from pleromad.model.activity import Delete
from pleromad.model.event import Event
from pleromad.model.note import Visibility
from store import accounts as account_rows
from store import activities as activity_rows
from store import conversations, purge
from store import notes as note_rows
from store import rooms as room_rows
from store.notes import Facts


async def apply(work: Work, activity: Delete) -> Result:
    if activity.account:
        return await _account(work)
    if activity.note_id is None:
        if activity.object_uri:
            await activity_rows.bury(work.tx, activity.object_uri, "Note", False)
        return Result(unchanged=True)
    facts = await note_rows.facts(work.tx, activity.note_id, lock=True)
    require(facts is not None, errors.NotFound(station="check"))
    assert facts is not None
    moderating = facts.room_id is not None and bool(
        await room_rows.ranks_of(work.tx, facts.room_id, work.actor.id) & {"q", "a", "o", "h"}
    )
    require(
        work.actor.id in (facts.account_id, facts.room_id) or moderating or work.origin.kind == "system",
        errors.NotFound(station="check"),
    )
    by = await room_news.doer(work, activity.by_id) if facts.room_id is not None else work.actor
    await take_away(work, facts, by)
    if facts.visibility is Visibility.LOCAL:
        return Result(None, facts.id, visibility=facts.visibility)
    if not work.local:
        if facts.room_id is not None and activity.raw is not None:
            await room_news.pass_on_in_room(work, facts.room_id, activity.raw)
        return Result(activity.raw, facts.id, visibility=facts.visibility)
    old: dict[str, Any] = facts.data or {}
    if facts.boost_of_id is not None:
        return Result(None, facts.id)
    data = shapes.activity(
        "Delete",
        id=work.activity_uri,
        actor=work.actor.uri,
        object={"id": facts.uri, "type": "Tombstone", "formerType": facts.type},
        # To whom it was said; of what anybody could read, anybody is told.
        to=list(dict.fromkeys([*([PUBLIC] if facts.visibility in (Visibility.PUBLIC, Visibility.UNLISTED) else []), *old.get("to", ())])),
        cc=list(old.get("cc", ())),
        published=work.now,
        audience=old.get("audience"),
    )
    if facts.room_id is not None:
        await room_news.pass_on_in_room(work, facts.room_id, data)
    return Result(data, facts.id, visibility=facts.visibility)


async def undo(work: Work, activity: Delete) -> Result:
    """Of another server: the id may be taken in again, when it was the actor who deleted it. What staff here took away has no such Delete."""
    done = await activity_rows.by_uri(work.tx, activity.uri) if activity.uri else None
    theirs = done is not None and done.type == "Delete" and done.account_id == work.actor.id and not done.local
    require(theirs and activity.object_uri is not None and not work.local, errors.NotFound(station="check"))
    assert done is not None and activity.object_uri is not None
    about = done.data.get("object")
    require((about.get("id") if isinstance(about, dict) else about) == activity.object_uri, errors.NotFound(station="check"))
    found = await activity_rows.exhume(work.tx, activity.object_uri)
    return Result(None, unchanged=not found)


async def take_away(work: Work, facts: Facts, by: Account) -> None:
    """The note goes, its id is not taken in again; who is told live sees who did it (of a line in a room)."""
    await quote.forget(work, facts.id)
    boosts = await note_rows.delete(work.tx, facts.id)
    if facts.visibility is Visibility.DIRECT:
        await conversations.mend(work.tx)
    await activity_rows.bury(work.tx, facts.uri, facts.type, facts.local)
    if facts.in_reply_to_id is not None:
        await note_rows.count(work.tx, facts.in_reply_to_id, replies=-1)
    if facts.boost_of_id is not None:
        await note_rows.count(work.tx, facts.boost_of_id, boosts=-1)
    else:
        await account_rows.count_note(work.tx, facts.account_id, None, -1)
    work.events.append(Event(event.NOTE_DELETED, facts.id, facts.account_id, facts.room_id or 0, by.acct if facts.room_id else ""))
    work.events.extend(Event(event.NOTE_DELETED, id, account) for id, account in boosts)


async def _account(work: Work) -> Result:
    """All notes, follows and likes go; of one of ours the key stays until everybody was told (federation.md O4)."""
    local = work.local
    note_ids = await purge.account(work.tx, work.actor.id)
    await account_rows.bury(work.tx, work.actor.id)
    await activity_rows.bury(work.tx, work.actor.uri, work.actor.type.value, local)
    work.events.extend(Event(event.NOTE_DELETED, id, work.actor.id) for id in note_ids[:500])
    work.events.append(Event(event.ACCOUNT_DELETED, 0, work.actor.id))
    if not local:
        return Result(None, account_id=work.actor.id)
    data = shapes.activity(
        "Delete", id=work.activity_uri, actor=work.actor.uri, object=work.actor.uri, to=[PUBLIC], published=work.now
    )
    return Result(data, account_id=work.actor.id, visibility=Visibility.PUBLIC)
