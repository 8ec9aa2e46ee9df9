"""A room does not take what somebody said in it, or wished to be done with it: theirs is told, and takes the line back."""

from __future__ import annotations

from pleromad import errors
from pleromad.activities import delete, shapes
from pleromad.activities.work import Result, Work, require
from pleromad.model import event
from pleromad.model.activity import Refusal
from pleromad.model.event import Event
from store import notes as note_rows


async def apply(work: Work, activity: Refusal) -> Result:
    require(work.actor.group, errors.Forbidden(station="check"))
    who = await work.account(activity.account_id)
    if work.local:
        require(not who.local, errors.Forbidden(station="check"))
        reject = shapes.activity(
            "Reject", id=work.activity_uri, actor=work.actor.uri, object=activity.of_uri, to=[who.uri], summary=activity.reason or None
        )
        return Result(reject, account_id=who.id)
    line = await note_rows.facts(work.tx, activity.note_id, lock=True) if activity.of == "Create" and activity.note_id else None
    if line is not None and line.room_id == work.actor.id and line.account_id == who.id:
        await delete.take_away(work, line, work.actor)
    work.events.append(Event(event.ROOM_REFUSED, line.id if line is not None else 0, who.id, work.actor.id, activity.reason[:400]))
    return Result(activity.raw, account_id=who.id)
