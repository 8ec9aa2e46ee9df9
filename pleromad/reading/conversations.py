"""Conversations of direct notes."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from pleromad.errors import NotFound
from pleromad.model.conversation import Conversation
from pleromad.model.note import Seen
from pleromad.model.page import Page, Slice
from pleromad.reading.shelf import Reader
from store import accounts as account_rows
from store import conversations as conversation_rows
from store.conversations import ConversationRow

MAX_PEOPLE = 80  # shown of one conversation


class ConversationReading(Reader):
    async def conversations(
        self, viewer: int, page: Page, *, among: Collection[int] | None = None, recipients: Collection[int] = ()
    ) -> Slice[Conversation]:
        """The one with the newest note first, and paged by those notes. `recipients`: only with all of these people."""
        rows = await conversation_rows.page_of(self._database, viewer, page, ids=among, recipients=recipients)
        if not rows:
            return Slice(())
        items = await self._conversations(viewer, rows)
        return Slice(tuple(items), rows[-1].last_note_id if len(rows) >= page.limit else None, rows[0].last_note_id)

    async def conversation(self, viewer: int, id: int) -> Conversation:
        """Raises NotFound."""
        rows = await conversation_rows.page_of(self._database, viewer, Page(limit=1), ids=[id])
        found = await self._conversations(viewer, rows)
        if not found:
            raise NotFound
        return found[0]

    async def conversation_notes(self, viewer: int, id: int, page: Page) -> Slice[Seen]:
        """Raises NotFound."""
        await self.conversation(viewer, id)
        refs, keys = await conversation_rows.notes_of(self._database, viewer, id, page)
        if not refs:
            return Slice(())
        items = await self._shelf.seen(viewer, refs)
        return Slice(tuple(items), keys[-1] if len(keys) >= page.limit else None, keys[0])

    async def unread_conversations(self, viewer: int) -> int:
        return await conversation_rows.unread(self._database, viewer)

    async def _conversations(self, viewer: int, rows: Sequence[ConversationRow]) -> list[Conversation]:
        seen = {each.note.id: each for each in await self._shelf.seen(viewer, [row.ref for row in rows])}
        people = {row.id: _shown(viewer, row) for row in rows}
        accounts = await account_rows.by_ids(self._database, {id for some in people.values() for id in some})
        return [
            Conversation(
                id=row.id,
                unread=row.unread,
                people=tuple(accounts[id] for id in people[row.id] if id in accounts and not accounts[id].deleted),
                last=seen[row.last_note_id],
            )
            for row in rows
            if row.last_note_id in seen
        ]


def _shown(viewer: int, row: ConversationRow) -> tuple[int, ...]:
    """The viewer is among them, however many they are."""
    others = [id for id in row.people if id != viewer]
    return tuple(others[: MAX_PEOPLE - 1]) + ((viewer,) if viewer in row.people else ())
