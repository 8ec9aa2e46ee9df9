"""What an activity is given while it is checked and applied: one transaction, and a note of what is to follow the commit."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pleromad import errors, visibility
from pleromad.ids import Ids, Uris
from pleromad.model.account import Account, ProfileChange
from pleromad.model.activity import Origin
from pleromad.model.event import Event
from pleromad.model.note import Visibility
from pleromad.sections import Settings
from store import accounts as account_rows
from store import notes as note_rows
from store.notes import Facts
from store.pool import Transaction


@dataclass(slots=True)
class Work:
    tx: Transaction
    ids: Ids
    uris: Uris
    now: datetime
    actor: Account
    origin: Origin
    usual_visibility: str  # what the actor posts with, when nothing else is said
    usual_language: str | None
    bells: bool  # somebody here wants to be told of each of the actor's notes
    usual_quote_policy: str
    settings: Settings
    media_url: str
    activity_id: int
    activity_uri: str
    events: list[Event] = field(default_factory=list)
    notified: list[int] = field(default_factory=list)
    wake: set[str] = field(default_factory=set)  # kinds of jobs that were written
    also: list[tuple[str, Account, dict[str, Any], str]] = field(default_factory=list)  # further activities: uri, actor, data, visibility

    @property
    def local(self) -> bool:
        return self.actor.local

    async def account(self, id: int) -> Account:
        """An account that is not deleted, or NotFound."""
        found = self.actor if id == self.actor.id else await account_rows.one(self.tx, id)
        if found is None or found.deleted:
            raise errors.NotFound(station="check")
        return found

    async def visible_note(self, id: int, *, lock: bool = False) -> Facts:
        """The facts of a note the actor may see, or NotFound."""
        facts = await note_rows.facts(self.tx, id, lock=lock)
        if facts is None:
            raise errors.NotFound(station="check")
        author = facts.account_id == self.actor.id
        addressed = follows = blocked = False
        if not author:
            addressed, follows, blocked = await note_rows.standing(self.tx, self.actor.id, facts)
        standing = visibility.Standing(
            local=self.actor.local,
            author=author,
            addressed=addressed,
            follows=follows,
            blocked=blocked,
            withdrawn=facts.suspended,
        )
        # A server that got a note for its people may act on it without our knowing which of them follow; what is withdrawn it
        # does not bring back (S24).
        if not visibility.may_see(facts.visibility, standing) and (self.actor.local or blocked or facts.suspended):
            raise errors.NotFound(station="check")
        return facts


@dataclass(frozen=True, slots=True)
class Result:
    """What `apply` leaves: the JSON to store as the activity and what the doors are told.

    data None: nothing to store or to deliver (it changed nothing, or never leaves this server). `stays`: it is stored, and
    there is nobody elsewhere to deliver it to.
    """

    data: dict[str, Any] | None = None
    note_id: int | None = None
    account_id: int | None = None
    visibility: Visibility = Visibility.DIRECT
    pending: bool = False
    unchanged: bool = False
    report_id: int | None = None
    stays: bool = False


def require(condition: bool, error: errors.PleromadError) -> None:
    if not condition:
        raise error


EMPTY_PROFILE = ProfileChange()
