"""Write down what became of deliveries, many at a time: a row per inbox is too dear for a statement of its own."""

from __future__ import annotations

from typing import Any

from twisted.logger import Logger

from pleromad.core import Core
from pleromad.daemon import spawn
from pleromad.errors import StoreUnavailable
from pleromad.model.delivery import Delivery

log = Logger(namespace="activitypub")

FLUSH_SECONDS = 0.5
MOST = 500  # written at once
TOO_MANY = 20_000  # while the database is away, the oldest are let go


class Ledger:
    """What is not written yet is lost with the daemon: the deliveries themselves are jobs, and those are not."""

    def __init__(self, core: Core, reactor: Any) -> None:
        self._core = core
        self._reactor = reactor
        self._rows: list[Delivery] = []
        self._timer: Any = None  # IDelayedCall
        self._closed = False

    def note(self, row: Delivery) -> None:
        self._rows.append(row)
        if self._timer is None and not self._closed:
            self._timer = self._reactor.callLater(FLUSH_SECONDS, self._due)

    def _due(self) -> None:
        self._timer = None
        spawn(self.flush(), "writing down deliveries")

    async def close(self) -> None:
        self._closed = True
        await self.flush()

    async def flush(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        while self._rows:
            rows, self._rows = self._rows[:MOST], self._rows[MOST:]
            try:
                await self._core.federation.record(rows)
            except StoreUnavailable as error:
                log.warn("Deliveries were not written down: {error}", error=error.detail)
                self._rows = [*rows, *self._rows][-TOO_MANY:]
                return
