"""What concerns a person, and how far they have read."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from pleromad.errors import NotFound
from pleromad.model.account import Account
from pleromad.model.notification import (
    EVERYTHING,
    GROUPED,
    Chosen,
    Marker,
    Notification,
    NotificationGroup,
    NotificationPolicy,
    NotificationRequest,
)
from pleromad.model.page import Page, Slice
from pleromad.reading.moderation import abouts
from pleromad.reading.shelf import Reader
from store import accounts as account_rows
from store import notification_requests as request_rows
from store import notifications as notification_rows
from store import relations
from store.notification_requests import RequestRow
from store.notifications import GroupRow, NotificationRow

# One notification is found whatever would keep it out of a list.
_ANY = Chosen(filtered=True, muted=True)


class NotificationReading(Reader):
    async def notifications(self, viewer: int, page: Page, chosen: Chosen = EVERYTHING) -> Slice[Notification]:
        rows = await notification_rows.page_of(self._database, viewer, page, chosen)
        if not rows:
            return Slice(())
        items = await self._notifications(viewer, rows)
        return Slice(tuple(items), rows[-1].id if len(rows) >= page.limit else None, rows[0].id, rows[-1].id)

    async def notification(self, viewer: int, id: int) -> Notification:
        """Raises NotFound."""
        rows = await notification_rows.page_of(self._database, viewer, Page(limit=1), _ANY, id=id)
        found = await self._notifications(viewer, rows)
        if not found:
            raise NotFound
        return found[0]

    async def _notifications(self, viewer: int, rows: Sequence[NotificationRow]) -> list[Notification]:
        accounts = await self._shelf.accounts({(row.from_id, row.from_version) for row in rows})
        return await self._whole(viewer, rows, accounts)

    async def _whole(self, viewer: int, rows: Sequence[NotificationRow], accounts: dict[int, Account]) -> list[Notification]:
        refs = {row.ref.id: row.ref for row in rows if row.ref is not None}
        notes = {seen.note.id: seen for seen in await self._shelf.seen(viewer, list(refs.values()))}
        about = await abouts(self._database, [(row.type, row.about_id) for row in rows if row.about_id is not None])
        return [
            Notification(
                id=row.id,
                type=row.type,
                created_at=row.created_at,
                account=accounts[row.from_id],
                seen=notes.get(row.ref.id) if row.ref else None,
                emoji=row.emoji,
                emoji_url=row.emoji_url,
                group_key=row.group_key,
                filtered=row.filtered,
                muted=row.muted,
                about=about.get((row.type, row.about_id or 0)),
            )
            for row in rows
            if row.from_id in accounts
        ]

    # groups

    async def notification_groups(
        self, viewer: int, page: Page, chosen: Chosen = EVERYTHING, *, grouped: Collection[str] = GROUPED
    ) -> Slice[NotificationGroup]:
        """`grouped`: the types whose groups are wanted; the others stand one by one."""
        rows = await notification_rows.groups(self._database, viewer, page, chosen, grouped=grouped)
        if not rows:
            return Slice(())
        items = await self._groups(viewer, rows, grouped)
        return Slice(tuple(items), rows[-1].newest.id if len(rows) >= page.limit else None, rows[0].newest.id)

    async def notification_group(self, viewer: int, key: str) -> NotificationGroup:
        """Raises NotFound."""
        alone = key.startswith("ungrouped-")
        rows = await notification_rows.groups(
            self._database, viewer, Page(limit=1), _ANY, grouped=() if alone else GROUPED, key=key
        )
        found = await self._groups(viewer, rows, () if alone else GROUPED)
        if not found:
            raise NotFound
        return found[0]

    async def _groups(self, viewer: int, rows: Sequence[GroupRow], grouped: Collection[str]) -> list[NotificationGroup]:
        wanted = {(row.newest.from_id, row.newest.from_version) for row in rows} | {each for row in rows for each in row.samples}
        accounts = await self._shelf.accounts(wanted)
        newest = {one.id: one for one in await self._whole(viewer, [row.newest for row in rows], accounts)}
        return [
            NotificationGroup(
                newest=newest[row.newest.id],
                count=row.count,
                most_recent_id=row.most_recent_id,
                samples=tuple(accounts[id] for id, _ in row.samples if id in accounts),
                page_min_id=row.page_min_id,
                page_max_id=row.page_max_id,
                latest_at=row.latest_at,
                group_key=row.newest.group_key if row.newest.type in grouped else None,
            )
            for row in rows
            if row.newest.id in newest
        ]

    async def group_accounts(self, viewer: int, key: str, page: Page) -> Slice[Account]:
        """Everybody a group is from, the latest first; paged by notifications. Raises NotFound when there is no such group."""
        rows = await notification_rows.group_people(self._database, viewer, key, page)
        if not rows:
            if page == Page(limit=page.limit):
                raise NotFound
            return Slice(())
        found = await account_rows.by_ids(self._database, [row[1] for row in rows])
        shown = tuple(found[id] for id in dict.fromkeys(row[1] for row in rows) if id in found)
        return Slice(shown, rows[-1][0] if len(rows) >= page.limit else None, rows[0][0])

    async def unread_notifications(self, viewer: int, chosen: Chosen = EVERYTHING, *, limit: int = 100) -> int:
        """How many are newer than the marker, at most `limit`."""
        return await notification_rows.unread(self._database, viewer, chosen, limit)

    async def unread_groups(
        self, viewer: int, chosen: Chosen = EVERYTHING, *, grouped: Collection[str] = GROUPED, limit: int = 100
    ) -> int:
        return await notification_rows.unread_groups(self._database, viewer, chosen, limit, grouped=grouped)

    # policy and requests

    async def notification_policy(self, viewer: int) -> NotificationPolicy:
        return await request_rows.policy(self._database, viewer)

    async def notification_requests(self, viewer: int, page: Page) -> Slice[NotificationRequest]:
        rows = await request_rows.page_of(self._database, viewer, page)
        if not rows:
            return Slice(())
        items = await self._requests(viewer, rows)
        return Slice(tuple(items), rows[-1].id if len(rows) >= page.limit else None, rows[0].id)

    async def notification_request(self, viewer: int, id: int) -> NotificationRequest:
        """Raises NotFound."""
        found = await self._requests(viewer, await request_rows.page_of(self._database, viewer, Page(limit=1), id=id))
        if not found:
            raise NotFound
        return found[0]

    async def _requests(self, viewer: int, rows: Iterable[RequestRow]) -> list[NotificationRequest]:
        rows = list(rows)
        accounts = await self._shelf.accounts({(row.from_id, row.from_version) for row in rows})
        notes = {seen.note.id: seen for seen in await self._shelf.seen(viewer, [row.ref for row in rows if row.ref is not None])}
        return [
            NotificationRequest(
                id=row.id,
                account=accounts[row.from_id],
                created_at=row.created_at,
                updated_at=row.updated_at,
                count=row.count,
                last=notes.get(row.ref.id) if row.ref else None,
            )
            for row in rows
            if row.from_id in accounts
        ]

    # markers

    async def markers(self, viewer: int, timelines: Collection[str]) -> list[Marker]:
        return await notification_rows.markers(self._database, viewer, timelines)

    async def domain_blocks(self, viewer: int, page: Page) -> Slice[str]:
        rows = await relations.domain_blocks(self._database, viewer, page)
        return Slice(tuple(row[1] for row in rows), rows[-1][0] if len(rows) >= page.limit else None, rows[0][0] if rows else None)
