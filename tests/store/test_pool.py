from __future__ import annotations

from datetime import UTC, datetime

from twisted.internet import reactor
from twisted.internet.defer import CancelledError, Deferred

from pleromad.clock import Clock
from pleromad.errors import Invalid
from pleromad.ids import Ids
from store.pool import Jsonb, Taken, Transaction
from tests.support.postgres import PostgresCase, run_sql


class DatabaseTests(PostgresCase):
    async def test_values_come_back_as_they_were(self) -> None:
        moment = datetime(2026, 11, 23, 9, 8, 7, 123000, tzinfo=UTC)
        row = await self.database.fetch_one(
            "SELECT %s::text, %s::bigint, %s::jsonb, %s::timestamptz, %s::text[]", ("ü%", 2**62, Jsonb({"a": [1, "\0x"]}), moment, ["a", "b"])
        )
        self.assertEqual(row, ("ü%", 2**62, {"a": [1, "x"]}, moment, ["a", "b"]))

    async def test_a_transaction_that_raises_leaves_nothing(self) -> None:
        async def work(tx: Transaction) -> None:
            await tx.execute("INSERT INTO settings (key, value) VALUES ('a', '1')")
            raise Invalid("no")

        with self.assertRaises(Invalid):
            await self.database.transaction(work)
        self.assertEqual(await self.database.fetch("SELECT * FROM settings"), [])

    async def test_a_cancelled_waiter_does_not_stop_the_transaction(self) -> None:
        async def work(tx: Transaction) -> None:
            await tx.execute("SELECT pg_sleep(0.05)")
            await tx.execute("INSERT INTO settings (key, value) VALUES ('kept', '1')")

        waiter = Deferred.fromCoroutine(self.database.transaction(work))
        waiter.cancel()
        with self.assertRaises(CancelledError):
            await waiter
        await self.database.stop()
        self.database._closed = False
        self.assertEqual(await self.database.fetch_value("SELECT key FROM settings"), "kept")

    async def test_a_killed_backend_is_replaced(self) -> None:
        pid = await self.database.fetch_value("SELECT pg_backend_pid()")
        run_sql(f"SELECT pg_terminate_backend({pid})")
        self.assertEqual(await self.database.fetch_value("SELECT 1"), 1)
        self.assertNotEqual(await self.database.fetch_value("SELECT pg_backend_pid()"), pid)

    async def test_a_nul_in_a_text_is_refused_as_bad_input(self) -> None:
        with self.assertRaises(Invalid):
            await self.database.fetch("SELECT %s", ("a\0b",))

    async def test_more_work_than_connections_waits_its_turn(self) -> None:
        waiting = [Deferred.fromCoroutine(self.database.fetch_value("SELECT %s::int FROM pg_sleep(0.01)", (n,))) for n in range(20)]
        self.assertEqual([await each for each in waiting], list(range(20)))

    async def test_ids_are_minted_while_every_connection_is_in_a_transaction(self) -> None:
        ids = Ids(self.database, Clock(reactor))
        everybody_in: Deferred[None] = Deferred()
        inside: list[int] = []

        async def work(tx: Transaction) -> int:
            await tx.execute("SELECT 1")
            inside.append(1)
            if len(inside) == 4:  # as many as the pool has connections
                everybody_in.callback(None)
            await everybody_in
            return await ids.mint()

        running = [Deferred.fromCoroutine(self.database.transaction(work)) for _ in range(4)]
        self.assertEqual(len({await each for each in running}), 4)


class TransactionTests(PostgresCase):
    async def test_what_needs_no_answer_travels_with_the_next_statement_and_with_commit(self) -> None:
        async def work(tx: Transaction) -> int:
            await tx.write("INSERT INTO settings (key, value) VALUES (%s, %s)", ("50%", Jsonb({"a": "ü'"})))
            seen = await tx.fetch_value("SELECT count(*) FROM settings WHERE key LIKE '50%%' AND key <> %s", ("a",))
            await tx.write("INSERT INTO settings (key, value) VALUES ('late', '1')")
            return int(seen)

        await self.database.fetch("SELECT 1")
        before = self.database.round_trips, self.database.statements
        self.assertEqual(await self.database.transaction(work), 1)
        self.assertEqual((self.database.round_trips - before[0], self.database.statements - before[1]), (2, 5))
        self.assertEqual(await self.database.fetch("SELECT key FROM settings ORDER BY key"), [("50%",), ("late",)])

    async def test_a_write_that_fails_with_commit_leaves_nothing(self) -> None:
        async def work(tx: Transaction) -> None:
            await tx.execute("INSERT INTO settings (key, value) VALUES ('a', '1')")
            await tx.write("INSERT INTO settings (key, value) VALUES ('a', '2')")

        with self.assertRaises(Taken):
            await self.database.transaction(work)
        self.assertEqual(await self.database.fetch("SELECT * FROM settings"), [])

    async def test_values_that_cannot_be_kept_are_refused_in_a_write_too(self) -> None:
        async def work(tx: Transaction) -> None:
            await tx.write("INSERT INTO settings (key, value) VALUES (%s, '1')", ("a\0",))

        with self.assertRaises(Invalid):
            await self.database.transaction(work)
        self.assertEqual(await self.database.fetch("SELECT * FROM settings"), [])

    async def test_a_lost_connection_is_replaced_before_anything_has_happened(self) -> None:
        async def work(tx: Transaction) -> None:
            await tx.write("INSERT INTO settings (key, value) VALUES ('a', '1')")

        pid = await self.database.fetch_value("SELECT pg_backend_pid()")
        run_sql(f"SELECT pg_terminate_backend({pid})")
        await self.database.transaction(work)
        self.assertEqual(await self.database.fetch("SELECT key FROM settings"), [("a",)])

    async def test_statements_that_come_again_are_prepared_and_mean_the_same(self) -> None:
        numbers = iter(range(12))

        async def work(tx: Transaction) -> None:
            n = next(numbers)
            await tx.write("INSERT INTO settings (key, value) SELECT %(key)s, %(value)s", {"key": f"k{n}", "value": Jsonb({"n": n})})
            await tx.write("UPDATE settings SET updated_at = now() WHERE key LIKE '%%9' AND value = %s", (Jsonb({"n": 9}),))

        for _ in range(12):
            await self.database.transaction(work)
        self.assertEqual(await self.database.fetch_value("SELECT sum((value ->> 'n')::int) FROM settings"), 66)
        prepared = {row[0] for row in await self.database.fetch("SELECT statement FROM pg_prepared_statements")}
        self.assertEqual(len([each for each in prepared if "settings" in each]), 2)

    async def test_one_that_need_not_last_is_there_all_the_same(self) -> None:
        async def work(tx: Transaction) -> str:
            await tx.write("INSERT INTO settings (key, value) VALUES ('a', '1')")
            return str(await tx.fetch_value("SHOW synchronous_commit"))

        self.assertEqual(await self.database.transaction(work, lasting=False), "off")
        self.assertEqual(await self.database.fetch_value("SELECT count(*) FROM settings"), 1)
