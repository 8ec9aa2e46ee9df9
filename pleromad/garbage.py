"""Collecting garbage without holding the reactor.

CPython looks through all objects there are whenever their number has grown by a quarter: with some hundred connections and full caches
that takes over 100 ms, in which nobody is served. Here what has stayed for a few seconds is set aside (`gc.freeze`) and not looked at
again; it is still freed at once when nothing refers to it any more. Only what refers to itself in a circle stays, until memory has grown
so much that it is worth looking through all.
"""

from __future__ import annotations

import gc
from collections.abc import Callable
from pathlib import Path
from typing import Any

from twisted.application.service import Service
from twisted.internet.task import LoopingCall

SECONDS = 1.0
YOUNG = 5_000  # new objects, after which these are looked through
MIDDLE = 20  # such rounds, after which what they left is
NEVER = 1_000_000_000
GROWTH = 1.5  # of the memory after all was looked through last ...
MORE_BYTES = 48 << 20  # ... and at least this
WITHOUT_MEASURE_SECONDS = 3600.0  # where memory cannot be read


def resident_bytes() -> int | None:
    """The memory of this process (proc(5)); None where that cannot be read."""
    try:
        return int(Path("/proc/self/statm").read_bytes().split()[1]) * 4096
    except (OSError, IndexError, ValueError):
        return None


class Garbage(Service):
    """Of the whole process, while it runs."""

    name = "garbage"

    def __init__(self, reactor: Any, measure: Callable[[], int | None] = resident_bytes) -> None:
        self._measure = measure
        self._reactor = reactor
        self._before = gc.get_threshold()
        self._call = LoopingCall(self.look)
        self._call.clock = reactor
        self._most = 0
        self._swept = 0.0

    def startService(self) -> None:
        super().startService()
        self._before = gc.get_threshold()
        gc.set_threshold(YOUNG, MIDDLE, NEVER)
        self._sweep()
        self._call.start(SECONDS, now=False)

    def stopService(self) -> None:
        super().stopService()
        self._call.stop()
        gc.set_threshold(*self._before)
        gc.unfreeze()

    def look(self) -> None:
        """Through what came since the last time; through all when memory has grown."""
        resident = self._measure()
        grown = resident > self._most if resident is not None else self._reactor.seconds() - self._swept > WITHOUT_MEASURE_SECONDS
        if grown:
            self._sweep()
        else:
            gc.collect()
            gc.freeze()

    def _sweep(self) -> None:
        gc.unfreeze()
        gc.collect()
        gc.freeze()
        self._swept = self._reactor.seconds()
        resident = self._measure() or 0
        self._most = int(max(resident * GROWTH, resident + MORE_BYTES))
