"""WHO (with WHOX), WHOIS, WHOWAS."""

from __future__ import annotations

from collections.abc import Iterator

from protocols.irc import metadata, names, numerics
from protocols.irc.channels import OPERATOR, Channel, Membership
from protocols.irc.finding import somebody
from protocols.irc.message import casefold, cut_text, match
from protocols.irc.names import looks_like_channel
from protocols.irc.opening import look
from protocols.irc.people import Person
from protocols.irc.table import Call, Refused, command

WHO_LIMIT = 2000
WHOX_ORDER = "tcuihsnfdlaor"
SERVER_FOR_REMOTE = "*"


@command("WHO", minimum=1, cost=4.0, help="WHO #room|nick|mask [%fields[,token]]\nWho is there, with host, name and account.")
async def who(call: Call) -> None:
    mask = call.param(0)
    operators_only = call.param(1) == "o"
    fields, _, token = call.param(1)[1:].partition(",") if call.param(1).startswith("%") else ("", "", "")
    shown = 0
    if mask and looks_like_channel(mask):
        channel = await look(call.network, call.person, mask)
        people = _members(channel, call.person) if channel is not None else iter(())
    else:
        channel, people = None, _matching(call, mask)
    for person in people:
        if operators_only and not person.operator:
            continue
        shown += 1
        if shown > WHO_LIMIT:
            break
        if fields:
            call.numeric(numerics.RPL_WHOSPCRPL, *_whox(call, person, channel, fields, token))
        else:
            call.numeric(numerics.RPL_WHOREPLY, *_who(call, person, channel))
    call.numeric(numerics.RPL_ENDOFWHO, cut_text(mask, 200) or "*", "End of /WHO list")


def _members(channel: Channel, viewer: Person) -> Iterator[Person]:
    if not channel.shown_to(viewer):
        return
    inside = viewer in channel.members
    for person in list(channel.seen_by(viewer)):
        if inside or "i" not in person.modes:
            yield person


def _matching(call: Call, mask: str) -> Iterator[Person]:
    """By exact nick anybody; by mask those who are not invisible, or share a channel with the one who asks."""
    network, viewer = call.network, call.person
    exact = network.find(mask)
    if exact is not None:
        yield exact
        return
    if not set(mask) & set("*?") and mask != "0":
        return
    near = {viewer, *viewer.neighbours()}
    for person in list(network.people.values()):
        if (person.connected and "i" not in person.modes) or person in near:
            if mask in ("0", "*") or any(match(mask, text) for text in (person.nick, person.user, person.host, person.realname)):
                yield person


def _flags(call: Call, person: Person, channel: Channel | None) -> str:
    flags = "G" if person.away_text is not None else "H"
    if person.operator:
        flags += "*"
    if channel is not None and person in channel.members:
        flags += channel.members[person].prefix(every=call.session.has("multi-prefix"))
    if person.bot:
        flags += "B"
    return flags


def _server(call: Call, person: Person) -> str:
    return SERVER_FOR_REMOTE if person.remote else call.network.server_name


def _who(call: Call, person: Person, channel: Channel | None) -> tuple[str, ...]:
    name = channel.name if channel is not None else "*"
    flags = _flags(call, person, channel)
    return name, person.user, person.host, _server(call, person), person.nick, flags, f"0 {person.realname}"


def _whox(call: Call, person: Person, channel: Channel | None, fields: str, token: str) -> list[str]:
    """The fields in WHOX's own order, whatever order they were asked in."""
    level = channel.level(person) if channel is not None else 0
    values = {
        "t": token or "0",
        "c": channel.name if channel is not None else "*",
        "u": person.user,
        "i": "255.255.255.255",  # addresses are nobody's business
        "h": person.host,
        "s": _server(call, person),
        "n": person.nick,
        "f": _flags(call, person, channel),
        "d": "0",
        "l": str(_idle(call, person)),
        "a": person.account_name or "0",
        "o": str(level) if level else "n/a",
        "r": person.realname,
    }
    return [values[field] for field in WHOX_ORDER if field in fields] or [person.nick]


def _idle(call: Call, person: Person) -> int:
    if not person.connected:
        return 0
    return max(0, int(call.network.clock.seconds() - person.last_spoke_at))


