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
from pleromad.jobs import Jobs
from pleromad.service import ActivityService
from store.pool import Database, Queries

P = ParamSpec("P")
T = TypeVar("T")

MAIL = "mail"  # the job that sends a letter; the mail door does it
LOBBY = "lobby"  # the job that puts somebody into the room of everybody (`pleromad.lobby`)
MAIL_TRIES = 12  # about three days


@dataclass(frozen=True, slots=True)
class Desk:
    database: Database
    settings: Callable[[], Settings]
    ids: Ids
    clock: Clock
    bus: Bus
    activities: ActivityService
    jobs: Jobs
    reactor: Any

    async def in_thread(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Slow work (hashing, key making) off the reactor."""
        result: T = await deferToThreadPool(self.reactor, self.reactor.getThreadPool(), work, *args, **kwargs)
        return result

    async def write_letter(self, account_id: int, kind: str, *, to: str = "", within: Queries | None = None) -> None:
        """Have a letter of this kind (`accounts.letters`) sent to somebody here: to `to`, or the address of their log-in.

        It is written when it is sent, so that no secret lies with the job. Nothing happens while mail is off; a letter that has
        not gone yet is not written twice.
        """
        if self.settings().mail.on:
            payload = {"account_id": account_id, "kind": kind, **({"to": to} if to else {})}
            dedupe = f"mail {kind} {account_id} {to}"
            await self.jobs.add(MAIL, payload, dedupe=dedupe, max_attempts=MAIL_TRIES, within=within)

    async def welcome(self, account_id: int, *, within: Queries | None = None) -> None:
        """Who may use their account now is put into the lobby, where there is one."""
        if self.settings().rooms.lobby:
            await self.jobs.add(LOBBY, {"account_id": account_id}, dedupe=f"lobby {account_id}", within=within)


class Clerk:
    """Base of the parts of `Accounts`."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
