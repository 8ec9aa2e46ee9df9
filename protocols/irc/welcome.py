"""From connected to registered: the checks, and everything a client is told at the start."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from pleromad.errors import PleromadError, StoreUnavailable, Unauthenticated
from pleromad.model.activity import Invite, Origin
from protocols.irc import metadata, names, numerics, preferences, reading_marks, tell
from protocols.irc.channels import LIST_LIMIT
from protocols.irc.history import LIMIT as HISTORY_LIMIT
from protocols.irc.login import is_reserved, log_in
from protocols.irc.message import Message, casefold, cut_text
from protocols.irc.modes import FLAG_MODES
from protocols.irc.network import MONITOR_LIMIT, VERSION, Network
from protocols.irc.people import Person, person_of

if TYPE_CHECKING:
    from pleromad.model.account import Account
    from protocols.irc.table import Call

USER_MODES = "Biosw"
CHANNEL_MODES = "CIRabehiklmnoqstv"
CHANNEL_MODES_WITH_PARAMETER = "Iabehkloqv"


async def try_to_register(call: Call) -> None:
    """Called after each step; does nothing until nick, user and negotiation are complete."""
    session, network = call.session, call.network
    if session.registered or session.negotiating or not session.nick or not session.user:
        return
    if session.sasl is not None:
        session.sasl = None
        call.numeric(numerics.ERR_SASLABORTED, "SASL authentication aborted")
    if session.account is None and session.password and ":" in session.password:
        login, _, secret = session.password.partition(":")
        if not await _log_in_by_pass(call, login, secret):
            return
    elif session.account is None and session.password and not network.settings.password and not network.settings.guests:
        if not await _log_in_by_pass(call, session.nick, session.password):
            return
    if session.account is None:
        if not network.settings.guests:
            text = "You need to log in: use SASL, or PASS account:password"
            call.fail("*", "ACCOUNT_REQUIRED", text)
            call.replies.flush()
            session.close(text)
            return
        if network.settings.password and session.password != network.settings.password:
            call.numeric(numerics.ERR_PASSWDMISMATCH, "Password incorrect")
            call.replies.flush()
            session.close("Bad password")
            return
    person = await _take_nick(call)
    if person is None or session.closed:
        return
    # Not until here is anything of the session seen by others; no await from the check of the nick on.
    session.password = ""
    session.person = person
    first = not person.sessions
    person.sessions.append(session)
    if first and session.away is not None:
        person.away = session.away
    network.know(person)
    network.count_people()
    session.registration_done()
    greet(call)
    if first:
        tell.online(network, person)
    if person.account is not None:
        await _attach(call, person.account, first=first)
    session.settled = True


async def _attach(call: Call, account: Account, *, first: bool) -> None:
    """Into the rooms of the account. A session that is only half in would be worse than none."""
    try:
        await call.network.core.accounts.seen(account.id)
        if first:
            call.network.presence.changed(call.person)
        if first:
            await reading_marks.load(call.network, call.person)
            await metadata.load(call.network, call.person)
            await preferences.load(call.network, call.person)
        reading_marks.recognise(call.session)
        await call.network.rooms.attach(call.session, call, first=first)
        if first or call.session.missed_since:
            await call.network.directs.replay(call.session, call)
    except StoreUnavailable as error:
        call.replies.flush()
        call.session.close(error.public)


async def take_account(call: Call, account: Account) -> None:
    """A guest logs in after registration (SASL 3.2): the nick stays, the rooms of the account open."""
    person, network = call.person, call.network
    person.account = account
    network.know(person)
    tell.account_changed(network, person, call)
    for room_id, inviter in person.promised.items():
        with suppress(PleromadError):  # what the inviter may no longer do
            invitation = Invite(actor_id=inviter, room_id=room_id, target_id=account.id)
            await network.core.activities.submit(invitation, Origin.local(inviter, door="irc"))
    person.promised.clear()
    await _attach(call, account, first=True)


async def _log_in_by_pass(call: Call, login: str, secret: str) -> bool:
    try:
        found = await log_in(call.network, login, secret, call.session.address)
    except PleromadError as error:
        call.numeric(numerics.ERR_PASSWDMISMATCH, error.public)
        call.replies.flush()
        call.session.close("Bad password" if isinstance(error, Unauthenticated) else error.public)
        return False
    call.session.account, call.session.token_id, call.session.device = found.account, found.token_id, found.device
    return True


async def _take_nick(call: Call) -> Person | None:
    """The person this session speaks as. Without guests the nick is the account; with guests any free nick will do."""
    session, network = call.session, call.network
    account = session.account
    if account is not None:
        own = casefold(account.username)
        if not network.settings.guests or casefold(session.nick) == own:
            known = network.people.get(own)
            if known is None or known.account_id != account.id:
                known = person_of(account, network.settings.domain)
            if not known.connected:
                known.signed_on_at = known.last_spoke_at = network.clock.seconds()
                known.account = account
            session.nick = known.nick
            return known
    nick = session.nick
    reserved = account is None and await is_reserved(network, nick)
    if reserved or casefold(nick) in network.people:
        session.nick = ""
        call.numeric(numerics.ERR_NICKNAMEINUSE, nick, "Nickname is already in use")
        return None
    host = network.settings.domain if account is not None else network.cloak(session.address)
    user = account.username if account is not None else "~" + session.user
    return Person(nick, user, host, session.realname, account, now=network.clock.seconds())


def greet(call: Call) -> None:
    """001 to 005, LUSERS, MOTD: RFC 2812 section 5.1 and modern.ircdocs.horse, connection registration."""
    network, nick = call.network, call.session.shown_nick
    settings = network.settings
    call.numeric(numerics.RPL_WELCOME, f"Welcome to {settings.network_name}, {nick}")
    call.numeric(numerics.RPL_YOURHOST, f"Your host is {settings.server_name}, running {VERSION}")
    call.numeric(numerics.RPL_CREATED, f"This server was started {network.started_at:%Y-%m-%d %H:%M:%S} UTC")
    call.numeric(
        numerics.RPL_MYINFO, settings.server_name, VERSION, USER_MODES, CHANNEL_MODES, CHANNEL_MODES_WITH_PARAMETER
    )
    isupport(call)
    lusers(call)
    motd(call)


def isupport_tokens(network: Network) -> list[str]:
    settings = network.settings
    return [
        f"AWAYLEN={names.AWAY_LENGTH}",
        "BOT=B",
        "CASEMAPPING=ascii",
        f"CHATHISTORY={HISTORY_LIMIT}",
        "MSGREFTYPES=msgid,timestamp",
        f"CHANLIMIT=#&:{settings.channels_per_person}",
        f"CHANMODES=beI,k,l,{FLAG_MODES}",
        f"CHANNELLEN={names.CHANNEL_LENGTH}",
        "CHANTYPES=#&",
        "ELIST=CMNTU",
        "EXCEPTS=e",
        "EXTBAN=~,am",
        "ACCOUNTEXTBAN=a",
        f"HOSTLEN={names.NICK_LENGTH}",
        "INVEX=I",
        f"KEYLEN={names.KEY_LENGTH}",
        f"KICKLEN={names.KICK_LENGTH}",
        f"MAXLIST=beI:{LIST_LIMIT}",
        "MODES=20",
        f"MONITOR={MONITOR_LIMIT}",
        f"NETWORK={_token(settings.network_name)}",
        f"NICKLEN={names.NICK_LENGTH}",
        "PREFIX=(qaohv)~&@%+",
        "SAFELIST",
        "STATUSMSG=~@%+",  # not &: irssi 1.4 would take &local for a message to the admins of `local`
        "TARGMAX=JOIN:,PART:,KICK:,NAMES:,LIST:,WHOIS:1,PRIVMSG:4,NOTICE:4,TAGMSG:4,MONITOR:100",
        f"TOPICLEN={names.TOPIC_LENGTH}",
        f"USERLEN={names.USER_LENGTH}",
        "UTF8ONLY",
        "WHOX",
        *([f"soju.im/FILEHOST={settings.filehost}"] if settings.filehost else []),
    ]


def _token(text: str) -> str:
    """An ISUPPORT value: ASCII, spaces as \\x20 (modern.ircdocs.horse, RPL_ISUPPORT)."""
    return text.encode("ascii", "replace").decode().replace("\\", "\\x5C").replace(" ", "\\x20").replace("=", "\\x3D")


def isupport(call: Call) -> None:
    tokens = isupport_tokens(call.network)
    for at in range(0, len(tokens), 12):
        call.numeric(numerics.RPL_ISUPPORT, *tokens[at : at + 12], "are supported by this server")


def lusers(call: Call) -> None:
    network = call.network
    people = list(network.connected_people())
    invisible = sum(1 for person in people if "i" in person.modes)
    operators = sum(1 for person in people if person.operator)
    unknown = sum(1 for session in network.sessions if not session.registered)
    total, most = len(people), max(network.most_people, len(people))
    channels = sum(1 for channel in network.channels.values() if channel.listable)
    call.numeric(
        numerics.RPL_LUSERCLIENT, f"There are {total - invisible} users and {invisible} invisible on 1 servers"
    )
    call.numeric(numerics.RPL_LUSEROP, str(operators), "operator(s) online")
    call.numeric(numerics.RPL_LUSERUNKNOWN, str(unknown), "unknown connection(s)")
    call.numeric(numerics.RPL_LUSERCHANNELS, str(channels), "channels formed")
    call.numeric(numerics.RPL_LUSERME, f"I have {total} clients and 0 servers")
    call.numeric(numerics.RPL_LOCALUSERS, str(total), str(most), f"Current local users {total}, max {most}")
    call.numeric(numerics.RPL_GLOBALUSERS, str(total), str(most), f"Current global users {total}, max {most}")


def motd(call: Call) -> None:
    network = call.network
    lines = network.settings.motd
    if not lines:
        call.numeric(numerics.ERR_NOMOTD, "MOTD File is missing")
        return
    call.numeric(numerics.RPL_MOTDSTART, f"- {network.server_name} Message of the day -")
    for line in lines:
        call.numeric(numerics.RPL_MOTD, cut_text(f"- {line}", 400))
    call.numeric(numerics.RPL_ENDOFMOTD, "End of /MOTD command")


def hung_up(call: Call, reason: str) -> None:
    """QUIT: ERROR, then the connection goes."""
    call.replies.flush()
    call.session.close("Quit", said=reason)


def cap_line(call: Call, *params: str) -> None:
    call.replies.add(Message("CAP", (call.session.shown_nick, *params), call.network.server_name))
