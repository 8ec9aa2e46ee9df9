"""How often: fixed windows per person or address, told in X-RateLimit-* headers as Mastodon does.

Counts are kept in memory, per daemon. Who comes from the machine itself (loopback, a unix socket without a proxy) is
counted and told, but never refused: behind a proxy that is not in `trusted_proxies` that is everybody.
"""

from __future__ import annotations

import ipaddress
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache

from pleromad.clock import iso
from pleromad.errors import RateLimited
from pleromad.sections import Rates
from web.request import LOCAL, Request

MAX_KEYS = 100_000


@cache
def _rate(text: str) -> tuple[int, int]:
    """`1500/300`: requests in seconds."""
    most, _, seconds = text.partition("/")
    return int(most), int(seconds)


@dataclass(frozen=True, slots=True)
class Limit:
    """`most` requests in `seconds`, counted apart for each name. What `[rates]` says of that name counts before them."""

    name: str
    most: int
    seconds: int

    @classmethod
    def of(cls, name: str) -> Limit:
        """A bucket that is declared in `[rates]`."""
        return cls(name, *_rate(getattr(Rates(), name)))


BY_ACCOUNT = Limit.of("account")
BY_ADDRESS = Limit.of("address")
UPLOADS = Limit.of("uploads")
DELETIONS = Limit.of("deletions")
SIGN_UPS = Limit.of("sign_ups")
LOG_INS = Limit.of("log_ins")


@dataclass(frozen=True, slots=True)
class Allowance:
    limit: int
    remaining: int
    reset_at: datetime

    def headers(self) -> tuple[tuple[str, str], ...]:
        return (
            ("X-RateLimit-Limit", str(self.limit)),
            ("X-RateLimit-Remaining", str(self.remaining)),
            ("X-RateLimit-Reset", iso(self.reset_at)),
        )


class Limits:
    """Counters. The oldest are forgotten when there are too many."""

    def __init__(self, seconds: Callable[[], float], rates: Callable[[], Rates] = Rates) -> None:
        self._seconds = seconds
        self._rates = rates
        self._windows: OrderedDict[tuple[str, str], tuple[float, int]] = OrderedDict()

    def take(
        self, request: Request, limit: Limit, account_id: int | None = None, *, cost: int = 1
    ) -> Allowance:
        """Count one request and put the allowance on it. RateLimited when it is one too many."""
        who = f"account {account_id}" if account_id is not None else group_of(request.address)
        allowance = self.count(limit, who, cost)
        request.allowance = allowance
        if allowance.remaining < 0:
            request.allowance = Allowance(allowance.limit, 0, allowance.reset_at)
            if not from_this_machine(request.address):
                wait = allowance.reset_at.timestamp() - self._seconds()
                raise RateLimited(retry_after_seconds=max(1.0, wait))
        return request.allowance

    def count(self, limit: Limit, who: str, cost: int = 1) -> Allowance:
        """Count without refusing; `remaining` below 0 means too many."""
        said = getattr(self._rates(), limit.name, None)
        most, seconds = _rate(said) if said is not None else (limit.most, limit.seconds)
        now = self._seconds()
        key = (limit.name, who)
        start, used = self._windows.get(key, (now, 0))
        if now - start >= seconds:
            start, used = now, 0
        used += cost
        self._windows[key] = (start, used)
        self._windows.move_to_end(key)
        while len(self._windows) > MAX_KEYS:
            self._windows.popitem(last=False)
        return Allowance(most, most - used, datetime.fromtimestamp(start + seconds, UTC))


def group_of(address: str) -> str:
    """One person's worth of addresses: an IPv4 address, or the /64 of an IPv6 address."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return address


def from_this_machine(address: str) -> bool:
    if address == LOCAL:
        return True
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False
