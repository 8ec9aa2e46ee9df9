"""Follow: of a person, or of a room (then it is called joining). Undo: unfollow, leave."""

from __future__ import annotations

from typing import Any

from pleromad import errors, surface, text
from pleromad.activities import room_news, shapes
from pleromad.activities.door import lists_met
from pleromad.activities.work import Result, Work, require
from pleromad.model import event
from pleromad.model.account import Account
from pleromad.model.activity import Follow
from pleromad.model.event import Event
from pleromad.policies.tags import NO_NEW_FOLLOWERS, NO_REMOTE_FOLLOWERS
from store import accounts as account_rows
from store import activities as activity_rows
from store import lists as list_rows
from store import notifications as notification_rows
from store import relations, timelines
from store import rooms as room_rows


async def apply(work: Work, activity: Follow) -> Result:
    target = await work.account(activity.target_id)
    require(target.id != work.actor.id, errors.Forbidden("You cannot follow yourself", station="check"))
    require(work.local or target.local, errors.NotFound(station="check"))
    require(
        not await relations.blocked_between(work.tx, work.actor.id, target.id) and not target.suspended,
        errors.Forbidden("This action is not allowed", station="check"),
    )
    known = await relations.follow(work.tx, work.actor.id, target.id)
    if not target.group and known is None and (NO_NEW_FOLLOWERS in target.tags or (NO_REMOTE_FOLLOWERS in target.tags and not work.local)):
        raise errors.Forbidden("This action is not allowed", detail="tagged by the staff", station="check")
    if target.moved_to_uri and work.local:
        raise errors.Forbidden("This account has moved", station="check")
    uri = activity.uri or work.activity_uri
    if known is not None:
        return await _again(work, activity, target, known.accepted, uri)
    if target.group:
        await _check_door(work, target, activity.key)
    # Of those who are silenced everybody decides for themselves (Mastodon).
    accepted = target.local and not target.locked and not (work.actor.silenced and not target.group)
    await relations.add_follow(
        work.tx,
        id=await work.ids.mint(),
        account_id=work.actor.id,
        target_id=target.id,
        uri=uri,
        accepted=accepted,
        show_boosts=activity.show_boosts is not False,
        notify=bool(activity.notify),
        languages=activity.languages,
    )
    if accepted:
        await accepted_now(work, work.actor, target)
    else:
        work.events.append(Event(event.FOLLOW_CHANGED, 0, work.actor.id, target.id, "requested"))
    if target.local and not target.group:
        await surface.notify(work, "follow" if accepted else "follow_request", [target.id])
    data = activity.raw or shapes.activity("Follow", id=uri, actor=work.actor.uri, object=target.uri, to=[target.uri])
    if accepted and not work.local:
        await answer(work, "Accept", target, data)
    return Result(data, account_id=target.id, pending=not accepted)


async def _again(work: Work, activity: Follow, target: Account, accepted: bool, uri: str) -> Result:
    """Options of an old follow change; a server that lost our Accept gets it again."""
    await relations.change_follow(
        work.tx,
        work.actor.id,
        target.id,
        show_boosts=activity.show_boosts,
        notify=activity.notify,
        languages=activity.languages,
        uri=None if work.local else uri,
    )
    if not work.local and accepted and activity.raw is not None:
        await answer(work, "Accept", target, activity.raw)
        return Result(activity.raw, account_id=target.id)
    return Result(None, account_id=target.id, pending=not accepted, unchanged=True)


