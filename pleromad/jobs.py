"""Durable work: a row written in the same transaction as its cause, done at least once, retried with growing pauses."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from twisted.internet.defer import CancelledError, Deferred
from twisted.logger import Logger

from pleromad.daemon import spawn
from pleromad.errors import Invalid, PleromadError, StoreUnavailable
from store import jobs as job_rows
from store.jobs import Job
from store.pool import Database, Queries

__all__ = ["Drop", "Job", "Jobs", "Later", "growing"]

LEASE_SECONDS = 180.0
KEPT_AT_ONCE = 64
ADDED_AT_ONCE = 250
SLOW_SECONDS = 1.0
POLL_SECONDS = 5.0
FLUSH_SECONDS = 0.1
NEXT_SECONDS = 0.01  # until it is asked what waited for a key that is free again
Worker = Callable[[Job], Awaitable[None]]
log = Logger()


class Later(Exception):
    """Try this job again after `seconds`. `counted` False: this time was not the job's fault. `leaves`: those behind it in its
    line need not wait for it any more.
    """

    def __init__(self, seconds: float, reason: str = "", *, counted: bool = True, leaves: bool = False) -> None:
        super().__init__(reason)
        self.seconds = seconds
        self.counted = counted
        self.leaves = leaves


class Drop(Exception):
    """This job cannot succeed: forget it."""


def growing(attempts: int) -> float:
    """Seconds until the next try: a minute, then twice as long each time up to half a day, with jitter."""
    return float(min(60 * 2 ** min(attempts - 1, 10), 12 * 3600) * random.uniform(0.8, 1.2))


@dataclass(slots=True)
class _Kind:
    worker: Worker
    concurrency: int
    per_key: int
    backoff: Callable[[int], float]
    on_exhausted: Worker | None
    most: int
    started: dict[int, float] = field(default_factory=dict)  # job id -> when, by the reactor's clock
    running: dict[int, Job] = field(default_factory=dict)
    more: bool = False  # at the last look there were as many as could be taken

    def free(self, now: float) -> int:
        """How many may begin. Those that have long been at it leave their place to others, up to `most` in all."""
        quick = sum(now - since < SLOW_SECONDS for since in self.started.values())
        return min(self.concurrency - quick, self.most - len(self.running))

    def busy(self) -> list[str]:
        keys = Counter(job.key for job in self.running.values() if job.key is not None)
        return [key for key, count in keys.items() if count >= self.per_key]


@dataclass(slots=True)
class _Kept:
    """Jobs that wait to be written together, and who waits for each."""

    jobs: list[job_rows.Kept] = field(default_factory=list)
    told: list[Deferred[None]] = field(default_factory=list)
    busy: bool = False


class Jobs:
    def __init__(self, database: Database, reactor: Any) -> None:
        self._database = database
        self._reactor = reactor
        self._kinds: dict[str, _Kind] = {}
        self._periodic: list[tuple[str, float, Callable[[], Awaitable[Any]]]] = []
        self._started = False
        self._pumping = False
        self._waiting: set[str] = set()  # kinds there may be jobs of
        self._keyed: set[str] = set()  # kinds of which some may have waited for a key
        self._ask_all = False
        self._timer: Any = None  # IDelayedCall
        self._flush: Any = None  # IDelayedCall
        self._flush_due = False
        self._finished: list[int] = []
        self._kept: dict[tuple[str, int], _Kept] = {}
        self._tasks: dict[int, Deferred[None]] = {}
        self._last_turns = 0.0

    def work(
        self,
        kind: str,
        worker: Worker,
        *,
        concurrency: int = 4,
        per_key: int = 1,
        backoff: Callable[[int], float] = growing,
        on_exhausted: Worker | None = None,
        most: int = 0,
    ) -> None:
        """Say who does jobs of this kind. Of jobs with the same key at most `per_key` run at a time, older ones first.

        `most`: how many may run when some of them are slow; without it `concurrency` is the most.
        """
        self._kinds[kind] = _Kind(worker, concurrency, per_key, backoff, on_exhausted, max(most, concurrency))

    def periodic(self, name: str, seconds: float, work: Callable[[], Awaitable[Any]]) -> None:
        """About every `seconds`, in one of all daemons."""
        self._periodic.append((name, seconds, work))

    async def add(
        self,
        kind: str,
        payload: dict[str, Any] | None = None,
        *,
        raw: bytes | None = None,
        key: str | None = None,
        delay_seconds: float = 0,
        dedupe: str | None = None,
        max_attempts: int = 20,
        within: Queries | None = None,
    ) -> None:
        """Write one job. `within`: a transaction it belongs to (then call `wake` after the commit)."""
        await job_rows.add(
            within or self._database,
            kind,
            [(key, payload or {})],
            raw=raw,
            delay_seconds=delay_seconds,
            dedupe=[dedupe] if dedupe else None,
            max_attempts=max_attempts,
        )
        if within is None and not delay_seconds:
            self.wake(kind)

    async def keep(self, kind: str, payload: dict[str, Any], *, raw: bytes, key: str | None, dedupe: str | None, max_attempts: int) -> None:
        """Write one job; when it returns the job is there for good. Those that come while others are written go together."""
        waiting = self._kept.setdefault((kind, max_attempts), _Kept())
        waiting.jobs.append((key, payload, raw, dedupe))
        written: Deferred[None] = Deferred()
        waiting.told.append(written)
        if not waiting.busy:
            waiting.busy = True
            spawn(self._keep(kind, max_attempts, waiting), f"keeping jobs {kind}")
        await written

    async def _keep(self, kind: str, max_attempts: int, waiting: _Kept) -> None:
        try:
            while waiting.jobs:
                jobs, waiting.jobs = waiting.jobs[:KEPT_AT_ONCE], waiting.jobs[KEPT_AT_ONCE:]
                told, waiting.told = waiting.told[:KEPT_AT_ONCE], waiting.told[KEPT_AT_ONCE:]
                try:
                    refused = await self._write(kind, max_attempts, jobs)
                    self.wake(kind)
                    for each, error in zip(told, refused, strict=True):
                        if error is None:
                            each.callback(None)
                        else:
                            each.errback(error)
                finally:
                    for each in told:
                        if not each.called:
                            each.errback(StoreUnavailable(detail="a job was not kept"))
        finally:
            waiting.busy = False

    async def _write(self, kind: str, max_attempts: int, jobs: Sequence[job_rows.Kept]) -> list[PleromadError | None]:
        """Why each was not written. One that cannot be kept harms no other."""
        try:
            await job_rows.keep(self._database, kind, jobs, max_attempts)
        except Invalid as error:
            if len(jobs) == 1:
                return [error]
            return [(await self._write(kind, max_attempts, [job]))[0] for job in jobs]
        except PleromadError as error:
            return [error] * len(jobs)
        return [None] * len(jobs)

    async def add_many(
        self,
        kind: str,
        jobs: Sequence[tuple[str | None, dict[str, Any]]],
        *,
        dedupe: Sequence[str | None] | None = None,
        max_attempts: int = 20,
    ) -> None:
        """`jobs` are (key, payload). Thousands are written in several statements, so that the reactor is not held for long."""
        for start in range(0, len(jobs), ADDED_AT_ONCE):
            part = slice(start, start + ADDED_AT_ONCE)
            marks = dedupe[part] if dedupe is not None else None
            await job_rows.add(self._database, kind, jobs[part], dedupe=marks, max_attempts=max_attempts)
            self.wake(kind)

    async def pending(self) -> dict[str, int]:
        return await job_rows.pending(self._database)

    def wake(self, kind: str | None = None) -> None:
        """There may be something to do now: of this kind, or of any."""
        if kind is None:
            self._ask_all = True
        elif kind in self._kinds:
            self._waiting.add(kind)
        if self._started and not self._pumping:
            self._pumping = True
            spawn(self._pump(), "taking jobs")

    async def start(self) -> None:
        self._started = True
        self.wake()

    async def stop(self) -> None:
        """Take no more; what runs is cancelled and comes again at the next start."""
        self._started = False
        for timer in (self._timer, self._flush):
            if timer is not None and timer.active():
                timer.cancel()
        for task in list(self._tasks.values()):
            task.cancel()
        unfinished = [id for kind in self._kinds.values() for id in kind.running if id not in self._finished]
        try:
            if self._finished:
                await job_rows.done(self._database, self._finished)
            if unfinished:
                await job_rows.release(self._database, unfinished)
        except StoreUnavailable as error:
            log.warn("Jobs in work were not given back: {error}", error=error.detail)

    async def _pump(self) -> None:
        """Until there is nothing to take, or nobody free to do it."""
        try:
            while self._started and (self._waiting or self._ask_all or self._flush_due):
                if self._ask_all:
                    self._ask_all = False
                    self._waiting |= await job_rows.due_kinds(self._database, list(self._kinds))
                    await self._take_turns()
                kinds, self._waiting = self._waiting, set()
                for name in kinds:
                    await self._take(name, self._kinds[name])
                if self._flush_due:
                    self._flush_due = False
                    await self._forget_finished()
        except StoreUnavailable as error:
            log.warn("No jobs while the database is away: {error}", error=error.detail)
            self._ask_all = True
        finally:
            self._pumping = False
        if self._started:
            await self._set_timer()

    async def _forget_finished(self) -> None:
        if self._finished:
            finished, self._finished = self._finished, []
            try:
                await job_rows.done(self._database, finished)
            except StoreUnavailable:
                self._finished += finished
                raise

    async def _take(self, name: str, kind: _Kind) -> None:
        free = kind.free(self._reactor.seconds())
        if free <= 0:
            kind.more = True
            self._look_again(kind)
            return
        finished, self._finished = self._finished, []
        try:
            taken = await job_rows.take(self._database, name, free, LEASE_SECONDS, kind.busy(), kind.per_key, finished)
        except StoreUnavailable:
            self._finished += finished
            raise
        kind.more = len(taken) == free
        if kind.more:
            self._look_again(kind)
        now = self._reactor.seconds()
        for job in taken:
            kind.started[job.id] = now
            kind.running[job.id] = job
            self._tasks[job.id] = spawn(self._run(kind, job), f"job {name} {job.id}")

    def _look_again(self, kind: _Kind) -> None:
        """When those that run have turned out to be slow."""
        if kind.most > kind.concurrency:
            self._wake_in(SLOW_SECONDS)

    async def _set_timer(self) -> None:
        """Look again when the next job is due (one that was put off, or of another daemon), at the latest in a few seconds."""
        if self._timer is not None and self._timer.active():
            return
        self._timer = self._reactor.callLater(POLL_SECONDS, self.wake)

    def _wake_in(self, seconds: float) -> None:
        if self._timer is not None and self._timer.active():
            if self._timer.getTime() <= self._reactor.seconds() + seconds:
                return
            self._timer.cancel()
        if self._started:
            self._timer = self._reactor.callLater(min(seconds, POLL_SECONDS), self.wake)

    async def _run(self, kind: _Kind, job: Job) -> None:
        work = Deferred.fromCoroutine(_as_coroutine(kind.worker(job)))
        work.addTimeout(LEASE_SECONDS - 20, self._reactor)
        try:
            await work
        except CancelledError:
            return
        except Drop as reason:
            log.info("Job {kind} {id} dropped: {reason}", kind=job.kind, id=job.id, reason=str(reason))
        except Later as later:
            await self._retry(kind, job, later.seconds, str(later), later.counted, later.leaves)
            return
        except Exception as error:  # noqa: BLE001 - a job may fail in any way; it is tried again
            log.failure("Job {kind} {id} failed, attempt {n}", kind=job.kind, id=job.id, n=job.attempts)
            await self._retry(kind, job, kind.backoff(job.attempts), f"{type(error).__name__}: {error}", True)
            return
        finally:
            if self._started:
                kind.running.pop(job.id, None)
                kind.started.pop(job.id, None)
                self._tasks.pop(job.id, None)
        self._done(kind, job)

    def _done(self, kind: _Kind, job: Job) -> None:
        """Rows of finished jobs go together, soon; at once when others wait for the place, sooner when some may for the key."""
        self._finished.append(job.id)
        if kind.more:
            self.wake(job.kind)
            return
        if job.key is not None:
            self._keyed.add(job.kind)
        seconds = NEXT_SECONDS if job.key is not None else FLUSH_SECONDS
        if self._flush is not None and self._flush.active():
            if self._flush.getTime() <= self._reactor.seconds() + seconds:
                return
            self._flush.cancel()
        if self._started:
            self._flush = self._reactor.callLater(seconds, self._flush_now)

    def _flush_now(self) -> None:
        self._flush_due = True
        self._waiting |= self._keyed
        self._keyed.clear()
        # Also with nothing to forget: a take of another kind may have done that, and the next of the key waits all the same.
        if self._started and not self._pumping and (self._finished or self._waiting):
            self._pumping = True
            spawn(self._pump(), "forgetting finished jobs")

    async def _retry(self, kind: _Kind, job: Job, seconds: float, reason: str, counted: bool, leaves: bool = False) -> None:
        if counted and job.attempts >= job.max_attempts:
            log.info("Job {kind} {id} given up after {n} tries: {reason}", kind=job.kind, id=job.id, n=job.attempts, reason=reason)
            if kind.on_exhausted is not None:
                await kind.on_exhausted(job)
            self._done(kind, job)
            return
        line = str(job.payload.get("line") or "")
        await job_rows.retry(self._database, job.id, seconds, reason, counted=counted, line=line, leaves=leaves)
        if kind.more or job.key is not None:
            self.wake(job.kind)
        self._wake_in(seconds)

    async def _take_turns(self) -> None:
        now = float(self._reactor.seconds())
        if now - self._last_turns < POLL_SECONDS:
            return
        self._last_turns = now
        for name, seconds, work in self._periodic:
            if await job_rows.claim_turn(self._database, name, seconds):
                spawn(_as_coroutine(work()), name)


async def _as_coroutine(work: Awaitable[Any]) -> None:
    await work
