"""Events after a commit: to the listeners of this daemon at once, to the other daemons by NOTIFY."""

from __future__ import annotations

import secrets
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import msgspec
from twisted.internet.defer import Deferred
from twisted.logger import Logger

from pleromad.daemon import spawn
from pleromad.errors import StoreUnavailable
from pleromad.model.event import Event
from store.listen import PAYLOAD_LIMIT_BYTES, Listener
from store.pool import Database

Listen = Callable[[Event], Awaitable[None] | None]
NEXT_SECONDS = 0.02  # after a message to the other daemons until the next
log = Logger()
_decoder = msgspec.json.Decoder(tuple[str, list[Event]])


class Bus:
    def __init__(self, database: Database, reactor: Any) -> None:
        self._listeners: list[_Ear] = []
        self._untold: list[Event] = []
        self._telling = False
        self._timer: Any = None  # IDelayedCall
        self._paced = False  # between start and stop
        self._reactor = reactor
        self._name = secrets.token_hex(4)
        self._wire = Listener(database, reactor, self._heard)

    async def start(self) -> None:
        await self._wire.start()
        self._paced = True

    async def stop(self) -> None:
        self._paced = False
        if self._timer is not None and self._timer.active():
            self._timer.cancel()
            self._telling = False
            await self._tell()
        await self._wire.stop()

    def listen(self, listener: Listen) -> Callable[[], None]:
        """Each event of every daemon, in order, one after the other for this listener. Returns what stops it."""
        ear = _Ear(listener)
        self._listeners.append(ear)

        def stop() -> None:
            if ear in self._listeners:
                self._listeners.remove(ear)

        return stop

    def publish(self, events: Sequence[Event]) -> None:
        """Never waits and never fails: a live event may be lost in a crash, the rows are not."""
        if not events:
            return
        for event in events:
            self._deliver(event)
        self._untold.extend(events)
        if not self._telling:
            self._telling = True
            spawn(self._tell_others(), "telling other daemons")

    def _deliver(self, event: Event) -> None:
        for ear in tuple(self._listeners):
            ear.put(event)

    async def _tell_others(self) -> None:
        """What happens while others are told, and shortly after, goes with the next message."""
        try:
            await self._tell()
        finally:
            if self._paced:
                self._timer = self._reactor.callLater(NEXT_SECONDS, self._next)
            else:
                self._telling = False

    def _next(self) -> None:
        self._telling = bool(self._untold)
        if self._telling:
            spawn(self._tell_others(), "telling other daemons")

    async def _tell(self) -> None:
        while self._untold:
            events, self._untold = self._untold, []
            batch: list[Event] = []
            size = 0
            for event in events:
                length = len(msgspec.json.encode(event)) + 1
                if batch and size + length > PAYLOAD_LIMIT_BYTES - 100:
                    await self._send(batch)
                    batch, size = [], 0
                batch.append(event)
                size += length
            await self._send(batch)

    async def _send(self, batch: Sequence[Event]) -> None:
        payload = msgspec.json.encode((self._name, list(batch)))
        if len(payload) > PAYLOAD_LIMIT_BYTES:
            log.warn("An event is too large to tell other daemons: {kind}", kind=batch[0].kind)
            return
        try:
            await self._wire.notify(payload.decode())
        except StoreUnavailable as error:
            log.warn("Other daemons were not told: {error}", error=error.detail)

    def _heard(self, payload: str) -> None:
        try:
            name, events = _decoder.decode(payload)
        except msgspec.DecodeError:
            log.warn("A notification that is not ours on our channel")
            return
        if name != self._name:
            for event in events:
                self._deliver(event)


class _Ear:
    """One listener and what waits for it. A failure is logged and harms nobody."""

    LIMIT = 10_000

    def __init__(self, listener: Listen) -> None:
        self._listener = listener
        self._queue: deque[Event] = deque(maxlen=self.LIMIT)
        self._busy = False

    def put(self, event: Event) -> None:
        self._queue.append(event)
        if not self._busy:
            self._busy = True
            Deferred.fromCoroutine(self._drain())

    async def _drain(self) -> None:
        try:
            while self._queue:
                event = self._queue.popleft()
                try:
                    result = self._listener(event)
                    if result is not None:
                        await result
                except Exception:  # noqa: BLE001 - whatever goes wrong in one listener harms no other
                    log.failure("A listener failed on {kind}", kind=event.kind)
        finally:
            self._busy = False
