"""From a name to a channel: the live one, a room of the core brought to life, or a new one."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from pleromad.errors import NotFound
from protocols.irc import names, numerics
from protocols.irc.channels import Channel
from protocols.irc.message import casefold
from protocols.irc.network import Network
from protocols.irc.people import Person
from protocols.irc.table import Refused


@asynccontextmanager
async def entering(network: Network, person: Person, name: str) -> AsyncIterator[Channel]:
    """The channel somebody wants to enter, opened or made, held still while they do.

    Raises Refused, PleromadError. What nobody is in afterwards is forgotten again.
    """
    key = casefold(name)
    person.entering.add(key)
    try:
        while True:
            channel = network.channel(name)
            if channel is None:
                channel = await _open(network, person, name)
            async with network.changing(channel):
                if network.channel(name) is channel:
                    yield channel
                    return
    finally:
        person.entering.discard(key)


async def _open(network: Network, person: Person, name: str) -> Channel:
    key = casefold(name)
    if person.account is not None and names.is_room_name(key[1:]):
        return await network.rooms.open(person.account, key[1:])
    if not network.settings.guests:
        raise Refused(numerics.ERR_NOSUCHCHANNEL, name, "No such channel; a room's name is made of a-z, 0-9, _, . and -")
    if await is_account(network, key[1:]):
        raise Refused(numerics.ERR_NEEDREGGEDNICK, name, "This room is for people with an account")
    known = network.channel(name)  # somebody may have been faster
    if known is None:
        known = Channel(name, network.memory, created_at=network.now_seconds())
        network.channels[known.key] = known
    return known


async def is_account(network: Network, name: str) -> bool:
    if not names.is_room_name(name):
        return False
    try:
        await network.core.reading.account_by_handle(name)
    except NotFound:
        return False
    return True


async def look(network: Network, person: Person, name: str) -> Channel | None:
    """A channel to ask something of: the live one, or a picture of a room that nobody connected is in."""
    live = network.channel(name, person)
    if live is not None:
        return live
    key = casefold(name)
    if not key.startswith("#") or not names.is_room_name(key[1:]):
        return None
    return await network.rooms.picture(person.account_id, key[1:])
