"""Several whole servers in one process, talking over loopback HTTP: each with a database, a core, and the ActivityPub door."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from twisted.internet import defer, reactor
from twisted.internet.defer import Deferred, maybeDeferred
from twisted.internet.task import deferLater
from twisted.internet.threads import deferToThread
from twisted.trial.unittest import TestCase

from pleromad.accounts import keys
from pleromad.core import Core
from pleromad.daemon import settle
from pleromad.model.account import Account, Role
from pleromad.model.activity import Activity, Create, Origin, Outcome
from pleromad.model.note import Note, NoteDraft
from pleromad.model.page import Page
from store.pool import Database
from tests.support.core import PASSWORD, settings_of
from tests.support.daemon import free_ports
from tests.support.http import build_doors
from tests.support.postgres import drop_database, new_database
from web.adapter import HttpService, build_site, listen

if TYPE_CHECKING:
    from tests.support.peer import Peer


class Server:
    """One of them. `url` is its public URL, `domain` stands in its handles."""

    DOORS: tuple[str, ...] = ("activitypub",)

    def __init__(self, folder: str, dsn: str, port: int, tables: dict[str, dict[str, Any]]) -> None:
        self.domain = f"localhost:{port}"
        self.url = f"http://{self.domain}"
        self.dsn = dsn
        Path(folder).mkdir(parents=True, exist_ok=True)
        given = {
            "instance": {"domain": self.domain, "name": f"Port {port}"},
            "http": {"public_url": self.url, "listen": (f"tcp:{port}:interface=127.0.0.1",)},
            "federation": {"allow_http": True, "allow_private_addresses": True},
        }
        for section, values in tables.items():
            given[section] = {**given.get(section, {}), **values}
        self.settings = settings_of(given, folder)
        self.http: HttpService | None = None

    async def start(self) -> None:
        self.database = Database(self.dsn, reactor, size=4)
        await self.database.start()
        self.core = Core(self.settings, self.database, reactor)
        await self.core.start()
        self.site = build_site(self.core, reactor)
        self.doors = build_doors(self.core, self.site, self.DOORS)
        for door in self.doors:
            door.startService()
        await self.core.jobs.start()
        self.http = listen(self.site, self.core, reactor)
        await self.http.start()

    async def stop(self) -> None:
        if self.http is None:
            return
        await self.close_http()
        for door in self.doors:
            await maybeDeferred(door.stopService)
        await self.core.jobs.stop()
        await self.core.stop()
        await self.database.stop()

    async def close_http(self) -> None:
        http, self.http = self.http, None
        if http is not None:
            await http.stop()

    async def person(self, name: str, **more: Any) -> Account:
        given = {"email": f"{name}@mail.example", "password": PASSWORD, "role": Role.USER, **more}
        return (await self.core.accounts.register(username=name, **given)).account

    async def submit(self, activity: Activity) -> Outcome:
        return await self.core.activities.submit(activity, Origin.local(activity.actor_id))

    async def say(self, author: Account, text: str, **draft: Any) -> Note:
        if self.core.resolver is not None:
            await self.core.resolver.mentions(text)
        outcome = await self.submit(Create(actor_id=author.id, note=NoteDraft(text=text, **draft)))
        assert outcome.note_id is not None
        return (await self.core.reading.note(author.id, outcome.note_id)).note

    async def known(self, account: Account) -> Account:
        """An account of another server as it is known here; fetched when it is not."""
        assert self.core.resolver is not None
        return await self.core.resolver.account(account.uri)

    async def note(self, uri: str, viewer: Account | None = None) -> Note | None:
        seen = await self.core.reading.note_by_uri(viewer.id if viewer else None, uri)
        return seen.note if seen else None

    async def home(self, owner: Account) -> list[Note]:
        return [seen.note for seen in (await self.core.reading.home(owner.id, Page())).items]

    async def told(self, owner: Account) -> list[str]:
        """The types of a person's notifications, newest first."""
        return [one.type for one in (await self.core.reading.notifications(owner.id, Page())).items]


class FederationCase(TestCase):
    """`await self.server()` starts one; all are stopped after the test."""

    SERVER = Server
    timeout = 60

    @defer.inlineCallbacks
    def setUp(self) -> Any:
        self.patch(keys, "new_pair", another_pair)
        self.addCleanup(lambda: Deferred.fromCoroutine(settle()))
        yield Deferred.fromCoroutine(self.set_up())

    async def set_up(self) -> None:
        """For tests to override."""

    async def server(self, port: int | None = None, dsn: str = "", **tables: dict[str, Any]) -> Server:
        if not dsn:
            dsn = await deferToThread(new_database)
            self.addCleanup(lambda: deferToThread(drop_database, dsn))
        server = self.SERVER(self.mktemp(), dsn, port or free_ports(1)[0], tables)
        self.addCleanup(lambda: Deferred.fromCoroutine(server.stop()))
        await server.start()
        return server

    async def peer(self) -> Peer:
        """A server of another kind; see tests.support.peer."""
        from tests.support.peer import Peer

        peer = Peer()
        self.addCleanup(lambda: Deferred.fromCoroutine(peer.stop()))
        return peer

    async def until(self, look: Callable[[], Awaitable[Any]], what: str = "") -> Any:
        """Ask until the answer is true; the test's own timeout ends it."""
        for _ in range(400):
            result = await look()
            if result:
                return result
            await deferLater(reactor, 0.02, lambda: None)
        raise AssertionError(f"it did not happen: {what}")

    async def quiet(self, *servers: Server) -> None:
        """Until none of them has a job to do now."""

        async def idle() -> bool:
            return not any([await _due(server) for server in servers])

        await self.until(idle, "no more jobs")


async def _due(server: Server) -> int:
    return int(await server.database.fetch_value("SELECT count(*) FROM jobs WHERE run_at <= now() OR locked_until > now()"))


_pairs: list[keys.Pair] = []
_next = 0


def another_pair() -> keys.Pair:
    """Keys are slow to make: a handful serves all tests; those made one after the other differ."""
    global _next
    if len(_pairs) < 8:
        _pairs.append(_new_pair())
        return _pairs[-1]
    _next += 1
    return _pairs[_next % len(_pairs)]


_new_pair = keys.new_pair
