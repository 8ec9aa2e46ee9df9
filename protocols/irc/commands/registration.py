"""CAP, NICK, USER, PASS, PING, PONG, QUIT."""

from __future__ import annotations

from protocols.irc import names, numerics, tell
from protocols.irc.capabilities import listing, offered
from protocols.irc.login import is_reserved
from protocols.irc.message import casefold, cut_text
from protocols.irc.network import deliver
from protocols.irc.table import Call, command
from protocols.irc.welcome import cap_line, hung_up, try_to_register

CAP_LINE_BYTES = 400


@command("CAP", minimum=1, before_login=True, help="CAP LS|LIST|REQ|END\nNegotiates capabilities (IRCv3).")
async def cap(call: Call) -> None:
    session = call.session
    subcommand = call.param(0).upper()
    if subcommand in ("LS", "REQ") and not session.registered:
        session.negotiating = True
    match subcommand:
        case "LS":
            version = int(call.param(1)) if call.param(1).isdecimal() else 0
            session.cap_version = max(session.cap_version, min(version, 302))
            if session.cap_version >= 302:
                session.capabilities.add("cap-notify")
            _cap_list(call, "LS", listing(session))
        case "LIST":
            _cap_list(call, "LIST", sorted(session.capabilities))
        case "REQ":
            _request(call)
        case "END":
            session.negotiating = False
            await try_to_register(call)
        case _:
            call.numeric(numerics.ERR_INVALIDCAPCMD, call.param(0), "Invalid CAP command")


def _cap_list(call: Call, subcommand: str, words: list[str]) -> None:
    """One line, or for clients of 302 several with `*` on all but the last."""
    lines: list[str] = [""]
    for word in words:
        if call.session.cap_version >= 302 and len(lines[-1]) + len(word) > CAP_LINE_BYTES:
            lines.append("")
        lines[-1] += word + " "
    for line in lines[:-1]:
        cap_line(call, subcommand, "*", line.rstrip())
    cap_line(call, subcommand, lines[-1].rstrip())


def _request(call: Call) -> None:
    session = call.session
    asked = call.param(1).split()
    adding = {name for name in asked if not name.startswith("-")}
    removing = {name[1:] for name in asked if name.startswith("-")}
    cannot_go = {"cap-notify"} if session.cap_version >= 302 else set()
    known = offered(session.network).keys()
    if adding - known or removing - known or removing & cannot_go:
        cap_line(call, "NAK", call.param(1))
        return
    # With the new set in force the ACK already follows it (server-time taken away must not be on it).
    session.capabilities |= adding
    session.capabilities -= removing
    cap_line(call, "ACK", call.param(1))


@command("PASS", minimum=1, before_login=True, help="PASS account:password\nLogs in, for clients without SASL.")
async def password(call: Call) -> None:
    if call.session.registered:
        call.numeric(numerics.ERR_ALREADYREGISTERED, "You may not reregister")
        return
    # Some clients send a password with spaces as it is, without the colon.
    call.session.password = " ".join(call.message.params)


@command("USER", minimum=4, before_login=True, help="USER name 0 * :real name")
async def user(call: Call) -> None:
    session = call.session
    if session.registered or session.user:
        call.numeric(numerics.ERR_ALREADYREGISTERED, "You may not reregister")
        return
    name, realname = call.param(0), call.param(3)
    if not name or not realname:
        call.numeric(numerics.ERR_NEEDMOREPARAMS, "USER", "Not enough parameters")
        return
    if not names.is_user(name):
        call.numeric(numerics.ERR_INVALIDUSERNAME, "Malformed username")
        return
    session.user = name[: names.USER_LENGTH]
    session.realname = cut_text(realname, names.REALNAME_LENGTH)
    await try_to_register(call)


@command("NICK", before_login=True, help="NICK name\nTakes a nick. With an account your nick is the account's name.")
async def nick(call: Call) -> None:
    session, network = call.session, call.network
    wanted = call.param(0)
    if not wanted:
        call.numeric(numerics.ERR_NONICKNAMEGIVEN, "No nickname given")
        return
    person = session.person
    session.wanted = wanted
    # Before log-in any account's name is accepted too: those may begin with a digit.
    acceptable = names.is_guest_nick(wanted) or (person is None and names.is_room_name(wanted.lower()) and "@" not in wanted)
    if not acceptable:
        call.numeric(numerics.ERR_ERRONEUSNICKNAME, wanted, "Erroneous nickname")
        return
    if person is None:
        other = network.people.get(casefold(wanted))
        if other is not None and network.settings.guests and other.account is None:
            call.numeric(numerics.ERR_NICKNAMEINUSE, wanted, "Nickname is already in use")
            return
        session.nick = wanted
        await try_to_register(call)
        return
    if wanted == person.nick:
        return
    if person.account is not None and not network.settings.guests:
        call.numeric(numerics.ERR_ERRONEUSNICKNAME, wanted, "Your nick is the name of your account")
        return
    own_account = person.account is not None and casefold(person.account.username) == casefold(wanted)
    if casefold(wanted) != person.key and not own_account and await is_reserved(network, wanted):
        call.numeric(numerics.ERR_NICKNAMEINUSE, wanted, "Nickname is reserved for an account")
        return
    if casefold(wanted) != person.key and casefold(wanted) in network.people:
        call.numeric(numerics.ERR_NICKNAMEINUSE, wanted, "Nickname is already in use")
        return
    line = network.line(person, "NICK", wanted)
    old_key, old_nick = person.key, person.nick
    network.remember_gone(person)
    network.forget(person)
    person.nick = wanted
    network.know(person)
    deliver(tell.sessions_of([person, *person.neighbours()]), line, call)
    if person.key != old_key:
        tell.offline(network, old_key, old_nick)
        tell.online(network, person)


@command("PING", minimum=1, before_login=True, cost=0.2, help="PING token")
async def ping(call: Call) -> None:
    if not call.param(0):
        call.numeric(numerics.ERR_NOORIGIN, "No origin specified")
        return
    call.reply("PONG", call.network.server_name, call.param(0))


@command("PONG", before_login=True, cost=0.0)
async def pong(call: Call) -> None:
    return None


@command("QUIT", before_login=True, help="QUIT :reason")
async def quit(call: Call) -> None:
    reason = cut_text(call.param(0), names.KICK_LENGTH)
    hung_up(call, f"Quit: {reason}" if reason else "Client quit")
