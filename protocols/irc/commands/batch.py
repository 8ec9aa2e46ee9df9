"""BATCH from a client: a message of several lines (IRCv3 draft/multiline)."""

from __future__ import annotations

from protocols.irc.commands.message import say_gathered
from protocols.irc.message import cut_text
from protocols.irc.multiline import CAPABILITY, TYPE, Gathering
from protocols.irc.replies import Replies
from protocols.irc.table import Call, command


@command("BATCH", minimum=1, cost=0.5, help="BATCH +name draft/multiline target ... BATCH -name\nA message of several lines.")
async def batch(call: Call) -> None:
    session = call.session
    sign, name = call.param(0)[:1], call.param(0)[1:]
    if sign == "+" and name:
        if not session.has(CAPABILITY) or call.param(1) != TYPE or not call.param(2):
            call.fail("BATCH", "UNKNOWN_TYPE", cut_text(call.param(1), 50) or "*", "Only draft/multiline, with a target")
            return
        tags = {key: value for key, value in call.message.tags.items() if key.startswith("+")}
        session.gathering = Gathering(name, call.param(2), call.message.tags.get("label", ""), tags)
        call.replies.silent = True
        return
    gathering = session.gathering
    if sign != "-" or gathering is None or gathering.reference != name:
        call.fail("BATCH", "INVALID_REFTAG", cut_text(name, 50) or "*", "No such batch is open")
        return
    session.gathering = None
    call.replies = Replies(session, gathering.label)
    if not gathering.failed and gathering.lines:
        await say_gathered(call, gathering)
    if gathering.failed:
        call.replies.silent = True
    call.replies.flush()
    call.replies.silent = True
