"""How often somebody may fail to log in."""

from __future__ import annotations

from collections import OrderedDict

from pleromad.errors import RateLimited

WINDOW_SECONDS = 300.0
MAX_NAMES = 10_000


class Throttle:
    """Counts failures per key (an address, a name) in memory; `allowed` of them in five minutes."""

    def __init__(self, allowed: int, words: str = "Too many wrong passwords, please wait a few minutes") -> None:
        self._allowed = allowed
        self._words = words
        self._failures: OrderedDict[str, list[float]] = OrderedDict()

    def check(self, key: str, now: float) -> None:
        """Raises RateLimited."""
        times = [each for each in self._failures.get(key, ()) if now - each < WINDOW_SECONDS]
        if len(times) >= self._allowed:
            wait = WINDOW_SECONDS - (now - times[0])
            raise RateLimited(self._words, retry_after_seconds=max(1.0, wait))

    def failed(self, key: str, now: float) -> None:
        times = [each for each in self._failures.pop(key, ()) if now - each < WINDOW_SECONDS]
        self._failures[key] = [*times, now][-self._allowed :]
        if len(self._failures) > MAX_NAMES:
            self._failures.popitem(last=False)

    def forget(self, key: str) -> None:
        self._failures.pop(key, None)
