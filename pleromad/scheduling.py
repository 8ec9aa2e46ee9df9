"""Notes that are said later: kept with their media, said by a durable job at their time, once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import msgspec

from pleromad import errors
from pleromad.activities.work import require
from pleromad.clock import Clock
from pleromad.config import Settings
from pleromad.ids import Ids
from pleromad.jobs import Job, Jobs, Later
from pleromad.model.activity import Create, Origin
from pleromad.model.media import Media
from pleromad.model.note import NoteDraft
from pleromad.model.page import Page, Slice
from pleromad.service import ActivityService
from store import jobs as job_rows
from store import media as media_rows
from store import scheduled as scheduled_rows
from store.pool import Database, Transaction

KIND = "say later"  # jobs with {"id": of the scheduled note}
LEAST = timedelta(minutes=5)
MOST = 300  # of one person (Mastodon's numbers)
MOST_A_DAY = 25


@dataclass(frozen=True, slots=True)
class Scheduled:
    """`failure`: why it could not be said at its time; then it waits for another one."""

    id: int
    account_id: int
    at: datetime
    draft: NoteDraft
    media: tuple[Media, ...]
    app_id: int | None
    idempotency_key: str | None
    failure: str | None


class Scheduling:
    def __init__(
        self, database: Database, settings: Callable[[], Settings], ids: Ids, clock: Clock, jobs: Jobs, activities: ActivityService
    ) -> None:
        self._database = database
        self._settings = settings
        self._ids = ids
        self._clock = clock
        self._jobs = jobs
        self._activities = activities
        jobs.work(KIND, self._say)

    async def add(self, account_id: int, draft: NoteDraft, at: datetime, origin: Origin) -> Scheduled:
        """Keep a draft. Raises what saying it now would raise, and Invalid for a time that is too soon."""
        self._check_time(at)
        key = origin.idempotency_key
        known = await scheduled_rows.by_key(self._database, account_id, key) if key else None
        if known is not None:
            return await self.one(account_id, known)
        await self._activities.check(Create(actor_id=account_id, note=draft), origin)
        id = await self._ids.mint()

        async def work(tx: Transaction) -> bool:
            await self._check_room(tx, account_id, at)
            added = await scheduled_rows.add(
                tx, id, account_id, at, msgspec.to_builtins(draft), draft.media_ids, app_id=origin.app_id, idempotency_key=key
            )
            if added:
                await self._plan(tx, id, at)
            return added

        if not await self._database.transaction(work) and key:
            known = await scheduled_rows.by_key(self._database, account_id, key)
        return await self.one(account_id, known or id)

    async def one(self, account_id: int, id: int) -> Scheduled:
        """Raises NotFound, also for somebody else's."""
        row = await scheduled_rows.one(self._database, id)
        if row is None or row[1] != account_id:
            raise errors.NotFound
        return (await self._filled([row]))[0]

    async def many(self, account_id: int, page: Page) -> Slice[Scheduled]:
        found = await self._filled(await scheduled_rows.many(self._database, account_id, page))
        if not found:
            return Slice(())
        return Slice(tuple(found), found[-1].id if len(found) >= page.limit else None, found[0].id)

    async def move(self, account_id: int, id: int, at: datetime) -> Scheduled:
        """To another time."""
        await self.one(account_id, id)
        self._check_time(at)

        async def work(tx: Transaction) -> None:
            await self._check_room(tx, account_id, at)
            await scheduled_rows.move(tx, id, at)
            await self._plan(tx, id, at)

        await self._database.transaction(work)
        return await self.one(account_id, id)

    async def delete(self, account_id: int, id: int) -> None:
        await self.one(account_id, id)
        await scheduled_rows.delete(self._database, id)

    def _check_time(self, at: datetime) -> None:
        require(
            at >= self._clock.now() + LEAST,
            errors.Invalid("Validation failed: Scheduled at The scheduled date must be in the future", field="scheduled_at"),
        )

    async def _check_room(self, tx: Transaction, account_id: int, at: datetime) -> None:
        total, that_day = await scheduled_rows.counts(tx, account_id, at)
        require(total < MOST, errors.Invalid(f"Validation failed: You have exceeded the limit of {MOST} scheduled posts"))
        require(
            that_day < MOST_A_DAY,
            errors.Invalid(f"Validation failed: You have exceeded the limit of {MOST_A_DAY} scheduled posts for that day"),
        )

    async def _plan(self, tx: Transaction, id: int, at: datetime) -> None:
        delay = max(0.0, (at - self._clock.now()).total_seconds())
        await job_rows.add(tx, KIND, [(None, {"id": id})], delay_seconds=delay)

    async def _filled(self, rows: Sequence[Sequence[Any]]) -> list[Scheduled]:
        drafts = [msgspec.convert(row[3], NoteDraft, strict=False) for row in rows]
        wanted = {id for draft in drafts for id in draft.media_ids}
        media = await media_rows.by_ids(self._database, wanted, self._settings().uris.media(""))
        return [
            Scheduled(row[0], row[1], row[2], draft, tuple(media[id] for id in draft.media_ids if id in media), *row[4:])
            for row, draft in zip(rows, drafts, strict=True)
        ]

    async def _say(self, job: Job) -> None:
        """Say it, and then forget that it was to be said: a crash between the two says nothing twice, for the key is known."""
        id = int(job.payload["id"])
        row = await scheduled_rows.one(self._database, id)
        if row is None:
            return  # said, or taken back
        [found] = await self._filled([row])
        early = (found.at - self._clock.now()).total_seconds()
        if early > 0:
            raise Later(early, "it was put off", counted=False)
        origin = Origin.local(found.account_id, door="scheduled", app_id=found.app_id, idempotency_key=f"scheduled {id}")
        draft = replace(found.draft, scheduled_id=id)
        try:
            await self._activities.submit(Create(actor_id=found.account_id, note=draft), origin)
        except errors.StoreUnavailable:
            raise
        except errors.PleromadError as error:
            # What it answers is gone, its author is locked out ...: it stays in the list and may be given another time.
            await scheduled_rows.fail(self._database, id, str(error))
            return
        await scheduled_rows.delete(self._database, id)
