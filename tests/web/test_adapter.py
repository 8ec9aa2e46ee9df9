"""The service: listening on endpoints, and going away in bounded time."""

from __future__ import annotations

import os
import tempfile
from typing import Any

from twisted.internet import reactor
from twisted.internet.defer import Deferred
from twisted.internet.endpoints import TCP4ClientEndpoint, UNIXClientEndpoint
from twisted.internet.protocol import Factory, Protocol

from tests.support.core import settings_of
from tests.support.http import SiteCase, parse_reply
from web.adapter import listen
from web.site import Answer, Request


class Plain(Protocol):
    """Collects what comes."""

    def __init__(self) -> None:
        self.data = b""
        self.lost: Deferred[None] = Deferred()
        self.more: list[Deferred[None]] = []

    def dataReceived(self, data: bytes) -> None:
        self.data += data
        waiting, self.more = self.more, []
        for each in waiting:
            each.callback(None)

    def connectionLost(self, reason: Any) -> None:  # type: ignore[override]
        self.lost.callback(None)

    async def reply(self) -> Any:
        while (found := parse_reply(self.data, ended=False)) is None if self.data else True:
            self.more.append(Deferred())
            await self.more[-1]
        return found


class ListeningTests(SiteCase):
    async def start(self, *endpoints: str) -> Any:
        self.core.settings = settings_of({"http": {"listen": endpoints}}, str(self.core.settings.data_dir))
        service = listen(self.site, self.core, reactor)
        await service.startService()
        self.addCleanup(lambda: service.stopService() if service.running else None)
        return service

    async def connect(self, service: Any) -> Plain:
        port = service.ports[0].getHost().port
        factory = Factory.forProtocol(Plain)
        return await TCP4ClientEndpoint(reactor, "127.0.0.1", port).connect(factory)  # type: ignore[arg-type]

    async def test_several_endpoints_speak_for_one_site(self):
        async def hello(request: Request) -> Answer:
            return Answer.plain(f"hello {request.address}")

        self.site.route("GET", "/hello", hello)
        path = os.path.join(tempfile.mkdtemp(), "socket")
        service = await self.start("tcp:0:interface=127.0.0.1", f"unix:{path}")
        client = await self.connect(service)
        client.transport.write(b"GET /hello HTTP/1.1\r\nHost: x\r\n\r\n")
        self.assertEqual((await client.reply()).text, "hello 127.0.0.1")
        client = await UNIXClientEndpoint(reactor, path).connect(Factory.forProtocol(Plain))  # type: ignore[arg-type]
        client.transport.write(b"GET /hello HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 192.0.2.7\r\n\r\n")
        self.assertEqual((await client.reply()).text, "hello 192.0.2.7")
        await service.stopService()
        self.assertEqual(service.ports, [])

    async def test_stopping_ends_idle_connections_but_lets_requests_finish(self):
        gate: Deferred[None] = Deferred()
        begun: Deferred[None] = Deferred()

        async def slow(request: Request) -> Answer:
            begun.callback(None)
            await gate
            return Answer.plain("done")

        self.site.route("GET", "/slow", slow)
        service = await self.start("tcp:0:interface=127.0.0.1")
        idle, busy = await self.connect(service), await self.connect(service)
        busy.transport.write(b"GET /slow HTTP/1.1\r\nHost: x\r\n\r\n")
        await begun
        stopped = service.stopService()
        self.assertFalse(stopped.called)
        gate.callback(None)
        self.assertEqual((await busy.reply()).text, "done")
        await stopped
        await idle.lost
        await busy.lost
        self.assertEqual(service.connections, set())
