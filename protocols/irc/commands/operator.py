"""OPER, KILL, WALLOPS, KLINE, UNKLINE, STATS: for the staff of the server, by the roles of their accounts.

There is no second password file and no second list of bans: what KLINE shuts out is what the staff's desk has of accounts,
networks and hosts, so it holds for every door, outlives a restart and is in the staff's log.
"""

from __future__ import annotations

import ipaddress

from pleromad.errors import NotFound, PleromadError, RateLimited
from pleromad.model.moderation import AccountFilter, Sanction
from pleromad.model.page import Page
from protocols.irc import names, numerics, tell
from protocols.irc.login import log_in_staff
from protocols.irc.message import cut_text
from protocols.irc.modes import Change, compose
from protocols.irc.names import acct_of
from protocols.irc.network import deliver
from protocols.irc.table import Call, Refused, command

SHOWN = 200  # bans of each kind in STATS k
MINUTES_DIGITS = 7


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
    if staff is None:
        raise Refused(numerics.ERR_NOOPERHOST, "This account is not of the staff")
    person.staff = staff
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


@command(
    "KLINE",
    minimum=1,
    cost=2.0,
    help="KLINE [minutes] account|address|network|*@host [:reason]\n"
    "Shuts out an account of this server, an address or network, or all of another server; from every door (operators).\n"
    "Only of an address can it be for some minutes.",
)
async def kline(call: Call) -> None:
    _need_operator(call)
    staff, moderation = call.person.staff, call.network.core.moderation
    minutes, params = 0, call.params
    if len(params) > 1 and params[0].isascii() and params[0].isdecimal() and len(params[0]) <= MINUTES_DIGITS:
        minutes, params = int(params[0]), params[1:]
    target, reason = params[0], cut_text(params[1] if len(params) > 1 else "", names.KICK_LENGTH)
    try:
        if (network := _network(target)) is not None:
            await moderation.block_ip(staff, network, "no_access", comment=reason, expires_in_seconds=minutes * 60 or None)
        elif minutes:
            raise Refused(numerics.ERR_UNKNOWNERROR, "KLINE", "Only an address can be shut out for some minutes")
        elif (host := _host(target)) is not None:
            await moderation.block_host(staff, host, severity="suspend", private_comment=reason)
        else:
            account = await call.network.core.reading.account_by_handle(acct_of(target))
            sanction = Sanction.DISABLE if account.local else Sanction.SUSPEND
            await moderation.sanction(staff, account.id, sanction, text=reason, tell=False)
    except NotFound as error:
        raise Refused(numerics.ERR_NOSUCHNICK, cut_text(target, 100), "No such account, address or *@host") from error
    _say(call, f"{target} is shut out" + (f" for {minutes} minutes" if minutes else ""))


@command("UNKLINE", minimum=1, cost=2.0, help="UNKLINE account|address|network|*@host\nLets in again (operators).")
async def unkline(call: Call) -> None:
    _need_operator(call)
    staff, moderation, target = call.person.staff, call.network.core.moderation, call.param(0)
    try:
        if (network := _network(target)) is not None:
            blocks = (await moderation.ip_blocks(staff, Page(limit=SHOWN))).items
            id = next((block.id for block in blocks if block.ip == network), None)
            if id is None:
                raise NotFound
            await moderation.unblock_ip(staff, id)
        elif (host := _host(target)) is not None:
            await moderation.unblock_host(staff, (await moderation.host_block_on(staff, host)).id)
        else:
            account = await call.network.core.reading.account_by_handle(acct_of(target))
            await moderation.lift(staff, account.id, Sanction.DISABLE if account.local else Sanction.SUSPEND)
    except NotFound as error:
        raise Refused(numerics.ERR_NOSUCHNICK, cut_text(target, 100), "Nobody of this name is shut out") from error
    _say(call, f"{target} is let in again")


def _say(call: Call, text: str) -> None:
    call.replies.add(call.network.server_line("NOTICE", call.session.shown_nick, text))


def _network(target: str) -> str | None:
    try:
        return str(ipaddress.ip_network(target.removeprefix("*@"), strict=False))
    except ValueError:
        return None


def _host(target: str) -> str | None:
    """`*@host` and `*!*@host` mean a server."""
    user, at, host = target.rpartition("@")
    return host if at and user in ("*", "*!*") and host else None


@command("STATS", help="STATS u|m|o|k\nUptime, commands; for operators: who else is one, and who is shut out.")
async def stats(call: Call) -> None:
    letter = call.param(0)[:1]
    if letter == "u":
        seconds = int((call.network.clock.now() - call.network.started_at).total_seconds())
        days, rest = divmod(seconds, 86400)
        shown = f"Server Up {days} days {rest // 3600}:{rest // 60 % 60:02d}:{rest % 60:02d}"
        call.numeric(numerics.RPL_STATSUPTIME, shown)
    elif letter == "m":
        for name in sorted(call.network.used):
            call.numeric(numerics.RPL_STATSCOMMANDS, name, str(call.network.used[name]))
    elif letter == "o":
        _need_operator(call)
        for person in call.network.connected_people():
            if person.staff is not None:
                call.numeric(numerics.RPL_STATSOLINE, "O", person.source, "*", person.staff.acct, str(person.staff.role))
    elif letter in ("k", "K"):
        _need_operator(call)
        await _bans(call)
    call.numeric(numerics.RPL_ENDOFSTATS, letter or "*", "End of /STATS report")


async def _bans(call: Call) -> None:
    staff, moderation, page = call.person.staff, call.network.core.moderation, Page(limit=SHOWN)
    for block in (await moderation.ip_blocks(staff, page)).items:
        if block.severity == "no_access":
            until = f"until {block.expires_at:%Y-%m-%d %H:%M} UTC: " if block.expires_at else ""
            call.numeric(numerics.RPL_STATSKLINE, "k", block.ip, "*", "*", until + block.comment)
    for host in (await moderation.host_blocks(staff, page)).items:
        if host.severity == "suspend":
            call.numeric(numerics.RPL_STATSKLINE, "k", host.domain, "*", "*", host.private_comment)
    for status in ("disabled", "suspended"):
        for dossier in (await moderation.accounts(staff, AccountFilter(local=True, status=status), page)).items:
            call.numeric(numerics.RPL_STATSKLINE, "k", "*", "*", dossier.account.acct, status)


