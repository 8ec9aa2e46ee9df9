"""What a person keeps of their chats: that one is open, and how far they have read."""

from __future__ import annotations

from pleromad.errors import Invalid, NotFound
from pleromad.model import event
from pleromad.model.chat import Chat
from pleromad.model.event import Event
from pleromad.personal.desk import Keeper
from store import chats


class Chats(Keeper):
    async def open_chat(self, viewer: int, other: int) -> Chat:
        """Raises NotFound, and Invalid for those one cannot talk to: oneself, rooms."""
        account = await self._reading.account(other)
        if account.group or account.id == viewer or account.suspended:
            raise Invalid("Validation failed: they cannot be talked to in a chat", field="id")
        await chats.open(self._database, viewer, other)
        return await self._reading.chat(viewer, other)

    async def read_chat(self, viewer: int, other: int, up_to: int) -> Chat:
        """Raises NotFound."""
        if (await self._reading.account(other)).id == viewer:
            raise NotFound
        await chats.read(self._database, viewer, other, up_to)
        self._bus.publish([Event(event.CHAT_READ, 0, viewer, other)])
        return await self._reading.chat(viewer, other)
