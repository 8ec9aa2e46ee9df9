from __future__ import annotations

from collections.abc import Callable

from twisted.internet import reactor
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock, deferLater

from pleromad.errors import Invalid
from pleromad.jobs import Drop, Job, Jobs, Later
from store import jobs as job_rows
from tests.support.postgres import PostgresCase


class JobsTests(PostgresCase):
    def running(self) -> Jobs:
        jobs = Jobs(self.database, reactor)
        self.addCleanup(lambda: Deferred.fromCoroutine(jobs.stop()))
        return jobs

    async def until_empty(self) -> None:
        for _ in range(200):
            if not await job_rows.pending(self.database):
                return
            await deferLater(reactor, 0.02, lambda: None)
        self.fail(f"jobs are left: {await self.database.fetch('SELECT kind, attempts, last_error FROM jobs')}")

    async def test_a_job_is_done_once_and_gone(self) -> None:
        jobs, done = self.running(), []

        async def worker(job: Job) -> None:
            done.append((job.payload, job.raw))

        jobs.work("x", worker)
        await jobs.start()
        await jobs.add("x", {"n": 1}, raw=b"\0raw", dedupe="same")
        await jobs.add("x", {"n": 2}, dedupe="same")
        await self.until_empty()
        self.assertEqual(done, [({"n": 1}, b"\0raw")])

    async def test_a_failure_is_tried_again_and_later_given_up(self) -> None:
        jobs, tries, given_up = self.running(), [], []

        async def worker(job: Job) -> None:
            tries.append(job.attempts)
            raise ValueError("no luck")

        async def exhausted(job: Job) -> None:
            given_up.append(job.id)

        jobs.work("x", worker, backoff=lambda attempts: 0.0, on_exhausted=exhausted)
        await jobs.start()
        await jobs.add("x", max_attempts=3)
        await self.until_empty()
        self.assertEqual((tries, len(given_up)), ([1, 2, 3], 1))
        self.assertEqual(len(self.flushLoggedErrors(ValueError)), 3)

    async def test_a_worker_says_later_or_never(self) -> None:
        jobs, tries = self.running(), []

        async def worker(job: Job) -> None:
            tries.append(job.payload["n"])
            if job.payload["n"] == 1 and len(tries) < 3:
                raise Later(0.0, "not yet", counted=False)
            if job.payload["n"] == 2:
                raise Drop("never")

        jobs.work("x", worker)
        await jobs.start()
        await jobs.add_many("x", [(None, {"n": 1}), (None, {"n": 2})])
        await self.until_empty()
        self.assertEqual(sorted(tries), [1, 1, 2])

    async def test_jobs_of_one_key_run_one_after_the_other_in_order(self) -> None:
        jobs, running, seen = self.running(), set(), []

        async def worker(job: Job) -> None:
            self.assertNotIn(job.key, running)
            running.add(job.key)
            await deferLater(reactor, 0.01, lambda: None)
            running.discard(job.key)
            seen.append((job.key, job.payload["n"]))

        jobs.work("x", worker, concurrency=10)
        await jobs.add_many("x", [("ab"[n % 2], {"n": n}) for n in range(10)])
        await jobs.start()
        await self.until_empty()
        for key in "ab":
            mine = [n for k, n in seen if k == key]
            self.assertEqual(mine, sorted(mine))
        self.assertEqual(len(seen), 10)

    async def test_two_daemons_share_the_work(self) -> None:
        done: list[int] = []

        async def worker(job: Job) -> None:
            done.append(job.payload["n"])

        for _ in range(2):
            jobs = self.running()
            jobs.work("x", worker, concurrency=3)
            await jobs.start()
        await jobs.add_many("x", [(None, {"n": n}) for n in range(40)])
        await self.until_empty()
        self.assertEqual(sorted(done), list(range(40)))

    async def test_what_a_dead_daemon_held_is_taken_after_its_lease(self) -> None:
        await job_rows.add(self.database, "x", [(None, {})])
        self.assertEqual(len(await job_rows.take(self.database, "x", 5, 60, [], 1)), 1)
        self.assertEqual(await job_rows.take(self.database, "x", 5, 60, [], 1), [])
        await self.database.execute("UPDATE jobs SET locked_until = now() - interval '1 second'")
        self.assertEqual([job.attempts for job in await job_rows.take(self.database, "x", 5, 60, [], 1)], [2])

    async def test_what_runs_at_the_stop_comes_again(self) -> None:
        jobs, begun = self.running(), Deferred()

        async def worker(job: Job) -> None:
            begun.callback(None)
            await Deferred()

        jobs.work("x", worker)
        await jobs.start()
        await jobs.add("x")
        await begun
        await jobs.stop()
        self.assertEqual([job.attempts for job in await job_rows.take(self.database, "x", 5, 60, [], 1)], [1])

    async def test_those_that_are_kept_together_are_each_there_when_they_are_told_so(self) -> None:
        jobs, done = self.running(), []

        async def worker(job: Job) -> None:
            done.append((job.payload["n"], job.raw))

        async def keep(n: int, key: str | None = None) -> int:
            await jobs.keep("x", {"n": n}, raw=b"\0%d" % n, key=key, dedupe=f"x {n % 20}", max_attempts=3)
            return int(await self.database.fetch_value("SELECT count(*) FROM jobs WHERE payload ->> 'n' = %s", (str(n),)))

        before = self.database.statements
        told = [Deferred.fromCoroutine(keep(n)) for n in range(21)]
        self.assertEqual([await each for each in told], [1] * 20 + [0])  # the last was known
        self.assertLess(self.database.statements - before, 21 + 5)
        jobs.work("x", worker)
        await jobs.start()
        await self.until_empty()
        self.assertEqual(sorted(done), [(n, b"\0%d" % n) for n in range(20)])

    async def test_one_that_cannot_be_kept_harms_no_other(self) -> None:
        jobs = self.running()
        keys = ["a", "b\0", "c"]
        told = [Deferred.fromCoroutine(jobs.keep("x", {}, raw=b"", key=key, dedupe=None, max_attempts=3)) for key in keys]
        told[0].addErrback(lambda failure: self.fail(str(failure)))
        with self.assertRaises(Invalid):
            await told[1]
        await told[2]
        self.assertEqual(await self.database.fetch("SELECT key FROM jobs ORDER BY key"), [("a",), ("c",)])

    async def test_slow_ones_leave_their_place_to_others(self) -> None:
        clock = Clock()
        jobs, begun = Jobs(self.database, _Reactor(clock)), []
        self.addCleanup(lambda: Deferred.fromCoroutine(jobs.stop()))
        end: Deferred[None] = Deferred()

        async def worker(job: Job) -> None:
            begun.append(job.payload["n"])
            await end

        jobs.work("x", worker, concurrency=2, most=3)
        await jobs.add_many("x", [(None, {"n": n}) for n in range(5)])
        await jobs.start()
        await self.until(lambda: len(begun) == 2)
        clock.advance(1.5)
        await self.until(lambda: len(begun) == 3)
        clock.advance(1.5)
        await self.until(lambda: not jobs._pumping)
        self.assertEqual(begun, [0, 1, 2])  # no more than that
        end.callback(None)

    async def until(self, true: Callable[[], bool]) -> None:
        for _ in range(400):
            if true():
                return
            await deferLater(reactor, 0.01, lambda: None)
        self.fail("it did not happen")


class _Reactor:
    """A clock that is advanced by hand."""

    def __init__(self, clock: Clock) -> None:
        self.callLater = clock.callLater
        self.seconds = clock.seconds
