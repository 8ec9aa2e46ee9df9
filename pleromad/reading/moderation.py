"""What staff read of what was reported, and what people are told of what staff did."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from collections.abc import Collection as Some
from typing import Any

from pleromad.errors import NotFound
from pleromad.model.collection import Collection
from pleromad.model.moderation import Report, Severance, Strike
from pleromad.model.note import Seen
from pleromad.model.page import Page, Slice
from pleromad.reading.shelf import Reader
from store import collections, reports
from store.pool import Queries

About = Report | Strike | Severance | Collection

# Which notifications are about something besides a note.
ABOUT: Mapping[str, Callable[[Queries, Some[int]], Awaitable[dict[int, Any]]]] = {
    "added_to_collection": collections.by_ids,
    "admin.report": reports.by_ids,
    "moderation_warning": reports.strikes,
    "severed_relationships": reports.severances,
}


class ModerationReading(Reader):
    async def report(self, viewer: int, id: int) -> Report:
        """One that the viewer made. Raises NotFound."""
        found = (await reports.by_ids(self._database, [id])).get(id)
        if found is None or found.account_id != viewer:
            raise NotFound
        return found

    async def own_reports(self, viewer: int, page: Page, *, resolved: bool | None = None) -> Slice[Report]:
        """Those that the viewer made, newest first, with their targets. `resolved` None: all."""
        found = await reports.page_of(self._database, page, resolved=resolved, account_id=viewer)
        whole = await reports.by_ids(self._database, [one.id for one in found])
        items = tuple(whole[one.id] for one in found if one.id in whole)
        return Slice(items, found[-1].id if len(found) >= page.limit else None, found[0].id) if found else Slice(())

    async def reported(self, viewer: int | None, note_ids: Some[int]) -> dict[int, Seen]:
        """Notes that were reported, whoever may read them else: `core.moderation` asks, for staff."""
        refs = await reports.refs(self._database, note_ids)
        return {seen.note.id: seen for seen in await self._shelf.seen(viewer, list(refs.values()))}


async def abouts(db: Queries, wanted: Some[tuple[str, int]]) -> dict[tuple[str, int], About]:
    """What notifications are about, by (type, about_id); nothing is asked when none is about anything."""
    found: dict[tuple[str, int], About] = {}
    for type, read in ABOUT.items():
        ids = [id for each, id in wanted if each == type]
        if ids:
            for id, about in (await read(db, ids)).items():
                found[type, id] = about
    return found
