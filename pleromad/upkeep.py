"""Housekeeping, each task in one of all daemons at a time: expired notes, ended polls, long homes, what nobody needs any more."""

from __future__ import annotations

from pleromad.errors import PleromadError
from pleromad.jobs import Jobs
from pleromad.media import MediaShelf
from pleromad.model.activity import Delete, Origin
from pleromad.service import ActivityService
from store import upkeep
from store.pool import Database


class Upkeep:
    def __init__(self, database: Database, activities: ActivityService, media: MediaShelf, jobs: Jobs) -> None:
        self._database = database
        self._activities = activities
        self._media = media
        jobs.periodic("expire notes", 60, self._expire_notes)
        jobs.periodic("trim homes", 3600, self._trim)

    async def _expire_notes(self) -> None:
        for note_id, account_id in await upkeep.expired_notes(self._database, 100):
            try:
                await self._activities.submit(Delete(actor_id=account_id, note_id=note_id), Origin.system())
            except PleromadError:
                continue  # it is gone already

    async def _trim(self) -> None:
        await upkeep.trim(self._database)
