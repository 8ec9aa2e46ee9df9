"""What the parts of `Moderation` share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from pleromad.accounts import Accounts
from pleromad.bus import Bus
from pleromad.clock import Clock
from pleromad.config import Settings
from pleromad.errors import Forbidden
from pleromad.gatekeeper import Gatekeeper
from pleromad.ids import Ids
from pleromad.jobs import Jobs
from pleromad.media import MediaShelf
from pleromad.model.account import Account
from pleromad.model.moderation import Permission, may
from pleromad.model.page import Page, Slice
from pleromad.reading import Reading
from pleromad.service import ActivityService
from pleromad.settings import LiveSettings
from store import staff_log
from store.pool import Database, Queries

NOT_ALLOWED = "This action is not allowed"


class _HasId(Protocol):
    @property
    def id(self) -> int: ...


T = TypeVar("T", bound=_HasId)


def slice_of(found: Sequence[T], page: Page) -> Slice[T]:
    """What is paged by its own id, newest first."""
    if not found:
        return Slice(())
    return Slice(tuple(found), found[-1].id if len(found) >= page.limit else None, found[0].id)


@dataclass(frozen=True, slots=True)
class ModerationDesk:
    database: Database
    settings: Callable[[], Settings]
    ids: Ids
    clock: Clock
    bus: Bus
    jobs: Jobs
    gatekeeper: Gatekeeper
    activities: ActivityService
    reading: Reading
    accounts: Accounts
    live_settings: LiveSettings
    media: MediaShelf


class Officer:
    """Base of the parts of `Moderation`. `by` is who of the staff acts, None at the shell, which may everything."""

    def __init__(self, desk: ModerationDesk) -> None:
        self._desk = desk
        self._database = desk.database
        self._ids = desk.ids
        self._clock = desk.clock
        self._bus = desk.bus

    def need(self, by: Account | None, *any_of: Permission) -> None:
        """Raises Forbidden."""
        if by is not None and not may(by.role, *any_of):
            raise Forbidden(NOT_ALLOWED, station="authorise")

    async def log(
        self,
        db: Queries,
        by: Account | None,
        action: str,
        target_type: str,
        target_id: int | None = None,
        target: str = "",
        **details: object,
    ) -> None:
        """Into the log of the staff, in the transaction of what is done."""
        await staff_log.add(
            db,
            id=await self._ids.mint(),
            by=by.id if by is not None else None,
            action=action,
            target_type=target_type,
            target_id=target_id,
            target=target,
            details={name: value for name, value in details.items() if value not in (None, "", (), [])},
        )
