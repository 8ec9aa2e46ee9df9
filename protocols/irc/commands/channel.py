"""JOIN, PART, NAMES."""

from __future__ import annotations

from itertools import zip_longest

from pleromad.errors import PleromadError
from protocols.irc import names, numerics, tell
from protocols.irc.channels import Channel
from protocols.irc.errors import refusal
from protocols.irc.message import cut_text
from protocols.irc.opening import entering, look
from protocols.irc.table import Call, Refused, Waiting, command

NAMES_BYTES = 300


@command("JOIN", minimum=1, cost=2.0, help="JOIN #room{,#room} [key{,key}]\nEnters rooms; a room that is not there is made.")
async def join(call: Call) -> None:
    if call.param(0) == "0":
        for channel in list(call.person.channels.values()):
            await _leave(call, channel.name, "Left all channels")
        return
    keys = call.param(1).split(",")
    for name, key in zip_longest(_list(call.param(0)), keys, fillvalue=""):
        if name:
            await _each(call, name, _enter(call, name, key))


async def _each(call: Call, target: str, work: object) -> None:
    """One of several targets: what is refused of it does not keep the others from being done."""
    try:
        await work  # type: ignore[misc]
    except Refused as refused:
        call.numeric(refused.numeric, *refused.params)
    except Waiting as waiting:
        call.replies.add(call.network.server_line("NOTICE", call.person.nick, str(waiting)))
    except PleromadError as error:
        call.numeric(*refusal(error, call.message, target))


def _list(param: str) -> list[str]:
    """Comma-separated names, each once."""
    return list(dict.fromkeys(param.split(",")))


async def _enter(call: Call, name: str, key: str) -> None:
    network, person = call.network, call.person
    if not names.is_channel(name):
        raise Refused(numerics.ERR_NOSUCHCHANNEL, cut_text(name, names.CHANNEL_LENGTH), "No such channel")
    if name.startswith("&"):
        await _open_timeline(call, name)
        return
    known = network.channel(name)
    if known is not None and person in known.members:
        return
    if len(person.channels) >= network.settings.channels_per_person:
        raise Refused(numerics.ERR_TOOMANYCHANNELS, name, "You have joined too many channels")
    async with entering(network, person, name) as channel:
        if person in channel.members and person not in channel.untold:
            return
        founding = not channel.members
        if not founding:
            _check(channel, call, key)
        await channel.backing.join(channel, person, key)
        if not person.connected:
            return
        person.invited.discard(channel.key)
        if person not in channel.members:
            channel.add(person, ("o",) if founding and not channel.backing.persistent else ())
            tell.joined(network, channel, person, call)
        else:
            channel.untold.discard(person)
            tell.joined_to(network, channel, person, person.settled(), call)
        tell.entered(network, channel, person.settled(), call)
        await channel.backing.entered(channel, person, person.settled(), call)


def _check(channel: Channel, call: Call, key: str) -> None:
    """RFC 2812 section 3.2.1; an invitation opens +i, +k and +l, and a ban too when an operator gave it."""
    person = call.person
    if channel.key in person.invited:
        return
    if channel.banned(person):
        raise Refused(numerics.ERR_BANNEDFROMCHAN, channel.name, "Cannot join channel (+b)")
    if channel.backing.persistent:
        return  # a room's own door is kept by the core, which knows invitations from everywhere
    if "R" in channel.flags and person.account is None:
        raise Refused(numerics.ERR_NEEDREGGEDNICK, channel.name, "Cannot join channel (+R): it is for people with an account")
    if "i" in channel.flags and not channel.listed("I", person):
        raise Refused(numerics.ERR_INVITEONLYCHAN, channel.name, "Cannot join channel (+i)")
    if channel.password and key != channel.password:
        raise Refused(numerics.ERR_BADCHANNELKEY, channel.name, "Cannot join channel (+k)")
    if channel.limit is not None and len(channel.members) >= channel.limit:
        raise Refused(numerics.ERR_CHANNELISFULL, channel.name, "Cannot join channel (+l)")


async def _open_timeline(call: Call, name: str) -> None:
    channel = await call.network.timelines.open(call.person, name)
    if channel is None:
        raise Refused(numerics.ERR_NOSUCHCHANNEL, name, "There is no such timeline for you; there are &home, &local, &federated, &notifications, &bookmarks, &tag/..., &list/..., &search/...")
    if call.person in channel.members:
        return
    channel.add(call.person)
    tell.joined(call.network, channel, call.person, call)
    tell.entered(call.network, channel, call.person.sessions, call)
    await channel.backing.entered(channel, call.person, call.person.sessions, call)


@command("PART", minimum=1, help="PART #room{,#room} [:reason]\nLeaves rooms for good; closing the client does not.")
async def part(call: Call) -> None:
    reason = cut_text(call.param(1), names.KICK_LENGTH)
    for name in _list(call.param(0)):
        if name:
            await _each(call, name, _leave(call, name, reason))


async def _leave(call: Call, name: str, reason: str) -> None:
    network, person = call.network, call.person
    channel = network.channel(name, person)
    if channel is None:
        raise Refused(numerics.ERR_NOSUCHCHANNEL, cut_text(name, names.CHANNEL_LENGTH), "No such channel")
    async with network.changing(channel):
        if person not in channel.members:
            raise Refused(numerics.ERR_NOTONCHANNEL, channel.name, "You're not on that channel")
        await channel.backing.part(channel, person, reason)
        for member in channel.of_account_of(person):
            tell.parted(network, channel, member, reason, call)
            channel.remove(member)


@command("NAMES", help="NAMES #room{,#room}\nWho is in a room.")
async def list_names(call: Call) -> None:
    wanted = [name for name in _list(call.param(0)) if name]
    if not wanted:
        call.numeric(numerics.RPL_ENDOFNAMES, "*", "End of /NAMES list")
        return
    for name in wanted:
        channel = await look(call.network, call.person, name)
        if channel is not None and channel.shown_to(call.person):
            for line in tell.names_lines(call.network, channel, call.session):
                call.replies.add(line)
    call.numeric(numerics.RPL_ENDOFNAMES, cut_text(",".join(wanted), NAMES_BYTES), "End of /NAMES list")
