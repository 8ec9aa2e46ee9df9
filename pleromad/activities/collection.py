"""Add and Remove: a pinned note (`featured`), or a member's rank in a room (operators are FEP-1b12's moderators)."""

from __future__ import annotations

from pleromad import errors
from pleromad.activities import room_news, shapes
from pleromad.activities.accept import LEVEL
from pleromad.activities.work import Result, Work, require
from pleromad.ids import PUBLIC
from pleromad.model import event
from pleromad.model.activity import Add, Remove
from pleromad.model.event import Event
from pleromad.model.note import Visibility
from store import marks as mark_rows
from store import notes as note_rows
from store import rooms as room_rows


async def apply(work: Work, activity: Add) -> Result:
    return await _OF.get(activity.collection, _rank)(work, activity, True)


async def remove(work: Work, activity: Remove) -> Result:
    return await _OF.get(activity.collection, _rank)(work, activity, False)


async def _pin(work: Work, activity: Add | Remove, given: bool) -> Result:
    note = await note_rows.facts(work.tx, activity.note_id or 0)
    require(note is not None, errors.NotFound(station="check"))
    assert note is not None
    own = note.account_id == work.actor.id or (note.room_id == work.actor.id and not work.local)  # a Lemmy community pins its members' posts
    require(
        own and note.boost_of_id is None,
        errors.Invalid("Validation failed: Someone else's post cannot be pinned", field="id"),
    )
    if given:
        require(note.visibility is not Visibility.DIRECT, errors.Invalid("Validation failed: A direct post cannot be pinned", field="id"))
        if work.local:
            count = await mark_rows.pins_count(work.tx, work.actor.id)
            require(count < work.settings.posts.max_pins, errors.Invalid("Validation failed: You have already pinned the maximum number of posts", field="id"))
        changed = await mark_rows.add_pin(work.tx, await work.ids.mint(), work.actor.id, note.id)
    else:
        changed = await mark_rows.remove_pin(work.tx, work.actor.id, note.id)
    if not changed:
        return Result(note_id=note.id, unchanged=True)
    await note_rows.touch(work.tx, note.id)
    if activity.raw is not None or note.visibility not in (Visibility.PUBLIC, Visibility.UNLISTED):
        return Result(activity.raw, note.id)
    data = shapes.activity(
        "Add" if given else "Remove",
        id=work.activity_uri,
        actor=work.actor.uri,
        object=note.uri,
        to=[PUBLIC],
        cc=[work.actor.followers_uri],
        target=work.actor.featured_uri,
    )
    return Result(data, note.id)


async def _rank(work: Work, activity: Add | Remove, given: bool) -> Result:
    rank = activity.collection
    require(rank in LEVEL, errors.Invalid("There is no such collection", field="collection"))
    room = await work.account(activity.room_id or 0)
    target = await work.account(activity.account_id or 0)
    mine = await room_rows.ranks_of(work.tx, room.id, work.actor.id)
    level = 9 if work.actor.id == room.id else max((LEVEL[r] for r in mine), default=0)
    giving_up = not given and target.id == work.actor.id and rank in mine
    may = (level >= 3 and level >= LEVEL[rank]) or (level == 2 and rank == "v")
    require(may or giving_up, errors.Forbidden("You are not an operator of this room", detail="operator", station="check"))
    data = activity.raw or shapes.activity(
        "Add" if given else "Remove",
        id=work.activity_uri,
        actor=work.actor.uri,
        object=target.uri,
        to=[room.uri],
        target=f"{room.uri}/{'voices' if rank == 'v' else 'moderators'}",
        rank=rank if rank in "qah" else None,
        audience=room.uri,
    )
    if room_news.asked_of(work, room):
        return Result(data, account_id=target.id)
    if given and work.actor.id != room.id:
        require(await room_rows.member(work.tx, room.id, target.id), errors.NotFound("They are not in this room", station="check"))
    if not await room_rows.set_rank(work.tx, room.id, target.id, rank, given):
        return Result(account_id=target.id, unchanged=True)
    by = await room_news.doer(work, activity.by_id)
    work.events.append(Event(event.ROOM_CHANGED, 0, by.id, room.id, f"{'+' if given else '-'}{rank} {target.acct}"))
    if room.local:
        await room_news.announce_in_room(work, room, data)
    return Result(activity.raw, account_id=target.id)


async def _member(work: Work, activity: Add | Remove, given: bool) -> Result:
    """A room of another server tells who of other servers came in or left."""
    room = await work.account(activity.room_id or 0)
    who = await work.account(activity.account_id or 0)
    require(room.id == work.actor.id and not room.local and not who.local, errors.Forbidden(station="check"))
    if not await room_rows.set_member(work.tx, room.id, who.id, given):
        return Result(account_id=who.id, unchanged=True)
    if not given:
        await room_rows.clear_ranks(work.tx, room.id, who.id)
    work.events.append(Event(event.ROOM_JOINED if given else event.ROOM_PARTED, 0, who.id, room.id))
    return Result(None, account_id=who.id)


_OF = {"featured": _pin, "members": _member}
