"""Accept and Reject of a follow, by its target or by who runs the room it asks to enter. A Reject of an old follow removes the follower."""

from __future__ import annotations

from pleromad import errors, surface
from pleromad.activities import follow as following
from pleromad.activities import shapes
from pleromad.activities.work import Result, Work, require
from pleromad.model import event
from pleromad.model.account import Account
from pleromad.model.activity import Accept, Reject
from pleromad.model.event import Event
from store import notifications as notification_rows
from store import relations
from store import rooms as room_rows


async def apply(work: Work, activity: Accept) -> Result:
    target = await _target(work, activity.target_id)
    follower = await work.account(activity.follower_id)
    known = await relations.follow(work.tx, follower.id, target.id)
    require(known is not None, errors.NotFound(station="check"))
    assert known is not None
    if not await relations.accept_follow(work.tx, follower.id, target.id):
        return Result(account_id=follower.id, unchanged=True)
    await following.accepted_now(work, follower, target)
    if target.local:
        await notification_rows.withdraw(work.tx, type="follow_request", from_id=follower.id, account_id=target.id)
        if not target.group:
            await surface.notify(work, "follow", [target.id], from_id=follower.id)
    if follower.local and target.local:
        return Result(account_id=follower.id)
    if activity.raw is not None:
        return Result(activity.raw, account_id=follower.id)
    inner = await following.follow_json(work, follower, target, known.uri)
    return Result(
        shapes.activity("Accept", id=work.activity_uri, actor=target.uri, object=inner, to=[follower.uri]), account_id=follower.id
    )


async def reject(work: Work, activity: Reject) -> Result:
    target = await _target(work, activity.target_id)
    follower = await work.account(activity.follower_id)
    if target.group and follower.id != work.actor.id and target.local:
        await _check_may_kick(work, target, follower)
    removed = await relations.remove_follow(work.tx, follower.id, target.id)
    require(removed is not None or work.origin.kind != "local", errors.NotFound(station="check"))
    if removed is None:
        return Result(account_id=follower.id, unchanged=True)
    await following.ended(work, follower, target, removed.accepted, "kicked" if target.group else "rejected")
    if target.group:
        text = f"{work.actor.acct} {activity.reason}".strip()
        work.events.append(Event(event.ROOM_KICKED, 0, follower.id, target.id, text[:400]))
    await notification_rows.withdraw(work.tx, type="follow_request", from_id=follower.id, account_id=target.id)
    if activity.raw is not None or follower.local:
        return Result(activity.raw, account_id=follower.id)
    inner = await following.follow_json(work, follower, target, removed.uri)
    return Result(
        shapes.activity("Reject", id=work.activity_uri, actor=target.uri, object=inner, to=[follower.uri]), account_id=follower.id
    )


async def _target(work: Work, target_id: int | None) -> Account:
    """Whose follow it is: the actor's own, or a room's, when the actor runs it."""
    if target_id is None or target_id == work.actor.id:
        return work.actor
    room = await work.account(target_id)
    ranks = await room_rows.ranks_of(work.tx, room.id, work.actor.id)
    require(room.group and bool(ranks & {"q", "a", "o", "h"}), errors.Forbidden("You are not an operator of this room", detail="operator", station="check"))
    return room


LEVEL = {"v": 1, "h": 2, "o": 3, "a": 4, "q": 5}


async def _check_may_kick(work: Work, room: Account, follower: Account) -> None:
    """Nobody removes somebody of a higher rank."""
    mine = await room_rows.ranks_of(work.tx, room.id, work.actor.id)
    theirs = await room_rows.ranks_of(work.tx, room.id, follower.id)
    if work.actor.id == room.id:
        return
    require(
        max((LEVEL[rank] for rank in mine), default=0) >= max((LEVEL[rank] for rank in theirs), default=0),
        errors.Forbidden("They have a higher rank than you", detail="operator", station="check"),
    )
