"""Time, always aware and in UTC, taken from the reactor so that tests can turn it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any


class Clock:
    def __init__(self, reactor: Any) -> None:
        self._reactor = reactor

    def now(self) -> datetime:
        return datetime.fromtimestamp(self._reactor.seconds(), UTC)

    def seconds(self) -> float:
        """Seconds since 1970 as the reactor counts them."""
        return float(self._reactor.seconds())


def iso(moment: datetime) -> str:
    """`2026-11-23T09:08:07.123Z`: what ActivityStreams (RFC 3339) and Mastodon's clients read."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"
