"""Where a channel's changes are kept. Ephemeral channels (guests) live in memory; rooms live in the core (`rooms.py`)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from protocols.irc.modes import Change

if TYPE_CHECKING:
    from protocols.irc.channels import Channel
    from protocols.irc.history import Notes
    from protocols.irc.network import Network
    from protocols.irc.people import Person
    from protocols.irc.session import Session
    from protocols.irc.table import Call


@dataclass(frozen=True, slots=True)
class Said:
    """What came of a line: its msgid, the text as it is shown to people on IRC, and who may see it.

    `audience`: ids of accounts, None when it is for everybody there. `note_id` 0: it is not kept.
    """

    message_id: str
    lines: tuple[str, ...]
    note_id: int = 0
    audience: frozenset[int] | None = None


class Backing(Protocol):
    """Each method keeps one change, or raises a PleromadError and nothing has changed. The live view is changed by who calls."""

    persistent: bool

    async def join(self, channel: Channel, person: Person, password: str) -> None: ...
    async def entered(self, channel: Channel, person: Person, sessions: Sequence[Session], call: Call | None) -> None:
        """Shows these sessions what was said before, after they were told that they are in."""

    async def history(self, channel: Channel, person: Person) -> tuple[Notes | None, int]:
        """How this person reads what is kept of the channel, and from which key on they may; None: nothing is kept."""

    async def part(self, channel: Channel, person: Person, reason: str) -> None: ...
    async def say(self, channel: Channel, person: Person, text: str, reply_to: str) -> Said: ...
    async def topic(self, channel: Channel, person: Person, text: str) -> None: ...
    async def setting(self, channel: Channel, person: Person, change: Change) -> None: ...
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

    async def entered(self, channel: Channel, person: Person, sessions: Sequence[Session], call: Call | None) -> None:
        return None

    async def history(self, channel: Channel, person: Person) -> tuple[Notes | None, int]:
        return None, 0

    async def part(self, channel: Channel, person: Person, reason: str) -> None:
        return None

    async def say(self, channel: Channel, person: Person, text: str, reply_to: str) -> Said:
        return Said(self._network.next_message_id(), (text,))

    async def topic(self, channel: Channel, person: Person, text: str) -> None:
        return None

    async def setting(self, channel: Channel, person: Person, change: Change) -> None:
        return None

    async def rank(self, channel: Channel, person: Person, target: Person, rank: str, given: bool) -> None:
        return None

    async def mask(self, channel: Channel, person: Person, kind: str, mask: str, given: bool) -> None:
        return None

    async def kick(self, channel: Channel, person: Person, target: Person, reason: str) -> None:
        return None

    async def invite(self, channel: Channel, person: Person, target: Person) -> None:
        return None
