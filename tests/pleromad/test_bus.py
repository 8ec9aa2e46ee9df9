from __future__ import annotations

from twisted.internet import reactor
from twisted.internet.defer import Deferred

from pleromad.bus import Bus
from pleromad.daemon import settle
from pleromad.model.event import NOTE_CREATED, Event
from tests.support.postgres import PostgresCase, run_sql


class BusTests(PostgresCase):
    async def bus(self) -> Bus:
        bus = Bus(self.database, reactor)
        await bus.start()
        self.addCleanup(lambda: Deferred.fromCoroutine(bus.stop()))
        self.addCleanup(lambda: Deferred.fromCoroutine(settle()))
        return bus

    async def test_another_daemon_hears_each_event_once_and_in_order(self) -> None:
        one, other = await self.bus(), await self.bus()
        heard: dict[str, list[int]] = {"one": [], "other": []}
        all_heard: Deferred[None] = Deferred()

        def listener(event: Event) -> None:
            heard["other"].append(event.note_id)
            if event.note_id == 500:
                all_heard.callback(None)

        other.listen(listener)
        one.listen(lambda event: heard["one"].append(event.note_id))
        one.publish([Event(NOTE_CREATED, n) for n in range(501)])
        self.assertEqual(heard["one"], list(range(501)))
        await all_heard
        self.assertEqual(heard["other"], list(range(501)))

    async def test_a_listener_that_fails_harms_nobody(self) -> None:
        bus, heard = await self.bus(), []

        def bad(event: Event) -> None:
            raise RuntimeError("oops")

        bus.listen(bad)
        stop = bus.listen(lambda event: heard.append(event.kind))
        bus.publish([Event(NOTE_CREATED), Event(NOTE_CREATED)])
        stop()
        bus.publish([Event(NOTE_CREATED)])
        self.assertEqual(len(heard), 2)
        self.assertEqual(len(self.flushLoggedErrors(RuntimeError)), 3)

    async def test_it_listens_again_after_its_connection_was_cut(self) -> None:
        one, other = await self.bus(), await self.bus()
        heard: Deferred[Event] = Deferred()
        name = await self.database.fetch_value("SELECT current_database()")
        own = await self.database.fetch_value("SELECT pg_backend_pid()")
        listening = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'"
        before = {row[0] for row in await self.database.fetch(listening)}
        run_sql(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}' AND query LIKE 'LISTEN%' AND pid <> {own}")
        for _ in range(200):
            now = {row[0] for row in await self.database.fetch(listening)}
            if len(now - before) == 2:
                break
            pause: Deferred[None] = Deferred()
            reactor.callLater(0.05, pause.callback, None)
            await pause
        other.listen(lambda event: heard.callback(event))
        one.publish([Event(NOTE_CREATED, 7)])
        self.assertEqual((await heard).note_id, 7)
        self.flushLoggedErrors()
