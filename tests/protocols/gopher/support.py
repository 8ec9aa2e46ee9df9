"""A gopher door over a real core: asked over a transport in memory, or over loopback."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from twisted.internet import defer, reactor
from twisted.internet.address import IPv4Address
from twisted.internet.defer import Deferred
from twisted.internet.error import ConnectionDone
from twisted.python.failure import Failure

from protocols.gopher.adapter import build
from protocols.gopher.connection import Connection
from tests.support.core import CoreCase
from tests.support.http import MemoryTransport

KINDS = "013579gIhi"


@dataclass(frozen=True)
class Item:
    kind: str
    text: str
    selector: str
    host: str
    port: str


def parse_menu(data: bytes) -> list[Item]:
    """Every line must be an item, and a dot the end; AssertionError otherwise."""
    text = data.decode("utf-8")
    assert text.endswith("\r\n.\r\n"), repr(text[-40:])
    items = []
    for line in text.removesuffix(".\r\n").split("\r\n")[:-1]:
        fields = line.split("\t")
        assert len(fields) == 4, repr(line)
        assert line and line[0] in KINDS, repr(line)
        assert "\n" not in line and "\r" not in line, repr(line)
        items.append(Item(fields[0][:1], fields[0][1:], *fields[1:]))
    return items


def shown(data: bytes) -> str:
    """What a person sees of a menu."""
    return "\n".join(item.text for item in parse_menu(data))


class Wire(MemoryTransport):
    """A transport in memory that can be half closed."""

    half_closed = False
    aborted = False

    def loseWriteConnection(self) -> None:
        self.half_closed = True
        self._wrote()

    def abortConnection(self) -> None:
        self.aborted = True
        super().abortConnection()


class Visitor:
    """A client that says one thing and listens until the server hangs up."""

    def __init__(self, factory: Any, address: str = "192.0.2.1") -> None:
        self._waiting: list[Deferred[None]] = []
        self.wire = Wire(IPv4Address("TCP", address, 40000), self._tell)
        self.protocol = factory.buildProtocol(self.wire.getPeer())
        self.protocol.makeConnection(self.wire)

    def _tell(self) -> None:
        waiting, self._waiting = self._waiting, []
        for one in waiting:
            one.callback(None)

    def send(self, data: bytes) -> None:
        self.protocol.dataReceived(data)

    @property
    def said(self) -> bytes:
        return self.wire.value()

    @property
    def over(self) -> bool:
        return self.wire.lost or self.wire.half_closed

    async def end(self) -> bytes:
        while not self.over:
            more: Deferred[None] = Deferred()
            self._waiting.append(more)
            await more
        self.hang_up()
        return self.said

    def hang_up(self) -> None:
        if isinstance(self.protocol, Connection) and not self.protocol.gone.called:
            self.protocol.connectionLost(Failure(ConnectionDone()))


class GopherCase(CoreCase):
    """`self.door` listens on a free port of loopback while a test runs."""

    SETTINGS = {
        "instance": {"description": "A place to talk.\n\nBe welcome.", "rules": ["Be kind", ". and no dots"]},
        "gopher": {"enabled": True, "listen": ["tcp:0:interface=127.0.0.1"], "advertise_host": "127.0.0.1", "advertise_port": 70},
    }

    @defer.inlineCallbacks
    def setUp(self):
        yield super().setUp()
        self.door = build(self.core, reactor)
        yield self.door.startService()
        self.addCleanup(self.door.stopService)
        self.port = self.door.ports[0].getHost().port

    def visitor(self, address: str = "192.0.2.1") -> Visitor:
        return Visitor(self.door.connections, address)

    async def ask(self, selector: str | bytes) -> bytes:
        visitor = self.visitor()
        visitor.send((selector.encode() if isinstance(selector, str) else selector) + b"\r\n")
        return await visitor.end()

    async def menu(self, selector: str) -> list[Item]:
        return parse_menu(await self.ask(selector))

    async def read(self, selector: str) -> str:
        return shown(await self.ask(selector))
