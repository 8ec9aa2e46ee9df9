"""Which threads are to be completed from other servers, and how far that is."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from pleromad.jobs import Jobs
from pleromad.model.note import Note, Seen, Visibility
from pleromad.model.walk import Walk
from store import walks as walk_rows
from store.pool import Database

AGAIN_SECONDS = 15 * 60.0
KIND = "fetch"
_OPEN = (Visibility.PUBLIC, Visibility.UNLISTED)


class Walks:
    def __init__(self, database: Database, jobs: Jobs, reachable: Callable[[], bool]) -> None:
        """`reachable`: can other servers be asked at all?"""
        self._reachable = reachable
        self._database = database
        self._jobs = jobs

    async def wish(self, thread: Sequence[Seen], id: int) -> Walk | None:
        """Somebody looks at the note with that id in this thread: the rest of it is fetched, now and then.

        None when there is nothing to fetch: all of it is ours, or it is not public.
        """
        own = next((seen.note for seen in thread if seen.note.id == id), None)
        return await self._wish(own, thread) if own is not None else None

    async def shown(self, viewer_id: int | None, note: Note, others: Sequence[Seen]) -> None:
        """A page of a thread is shown in any door. Strangers do not make us ask other servers."""
        if viewer_id is not None and self._reachable():
            await self._wish(note, others)

    async def _wish(self, own: Note, thread: Sequence[Seen]) -> Walk | None:
        id = own.id
        if own.visibility not in _OPEN or own.room_id is not None or (own.local and all(seen.note.local for seen in thread)):
            return None
        if await walk_rows.begin(self._database, id, AGAIN_SECONDS):
            await self._jobs.add(KIND, {"what": "thread", "note_id": id}, key=f"thread {id}", dedupe=f"thread {id}", max_attempts=2)
        return await walk_rows.one(self._database, id)

    async def of(self, note_id: int) -> Walk | None:
        return await walk_rows.one(self._database, note_id)

    async def found(self, note_id: int, count: int) -> None:
        await walk_rows.found(self._database, note_id, count)

    async def finish(self, note_id: int, count: int) -> None:
        await walk_rows.finish(self._database, note_id, count)
