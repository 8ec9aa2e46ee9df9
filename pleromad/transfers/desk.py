"""What the parts of `Transfers` share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ParamSpec, TypeVar

from twisted.internet.threads import deferToThreadPool

from pleromad.accounts import Accounts
from pleromad.clock import Clock
from pleromad.config import Settings
from pleromad.ids import Ids
from pleromad.jobs import Jobs
from pleromad.personal import Personal
from pleromad.reading import Reading
from pleromad.resolver import Resolver
from pleromad.service import ActivityService
from store.pool import Database

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class TransferDesk:
    database: Database
    settings: Callable[[], Settings]
    resolver: Callable[[], Resolver | None]
    ids: Ids
    clock: Clock
    jobs: Jobs
    activities: ActivityService
    reading: Reading
    personal: Personal
    accounts: Accounts
    reactor: Any

    async def in_thread(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        result: T = await deferToThreadPool(self.reactor, self.reactor.getThreadPool(), work, *args, **kwargs)
        return result


class Clerk:
    """Base of the parts of `Transfers`."""

    def __init__(self, desk: TransferDesk) -> None:
        self._desk = desk
        self._database = desk.database
