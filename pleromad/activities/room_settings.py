"""Update of a room: its topic, who may come in, see and speak. Ours we change, another server's is asked to (FEP-1b12)."""

from __future__ import annotations

from typing import Any

from pleromad import errors, text
from pleromad.activities import room_news, shapes
from pleromad.activities.work import Result, Work, require
from pleromad.model import event
from pleromad.model.account import Account
from pleromad.model.activity import Update
from pleromad.model.event import Event
from pleromad.model.note import Visibility
from pleromad.model.room import FLAGS, RoomChange, modes_of
from store import accounts as account_rows
from store import relations
from store import rooms as room_rows

MAX_TOPIC = 1_000
MAX_RETENTION_DAYS = 3_650
READ_BACK = ("", "all", "joined", "none")


async def change(work: Work, activity: Update, room_id: int, wanted: RoomChange) -> Result:
    row = (await room_rows.rows(work.tx, [room_id])).get(room_id)
    require(row is not None, errors.NotFound(station="check"))
    assert row is not None
    room = await work.account(room_id)
    values = {name: getattr(wanted, name) for name in room_rows.SETTABLE if getattr(wanted, name) is not None}
    ranks = await room_rows.ranks_of(work.tx, room_id, work.actor.id)
    operator = bool(ranks & {"q", "a", "o"}) or room_id == work.actor.id
    member = await _is_member(work, room_id)
    require(member or operator, errors.Forbidden("You are not in this room", detail="member", station="check"))
    topic_only = set(values) <= {"topic"}
    may = operator or ("h" in ranks and topic_only) or (topic_only and not row[8])
    require(may, errors.Forbidden("You are not an operator of this room", detail="operator", station="check"))
    require(len(values.get("topic", "")) <= MAX_TOPIC, errors.TooLarge("The topic is too long", field="topic"))
    if room_news.asked_of(work, room):
        return Result(_asking(work, room, values), account_id=room_id, visibility=Visibility.DIRECT)
    by = await room_news.doer(work, activity.by_id)
    if "topic" in values:
        values |= {"topic_by": by.acct, "topic_at": work.now}
    for limit in ("member_limit", "retention_days"):
        if values.get(limit) == 0:
            values[limit] = None
    days, back = values.get("retention_days") or 1, values.get("read_back", "")
    require(1 <= days <= MAX_RETENTION_DAYS, errors.Invalid("A room keeps what was said for 1 to 3650 days", field="retention_days"))
    require(back in READ_BACK, errors.Invalid("Who may read back is one of all, joined, none", field="read_back"))
    if values:
        await room_rows.change(work.tx, room_id, values)
    if room.local:
        # Anybody may look the actor up: of a secret room it does not tell what the room is about. The row is written whatever changed, so
        # that its version says that the actor has.
        secret = values.get("secret", row[7])
        await account_rows.change(work.tx, room_id, {"note": "" if secret else text.escape(values.get("topic", row[1]))})
    for name in values:
        if name not in ("topic_by", "topic_at"):
            work.events.append(Event(event.ROOM_CHANGED, 0, by.id, room_id, name))
    if not room.local:
        return Result(None, account_id=room_id)
    # Whole when it is sent: members get it with what the actor does not tell everybody, who knows no groups the actor alone.
    inner = shapes.activity("Update", id=f"{work.activity_uri}#update", actor=by.uri, object=room.uri, to=[room.uri], published=work.now)
    await room_news.announce_in_room(work, room, inner)
    id = await work.ids.mint()
    own = shapes.activity("Update", id=work.uris.activity(id), actor=room.uri, object=room.uri, to=[room.followers_uri], published=work.now)
    work.also.append((work.uris.activity(id), room, own, "direct"))
    return Result(None, account_id=room_id)


def _asking(work: Work, room: Account, values: dict[str, Any]) -> dict[str, Any]:
    """What an operator here wants of a room elsewhere: its actor with what is to be different."""
    flags = {name: values.pop(name) for name in FLAGS.values() if name in values}
    changed: dict[str, Any] = {"id": room.uri, "type": "Group"}
    if "topic" in values:
        changed["summary"] = text.escape(values.pop("topic"))
    if "moderated" in flags:
        changed["postingRestrictedToMods"] = flags["moderated"]
    if flags:
        changed["modes"] = modes_of(flags)
    require(not values, errors.Forbidden("This can be changed on the room's own server only", detail="elsewhere", station="check"))
    return shapes.activity("Update", id=work.activity_uri, actor=work.actor.uri, object=changed, to=[room.uri], published=work.now)


async def _is_member(work: Work, room_id: int) -> bool:
    follow = await relations.follow(work.tx, work.actor.id, room_id)
    return follow is not None and follow.accepted
