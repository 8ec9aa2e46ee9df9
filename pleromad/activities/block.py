"""Block: of a person, or (with a room) a ban from it. It ends follows both ways."""

from __future__ import annotations

from pleromad import errors
from pleromad.activities import follow as following
from pleromad.activities import room_news, shapes
from pleromad.activities.work import Result, Work, require
from pleromad.model import event
from pleromad.model.account import Account
from pleromad.model.activity import Block
from pleromad.model.event import Event
from store import notifications as notification_rows
from store import relations, timelines
from store import rooms as room_rows


async def apply(work: Work, activity: Block) -> Result:
    target = await work.account(activity.target_id)
    require(target.id != work.actor.id, errors.Forbidden("You cannot block yourself", station="check"))
    if activity.room_id is not None:
        return await _ban(work, activity, given=True)
    uri = activity.uri or work.activity_uri
    if not await relations.add_block(work.tx, await work.ids.mint(), work.actor.id, target.id, uri):
        return Result(account_id=target.id, unchanged=True)
    for follower, followed in ((work.actor, target), (target, work.actor)):
        removed = await relations.remove_follow(work.tx, follower.id, followed.id)
        if removed is not None:
            await following.ended(work, follower, followed, removed.accepted, "blocked")
    if work.local:
        await timelines.clear_home(work.tx, work.actor.id, target.id)
        await notification_rows.withdraw_between(work.tx, work.actor.id, target.id)
    if target.local:
        await timelines.clear_home(work.tx, target.id, work.actor.id)
        await notification_rows.withdraw_between(work.tx, target.id, work.actor.id)
    if activity.raw is not None or target.local:
        return Result(activity.raw, account_id=target.id)
    data = shapes.activity("Block", id=uri, actor=work.actor.uri, object=target.uri, to=[target.uri])
    return Result(data, account_id=target.id)


async def undo(work: Work, activity: Block) -> Result:
    target = await work.account(activity.target_id)
    if activity.room_id is not None:
        return await _ban(work, activity, given=False)
    uri = await relations.remove_block(work.tx, work.actor.id, target.id)
    if uri is None or target.local:
        return Result(account_id=target.id, unchanged=uri is None)
    inner = {"id": uri, "type": "Block", "actor": work.actor.uri, "object": target.uri}
    return Result({"object": inner, "to": [target.uri]}, account_id=target.id)


async def _ban(work: Work, activity: Block, *, given: bool) -> Result:
    """FEP-1b12: a moderator's Block with the group as `target`. Whoever is banned is out."""
    assert activity.room_id is not None
    room = await work.account(activity.room_id)
    target = await work.account(activity.target_id)
    ranks = await room_rows.ranks_of(work.tx, room.id, work.actor.id)
    require(
        work.actor.id == room.id or bool(ranks & {"q", "a", "o", "h"}),
        errors.Forbidden("You are not an operator of this room", detail="operator", station="check"),
    )
    inner = shapes.activity(
        "Block",
        id=work.activity_uri if given else f"{work.activity_uri}#block",
        actor=work.actor.uri,
        object=target.uri,
        to=[room.uri],
        target=room.uri,
        audience=room.uri,
        summary=activity.reason or None,
    )
    told = inner if given else {"object": inner, "to": [room.uri]}
    if room_news.asked_of(work, room):
        return Result(told, account_id=target.id)
    if not await room_rows.set_ban(work.tx, room.id, target.id, activity.reason, given):
        return Result(account_id=target.id, unchanged=True)
    by = await room_news.doer(work, activity.by_id)
    work.events.append(Event(event.ROOM_CHANGED, 0, by.id, room.id, f"{'+' if given else '-'}ban {target.acct}"))
    if given:
        await put_out(work, room, target, by, activity.reason)
    if room.local:
        undo = shapes.activity("Undo", id=work.activity_uri, actor=work.actor.uri, object=inner, to=[room.uri], audience=room.uri)
        elsewhere = [] if target.local else [target.uri]
        await room_news.announce_in_room(work, room, activity.raw or (inner if given else undo), also_to=elsewhere)
    return Result(activity.raw, account_id=target.id)


async def put_out(work: Work, room: Account, target: Account, by: Account, reason: str) -> None:
    """Out of the room, wherever they live. Who tells other servers is whoever calls."""
    removed = await relations.remove_follow(work.tx, target.id, room.id)
    gone = removed is not None or await room_rows.set_member(work.tx, room.id, target.id, False)
    if removed is not None:
        await following.ended(work, target, room, removed.accepted, "kicked")
    if gone:
        await room_rows.clear_ranks(work.tx, room.id, target.id)
        work.events.append(Event(event.ROOM_KICKED, 0, target.id, room.id, f"{by.acct} {reason}".strip()[:400]))
