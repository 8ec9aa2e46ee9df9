"""Flood control: a budget that refills with time. Who has used it up is not cut off but read more slowly."""

from __future__ import annotations


class Budget:
    """`burst` points to start with, `per_second` points back. Times are seconds of any one clock."""

    def __init__(self, burst: float, per_second: float, now: float) -> None:
        self._burst = burst
        self._per_second = per_second
        self._points = burst
        self._at = now

    def spend(self, cost: float, now: float) -> float:
        """Takes `cost` points; how many seconds to wait before the command may run."""
        self._points = min(self._burst, self._points + (now - self._at) * self._per_second)
        self._at = now
        self._points -= cost
        if self._points >= 0 or self._per_second <= 0:
            return 0.0
        return -self._points / self._per_second
