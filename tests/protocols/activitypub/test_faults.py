"""The other side is slow, broken, without a name or with a wrong certificate: it waits, and nobody else does."""

from __future__ import annotations

from typing import Any

from twisted.internet import reactor
from twisted.internet.protocol import Factory, Protocol

from pleromad.model.account import Account
from tests.protocols.activitypub.test_delivery import DeliveryCase
from tests.support.peer import Asked, Page


class Garbage(Protocol):
    """Speaks when it is spoken to, and makes no sense."""

    def dataReceived(self, data: bytes) -> None:
        self.transport.write(b"\x00\xffwhat?\r\n\r\n" * 10)
        self.transport.loseConnection()


class FaultTests(DeliveryCase):
    async def listening_at(self, name: str, inbox: str) -> Account:
        """A follower whose inbox is there."""
        return await self.follower(self.far, name, inbox=inbox, endpoints={})

    async def waiting(self) -> set[str]:
        rows = await self.here.database.fetch("SELECT payload->>'inbox' FROM jobs WHERE kind = 'post' AND run_at > now() AND payload->>'type' = 'Create'")
        return {row[0] for row in rows}

    async def test_broken_ones_wait_and_the_others_get_it(self) -> None:
        port = reactor.listenTCP(0, Factory.forProtocol(Garbage), interface="127.0.0.1")
        self.addCleanup(port.stopListening)
        garbage = f"http://localhost:{port.getHost().port}/inbox"
        no_tls = garbage.replace("http:", "https:") + "/secret"
        no_name = "http://nowhere.invalid/inbox"
        for number, inbox in enumerate((garbage, no_tls, no_name)):
            await self.listening_at(f"broken{number}", inbox)
        third = await self.peer()
        await self.follower(third, "joe")
        await self.here.say(self.alice, "hello")

        async def settled() -> bool:
            return await self.waiting() == {garbage, no_tls, no_name}

        await self.until(settled, "the broken ones wait")
        self.assertEqual(len(third.received("Create")), 1)
        states = await self.here.core.federation.hosts("nowhere.invalid")
        self.assertEqual((states[0].waiting > 0, states[0].failing_since is not None), (True, True))

    async def test_a_slow_one_delays_nobody(self) -> None:
        slow = await self.peer()
        await self.follower(slow, "snail")
        held: list[Asked] = []

        def silent(asked: Asked) -> Page | None:
            held.append(asked)
            return None

        slow.pages["/inbox"] = silent
        for number in range(3):
            await self.here.say(self.alice, f"number {number}")

        async def arrived() -> bool:
            return len(self.far.received("Create")) == 3 and bool(held)

        await self.until(arrived, "all three at the other one")
        self.assertEqual(len(held), 1)

    async def test_documents_that_are_garbage_are_no_keys(self) -> None:
        for number, page in enumerate((Page(b"\xff\xfe{", "application/activity+json"), Page(b"<html>", "text/html"), Page(b"[" * 100_000), Page(b"", status=500))):
            uri = self.far.person(f"odd{number}")
            self.far.pages[f"/users/odd{number}"] = page
            like: dict[str, Any] = {"id": f"{self.far.url}/likes/{number}", "type": "Like", "actor": uri, "object": self.alice.uri}
            status = await self.far.post(self.alice.inbox, like, by=uri)
            self.assertEqual(status, 503 if page.status == 500 else 401)
        self.assertEqual(await self.here.database.fetch_value("SELECT count(*) FROM jobs WHERE kind = 'inbox'"), 0)
