"""What a door asks of the door to other servers: find somebody, or something, that may not be known here yet.

The ActivityPub door puts one on `core.resolver`; None while federation is off. Only this goes over the network on behalf
of other doors.
"""

from __future__ import annotations

from typing import Protocol

from pleromad.model.account import Account


class Resolver(Protocol):
    async def account(self, handle_or_uri: str) -> Account:
        """`@name@host`, `acct:name@host`, an actor's id or the address of a profile. Raises NotFound, Gone, Unreachable, Rejected."""

    async def fresh(self, account: Account) -> Account:
        """The same account as its own server tells it at this moment. Raises what `account` raises."""

    async def note(self, uri: str, viewer: int | None) -> int | None:
        """The id of the note with that id or page; fetched when it is not here. None when there is none, or not for `viewer`."""

    async def interaction_page(self, handle: str, uri: str) -> str:
        """Where the handle's server lets its people follow or answer `uri`. Raises NotFound, Gone, Invalid, Rejected, Unreachable."""

    async def mentions(self, text: str) -> None:
        """Get to know the people a text names, before it is posted. Bounded in number and time; never raises for one that fails."""
