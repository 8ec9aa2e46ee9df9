"""Lists of notes, newest first."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from pleromad.model.choice import ALL, Choice
from pleromad.model.note import Seen
from pleromad.model.page import Page, Slice
from pleromad.reading.visitors import Parts, VisitorReading
from store import timelines
from store.refs import Ref


class TimelineReading(VisitorReading):
    async def home(self, viewer: int, page: Page, choice: Choice = ALL) -> Slice[Seen]:
        return await self._shown(viewer, page, await timelines.home(self._database, viewer, page, choice))

    async def public(
        self,
        viewer: int | None,
        page: Page,
        *,
        local: bool = False,
        remote: bool = False,
        only_media: bool = False,
        narrow: bool = False,
        choice: Choice = ALL,
    ) -> Slice[Seen]:
        """`narrow`: give visitors what is open to them where not all is. Unauthenticated when nothing is."""
        parts = await self.open_timeline(viewer, Parts(not remote, not local), narrow=narrow)
        if parts.none:
            return Slice(())
        rows = await timelines.public(
            self._database, viewer, page, local=not parts.remote, remote=not parts.local, only_media=only_media, choice=choice
        )
        return await self._shown(viewer, page, rows)

    async def tag(
        self,
        viewer: int | None,
        name: str,
        page: Page,
        *,
        local: bool = False,
        only_media: bool = False,
        any: Sequence[str] = (),
        all: Sequence[str] = (),
        none: Sequence[str] = (),
        remote: bool = False,
        narrow: bool = False,
        choice: Choice = ALL,
    ) -> Slice[Seen]:
        """As `public`."""
        parts = await self.open_tags(viewer, Parts(not remote, not local), narrow=narrow)
        if parts.none:
            return Slice(())
        rows = await timelines.tag(
            self._database,
            viewer,
            name.lower(),
            page,
            local=not parts.remote,
            remote=not parts.local,
            only_media=only_media,
            any=[each.lower() for each in any],
            all=[each.lower() for each in all],
            none=[each.lower() for each in none],
            choice=choice,
        )
        return await self._shown(viewer, page, rows)

    async def of_account(
        self,
        viewer: int | None,
        account_id: int,
        page: Page,
        *,
        only_media: bool = False,
        exclude_replies: bool = False,
        exclude_boosts: bool = False,
        pinned: bool = False,
        tagged: str | None = None,
        choice: Choice = ALL,
    ) -> Slice[Seen]:
        rows = await timelines.of_account(
            self._database,
            viewer,
            account_id,
            page,
            only_media=only_media,
            exclude_replies=exclude_replies,
            exclude_boosts=exclude_boosts,
            pinned=pinned,
            tagged=tagged,
            choice=choice,
        )
        return await self._shown(viewer, page, rows)

    async def of_list(self, viewer: int, list_id: int, page: Page, choice: Choice = ALL) -> Slice[Seen]:
        """Whose list it is was asked before: `personal.list_timeline`."""
        return await self._shown(viewer, page, await timelines.of_list(self._database, viewer, list_id, page, choice))

    async def room(self, viewer: int | None, room_id: int, page: Page) -> Slice[Seen]:
        return await self._shown(viewer, page, await timelines.room(self._database, viewer, room_id, page))

    async def direct(self, viewer: int, page: Page, choice: Choice = ALL) -> Slice[Seen]:
        return await self._shown(viewer, page, await timelines.direct(self._database, viewer, page, choice))

    async def direct_with(self, viewer: int, other: int, page: Page) -> Slice[Seen]:
        """What the viewer and one other person said to each other in direct notes."""
        return await self._shown(viewer, page, await timelines.direct_with(self._database, viewer, other, page))

    async def last_in_rooms(self, room_ids: Collection[int]) -> dict[int, int]:
        """The id of the newest line of each of these rooms that has any. For doors that know who is in them."""
        return await timelines.last_in_rooms(self._database, room_ids)

    async def last_directs(self, viewer: int, limit: int = 500) -> dict[int, int]:
        """By account: the id of the newest direct note between it and the viewer."""
        return await timelines.last_directs(self._database, viewer, limit)

    async def bookmarks(self, viewer: int, page: Page, folder_id: int | None = None, *, by_note: bool = False) -> Slice[Seen]:
        """In the order they were made; `by_note`: in that of the notes, by whose ids it is paged then."""
        return await self._shown(viewer, page, await timelines.kept(self._database, viewer, "bookmarks", page, folder_id=folder_id, by_note=by_note))

    async def likes(self, viewer: int | None, page: Page, *, owner: int | None = None, by_note: bool = False) -> Slice[Seen]:
        """What the viewer, or somebody else who shows it, likes; `by_note` as with `bookmarks`."""
        return await self._shown(viewer, page, await timelines.kept(self._database, viewer, "likes", page, owner=owner, by_note=by_note))

    async def everything(self, viewer: int, page: Page, *, boosts: bool, choice: Choice) -> Slice[Seen]:
        """The newest of all notes the viewer may see, whoever wrote them; with or without boosts."""
        return await self._shown(viewer, page, await timelines.everything(self._database, viewer, page, boosts=boosts, choice=choice))

    async def _shown(self, viewer: int | None, page: Page, found: tuple[list[Ref], list[int]]) -> Slice[Seen]:
        refs, keys = found
        if not refs:
            return Slice(())
        items = await self._shelf.seen(viewer, refs)
        return Slice(tuple(items), keys[-1] if len(keys) >= page.limit else None, keys[0], keys[-1])
