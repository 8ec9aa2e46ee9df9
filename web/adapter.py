"""Wiring of the hall: the site and the service that listens for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from twisted.application.service import Service
from twisted.internet.defer import Deferred, DeferredList
from twisted.internet.endpoints import serverFromString
from twisted.internet.protocol import Protocol
from twisted.logger import Logger
from twisted.protocols.tls import TLSMemoryBIOProtocol

from web.site import Site
from web.websocket import GOING_AWAY

if TYPE_CHECKING:
    from pleromad.core import Core
    from web.exchange import HallFactory

log = Logger(namespace="web")

FINISH_SECONDS = 8.0  # how long running requests may take when the daemon stops


def build_site(core: Core, reactor: Any) -> Site:
    return Site(core, reactor)


def listen(site: Site, core: Core, reactor: Any) -> HttpService:
    """Listens on `settings.http.listen`. `ports` are the bound ports; stopping waits for running requests, bounded."""
    return HttpService(site, core, reactor)


class HttpService(Service):
    name = "http"

    def __init__(self, site: Site, core: Core, reactor: Any) -> None:
        self.site = site
        self.core = core
        self.reactor = reactor
        self.ports: list[Any] = []
        self.connections: set[Any] = set()

    async def start(self) -> None:
        """Bind every endpoint. OSError or CannotListenError when one is taken."""
        factory = self._counted(self.site.factory())
        for text in self.core.settings.http.listen:
            port = await serverFromString(self.reactor, text).listen(factory)
            self.ports.append(port)
            log.info("http listens on {address}", address=str(port.getHost()))

    def startService(self) -> Any:
        super().startService()
        return Deferred.fromCoroutine(self.start())

    def stopService(self) -> Deferred[None]:
        super().stopService()
        return Deferred.fromCoroutine(self.stop())

    async def stop(self) -> None:
        """No new connections; streams are told to go; running requests end; what is left is cut."""
        ports, self.ports = self.ports, []
        await DeferredList([Deferred.fromCoroutine(_closed(port)) for port in ports], consumeErrors=True)
        for stream in list(self.site.streams):
            lose = getattr(stream, "loseConnection", None)
            if lose is not None and not hasattr(stream, "channel"):
                lose(GOING_AWAY)
            elif getattr(stream, "channel", None) is not None:
                stream.channel.loseConnection()
        await self._quiet(lambda: not self.site.running)
        for connection in list(self.connections):
            connection.transport.loseConnection()
        if not await self._quiet(lambda: not self.connections, 2.0):
            for connection in list(self.connections):
                abort = getattr(connection.transport, "abortConnection", connection.transport.loseConnection)
                abort()
            await self._quiet(lambda: not self.connections, 2.0)

    async def _quiet(self, is_quiet: Any, seconds: float = FINISH_SECONDS) -> bool:
        """Wait until `is_quiet()`, at most `seconds`."""
        end = self.reactor.seconds() + seconds
        while not is_quiet() and self.reactor.seconds() < end:
            pause: Deferred[None] = Deferred()
            self.reactor.callLater(0.02, pause.callback, None)
            await pause
        return bool(is_quiet())

    def _counted(self, factory: HallFactory) -> HallFactory:
        """Keep hold of live connections, so that they can be closed."""
        build = factory.buildProtocol

        def build_counted(address: Any) -> Any:
            channel = build(address)
            return None if channel is None else _Counted(channel, self.connections)

        factory.buildProtocol = build_counted  # type: ignore[method-assign]
        return factory


async def _closed(port: Any) -> None:
    result = port.stopListening()
    if result is not None:
        await result


class _Counted(Protocol):
    """Stands before an HTTP channel and knows when its connection begins and ends."""

    def __init__(self, channel: Any, connections: set[Any]) -> None:
        self._channel = channel
        self._connections = connections
        self._begun = False

    def makeConnection(self, transport: Any) -> None:
        self.connected = 1
        self.transport = transport
        self._connections.add(self)
        self._channel.makeConnection(transport)

    def dataReceived(self, data: bytes) -> None:
        if not self._begun:
            self._begun = True
            if data.startswith(b"\x16\x03") and not isinstance(self.transport, TLSMemoryBIOProtocol):
                # Somebody speaks TLS to a port without it: tell them now, they would wait for an answer.
                self.transport.loseConnection()  # type: ignore[union-attr, misc]
                return
        self._channel.dataReceived(data)

    def connectionLost(self, reason: Any) -> None:  # type: ignore[override]
        self.connected = 0
        self._connections.discard(self)
        self._channel.connectionLost(reason)