@command("WHOIS", minimum=1, cost=2.0, help="WHOIS nick\nWho somebody is; user@host for people of other servers.")
async def whois(call: Call) -> None:
    asked = call.param(1) or call.param(0)
    if len(call.params) > 1 and not match(call.param(0), call.network.server_name):
        if call.network.find(call.param(0)) is None:
            raise Refused(numerics.ERR_NOSUCHSERVER, cut_text(call.param(0), 100), "No such server")
    nick = asked.split(",")[0]
    person = await somebody(call.network, nick, fetch=call.person.account is not None) if nick else None
    shown = cut_text(nick, names.NICK_LENGTH) or "*"
    if person is None:
        call.numeric(numerics.ERR_NOSUCHNICK, shown, "No such nick")
    else:
        _whois(call, person)
        shown = person.nick
    call.numeric(numerics.RPL_ENDOFWHOIS, shown, "End of /WHOIS list")


def _whois(call: Call, person: Person) -> None:
    network, nick = call.network, person.nick
    call.numeric(numerics.RPL_WHOISUSER, nick, person.user, person.host, "*", person.realname)
    for text in _channels(call, person):
        call.numeric(numerics.RPL_WHOISCHANNELS, nick, text)
    where = person.account.url if person.account is not None else network.settings.network_name
    call.numeric(numerics.RPL_WHOISSERVER, nick, _server(call, person), where or network.settings.network_name)
    if person.away_text is not None:
        call.numeric(numerics.RPL_AWAY, nick, person.away_text)
    if person.operator:
        call.numeric(numerics.RPL_WHOISOPERATOR, nick, "is an IRC operator")
    if person.bot:
        call.numeric(numerics.RPL_WHOISBOT, nick, "is a bot")
    if person.account is not None:
        call.numeric(numerics.RPL_WHOISACCOUNT, nick, person.account_name, "is logged in as")
    if metadata.speaks(call.session):
        for key, value in metadata.values_of(person).items():
            call.numeric(numerics.RPL_WHOISKEYVALUE, nick, key, "*", value)
    if person.connected:
        if any(session.secure for session in person.sessions):
            call.numeric(numerics.RPL_WHOISSECURE, nick, "is using a secure connection")
        idle, since = str(_idle(call, person)), str(int(person.signed_on_at))
        call.numeric(numerics.RPL_WHOISIDLE, nick, idle, since, "seconds idle, signon time")


def _channels(call: Call, person: Person) -> Iterator[str]:
    """The channels both may know of, with the person's prefix, in lines that fit."""
    viewer = call.person
    words: list[str] = []
    for channel in person.channels.values():
        inside = viewer in channel.members
        if person is viewer or inside or (channel.listable and channel.shown_to(viewer) and "i" not in person.modes):
            membership, every = channel.members[person], call.session.has("multi-prefix")
            words.append((membership.prefix(every=True) if every else _old_prefix(membership)) + channel.name)
    for at in range(0, len(words), 6):
        yield " ".join(words[at : at + 6])


def _old_prefix(membership: Membership) -> str:
    """RFC 2812 knows two in a 319: whoever stands above an operator is one."""
    return "@" if membership.level >= OPERATOR else membership.prefix()


@command("WHOWAS", cost=2.0, help="WHOWAS nick [count]\nWho somebody was that has left.")
async def whowas(call: Call) -> None:
    nick, limit = call.param(0), call.param(1)
    if not nick:
        raise Refused(numerics.ERR_NONICKNAMEGIVEN, "No nickname given")
    count = int(limit[:6]) if limit.isdecimal() and limit.isascii() else 0
    found = [gone for gone in call.network.gone if casefold(gone.nick) == casefold(nick)]
    if not found:
        call.numeric(numerics.ERR_WASNOSUCHNICK, cut_text(nick, names.NICK_LENGTH), "There was no such nickname")
    for gone in found[: count or None]:
        call.numeric(numerics.RPL_WHOWASUSER, gone.nick, gone.user, gone.host, "*", gone.realname)
        call.numeric(numerics.RPL_WHOISSERVER, gone.nick, call.network.server_name, f"{gone.at:%a %b %d %H:%M:%S %Y} UTC")
    call.numeric(numerics.RPL_ENDOFWHOWAS, cut_text(nick, names.NICK_LENGTH), "End of WHOWAS")
