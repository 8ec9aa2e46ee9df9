"""The service: ports, connections over TCP, slow readers, the end."""

from __future__ import annotations

from typing import Any

from twisted.internet import defer, reactor, task
from twisted.internet.endpoints import TCP4ClientEndpoint, connectProtocol
from twisted.internet.error import ConnectionAborted, ConnectionDone
from twisted.internet.protocol import Protocol
from twisted.internet.testing import StringTransport
from twisted.python.failure import Failure

from pleromad.config import build
from protocols.irc.adapter import Connections, IrcService
from protocols.irc.adapter import build as build_door
from tests.support.core import CoreCase
from web.adapter import build_site


class Plain(Protocol):
    """A client that keeps all it is sent."""

    def __init__(self) -> None:
        self.data = b""
        self.gone: defer.Deferred[None] = defer.Deferred()
        self._waiting: list[tuple[bytes, defer.Deferred[None]]] = []

    def dataReceived(self, data: bytes) -> None:
        self.data += data
        for wanted, waiter in list(self._waiting):
            if wanted in self.data:
                self._waiting.remove((wanted, waiter))
                waiter.callback(None)

    async def wait(self, wanted: bytes) -> None:
        if wanted not in self.data:
            waiter: defer.Deferred[None] = defer.Deferred()
            self._waiting.append((wanted, waiter))
            await waiter

    def connectionLost(self, reason: Failure | None = None) -> None:
        self.gone.callback(None)


class ServiceTests(CoreCase):
    SETTINGS = {"irc": {"listen": ["tcp:0:interface=127.0.0.1"], "guests": True}}

    async def start(self) -> IrcService:
        service = build_door(self.core, build_site(self.core, reactor), reactor)
        assert service is not None
        await service.startService()
        return service

    async def connect(self, service: IrcService) -> Any:
        client: Any = Plain()
        port = service.ports[0].getHost().port
        await connectProtocol(TCP4ClientEndpoint(reactor, "127.0.0.1", port), client)
        return client

    async def test_a_stop_tells_everybody_and_waits_until_they_are_gone(self) -> None:
        service = await self.start()
        client = await self.connect(service)
        client.transport.write(b"NICK ann\r\nUSER x 0 * :x\r\n")
        await client.wait(b" 376 ann ")
        await service.stopService()
        await client.gone
        self.assertTrue(client.data.endswith(b"ERROR :Closing link: The server is stopping\r\n"))
        self.assertEqual((service.ports, service.connections.open), ([], set()))

    async def test_settings_that_were_reloaded_hold_for_the_next_who_comes(self) -> None:
        service = await self.start()
        self.addCleanup(lambda: service.stopService())
        tables = {"instance": {"domain": "here.example"}, "irc": {"guests": False, "listen": ["tcp:0"]}}
        from pathlib import Path

        self.core.settings = build(tables, "", Path.cwd())
        client = await self.connect(service)
        client.transport.write(b"NICK ann\r\nUSER x 0 * :x\r\n")
        await client.gone
        self.assertIn(b"FAIL * ACCOUNT_REQUIRED", client.data)

    async def test_switched_off_there_is_no_door(self) -> None:
        from pathlib import Path

        self.core.settings = build({"irc": {"enabled": False}}, "", Path.cwd())
        self.assertIsNone(build_door(self.core, build_site(self.core, reactor), reactor))

    async def test_who_does_not_read_is_cut_at_a_bound(self) -> None:
        service = IrcService(self.core, reactor)
        connection = Connections(service.network).buildProtocol(None)
        transport: Any = StringTransport()
        connection.makeConnection(transport)
        transport.producer.pauseProducing()  # what the transport says when it is full
        limit = service.network.settings.send_limit_bytes
        connection.write(b"x" * limit)
        self.assertFalse(transport.disconnecting)
        connection.write(b"x")
        self.assertTrue(transport.disconnected)
        connection.connectionLost(Failure(ConnectionAborted()))
        self.assertEqual(service.network.sessions, set())

    async def test_a_transport_that_drains_starts_again_from_nothing(self) -> None:
        service = IrcService(self.core, reactor)
        connection = Connections(service.network).buildProtocol(None)
        transport: Any = StringTransport()
        connection.makeConnection(transport)
        limit = service.network.settings.send_limit_bytes
        for _ in range(3):
            transport.producer.pauseProducing()
            connection.write(b"x" * limit)
            transport.producer.resumeProducing()
        self.assertFalse(transport.disconnecting)
        connection.connectionLost(Failure(ConnectionDone()))

    async def test_who_does_not_take_the_last_words_is_cut(self) -> None:
        clock = task.Clock()
        service = IrcService(self.core, clock)
        connection = Connections(service.network).buildProtocol(None)
        transport: Any = StringTransport()
        connection.makeConnection(transport)
        assert connection.session is not None
        connection.session.close("over")
        self.assertFalse(transport.disconnected)
        clock.advance(11)
        self.assertTrue(transport.disconnected)
        connection.connectionLost(Failure(ConnectionAborted()))
