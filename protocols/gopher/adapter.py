"""The gopher door's wiring: settings, listening ports, the bus, and an end in good order."""

from __future__ import annotations

from typing import Any

from twisted.application.service import Service
from twisted.internet.defer import Deferred, DeferredList
from twisted.internet.endpoints import serverFromString

from pleromad.core import Core
from protocols.gopher.burrow import Burrow
from protocols.gopher.connection import Connections

CLOSING_SECONDS = 3.0


def build(core: Core, reactor: Any) -> GopherService:
    return GopherService(core, reactor)


class GopherService(Service):
    """`ports` are the ports it listens on while it runs."""

    name = "gopher"

    def __init__(self, core: Core, reactor: Any) -> None:
        self._core = core
        self._reactor = reactor
        self.burrow = Burrow(core, reactor)
        self.connections = Connections(self.burrow, reactor)
        self.ports: list[Any] = []  # IListeningPort

    def startService(self) -> Deferred[None]:
        super().startService()
        return Deferred.fromCoroutine(self._start())

    async def _start(self) -> None:
        self._deaf = self._core.bus.listen(self.burrow.happened)
        for text in self._core.settings.gopher.listen:
            self.ports.append(await serverFromString(self._reactor, text).listen(self.connections))

    def stopService(self) -> Deferred[None]:
        super().stopService()
        return Deferred.fromCoroutine(self._stop())

    async def _stop(self) -> None:
        """Nobody new; answers that are on their way may arrive, for CLOSING_SECONDS."""
        for port in self.ports:
            stopping = port.stopListening()
            if stopping is not None:
                await stopping
        self.ports = []
        self._deaf()
        waiting = [connection.gone for connection in self.connections.open]
        cut = self._reactor.callLater(CLOSING_SECONDS, self._cut)
        for connection in list(self.connections.open):
            connection.end()
        await DeferredList(waiting)
        if cut.active():
            cut.cancel()

    def _cut(self) -> None:
        for connection in list(self.connections.open):
            connection.transport.abortConnection()
