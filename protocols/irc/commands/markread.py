"""MARKREAD (IRCv3 draft/read-marker)."""

from __future__ import annotations

from protocols.irc import reading_marks
from protocols.irc.finding import somebody
from protocols.irc.history import Place, parse_time
from protocols.irc.message import cut_text
from protocols.irc.names import looks_like_channel
from protocols.irc.table import Call, command


@command("MARKREAD", help="MARKREAD target [timestamp=...]\nHow far you have read a room or what somebody wrote.")
async def markread(call: Call) -> None:
    target = cut_text(call.param(0), 200)
    if not target:
        call.fail("MARKREAD", "NEED_MORE_PARAMS", "Missing parameters")
        return
    if len(call.params) == 1:
        call.replies.add(reading_marks.line(call.network, call.person, target))
        return
    kind, _, value = call.param(1).partition("=")
    moment = parse_time(value) if kind == "timestamp" else None
    if moment is None:
        call.fail("MARKREAD", "INVALID_PARAMS", target, "This is no timestamp")
        return
    if looks_like_channel(target):
        known = call.network.channel(target, call.person) is not None
    else:
        known = await somebody(call.network, target) is not None
    if not known:
        call.fail("MARKREAD", "INVALID_PARAMS", target, "There is no such target")
        return
    await reading_marks.move(call.network, call.person, target, Place.of_time(moment).last, call)
