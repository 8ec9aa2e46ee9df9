from __future__ import annotations

from datetime import UTC, datetime

from twisted.internet import reactor
from twisted.internet.defer import CancelledError, Deferred

from pleromad.clock import Clock
from pleromad.errors import Invalid
from pleromad.ids import Ids
from store.pool import Jsonb, Transaction
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