async def _check_door(work: Work, room: Account, key: str) -> None:
    """Forbidden with the reason in one word as `detail`: banned, invite, key, full."""
    if not room.local:
        await room_rows.add(work.tx, room.id, None, text.to_plain(room.note))
        return
    row = (await room_rows.rows(work.tx, [room.id])).get(room.id)
    require(row is not None, errors.NotFound(station="check"))
    assert row is not None
    invite_only, wanted_key, limit = row[4], row[9], row[10]
    require(
        not await room_rows.banned(work.tx, room.id, work.actor.id),
        errors.Forbidden("You are banned from this room", detail="banned", station="check"),
    )
    if await room_rows.use_invite(work.tx, room.id, work.actor.id):
        return
    met = await lists_met(work, room.id)
    require("b" not in met, errors.Forbidden("You are banned from this room", detail="banned", station="check"))
    ranked = bool(await room_rows.ranks_of(work.tx, room.id, work.actor.id))
    require(not invite_only or ranked or "I" in met, errors.Forbidden("This room is for invited people", detail="invite", station="check"))
    require(not wanted_key or key == wanted_key or ranked, errors.Forbidden("This room has a key, and yours is not it", detail="key", station="check"))
    require(limit is None or room.followers_count < limit, errors.Forbidden("This room is full", detail="full", station="check"))


async def accepted_now(work: Work, follower: Account, target: Account) -> None:
    """Counters, home rows and events of a follow that came into force."""
    await account_rows.count_up(work.tx, follower.id, following=1)
    await account_rows.count_up(work.tx, target.id, followers=1)
    if target.group:
        work.events.append(Event(event.ROOM_JOINED, 0, follower.id, target.id))
        await room_news.tell_member(work, target, follower, True)
        return
    if follower.local:
        await timelines.fill_home(work.tx, follower.id, target.id)
    work.events.append(Event(event.FOLLOW_CHANGED, 0, follower.id, target.id, "accepted"))


async def answer(work: Work, type: str, target: Account, follow: dict[str, Any]) -> None:
    """Accept or Reject of a follow by one of ours, sent on the target's behalf."""
    id = await work.ids.mint()
    uri = work.uris.activity(id)
    inner = {key: value for key, value in follow.items() if key != "@context"}
    data = shapes.activity(type, id=uri, actor=target.uri, object=inner, to=[str(follow.get("actor", ""))])
    work.also.append((uri, target, data, "direct"))


async def follow_json(work: Work, follower: Account, target: Account, uri: str) -> dict[str, Any]:
    """The Follow as it was sent, or written anew."""
    stored = await activity_rows.by_uri(work.tx, uri)
    if stored is not None:
        return {key: value for key, value in stored.data.items() if key != "@context"}
    return shapes.activity("Follow", id=uri, actor=follower.uri, object=target.uri, to=[target.uri])


async def undo(work: Work, activity: Follow) -> Result:
    target = await work.account(activity.target_id)
    removed = await relations.remove_follow(work.tx, work.actor.id, target.id)
    if removed is None:
        return Result(account_id=target.id, unchanged=True)
    await ended(work, work.actor, target, removed.accepted, "left")
    if target.local:
        await surface.withdraw(work, "follow", account_id=target.id)
        await surface.withdraw(work, "follow_request", account_id=target.id)
    inner = await follow_json(work, work.actor, target, removed.uri)
    return Result({"object": inner, "to": [target.uri]}, account_id=target.id)


async def ended(work: Work, follower: Account, target: Account, accepted: bool, why: str) -> None:
    """Counters, home rows and events of a follow that is over."""
    if accepted:
        await account_rows.count_up(work.tx, follower.id, following=-1)
        await account_rows.count_up(work.tx, target.id, followers=-1)
    if target.group:
        await room_rows.clear_ranks(work.tx, target.id, follower.id)
        if not target.local:
            await room_rows.leave_unwatched(work.tx, target.id)
        if why != "kicked":
            if accepted:
                await room_news.tell_member(work, target, follower, False)
            work.events.append(Event(event.ROOM_PARTED, 0, follower.id, target.id, why if why != "left" else ""))
        return
    if follower.local:
        await timelines.clear_home(work.tx, follower.id, target.id)
        await list_rows.remove_everywhere(work.tx, follower.id, target.id)
        await notification_rows.withdraw_between(work.tx, target.id, follower.id) if why == "blocked" and target.local else None
    work.events.append(Event(event.FOLLOW_CHANGED, 0, follower.id, target.id, "removed"))
