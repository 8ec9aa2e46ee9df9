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

from pleromad.clock import iso
from pleromad.errors import RateLimited
from web.request import LOCAL, Request

MAX_KEYS = 100_000


@dataclass(frozen=True, slots=True)
class Limit:
    """`most` requests in `seconds`, counted apart for each name."""

    name: str
    most: int
    seconds: int


# Mastodon's own numbers (its documentation, "Rate limits"); reading is wider here because it is cheap.
BY_ACCOUNT = Limit("account", 1500, 300)
BY_ADDRESS = Limit("address", 7500, 300)
UPLOADS = Limit("uploads", 30, 1800)
DELETIONS = Limit("deletions", 30, 1800)
SIGN_UPS = Limit("sign-ups", 5, 1800)
LOG_INS = Limit("log-ins", 30, 300)


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

    def __init__(self, seconds: Callable[[], float]) -> None:
        self._seconds = seconds
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
        now = self._seconds()
        key = (limit.name, who)
        start, used = self._windows.get(key, (now, 0))
        if now - start >= limit.seconds:
            start, used = now, 0
        used += cost
        self._windows[key] = (start, used)
        self._windows.move_to_end(key)
        while len(self._windows) > MAX_KEYS:
            self._windows.popitem(last=False)
        return Allowance(limit.most, limit.most - used, datetime.fromtimestamp(start + limit.seconds, UTC))


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
