"""What becomes of what is sent to other servers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

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


def line_of(type: str, data: Mapping[str, Any]) -> str | None:
    """What is told one after the other, in the order it happened: what somebody says in a room, what a room passes on."""
    actor, audience = data.get("actor"), data.get("audience")
    if isinstance(audience, str) and audience:
        return f"{actor} {audience}"[:500]
    # A room's boost, for servers that know no groups, is for its members; a person's is for everybody.
    if type == "Announce" and (isinstance(data.get("object"), Mapping) or not any(str(each).endswith("#Public") for each in data.get("to") or ())):
        return str(actor)[:500]
    return None
