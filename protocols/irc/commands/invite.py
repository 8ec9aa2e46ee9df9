"""INVITE."""

from __future__ import annotations

from protocols.irc import names, numerics, tell
from protocols.irc.channels import HALFOP
from protocols.irc.finding import somebody
from protocols.irc.message import cut_text
from protocols.irc.opening import look
from protocols.irc.table import Call, Refused, command


@command("INVITE", help="INVITE [nick #room]\nAsks somebody into a room; alone: the rooms you are asked into.")
async def invite(call: Call) -> None:
    network, person = call.network, call.person
    if not call.params:
        for key in sorted(person.invited):
            channel = network.channel(key)
            call.numeric(numerics.RPL_INVITELIST, channel.name if channel is not None else key)
        call.numeric(numerics.RPL_ENDOFINVITELIST, "End of /INVITE list")
        return
    if len(call.params) < 2:
        raise Refused(numerics.ERR_NEEDMOREPARAMS, "INVITE", "Not enough parameters")
    nick, name = call.param(0), call.param(1)
    target = await somebody(network, nick, fetch=True)
    if target is None:
        raise Refused(numerics.ERR_NOSUCHNICK, nick, "No such nick")
    channel = await look(network, person, name)
    if channel is None:
        raise Refused(numerics.ERR_NOSUCHCHANNEL, cut_text(name, names.CHANNEL_LENGTH), "No such channel")
    async with network.changing(channel):
        if person not in channel.members:
            raise Refused(numerics.ERR_NOTONCHANNEL, channel.name, "You're not on that channel")
        if target in channel.members:
            raise Refused(numerics.ERR_USERONCHANNEL, target.nick, channel.name, "is already on channel")
        if "i" in channel.flags and channel.level(person) < HALFOP:
            raise Refused(numerics.ERR_CHANOPRIVSNEEDED, channel.name, "You're not a channel operator")
        await channel.backing.invite(channel, person, target)
        target.invited.add(channel.key)
        call.numeric(numerics.RPL_INVITING, target.nick, channel.name)
        tell.invited(network, channel, person, target, call)
        if target.away_text is not None:
            call.numeric(numerics.RPL_AWAY, target.nick, target.away_text)
