"""Chats: direct notes between two people."""

from __future__ import annotations

from collections.abc import Sequence

from pleromad.errors import NotFound
from pleromad.model.chat import Chat
from pleromad.model.note import Seen
from pleromad.model.page import Page, Slice
from pleromad.reading.shelf import Reader
from store import accounts as account_rows
from store import chats as chat_rows
from store import refs as ref_rows
from store.chats import ChatRow


class ChatReading(Reader):
    async def chats(self, viewer: int, page: Page, *, muted: bool = False) -> Slice[Chat]:
        """The one in which something was said last first."""
        rows = await chat_rows.rows(self._database, viewer, page, muted=muted)
        items = await self._chats(viewer, rows)
        last = [row.last_note_id for row in rows if row.last_note_id is not None]
        return Slice(tuple(items), min(last) if last and len(rows) >= page.limit else None, max(last) if last else None)

    async def chat(self, viewer: int, other: int) -> Chat:
        """Also one in which nothing was said yet. Raises NotFound when there is nobody to talk to."""
        rows = await chat_rows.rows(self._database, viewer, Page(limit=1), other=other)
        found = await self._chats(viewer, rows)
        if not found:
            raise NotFound
        return found[0]

    async def chat_messages(self, viewer: int, other: int, page: Page) -> Slice[Seen]:
        refs, keys = await chat_rows.messages(self._database, viewer, other, page)
        if not refs:
            return Slice(())
        items = await self._shelf.seen(viewer, refs)
        return Slice(tuple(items), keys[-1] if len(keys) >= page.limit else None, keys[0])

    async def _chats(self, viewer: int, rows: Sequence[ChatRow]) -> list[Chat]:
        if not rows:
            return []
        accounts = await account_rows.by_ids(self._database, [row.other_id for row in rows])
        refs = await ref_rows.of(self._database, viewer, [row.last_note_id for row in rows if row.last_note_id is not None])
        seen = {one.note.id: one for one in await self._shelf.seen(viewer, refs)}
        return [
            Chat(accounts[row.other_id], seen.get(row.last_note_id or 0), row.unread, row.read_up_to, row.updated_at)
            for row in rows
            if row.other_id in accounts and not accounts[row.other_id].deleted
        ]
