"""Which hosts are worth a try now: one that does not answer is left alone for a while, then asked with one request."""

from __future__ import annotations

import random
from collections.abc import Callable

from twisted.logger import Logger

from pleromad.cache import Cache
from pleromad.core import Core

log = Logger(namespace="activitypub")

FAILURES = 3  # in a row, before a host is left alone
PAUSE_SECONDS = 60.0
LONGEST_PAUSE_SECONDS = 3600.0
NOTE_SECONDS = 600.0  # how often the database is told of a host that fails, or that goes on answering
DEAD_DAYS = 7  # on so many days it failed: asked once a day
PROBE_SECONDS = 24 * 3600.0
HOSTS = 20_000


class Circuit:
    """What is remembered here is lost with the daemon, and the oldest goes first; days of failure are in the database."""

    def __init__(self, core: Core, jitter: Callable[[float, float], float] = random.uniform) -> None:
        self._core = core
        self._jitter = jitter
        self._failures: Cache[str, int] = Cache(HOSTS)
        self._until: Cache[str, float] = Cache(HOSTS)
        self._silent: Cache[str, bool] = Cache(HOSTS)
        self._told: Cache[tuple[str, bool], float] = Cache(HOSTS)
        self._probed: Cache[str, float] = Cache(HOSTS)

    def wait(self, host: str) -> float:
        """Seconds until the host may be asked; 0 now. Whoever gets 0 while it is open is its probe, the others wait on."""
        until = self._until.get(host)
        if until is None:
            return 0.0
        now = self._core.clock.seconds()
        if until > now:
            return until - now + self._jitter(0, 5)
        self._until.put(host, now + PAUSE_SECONDS)
        return 0.0

    async def is_dead(self, host: str) -> bool:
        """Did it fail on DEAD_DAYS days? Then it is asked once a day."""
        if self._failures.get(host) is None and self._told.get((host, True)) is not None:
            return False
        failing = await self._core.reading.failing(host)
        if failing is None or failing[1] < DEAD_DAYS:
            return False
        now = self._core.clock.seconds()
        probed = self._probed.get(host)
        if probed is not None and now - probed < PROBE_SECONDS:
            return True
        self._probed.put(host, now)
        return False

    def hold(self, host: str, seconds: float) -> None:
        """It asked for a pause (Retry-After)."""
        self._until.put(host, self._core.clock.seconds() + seconds)

    async def succeeded(self, host: str) -> None:
        """It answered."""
        had_failed = self._failures.get(host) is not None
        paused = (self._failures.get(host) or 0) >= FAILURES
        waits = paused or self._silent.get(host) is not None or self._told.get((host, True)) is None
        self._failures.drop(host)
        self._until.drop(host)
        self._silent.drop(host)
        if waits:  # or this daemon is new, and knows nothing of what failed before
            await self._core.federation.wake(host)
        if had_failed or self._due(host, True):
            self._probed.drop(host)
            self._told.drop((host, False))
            await self._core.accounts.host_succeeded(host)

    async def called(self, host: str) -> None:
        """It called us, so it is there: what waits for it may go at once."""
        if self._until.get(host) is not None or self._failures.get(host) is not None or self._told.get((host, True)) is None:
            await self.succeeded(host)

    async def failed(self, host: str, *, silent: bool = False) -> None:
        """`silent`: it did not answer at all. What it answered with an error is not asked again just because it speaks."""
        if silent:
            self._silent.put(host, True)
        count = (self._failures.get(host) or 0) + 1
        self._failures.put(host, count)
        if count >= FAILURES:
            pause = min(PAUSE_SECONDS * 2 ** min(count - FAILURES, 10), LONGEST_PAUSE_SECONDS)
            self._until.put(host, self._core.clock.seconds() + pause)
        if self._due(host, False):
            await self._core.accounts.host_failed(host)

    def _due(self, host: str, good: bool) -> bool:
        now = self._core.clock.seconds()
        told = self._told.get((host, good))
        if told is not None and now - told < NOTE_SECONDS:
            return False
        self._told.put((host, good), now)
        return True
