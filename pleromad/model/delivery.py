"""What becomes of what is sent to other servers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

TAKEN, WAITING, REFUSED, GIVEN_UP = "taken", "waiting", "refused", "given up"


@dataclass(frozen=True, slots=True)
class Delivery:
    """One activity to one inbox, as it stands. `status`: of HTTP, None when there was no answer."""

    activity_id: int
    inbox: str
    host: str
    state: str
    tries: int
    status: int | None
    said: str
    at: datetime


@dataclass(frozen=True, slots=True)
class HostState:
    """A host with something waiting for it, or that fails."""

    host: str
    waiting: int
    oldest: datetime | None
    next_try: datetime | None
    failing_since: datetime | None
    failed_days: int
    last_success: datetime | None
    last_error: str
