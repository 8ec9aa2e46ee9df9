"""How the other doors ask for what is not here yet. The ActivityPub door answers; without federation there is none."""

from __future__ import annotations

from typing import Protocol

from pleromad.model.account import Account


class Resolver(Protocol):
    async def account(self, name: str) -> Account:
        """By handle (`name@host`) or URI, fetched when it is not known. Raises NotFound, Unreachable."""

    async def note(self, uri: str, viewer: int | None) -> int | None:
        """The id of the note of that URI or page address, fetched when it is not known; None when there is none."""

    async def mentions(self, text: str) -> None:
        """Make the people named in a text known before it is submitted; those that cannot be found stay plain text."""
