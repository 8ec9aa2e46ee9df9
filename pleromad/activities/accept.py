"""Accept and Reject of a follow, by its target or by who runs the room it asks to enter. A Reject of an old follow removes the follower."""

from __future__ import annotations

from typing import Any

from pleromad import errors, surface
from pleromad.activities import follow as following
from pleromad.activities import room_news, shapes
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
    if target.group and follower.id != work.actor.id:
        await _check_may_kick(work, target, follower)
    if target.group and room_news.asked_of(work, target):
        return Result(_kick(work, target, follower, activity.reason), account_id=follower.id)
    removed = await relations.remove_follow(work.tx, follower.id, target.id)
    if removed is None and target.group and not target.local and await room_rows.set_member(work.tx, target.id, follower.id, False):
        await room_rows.clear_ranks(work.tx, target.id, follower.id)  # of another server, in a room of another server
        by = await room_news.doer(work, activity.by_id)
        work.events.append(Event(event.ROOM_KICKED, 0, follower.id, target.id, f"{by.acct} {activity.reason}".strip()[:400]))
        return Result(None, account_id=follower.id)
    require(removed is not None or work.origin.kind != "local", errors.NotFound(station="check"))
    if removed is None:
        return Result(account_id=follower.id, unchanged=True)
    await following.ended(work, follower, target, removed.accepted, "kicked" if target.group else "rejected")
    if target.group:
        await _put_out(work, activity, target, follower, removed.accepted)
    await notification_rows.withdraw(work.tx, type="follow_request", from_id=follower.id, account_id=target.id)
    if (activity.raw is not None and target.id == work.actor.id) or follower.local:
        return Result(activity.raw, account_id=follower.id)
    inner = await following.follow_json(work, follower, target, removed.uri)
    reject_json = shapes.activity("Reject", id=work.activity_uri, actor=target.uri, object=inner, to=[follower.uri], summary=activity.reason or None)
    if not target.group:
        return Result(reject_json, account_id=follower.id)
    id = await work.ids.mint()
    by = await room_news.doer(work, activity.by_id)
    reject_json |= {"id": work.uris.activity(id), "attributedTo": by.uri}  # a room's, whoever of its operators did it
    work.also.append((work.uris.activity(id), target, reject_json, "direct"))
    return Result(activity.raw, account_id=follower.id)


async def _put_out(work: Work, activity: Reject, room: Account, who: Account, was_in: bool) -> None:
    """Out of a room, or (not yet in) not let in."""
    by = await room_news.doer(work, activity.by_id)
    if not was_in:
        work.events.append(Event(event.ROOM_REFUSED, 0, who.id, room.id, activity.reason[:400]))
        return
    work.events.append(Event(event.ROOM_KICKED, 0, who.id, room.id, f"{by.acct} {activity.reason}".strip()[:400]))
    if room.local:
        await room_news.announce_in_room(work, room, activity.raw or _kick(work, room, who, activity.reason))


def _kick(work: Work, room: Account, who: Account, reason: str) -> dict[str, Any]:
    return shapes.activity(
        "Remove",
        id=work.activity_uri,
        actor=work.actor.uri,
        object=who.uri,
        to=[room.uri],
        target=room.followers_uri,
        audience=room.uri,
        summary=reason or None,
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
