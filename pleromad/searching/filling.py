"""Rows of search for what was here before: a chain of jobs, each a small step, the newest first."""

from __future__ import annotations

from pleromad.jobs import Job, Jobs
from pleromad.model.note import Visibility
from pleromad.searching.documents import Findable, links_of, name_document
from store import jobs as job_rows
from store import search as search_rows
from store.pool import Database, Transaction

KIND = "index"
STEP = 100  # notes of one step: some milliseconds of work
TOP = (1 << 63) - 1


class Filling:
    """Jobs with {"what": notes or accounts, "below": id}; the migration writes the first of each."""

    def __init__(self, database: Database, jobs: Jobs) -> None:
        self._database = database
        self._jobs = jobs
        jobs.work(KIND, self.step, concurrency=1)

    async def step(self, job: Job) -> None:
        what, below = str(job.payload["what"]), int(job.payload.get("below", TOP))

        async def work(tx: Transaction) -> None:
            lowest = await (self._notes(tx, below) if what == "notes" else self._accounts(tx, below))
            if lowest is not None:
                # The next step, once, however often this one is tried.
                await job_rows.add(tx, KIND, [(None, {"what": what, "below": lowest})], dedupe=[f"{KIND} {what} {lowest}"])

        await self._database.transaction(work)
        self._jobs.wake(KIND)

    async def _notes(self, tx: Transaction, below: int) -> int | None:
        lowest, rows = await search_rows.notes_without(tx, below, STEP)
        found = [
            Findable(
                id=row[0],
                account_id=row[1],
                visibility=Visibility(row[2]),
                content=row[3],
                room_id=row[4],
                spoiler_text=row[5],
                title=row[6],
                language=row[7],
                sensitive=row[8],
                reply=row[9],
                link=bool(links_of(row[3])),
                tags=row[10],
                media=[(kind, description) for kind, description in row[11]],
                options=row[12],
                quote=row[13],
            )
            for row in rows
        ]
        if found:
            await search_rows.put(tx, [(note.id, note.account_id, note.reader, note.document) for note in found])
        return lowest

    async def _accounts(self, tx: Transaction, below: int) -> int | None:
        lowest, rows = await search_rows.accounts_without(tx, below, STEP)
        if rows:
            await search_rows.put_names(tx, [(row[0], name_document(row[1], row[2])) for row in rows])
        return lowest
