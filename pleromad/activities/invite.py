"""Invite: somebody may enter a room that is for invited people."""

from __future__ import annotations

from pleromad import errors
from pleromad.activities import shapes
from pleromad.activities.work import Result, Work, require
from pleromad.model import event
from pleromad.model.account import Account
from pleromad.model.activity import Invite
from pleromad.model.event import Event
from store import relations
from store import rooms as room_rows


async def apply(work: Work, activity: Invite) -> Result:
    room = await work.account(activity.room_id)
    target = await work.account(activity.target_id)
    row = (await room_rows.rows(work.tx, [room.id])).get(room.id)
    if room.local or work.local:
        require(row is not None, errors.NotFound(station="check"))
        await _check_may_invite(work, room, bool(row and row[4]))
    elif row is None:
        await room_rows.add(work.tx, room.id, None)
    there = await relations.follow(work.tx, target.id, room.id)
    require(there is None or not there.accepted, errors.Conflict("They are in this room already", station="check"))
    if room.local:
        await room_rows.invite(work.tx, room.id, target.id)
    if target.local:
        work.events.append(Event(event.ROOM_INVITED, 0, target.id, room.id, work.actor.acct))
    if activity.raw is not None or (target.local and room.local):
        return Result(activity.raw, account_id=target.id)
    # The room's server opens the door, the invited one's tells them.
    to = [uri for uri, here in ((room.uri, room.local), (target.uri, target.local)) if not here]
    data = shapes.activity("Invite", id=work.activity_uri, actor=work.actor.uri, object=target.uri, to=to, target=room.uri)
    return Result(data, account_id=target.id)


async def _check_may_invite(work: Work, room: Account, invite_only: bool) -> None:
    member = await relations.follow(work.tx, work.actor.id, room.id)
    require(member is not None and member.accepted, errors.Forbidden("You are not in this room", detail="member", station="check"))
    if invite_only:
        ranks = await room_rows.ranks_of(work.tx, room.id, work.actor.id)
        require(bool(ranks & {"q", "a", "o", "h"}), errors.Forbidden("You are not an operator of this room", detail="operator", station="check"))
