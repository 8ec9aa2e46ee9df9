"""What is on its way to other servers: what became of it, and staff's hand on it."""

from __future__ import annotations

from collections.abc import Sequence

from pleromad.jobs import Jobs
from pleromad.model.delivery import Delivery, HostState
from store import deliveries as delivery_rows
from store import jobs as job_rows
from store.pool import Database

DAY_SECONDS = 24 * 3600.0


class Federation:
    def __init__(self, database: Database, jobs: Jobs) -> None:
        self._database = database
        self._jobs = jobs
        jobs.periodic("trim deliveries", DAY_SECONDS, self._trim)

    async def record(self, rows: Sequence[Delivery]) -> None:
        await delivery_rows.record(self._database, rows)

    async def deliveries(self, activity_id: int) -> list[Delivery]:
        """Which inboxes took it, when, with what answer; kept for thirty days."""
        return await delivery_rows.of_activity(self._database, activity_id)

    async def hosts(self, host: str | None = None) -> list[HostState]:
        """For which something waits, or that fail: the most waiting first."""
        return await delivery_rows.hosts(self._database, host)

    async def retry(self, host: str) -> int:
        """Try what waits for the host at once. Returns how many there are."""
        count = await delivery_rows.retry(self._database, host)
        for kind in delivery_rows.KINDS:
            self._jobs.wake(kind)
        return count

    async def wake(self, host: str) -> None:
        """The host is there again: what waits for it goes now."""
        if await delivery_rows.wake(self._database, host):
            for kind in delivery_rows.KINDS:
                self._jobs.wake(kind)

    async def drop(self, host: str) -> int:
        """Give up what waits for the host. Returns how many there were."""
        return await delivery_rows.drop(self._database, host)

    async def overtaken(self, host: str, inbox: str, about: str, job_id: int) -> list[int]:
        """Jobs before this one that wait to tell the same inbox of the same thing."""
        return await delivery_rows.overtaken(self._database, host, inbox, about, job_id)

    async def forget(self, job_ids: Sequence[int]) -> None:
        await job_rows.done(self._database, job_ids)

    async def inbox_gone(self, inbox: str) -> None:
        """It answered 410."""
        await delivery_rows.inbox_gone(self._database, inbox)

    async def _trim(self) -> None:
        await delivery_rows.trim(self._database)
