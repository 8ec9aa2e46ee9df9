"""Put the network together and let it hear what the bus tells."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pleromad.core import Core
from pleromad.model.event import Event
from protocols.irc import commands, reading_marks
from protocols.irc.account_events import AccountEvents
from protocols.irc.backing import MemoryBacking
from protocols.irc.directs import Directs
from protocols.irc.fedi.table import NICK
from protocols.irc.network import Network, Settings
from protocols.irc.people import Person
from protocols.irc.presence import Presence
from protocols.irc.reactions import Reactions
from protocols.irc.room_events import RoomEvents
from protocols.irc.rooms import Rooms
from protocols.irc.timelines import Timelines

__all__ = ["Settings", "assemble", "commands"]


def assemble(settings: Callable[[], Settings], core: Core, reactor: Any) -> Network:
    network = Network(settings, core, reactor)
    network.memory = MemoryBacking(network)
    network.rooms = Rooms(network)
    network.timelines = Timelines(network)
    network.directs = Directs(network)
    network.reactions = Reactions(network)
    network.presence = Presence(network)
    network.service = Person(NICK, NICK, network.settings.domain, f"A client of the fediverse: /msg {NICK} help")
    network.service.modes.add("B")
    network.service.elsewhere = None  # always here
    network.know(network.service)
    return network


def listen(network: Network) -> Callable[[], None]:
    """Returns what stops it."""
    rooms, accounts = RoomEvents(network), AccountEvents(network)

    async def heard(event: Event) -> None:
        if not network.sessions:
            return
        await rooms.heard(event)
        await network.directs.heard(event)
        await network.timelines.heard(event)
        await network.reactions.heard(event)
        await network.presence.heard(event)
        reading_marks.heard(network, event)
        await accounts.heard(event)

    return network.core.bus.listen(heard)
