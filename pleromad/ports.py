"""A door with ports of its own (gopher, IRC): listens, and ends in good order."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from twisted.application.service import Service
from twisted.internet.defer import Deferred, DeferredList
from twisted.internet.endpoints import serverFromString


class PortService(Service):
    """`ports` are those it listens on while it runs. A connection has `gone`, a Deferred for its end.

    At the end nobody new comes in; each connection is told to end, and after `closing_seconds` those that are still there are cut.
    """

    closing_seconds = 5.0

    def __init__(self, reactor: Any) -> None:
        self._reactor = reactor
        self.ports: list[Any] = []  # IListeningPort

    # for each door

    @property
    def endpoints(self) -> Sequence[str]:
        """In Twisted's words: `tcp:70`."""
        raise NotImplementedError

    @property
    def connections(self) -> Any:
        """The factory; its `open` are the connections."""
        raise NotImplementedError

    def opening(self) -> None:
        """Before the ports are open."""

    def closing(self) -> None:
        """When nobody comes in any more."""

    def end(self, connection: Any) -> None:
        """Asks a connection to end."""
        raise NotImplementedError

    def cut(self, connection: Any) -> None:
        raise NotImplementedError

    async def closed(self) -> None:
        """When nobody is there any more."""

    # Service

    def startService(self) -> Deferred[None]:
        super().startService()
        return Deferred.fromCoroutine(self._start())

    async def _start(self) -> None:
        self.opening()
        for text in self.endpoints:
            self.ports.append(await serverFromString(self._reactor, text).listen(self.connections))

    def stopService(self) -> Deferred[None]:
        super().stopService()
        return Deferred.fromCoroutine(self._stop())

    async def _stop(self) -> None:
        for port in self.ports:
            stopping = port.stopListening()
            if stopping is not None:
                await stopping
        self.ports = []
        self.closing()
        still: Collection[Any] = self.connections.open
        waiting = [connection.gone for connection in still]
        cut = self._reactor.callLater(self.closing_seconds, self._cut)
        for connection in list(still):
            self.end(connection)
        await DeferredList(waiting)
        if cut.active():
            cut.cancel()
        await self.closed()

    def _cut(self) -> None:
        for connection in list(self.connections.open):
            self.cut(connection)
