"""Move: an account goes to another one, which must name it in `alsoKnownAs`. Its followers here go along in a job of their own."""

from __future__ import annotations

from pleromad import errors
from pleromad.activities import shapes
from pleromad.activities.work import Result, Work, require
from pleromad.model import event
from pleromad.model.activity import Move
from pleromad.model.event import Event
from pleromad.model.note import Visibility
from store import accounts as account_rows
from store import jobs as job_rows

CARRY = "carry"  # the job: pleromad.accounts.moving


async def apply(work: Work, activity: Move) -> Result:
    """The door has just read the target anew, so that `also_known_as` is what its server says now."""
    old, new = work.actor, await work.account(activity.target_id)
    require(not old.group and not new.group, errors.Invalid("Rooms do not move", station="check"))
    require(
        new.id != old.id and old.uri in new.also_known_as,
        errors.Forbidden("That account does not say that it is the same person", station="check"),
    )
    require(not new.suspended and new.moved_to_uri in (None, ""), errors.Forbidden("That account cannot be moved to", station="check"))
    await account_rows.change(work.tx, old.id, {"moved_to_uri": new.uri})
    await job_rows.add(work.tx, CARRY, [(None, {"old": old.id, "new": new.id})], dedupe=[f"{CARRY} {old.id} {new.id}"])
    work.events += [Event(event.ACCOUNT_UPDATED, 0, old.id), Event(event.ACCOUNT_MOVED, 0, old.id, new.id)]
    data = activity.raw or shapes.activity(
        "Move", id=work.activity_uri, actor=old.uri, object=old.uri, target=new.uri, to=[old.followers_uri], published=work.now
    )
    return Result(data, account_id=new.id, visibility=Visibility.PUBLIC)
