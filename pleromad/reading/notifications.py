"""What concerns a person, and how far they have read."""

from __future__ import annotations

from collections.abc import Collection

from pleromad.errors import NotFound
from pleromad.model.notification import Notification
from pleromad.model.page import Page, Slice
from pleromad.reading.shelf import Reader
from store import notifications as notification_rows
from store import relations
from store.notifications import MarkerRow, NotificationRow


class NotificationReading(Reader):
    async def notifications(
        self,
        viewer: int,
        page: Page,
        *,
        types: Collection[str] | None = None,
        exclude: Collection[str] = (),
        from_id: int | None = None,
    ) -> Slice[Notification]:
        rows = await notification_rows.page_of(self._database, viewer, page, types=types, exclude=exclude, from_id=from_id)
        if not rows:
            return Slice(())
        items = await self._notifications(viewer, rows)
        return Slice(tuple(items), rows[-1].id if len(rows) >= page.limit else None, rows[0].id)

    async def notification(self, viewer: int, id: int) -> Notification:
        """Raises NotFound."""
        rows = await notification_rows.page_of(self._database, viewer, Page(limit=1), id=id)
        found = await self._notifications(viewer, rows)
        if not found:
            raise NotFound
        return found[0]

    async def _notifications(self, viewer: int, rows: list[NotificationRow]) -> list[Notification]:
        accounts = await self._shelf.accounts({(row.from_id, row.from_version) for row in rows})
        notes = {seen.note.id: seen for seen in await self._shelf.seen(viewer, [row.ref for row in rows if row.ref is not None])}
        return [
            Notification(
                id=row.id,
                type=row.type,
                created_at=row.created_at,
                account=accounts[row.from_id],
                seen=notes.get(row.ref.id) if row.ref else None,
                emoji=row.emoji,
                emoji_url=row.emoji_url,
            )
            for row in rows
            if row.from_id in accounts
        ]

    async def markers(self, viewer: int, timelines: Collection[str]) -> list[MarkerRow]:
        return await notification_rows.markers(self._database, viewer, timelines)

    async def domain_blocks(self, viewer: int, page: Page) -> Slice[str]:
        rows = await relations.domain_blocks(self._database, viewer, page)
        return Slice(tuple(row[1] for row in rows), rows[-1][0] if len(rows) >= page.limit else None, rows[0][0] if rows else None)
