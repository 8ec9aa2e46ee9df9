"""Whole daemons in processes of their own, spoken to as people and servers do."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import psycopg2
from twisted.internet.defer import Deferred, gatherResults
from twisted.internet.threads import deferToThread
from twisted.trial.unittest import TestCase

from store.embedded import Embedded
from tests.support.clients import Api, gopher, irc, until
from tests.support.daemon import Daemon
from tests.support.postgres import drop_database, new_database

PASSWORD = "correct-horse-battery"  # irssi takes none with spaces on its command line


class FlowCase(TestCase):
    timeout = 180

    async def daemon(self, name: str, dsn: str = "", **more: Any) -> Daemon:
        if not dsn:
            dsn = await deferToThread(new_database)
            self.addCleanup(lambda: deferToThread(drop_database, dsn))
        daemon = Daemon(os.path.join(self.mktemp(), name), dsn, **more)
        daemon.dsn = dsn  # type: ignore[attr-defined]
        self.addCleanup(lambda: Deferred.fromCoroutine(daemon.stop()))
        await daemon.start()
        return daemon

    async def person(self, daemon: Daemon, name: str) -> Api:
        """Signs up over the API, as an app does, and logs in."""
        api = Api(daemon.url)
        app = await api.post("/api/v1/apps", {"client_name": "t", "redirect_uris": "urn:ietf:wg:oauth:2.0:oob", "scopes": "read write follow"})
        grant = await api.post(
            "/oauth/token",
            {"grant_type": "client_credentials", "client_id": app["client_id"], "client_secret": app["client_secret"], "scope": "read write"},
        )
        api.token = grant["access_token"]
        await api.post(
            "/api/v1/accounts", {"username": name, "email": f"{name}@mail.example", "password": PASSWORD, "agreement": True, "locale": "en"}
        )
        return await Api(daemon.url).log_in(name, PASSWORD)


async def one_of(api: Api, path: str, text: str) -> Any:
    """The first status of a list whose content holds the text."""

    async def look() -> Any:
        for status in await api.get(path):
            said = status.get("reblog") or status
            if text in said["content"]:
                return status
        return None

    return await until(look)


class TwoServersTests(FlowCase):
    async def test_a_friendship_across_two_servers(self) -> None:
        here, there = await gatherResults([Deferred.fromCoroutine(self.daemon(name)) for name in ("here", "there")])
        alice, bob = await self.person(here, "alice"), await self.person(there, "bob")

        # alice finds bob by his handle and follows; bob's server accepts.
        (found,) = (await alice.get(f"/api/v2/search?q=@bob@{there.domain}&resolve=true&type=accounts"))["accounts"]
        self.assertEqual(found["acct"], f"bob@{there.domain}")
        await alice.post(f"/api/v1/accounts/{found['id']}/follow")

        async def followed() -> Any:
            return (await alice.get(f"/api/v1/accounts/relationships?id[]={found['id']}"))[0]["following"]

        await until(followed)
        (request,) = [n for n in await bob.get("/api/v1/notifications") if n["type"] == "follow"]
        alice_there = request["account"]
        self.assertEqual(alice_there["acct"], f"alice@{here.domain}")
        await bob.post(f"/api/v1/accounts/{alice_there['id']}/follow")

        # bob posts, alice reads, replies, likes and boosts.
        posted = await bob.post("/api/v1/statuses", {"status": "hello from there"})
        seen = await one_of(alice, "/api/v1/timelines/home", "hello from there")
        self.assertEqual(seen["uri"], posted["uri"])
        await alice.post("/api/v1/statuses", {"status": f"@bob@{there.domain} hello back", "in_reply_to_id": seen["id"]})
        await alice.post(f"/api/v1/statuses/{seen['id']}/favourite")
        await alice.post(f"/api/v1/statuses/{seen['id']}/reblog")

        async def told() -> Any:
            kinds = {n["type"] for n in await bob.get("/api/v1/notifications")}
            return kinds >= {"mention", "favourite", "reblog", "follow"}

        await until(told)
        counted = await bob.get(f"/api/v1/statuses/{posted['id']}")
        self.assertEqual((counted["replies_count"], counted["favourites_count"], counted["reblogs_count"]), (1, 1, 1))
        thread = await bob.get(f"/api/v1/statuses/{posted['id']}/context")
        self.assertIn("hello back", thread["descendants"][0]["content"])

        # bob edits, then deletes.
        await bob.call("PUT", f"/api/v1/statuses/{posted['id']}", {"status": "hello, edited"})
        await until(lambda: _content(alice, seen["id"], "hello, edited"))
        await bob.call("DELETE", f"/api/v1/statuses/{posted['id']}")

        async def gone() -> Any:
            return (await alice.try_call("GET", f"/api/v1/statuses/{seen['id']}"))[0] == 404

        await until(gone)

        # a followers-only note arrives, and is not for the public.
        await bob.post("/api/v1/statuses", {"status": "between us", "visibility": "private"})
        private = await one_of(alice, "/api/v1/timelines/home", "between us")
        self.assertEqual(private["visibility"], "private")
        anybody = Api(here.url)
        self.assertEqual((await anybody.try_call("GET", f"/api/v1/statuses/{private['id']}"))[0], 404)

        # alice blocks bob: the follows end on both sides.
        await alice.post(f"/api/v1/accounts/{found['id']}/block")

        async def apart() -> Any:
            (relation,) = await bob.get(f"/api/v1/accounts/relationships?id[]={alice_there['id']}")
            return not relation["following"] and not relation["followed_by"]

        await until(apart)

    async def test_what_was_accepted_survives_a_kill_and_is_done_once(self) -> None:
        here, there = await gatherResults([Deferred.fromCoroutine(self.daemon(name)) for name in ("here", "there")])
        alice, bob = await self.person(here, "alice"), await self.person(there, "bob")
        (found,) = (await bob.get(f"/api/v2/search?q=@alice@{here.domain}&resolve=true&type=accounts"))["accounts"]
        await bob.post(f"/api/v1/accounts/{found['id']}/follow")

        async def followed() -> Any:
            return (await alice.get("/api/v1/accounts/verify_credentials"))["followers_count"]

        await until(followed)
        # With this lock held, `there` takes deliveries in but cannot work on them.
        lock = psycopg2.connect(there.dsn)
        with lock.cursor() as cursor:
            cursor.execute("LOCK TABLE activities IN ACCESS EXCLUSIVE MODE")
        for number in range(10):
            await alice.post("/api/v1/statuses", {"status": f"number {number} of ten"})
        watch = psycopg2.connect(there.dsn)
        watch.autocommit = True

        async def taken_in() -> Any:
            with watch.cursor() as cursor:
                cursor.execute("SELECT count(*) FROM jobs WHERE kind = 'inbox'")
                return cursor.fetchone()[0] >= 10

        await until(taken_in)
        await there.kill()
        lock.close()

        async def alone() -> bool:
            """What the dead daemon asked last may still be answered."""
            with watch.cursor() as cursor:
                cursor.execute(
                    "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
                return cursor.fetchone()[0] == 0

        await until(alone)
        with watch.cursor() as cursor:
            cursor.execute("UPDATE jobs SET locked_until = NULL")  # as if the lease of the dead had run out
        watch.close()
        await there.start()

        async def all_there() -> Any:
            home = await bob.get("/api/v1/timelines/home?limit=40")
            return len(home) >= 10 and home

        home = await until(all_there)
        contents = sorted(status["content"] for status in home)
        self.assertEqual(len(contents), 10)
        self.assertEqual(len(set(contents)), 10)

    async def test_a_restart_of_postgresql_loses_nothing(self) -> None:
        embedded = Embedded(Path(self.mktemp()).resolve())  # as for real: what was committed is on disk
        await deferToThread(embedded.start)
        self.addCleanup(lambda: deferToThread(embedded.stop))
        daemon = await self.daemon("here", embedded.dsn("pleromad"))
        alice = await self.person(daemon, "alice")
        events: list[str] = []
        end = await alice.events("user", lambda kind, data: events.append(data))
        await alice.post("/api/v1/statuses", {"status": "before"})
        await deferToThread(embedded.restart)
        # The first request may wait for the database, and is answered.
        await alice.post("/api/v1/statuses", {"status": "after"}, headers={"Idempotency-Key": "after"})
        home = await alice.get("/api/v1/timelines/home")
        self.assertEqual([s["content"] for s in home], ["<p>after</p>", "<p>before</p>"])

        async def streamed() -> Any:
            return any("after" in data for data in events)

        await until(streamed)
        end()


class OneServerTests(FlowCase):
    async def test_two_daemons_on_one_database_are_one_server(self) -> None:
        first = await self.daemon("first")
        second = await self.daemon("second", first.dsn, domain_port=first.http)
        alice = await self.person(first, "alice")
        on_second = Api(f"http://127.0.0.1:{second.http}")
        on_second.token = alice.token
        heard: list[str] = []
        end = await on_second.events("user", lambda kind, data: heard.append(f"{kind} {data}"))
        listener = await irc(second.irc, "alice", PASSWORD)
        listener.say("JOIN &local")
        await listener.expect(" 366 ")
        await alice.post("/api/v1/statuses", {"status": "posted on the first"})

        async def streamed() -> Any:
            return any(each.startswith("update ") and "posted on the first" in each for each in heard)

        await until(streamed)
        await listener.expect("posted on the first")
        self.assertIn("posted on the first", await gopher(second.gopher, "/main/public"))
        self.assertEqual(len([each for each in heard if "posted on the first" in each]), 1)
        end()
        listener.transport.loseConnection()

    async def test_every_door_shows_the_same_note(self) -> None:
        daemon = await self.daemon("here")
        alice = await self.person(daemon, "alice")
        status = await alice.post("/api/v1/statuses", {"status": "one note, many doors"})
        self.assertIn("many doors", await gopher(daemon.gopher, "/main/public"))
        for accept, text in (
            ("text/html", "many doors"),
            ("application/activity+json", '"attributedTo"'),
            ("application/atom+xml", "<entry"),
        ):
            code, body = await alice.try_call("GET", status["url"].removeprefix(daemon.url), headers={"Accept": accept})
            self.assertEqual(code, 200)
            self.assertIn(text, body if isinstance(body, str) else json.dumps(body))


async def _content(api: Api, id: str, text: str) -> bool:
    status, body = await api.try_call("GET", f"/api/v1/statuses/{id}")
    return status == 200 and text in body["content"]
