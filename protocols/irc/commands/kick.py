"""KICK."""

from __future__ import annotations

from pleromad.errors import PleromadError
from protocols.irc import names, numerics, tell
from protocols.irc.channels import HALFOP, Channel
from protocols.irc.errors import refusal
from protocols.irc.message import cut_text
from protocols.irc.table import Call, Refused, command


@command("KICK", minimum=2, help="KICK #room nick{,nick} [:reason]\nPuts somebody out of a room.")
async def kick(call: Call) -> None:
    channels, nicks = call.param(0).split(","), call.param(1).split(",")
    if len(channels) == 1:
        await _from(call, channels[0], nicks)
    elif len(channels) == len(nicks):
        for name, nick in zip(channels, nicks, strict=True):
            await _from(call, name, [nick])
    else:
        raise Refused(numerics.ERR_NEEDMOREPARAMS, "KICK", "One room, or as many rooms as nicks")


async def _from(call: Call, name: str, nicks: list[str]) -> None:
    network, person = call.network, call.person
    channel = network.channel(name, person)
    if channel is None:
        raise Refused(numerics.ERR_NOSUCHCHANNEL, cut_text(name, names.CHANNEL_LENGTH), "No such channel")
    reason = cut_text(call.param(2), names.KICK_LENGTH) or person.nick
    async with network.changing(channel):
        if person not in channel.members:
            raise Refused(numerics.ERR_NOTONCHANNEL, channel.name, "You're not on that channel")
        if channel.level(person) < HALFOP:
            raise Refused(numerics.ERR_CHANOPRIVSNEEDED, channel.name, "You're not a channel operator")
        for nick in dict.fromkeys(nicks):
            try:
                await _one(call, channel, nick, reason)
            except Refused as refused:
                call.numeric(refused.numeric, *refused.params)
            except PleromadError as error:
                call.numeric(*refusal(error, call.message))


async def _one(call: Call, channel: Channel, nick: str, reason: str) -> None:
    network = call.network
    target = network.find(nick)
    if target is None or target not in channel.members:
        code = numerics.ERR_NOSUCHNICK if target is None else numerics.ERR_USERNOTINCHANNEL
        context = (nick,) if target is None else (nick, channel.name)
        raise Refused(code, *context, "They aren't on that channel")
    if channel.level(target) > channel.level(call.person):
        raise Refused(numerics.ERR_CHANOPRIVSNEEDED, channel.name, f"{target.nick} stands above you")
    await channel.backing.kick(channel, call.person, target, reason)
    for member in channel.of_account_of(target):
        tell.kicked(network, channel, call.person, member, reason, call)
        channel.remove(member)
