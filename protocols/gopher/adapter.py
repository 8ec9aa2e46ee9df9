"""The gopher door's wiring: settings, listening ports, the bus, and an end in good order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pleromad.core import Core
from pleromad.ports import PortService
from protocols.gopher.burrow import Burrow
from protocols.gopher.connection import Connections


def build(core: Core, reactor: Any) -> GopherService:
    return GopherService(core, reactor)


class GopherService(PortService):
    """Answers that are on their way may arrive."""

    name = "gopher"
    closing_seconds = 3.0

    def __init__(self, core: Core, reactor: Any) -> None:
        super().__init__(reactor)
        self._core = core
        self.burrow = Burrow(core, reactor)
        self._connections = Connections(self.burrow, reactor)

    @property
    def endpoints(self) -> Sequence[str]:
        return self._core.settings.gopher.listen

    @property
    def connections(self) -> Connections:
        return self._connections

    def opening(self) -> None:
        self._deaf = self._core.bus.listen(self.burrow.happened)

    def closing(self) -> None:
        self._deaf()

    def end(self, connection: Any) -> None:
        connection.end()

    def cut(self, connection: Any) -> None:
        connection.transport.abortConnection()
