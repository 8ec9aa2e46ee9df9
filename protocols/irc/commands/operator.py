"""OPER, KILL, WALLOPS: for the staff of the server, by the roles of their accounts; there is no second password file."""

from __future__ import annotations

from pleromad.errors import PleromadError, RateLimited
from protocols.irc import names, numerics, tell
from protocols.irc.login import log_in_staff
from protocols.irc.message import cut_text
from protocols.irc.modes import Change, compose
from protocols.irc.network import deliver
from protocols.irc.table import Call, Refused, command


@command("OPER", minimum=2, cost=4.0, help="OPER account password\nFor moderators and admins of this server.")
async def oper(call: Call) -> None:
    person, network = call.person, call.network
    if person.operator:
        call.numeric(numerics.RPL_YOUREOPER, "You are now an IRC operator")
        return
    try:
        staff = await log_in_staff(network, call.param(0), call.param(1), call.session.address)
    except RateLimited as error:
        raise Refused(numerics.ERR_PASSWDMISMATCH, error.public) from error
    except PleromadError as error:
        raise Refused(numerics.ERR_PASSWDMISMATCH, "Password incorrect") from error
    if not staff:
        raise Refused(numerics.ERR_NOOPERHOST, "This account is not of the staff")
    person.modes.add("o")
    for words in compose([Change(True, "o")]):
        deliver(person.sessions, network.line(person, "MODE", person.nick, *words), call)
    call.numeric(numerics.RPL_YOUREOPER, "You are now an IRC operator")


def _need_operator(call: Call) -> None:
    if not call.person.operator:
        raise Refused(numerics.ERR_NOPRIVILEGES, "Permission Denied- You're not an IRC operator")


@command("KILL", minimum=1, help="KILL nick :reason\nCloses somebody's connections (operators).")
async def kill(call: Call) -> None:
    _need_operator(call)
    target = call.network.connected(call.param(0))
    if target is None:
        raise Refused(numerics.ERR_NOSUCHNICK, call.param(0), "No such nick")
    reason = cut_text(call.param(1), names.KICK_LENGTH) or "No reason given"
    text = f"Killed ({call.person.nick} ({reason}))"
    own = call.session in target.sessions
    for session in list(target.sessions):
        if session is not call.session:
            session.send(call.network.line(call.person, "KILL", target.nick, reason))
            session.close(text, said=text)
    if own:
        call.replies.flush()
        call.session.close(text, said=text)


@command("WALLOPS", minimum=1, help="WALLOPS :text\nTells all who have +w (operators).")
async def wallops(call: Call) -> None:
    _need_operator(call)
    line = call.network.line(call.person, "WALLOPS", call.param(0))
    deliver(tell.sessions_of(one for one in call.network.connected_people() if "w" in one.modes), line, call)
