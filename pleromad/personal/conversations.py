"""How far a person has read in their conversations of direct notes."""

from __future__ import annotations

from pleromad.errors import NotFound
from pleromad.model import event
from pleromad.model.conversation import Conversation
from pleromad.model.event import Event
from pleromad.personal.desk import Keeper
from store import conversations


class Talks(Keeper):
    async def mark_conversation(self, viewer: int, id: int, *, unread: bool) -> Conversation:
        """Raises NotFound."""
        if await conversations.set_unread(self._database, viewer, [id], unread):
            self._bus.publish([Event(event.CONVERSATION_CHANGED, 0, viewer, id)])
        return await self._reading.conversation(viewer, id)

    async def read_conversations(self, viewer: int) -> list[int]:
        """All of them. Returns those that were unread, the one with the newest note first."""
        changed = await conversations.set_unread(self._database, viewer, None, False)
        self._bus.publish([Event(event.CONVERSATION_CHANGED, 0, viewer, id) for id in changed[:100]])
        return changed

    async def delete_conversation(self, viewer: int, id: int) -> None:
        """From the viewer's own list, until something new is said in it; the notes stay. Raises NotFound."""
        if not await conversations.delete(self._database, viewer, id):
            raise NotFound
