"""LISTEN and NOTIFY: how daemons on one PostgreSQL hear of each other's events. Payloads are ids, never content."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import psycopg2
from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.task import deferLater
from twisted.logger import Logger
from txpostgres.txpostgres import Connection

from store.pool import Database, connect

CHANNEL = "pleromad"
PAYLOAD_LIMIT_BYTES = 7900  # PostgreSQL: less than 8000
PROBE_SECONDS = 30.0
log = Logger()


class Listener:
    """Calls `heard(payload)` for each notification of another daemon, and reconnects for ever until stopped."""

    def __init__(self, database: Database, reactor: Any, heard: Callable[[str], None]) -> None:
        self._database = database
        self._reactor = reactor
        self._heard = heard
        self._connection: Connection | None = None
        self._stopped = False
        self._pause: Deferred[None] | None = None
        self._loop: Deferred[None] | None = None

    async def start(self) -> None:
        await self._listen()
        self._loop = Deferred.fromCoroutine(self._keep())

    async def stop(self) -> None:
        self._stopped = True
        if self._pause is not None:
            self._pause.cancel()
        if self._loop is not None:
            await self._loop
        if self._connection is not None:
            self._connection.close()

    async def notify(self, payload: str) -> None:
        await self._database.execute("SELECT pg_notify(%s, %s)", (CHANNEL, payload))

    async def _listen(self) -> None:
        self._connection = await connect(self._database.dsn, self._reactor)
        self._connection.addNotifyObserver(lambda notify: self._heard(notify.payload))
        await self._connection.runOperation(f"LISTEN {CHANNEL}")

    async def _keep(self) -> None:
        """Looks every second whether the connection still stands; a server that went without a word is noticed by a probe."""
        idle_seconds = 0.0
        while not self._stopped:
            self._pause = deferLater(self._reactor, 1.0, lambda: None)
            try:
                await self._pause
            except CancelledError:
                return
            idle_seconds += 1.0
            lost = self._connection is None or self._connection.closed
            if not lost and idle_seconds < PROBE_SECONDS:
                continue
            idle_seconds = 0.0
            try:
                if lost:
                    await self._listen()
                    log.info("Listening to PostgreSQL again")
                elif self._connection is not None:
                    await self._connection.runOperation("SELECT 1")
            except (psycopg2.Error, ConnectionError) as error:
                log.warn("PostgreSQL does not answer ({error}); events of other daemons wait", error=str(error).strip())
                if self._connection is not None and not self._connection.closed:
                    self._connection.close()
                self._connection = None
