"""Locks by key, kept only while somebody holds or awaits them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Hashable
from contextlib import asynccontextmanager

from twisted.internet.defer import DeferredLock


class Locks:
    def __init__(self) -> None:
        self._locks: dict[Hashable, DeferredLock] = {}

    @asynccontextmanager
    async def hold(self, key: Hashable) -> AsyncIterator[None]:
        lock = self._locks.setdefault(key, DeferredLock())
        await lock.acquire()
        try:
            yield
        finally:
            lock.release()
            if not lock.locked and self._locks.get(key) is lock:
                del self._locks[key]
