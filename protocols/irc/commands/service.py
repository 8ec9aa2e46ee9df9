"""FEDI: the verbs of the nick `fedi` as a command, for clients that send what they do not know as it is (/quote fedi ...)."""

from __future__ import annotations

from protocols.irc.fedi import service
from protocols.irc.table import Call, command


@command("FEDI", cost=2.0, help="FEDI verb ...\nAs /msg fedi: post, reply, boost, search and all that a client of the fediverse does. FEDI help tells more.")
async def fedi(call: Call) -> None:
    await service.answer(call, " ".join(call.params))
