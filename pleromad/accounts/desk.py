"""What the parts of `Accounts` share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ParamSpec, TypeVar

from twisted.internet.threads import deferToThreadPool

from pleromad.bus import Bus
from pleromad.clock import Clock
from pleromad.config import Settings
from pleromad.ids import Ids
from pleromad.service import ActivityService
from store.pool import Database

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Desk:
    database: Database
    settings: Callable[[], Settings]
    ids: Ids
    clock: Clock
    bus: Bus
    activities: ActivityService
    reactor: Any

    async def in_thread(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Slow work (hashing, key making) off the reactor."""
        result: T = await deferToThreadPool(self.reactor, self.reactor.getThreadPool(), work, *args, **kwargs)
        return result


class Clerk:
    """Base of the parts of `Accounts`."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
