"""Where a channel's changes are kept. Ephemeral channels (guests) live in memory; rooms live in the core (`rooms.py`)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from protocols.irc.channels import Channel
    from protocols.irc.network import Network
    from protocols.irc.people import Person


@dataclass(frozen=True, slots=True)
class Said:
    """What came of a line: its msgid, and the text as it is shown to people on IRC."""

    message_id: str
    lines: tuple[str, ...]
    kept: bool


@dataclass(frozen=True, slots=True)
class Setting:
    """One change of a channel's modes that is not a rank or a list: letter, whether it is set, and its parameter."""

    letter: str
    given: bool
    param: str = ""


class Backing(Protocol):
    """Each method keeps one change, or raises a PleromadError and nothing has changed. The live view is changed by who calls."""

    persistent: bool

    async def join(self, channel: Channel, person: Person, password: str) -> None: ...
    async def part(self, channel: Channel, person: Person, reason: str) -> None: ...
    async def say(self, channel: Channel, person: Person, text: str, reply_to: str) -> Said: ...
    async def topic(self, channel: Channel, person: Person, text: str) -> None: ...
    async def setting(self, channel: Channel, person: Person, change: Setting) -> None: ...
    async def rank(self, channel: Channel, person: Person, target: Person, rank: str, given: bool) -> None: ...
    async def mask(self, channel: Channel, person: Person, kind: str, mask: str, given: bool) -> None: ...
    async def kick(self, channel: Channel, person: Person, target: Person, reason: str) -> None: ...
    async def invite(self, channel: Channel, person: Person, target: Person) -> None: ...


class MemoryBacking:
    """Nothing is kept: the channel is gone when the last one leaves."""

    persistent = False

    def __init__(self, network: Network) -> None:
        self._network = network

    async def join(self, channel: Channel, person: Person, password: str) -> None:
        return None

    async def part(self, channel: Channel, person: Person, reason: str) -> None:
        return None

    async def say(self, channel: Channel, person: Person, text: str, reply_to: str) -> Said:
        return Said(self._network.next_message_id(), (text,), kept=False)

    async def topic(self, channel: Channel, person: Person, text: str) -> None:
        return None

    async def setting(self, channel: Channel, person: Person, change: Setting) -> None:
        return None

    async def rank(self, channel: Channel, person: Person, target: Person, rank: str, given: bool) -> None:
        return None

    async def mask(self, channel: Channel, person: Person, kind: str, mask: str, given: bool) -> None:
        return None

    async def kick(self, channel: Channel, person: Person, target: Person, reason: str) -> None:
        return None

    async def invite(self, channel: Channel, person: Person, target: Person) -> None:
        return None
