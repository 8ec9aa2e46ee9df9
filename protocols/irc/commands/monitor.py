"""MONITOR (IRCv3): be told when a nick comes and goes."""

from __future__ import annotations

from collections.abc import Iterable

from protocols.irc import numerics
from protocols.irc.finding import present
from protocols.irc.message import casefold
from protocols.irc.names import looks_like_channel
from protocols.irc.network import MONITOR_LIMIT
from protocols.irc.table import Call, command

LINE_BYTES = 350


@command("MONITOR", minimum=1, help="MONITOR +|- nick{,nick}, MONITOR C|L|S\nTells when people come and go.")
async def monitor(call: Call) -> None:
    session = call.session
    nicks = [nick for nick in call.param(1).split(",") if nick]
    match call.param(0).upper():
        case "+":
            await _add(call, nicks)
        case "-":
            for nick in nicks:
                session.unwatch(casefold(nick))
        case "C":
            for key in list(session.monitored):
                session.unwatch(key)
        case "L":
            _send(call, numerics.RPL_MONLIST, session.monitored.values())
            call.numeric(numerics.RPL_ENDOFMONLIST, "End of MONITOR list")
        case "S":
            await _status(call, session.monitored.values())
        case _:
            call.fail("MONITOR", "INVALID_SUBCOMMAND", call.param(0) or "*", "There are +, -, C, L and S")


async def _add(call: Call, nicks: list[str]) -> None:
    session = call.session
    added = []
    for at, nick in enumerate(nicks):
        key = casefold(nick)
        if key in session.monitored:
            continue
        if len(session.monitored) >= MONITOR_LIMIT:
            call.numeric(numerics.ERR_MONLISTFULL, str(MONITOR_LIMIT), ",".join(nicks[at:]), "Monitor list is full")
            break
        if not _is_nick(nick):
            continue
        session.watch(key, nick)
        added.append(nick)
    await _status(call, added)


def _is_nick(nick: str) -> bool:
    """No masks, no channels."""
    return not looks_like_channel(nick) and not set(nick) & set("*?!") and len(nick.encode()) <= 128


async def _status(call: Call, nicks: Iterable[str]) -> None:
    here, gone = [], []
    nicks = list(nicks)
    found = await present(call.network, nicks)
    for nick in nicks:
        person = found.get(nick)
        if person is not None:
            here.append(person.source)
        else:
            gone.append(nick)
    _send(call, numerics.RPL_MONONLINE, here)
    _send(call, numerics.RPL_MONOFFLINE, gone)


def _send(call: Call, code: str, words: Iterable[str]) -> None:
    line: list[str] = []
    size = 0
    for word in words:
        length = len(word.encode()) + 1
        if line and size + length > LINE_BYTES:
            call.numeric(code, ",".join(line))
            line, size = [], 0
        line.append(word)
        size += length
    if line:
        call.numeric(code, ",".join(line))
