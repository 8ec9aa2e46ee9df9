"""The life of the daemon: services start in order and stop, awaited, in reverse; background work is spawned and logged."""

from __future__ import annotations

from collections.abc import Coroutine, Sequence
from typing import Any

from twisted.application.service import Service
from twisted.internet.defer import CancelledError, Deferred, maybeDeferred
from twisted.logger import Logger

log = Logger()
_running: set[Deferred[Any]] = set()


def spawn(work: Coroutine[Any, Any, Any], what: str) -> Deferred[None]:
    """Run without being waited for. A failure is logged under `what`; the Deferred fires when it is over and never fails."""
    running = Deferred.fromCoroutine(work)
    _running.add(running)

    def failed(failure: Any) -> None:
        if not failure.check(CancelledError):
            log.failure("{what} failed", failure=failure, what=what)

    def over(_: Any) -> None:
        _running.discard(running)

    running.addErrback(failed)
    running.addCallback(over)
    return running


async def settle() -> None:
    """Wait for all that was spawned."""
    while _running:
        waiter: Deferred[None] = Deferred()
        next(iter(_running)).addBoth(lambda _: waiter.callback(None))  # noqa: B023 - awaited in the same turn
        await waiter


class Daemon(Service):
    """Starts its parts in order, each after the one before is up; stops them in reverse, each awaited.

    A plain MultiService calls every stopService at once, and the store would close under running requests.
    """

    def __init__(self, parts: Sequence[Service]) -> None:
        self._parts = list(parts)
        self._started: list[Service] = []

    def startService(self) -> Deferred[None]:
        super().startService()
        return Deferred.fromCoroutine(self._start())

    async def _start(self) -> None:
        for part in self._parts:
            await maybeDeferred(part.startService)
            self._started.append(part)

    def stopService(self) -> Deferred[None]:
        super().stopService()
        return Deferred.fromCoroutine(self._stop())

    async def _stop(self) -> None:
        while self._started:
            part = self._started.pop()
            try:
                await maybeDeferred(part.stopService)
            except Exception:  # noqa: BLE001 - the others must stop all the same
                log.failure("{part} did not stop well", part=type(part).__name__)
        await settle()
