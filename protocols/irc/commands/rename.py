"""RENAME (IRCv3 draft/channel-rename)."""

from __future__ import annotations

from protocols.irc import names, numerics, tell
from protocols.irc.channels import OPERATOR
from protocols.irc.message import casefold, cut_text
from protocols.irc.network import deliver
from protocols.irc.opening import is_account
from protocols.irc.table import Call, Refused, command

CAPABILITY = "draft/channel-rename"


@command("RENAME", minimum=2, cost=2.0, help="RENAME #old #new [:reason]\nGives a channel of guests another name. Rooms keep theirs.")
async def rename(call: Call) -> None:
    network, person = call.network, call.person
    old, new = call.param(0), call.param(1)
    reason = cut_text(call.param(2), names.KICK_LENGTH)
    channel = network.channel(old, person)
    if channel is None or not channel.shown_to(person):
        raise Refused(numerics.ERR_NOSUCHCHANNEL, cut_text(old, names.CHANNEL_LENGTH), "No such channel")
    async with network.changing(channel):
        if person not in channel.members:
            raise Refused(numerics.ERR_NOTONCHANNEL, channel.name, "You're not on that channel")
        if channel.level(person) < OPERATOR:
            raise Refused(numerics.ERR_CHANOPRIVSNEEDED, channel.name, "You're not a channel operator")
        shown = cut_text(new, names.CHANNEL_LENGTH)
        if channel.backing.persistent or not channel.listable:
            # A room's name is its actor's: other servers know it by that for good.
            call.fail("RENAME", "CANNOT_RENAME", channel.name, shown, "A room's name stays")
            return
        if not names.is_channel(new) or not new.startswith("#"):
            call.fail("RENAME", "CANNOT_RENAME", channel.name, shown, "This is no name for a channel")
            return
        taken = casefold(new) != channel.key and network.channel(new) is not None
        if taken or await is_account(network, casefold(new)[1:]):
            call.fail("RENAME", "CHANNEL_NAME_IN_USE", channel.name, shown, "This name is taken")
            return
        before = channel.name
        parted = {
            member: network.line(member, "PART", before, *([reason] if reason else [])) for member in channel.members
        }
        network.rename(channel, new)
        line = network.line(person, "RENAME", before, new, *([reason] if reason else []))
        for member in list(channel.members):
            for session in member.sessions:
                if session.has(CAPABILITY):
                    deliver((session,), line, call)
                    continue
                deliver((session,), parted[member], call)
                tell.joined_for(network, channel, member, session, call)
