"""Suspend: staff (or, of somebody elsewhere, their own server) take an account out of sight, and put it back.

To other servers this is an Update of the actor, which says `suspended` (toot:suspended), as Mastodon does: nothing is lost when
it is taken back. Of somebody elsewhere the follows of people here are refused, for they would go on getting what is said here.
"""

from __future__ import annotations

from collections import Counter

from pleromad import errors, surface
from pleromad.activities import follow as following
from pleromad.activities import shapes
from pleromad.activities.work import Result, Work, require
from pleromad.clock import iso
from pleromad.ids import PUBLIC
from pleromad.model import event
from pleromad.model.account import ActorType
from pleromad.model.activity import Suspend
from pleromad.model.event import Event
from pleromad.model.note import Visibility
from store import accounts as account_rows
from store import relations, reports

MOST_FOLLOWS = 10_000


async def apply(work: Work, activity: Suspend) -> Result:
    actor = work.actor
    require(
        not (actor.local and actor.type is ActorType.APPLICATION),
        errors.Forbidden("The server itself cannot be suspended", station="check"),
    )
    if activity.lifted == (not actor.suspended):
        return Result(account_id=actor.id, unchanged=True)
    await account_rows.change(
        work.tx,
        actor.id,
        {"suspended_at": None, "suspended_by": None} if activity.lifted else {"suspended_at": work.now, "suspended_by": activity.by},
    )
    work.events += [Event(event.ACCOUNT_UPDATED, 0, actor.id), Event(event.ACCESS_CHANGED, 0, actor.id)]
    if not actor.local:
        if not activity.lifted and activity.by == "staff":
            await _part(work)
        return Result(None, account_id=actor.id)
    # The actor is put in whole by whoever sends this out, with `suspended` as it is then.
    data = shapes.activity(
        "Update",
        id=work.activity_uri,
        actor=actor.uri,
        object=actor.uri,
        to=[PUBLIC],
        cc=[actor.followers_uri],
        published=work.now,
    )
    return Result({**data, "updated": iso(work.now)}, account_id=actor.id, visibility=Visibility.DIRECT)


async def _part(work: Work) -> None:
    """Whom they followed here does not tell them anything any more; those are told how many followers that cost."""
    followers: Counter[int] = Counter()
    for target_id in await relations.followed_here(work.tx, work.actor.id, MOST_FOLLOWS):
        target = await work.account(target_id)
        removed = await relations.remove_follow(work.tx, work.actor.id, target.id)
        if removed is None:
            continue
        await following.ended(work, work.actor, target, removed.accepted, "removed")
        follow = await following.follow_json(work, work.actor, target, removed.uri)
        await following.answer(work, "Reject", target, follow)
        if removed.accepted and not target.group:
            followers[target.id] += 1
    for person in followers:
        id = await work.ids.mint()
        await reports.add_severance(
            work.tx, id=id, account_id=person, type="account_suspension", target_name=work.actor.acct, followers=1, following=0
        )
        told = await surface.tell(
            work.tx, work.ids, [person], type="severed_relationships", from_id=person, now=work.now, about_id=id
        )
        work.events += surface.events_of(told)
