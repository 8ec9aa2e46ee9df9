"""Housekeeping, each task in one of all daemons at a time: expired notes, ended polls, long homes, what nobody needs any more."""

from __future__ import annotations

from pleromad import surface
from pleromad.bus import Bus
from pleromad.clock import Clock
from pleromad.errors import PleromadError, StoreUnavailable
from pleromad.ids import Ids
from pleromad.jobs import Drop, Job, Jobs
from pleromad.media import MediaShelf
from pleromad.model import event
from pleromad.model.activity import Delete, Origin, Update
from pleromad.model.event import Event
from pleromad.model.note import COUNTS
from pleromad.model.push import PUSH
from pleromad.service import ActivityService
from store import jobs as job_rows
from store import notes as note_rows
from store import upkeep
from store.pool import Database, Transaction


class Upkeep:
    def __init__(
        self, database: Database, ids: Ids, clock: Clock, bus: Bus, activities: ActivityService, media: MediaShelf, jobs: Jobs
    ) -> None:
        self._database = database
        self._ids = ids
        self._clock = clock
        self._jobs = jobs
        self._bus = bus
        self._activities = activities
        self._media = media
        jobs.periodic("expire notes", 60, self.expire_notes)
        jobs.periodic("end polls", 20, self.end_polls)
        jobs.work(COUNTS, self._tell_counts, concurrency=2)
        jobs.periodic("trim homes", 3600, self._trim)

    async def expire_notes(self) -> None:
        """Delete notes whose time is over, and what rooms keep no longer."""
        over = await upkeep.expired_notes(self._database, 100) + await upkeep.outlived_lines(self._database, 100)
        for note_id, account_id in over:
            try:
                await self._activities.submit(Delete(actor_id=account_id, note_id=note_id), Origin.system())
            except PleromadError:
                continue  # it is gone already

    async def end_polls(self) -> None:
        """Close what is over and tell those who made it or voted."""

        async def work(tx: Transaction) -> list[Event]:
            events = []
            for note_id, author, people in await upkeep.end_polls(tx, 100):
                await note_rows.touch(tx, note_id)
                events.append(Event(event.NOTE_UPDATED, note_id, author))
                told = await surface.tell(
                    tx, self._ids, people, type="poll", from_id=author, now=self._clock.now(), note_id=note_id
                )
                events += surface.events_of(told, note_id)
                await job_rows.add(tx, COUNTS, [(None, {"note_id": note_id})], dedupe=[f"{COUNTS} {note_id} over"])
            return events

        self._bus.publish(await self._database.transaction(work))
        self._jobs.wake(PUSH)
        self._jobs.wake(COUNTS)

    async def _tell_counts(self, job: Job) -> None:
        note_id = int(job.payload["note_id"])
        facts = await note_rows.facts(self._database, note_id)
        if facts is None or not facts.local:
            return
        try:
            await self._activities.submit(Update(actor_id=facts.account_id, note_id=note_id, counts=True), Origin.system())
        except StoreUnavailable:
            raise
        except PleromadError as error:
            raise Drop(str(error)) from error

    async def _trim(self) -> None:
        """Rows nobody needs any more, and files nobody shows."""
        await upkeep.trim(self._database)
        await self._media.forget_unattached()
