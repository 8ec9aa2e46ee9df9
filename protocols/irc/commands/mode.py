"""MODE, of channels and of oneself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pleromad.errors import PleromadError
from protocols.irc import modes, names, numerics, tell
from protocols.irc.channels import HALFOP, LIST_LIMIT, OPERATOR, OWNER, Channel, Mask, normal_mask
from protocols.irc.errors import refusal
from protocols.irc.message import casefold, cut_text
from protocols.irc.modes import FLAG_MODES, LIST_MODES, RANKS, Change
from protocols.irc.names import looks_like_channel
from protocols.irc.opening import look
from protocols.irc.table import Call, Refused, command

if TYPE_CHECKING:
    from protocols.irc.people import Person

MASK_LENGTH = 160
USER_MODES_TO_SET = "Biw"
RANK_NEEDS = {"v": HALFOP, "h": OPERATOR, "o": OPERATOR, "a": OWNER, "q": OWNER}
LIST_NUMERICS = {
    "b": (numerics.RPL_BANLIST, numerics.RPL_ENDOFBANLIST, "End of channel ban list"),
    "e": (numerics.RPL_EXCEPTLIST, numerics.RPL_ENDOFEXCEPTLIST, "End of channel exception list"),
    "I": (numerics.RPL_INVEXLIST, numerics.RPL_ENDOFINVEXLIST, "End of channel invite exception list"),
}


@command(
    "MODE",
    minimum=1,
    help="MODE #room [modes [parameters]]\nRanks: q a o h v. Lists: b e I. Others: i k l m n s t C R.\nMODE nick [+i|-i|+B ...]",
)
async def mode(call: Call) -> None:
    if looks_like_channel(call.param(0)):
        await _channel(call)
    else:
        _user(call)


def _user(call: Call) -> None:
    person, network = call.person, call.network
    if casefold(call.param(0)) != person.key:
        known = network.connected(call.param(0)) is not None
        if known:
            raise Refused(numerics.ERR_USERSDONTMATCH, "You can only see and change your own modes")
        raise Refused(numerics.ERR_NOSUCHNICK, call.param(0), "No such nick")
    if len(call.params) == 1:
        call.numeric(numerics.RPL_UMODEIS, "+" + "".join(sorted(person.modes)))
        return
    done: list[Change] = []
    for change in modes.parse(call.params[1:2]):
        if change.letter == "o" and change.given:
            continue  # only OPER gives it
        if change.letter not in USER_MODES_TO_SET + "os":
            call.numeric(numerics.ERR_UMODEUNKNOWNFLAG, f"{change.letter} is not a user mode known here")
        elif change.given != (change.letter in person.modes) and change.letter != "s":
            (person.modes.add if change.given else person.modes.discard)(change.letter)
            done.append(Change(change.given, change.letter))
    for words in modes.compose(done):
        tell.to_sessions(person.sessions, network.line(person, "MODE", person.nick, *words), call)


async def _channel(call: Call) -> None:
    name, person, network = call.param(0), call.person, call.network
    channel = await look(network, person, name)
    if channel is None or not channel.shown_to(person):
        raise Refused(numerics.ERR_NOSUCHCHANNEL, cut_text(name, names.CHANNEL_LENGTH), "No such channel")
    changes = modes.parse([word for word in call.params[1:] if word])
    if not changes:
        call.numeric(numerics.RPL_CHANNELMODEIS, channel.name, *channel.modes(secrets=person in channel.members))
        if channel.created_at:
            call.numeric(numerics.RPL_CREATIONTIME, channel.name, str(channel.created_at))
        return
    async with network.changing(channel):
        done: list[Change] = []
        listed: set[str] = set()
        try:
            for change in changes:
                await _one(call, channel, change, done, listed)
        finally:
            tell.modes_changed(network, channel, person, done, call)


async def _one(call: Call, channel: Channel, change: Change, done: list[Change], listed: set[str]) -> None:
    """One change, refused alone or kept and put on `done`."""
    letter = change.letter
    try:
        if letter in LIST_MODES and change.param is None:
            if letter not in listed:
                listed.add(letter)
                _list(call, channel, letter)
            return
        if letter in RANKS:
            kept = await _rank(call, channel, change)
        elif letter in LIST_MODES or letter in FLAG_MODES or letter in modes.WITH_PARAMETER:
            _need(call, channel, HALFOP)
            kept = await (_mask if letter in LIST_MODES else _setting)(call, channel, change)
        else:
            raise Refused(numerics.ERR_UNKNOWNMODE, letter, "is not a channel mode known here")
    except Refused as refused:
        call.numeric(refused.numeric, *refused.params)
    except PleromadError as error:
        call.numeric(*refusal(error, call.message))
    else:
        if kept is not None:
            done.append(kept)


def _need(call: Call, channel: Channel, level: int) -> None:
    if call.person not in channel.members:
        raise Refused(numerics.ERR_NOTONCHANNEL, channel.name, "You're not on that channel")
    if channel.level(call.person) < level:
        raise Refused(numerics.ERR_CHANOPRIVSNEEDED, channel.name, "You're not a channel operator")


async def _rank(call: Call, channel: Channel, change: Change) -> Change | None:
    nick = change.param
    if not nick:
        raise Refused(numerics.ERR_INVALIDMODEPARAM, channel.name, change.letter, "*", "You must name somebody")
    target = call.network.find(nick)
    own = target is call.person and not change.given
    _need(call, channel, 0 if own else RANK_NEEDS[change.letter])
    if target is None:
        raise Refused(numerics.ERR_NOSUCHNICK, nick, "No such nick")
    membership = channel.members.get(target)
    if membership is None:
        raise Refused(numerics.ERR_USERNOTINCHANNEL, target.nick, channel.name, "They aren't on that channel")
    if not change.given and membership.level > channel.level(call.person):
        raise Refused(numerics.ERR_CHANOPRIVSNEEDED, channel.name, f"{target.nick} stands above you")
    if change.given == (change.letter in membership.ranks):
        return None
    await channel.backing.rank(channel, call.person, target, change.letter, change.given)
    channel.set_rank(target, change.letter, change.given)
    return Change(change.given, change.letter, target.nick)


async def _mask(call: Call, channel: Channel, change: Change) -> Change | None:
    masks = channel.lists[change.letter]
    mask = normal_mask(cut_text((change.param or "").replace(" ", "_"), MASK_LENGTH))
    known = next((one for one in masks if casefold(one) == casefold(mask)), None)
    if change.given:
        if known is not None:
            return None
        if sum(len(entries) for entries in channel.lists.values()) >= LIST_LIMIT:
            raise Refused(numerics.ERR_BANLISTFULL, channel.name, mask, "The list is full")
    elif known is None:
        return None
    await channel.backing.mask(channel, call.person, change.letter, known or mask, change.given)
    if change.given:
        masks[mask] = Mask(mask, call.person.source, call.network.now_seconds())
    else:
        del masks[known or mask]
    return Change(change.given, change.letter, known or mask)


def _list(call: Call, channel: Channel, letter: str) -> None:
    code, end, text = LIST_NUMERICS[letter]
    if letter != "b" or channel.private:
        _need(call, channel, HALFOP if letter != "b" else 0)
    for entry in channel.lists[letter].values():
        call.numeric(code, channel.name, entry.mask, entry.set_by, str(entry.set_at))
    call.numeric(end, channel.name, text)


async def _setting(call: Call, channel: Channel, change: Change) -> Change | None:
    kept = _wanted(call.person, channel, change)
    if kept is None:
        return None
    await channel.backing.setting(channel, call.person, kept)
    channel.set(kept)
    return kept


def _wanted(person: Person, channel: Channel, change: Change) -> Change | None:
    """The change as it will be shown, None when it changes nothing."""
    letter, param = change.letter, change.param or ""
    if letter == "k":
        if not change.given:
            return Change(False, "k", param or "*") if channel.password else None
        if not param or len(param) > names.KEY_LENGTH or not param.isprintable() or "," in param or " " in param or param[0] == ":":
            raise Refused(numerics.ERR_INVALIDMODEPARAM, channel.name, "k", "*", "A key has 1 to 32 characters, no space or comma")
        return Change(True, "k", param) if param != channel.password else None
    if letter == "l":
        if not change.given:
            return Change(False, "l") if channel.limit is not None else None
        if not param.isdecimal() or not param.isascii() or not 0 < int(param[:10]) < 1_000_000:
            raise Refused(numerics.ERR_INVALIDMODEPARAM, channel.name, "l", param or "*", "A limit is a whole number above 0")
        return Change(True, "l", str(int(param[:10]))) if int(param[:10]) != channel.limit else None
    return Change(change.given, letter) if change.given != (letter in channel.flags) else None
