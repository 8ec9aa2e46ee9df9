"""TOPIC."""

from __future__ import annotations

from protocols.irc import names, numerics, tell
from protocols.irc.channels import HALFOP, Channel
from protocols.irc.message import cut_text
from protocols.irc.opening import look
from protocols.irc.table import Call, Refused, command


@command("TOPIC", minimum=1, help="TOPIC #room [:text]\nShows or sets what a room is about.")
async def topic(call: Call) -> None:
    name, person, network = call.param(0), call.person, call.network
    channel = await look(network, person, name)
    if channel is None or not channel.shown_to(person):
        raise Refused(numerics.ERR_NOSUCHCHANNEL, cut_text(name, names.CHANNEL_LENGTH), "No such channel")
    if len(call.params) < 2:
        _show(call, channel)
        return
    text = cut_text(call.param(1), names.TOPIC_LENGTH)
    async with network.changing(channel):
        if person not in channel.members:
            raise Refused(numerics.ERR_NOTONCHANNEL, channel.name, "You're not on that channel")
        if "t" in channel.flags and channel.level(person) < HALFOP:
            raise Refused(numerics.ERR_CHANOPRIVSNEEDED, channel.name, "You're not a channel operator")
        await channel.backing.topic(channel, person, text)
        channel.topic = text
        channel.topic_by = person.source
        channel.topic_at = network.now_seconds()
        tell.topic_changed(network, channel, person, call)


def _show(call: Call, channel: Channel) -> None:
    if not channel.topic:
        call.numeric(numerics.RPL_NOTOPIC, channel.name, "No topic is set")
        return
    for line in tell.topic_lines(call.network, channel, call.session):
        call.replies.add(line)
