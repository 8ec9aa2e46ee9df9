"""mentions: notes of other servers that call upon many at once (Pleroma: HellthreadPolicy), and those of new accounts that do so (S30)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Annotated

from msgspec import Meta

from pleromad.errors import Rejected
from pleromad.ids import PUBLIC
from pleromad.model.account import Account
from pleromad.model.activity import Activity, Create, Update
from pleromad.model.note import RemoteNote
from pleromad.policies.hosts import readdressed
from pleromad.policies.policy import Context, Policy, Settings

Number = Annotated[int, Meta(ge=0, le=10_000)]


class MentionsSettings(Settings, frozen=True):
    """Numbers of people a note names or is addressed to one by one; 0: no bound."""

    unlist: Number = 0  # with more than these a public note is unlisted
    reject: Number = 0  # with more than these it is refused
    young_days: Number = 0  # an account is new for so many days after its server says it was made
    young_reject: Number = 0  # with more than these a note of a new account is refused; 0: when it names anybody


class Mentions(Policy):
    """`[policies.mentions]`: unlist, reject, young_days, young_reject."""

    name = "mentions"
    settings_type = MentionsSettings
    values = "a whole number from 0 to 10000"

    def __init__(self, settings: Settings) -> None:
        assert isinstance(settings, MentionsSettings)
        self._settings = settings

    def apply(self, activity: Activity, context: Context) -> Activity:
        if not context.incoming or not isinstance(activity, Create | Update) or not isinstance(activity.note, RemoteNote):
            return activity
        limits, note, author = self._settings, activity.note, context.actor
        named = _named(note, author)
        if limits.reject and named > limits.reject:
            raise Rejected(policy=self.name, detail=f"{named} people are named")
        if named > limits.young_reject and _is_young(author, limits.young_days, context.now):
            raise Rejected(policy=self.name, detail=f"{named} people are named by somebody new")
        if limits.unlist and named > limits.unlist and PUBLIC in note.to:
            to, cc = readdressed(note.to, author.followers_uri, PUBLIC), readdressed(note.cc, PUBLIC, author.followers_uri)
            return replace(activity, note=replace(note, to=to, cc=cc))
        return activity

    def describe(self) -> dict[str, object]:
        limits = self._settings
        return {"mrf_mentions": {"unlist": limits.unlist, "reject": limits.reject, "young_days": limits.young_days, "young_reject": limits.young_reject}}


def _named(note: RemoteNote, author: Account) -> int:
    """Named in the text or only addressed: both are told."""
    people = {href for _, href in note.mention_hrefs} | {uri for uri in (*note.to, *note.cc) if not uri.endswith("/followers")}
    return len(people - {PUBLIC, author.uri, author.followers_uri})


def _is_young(author: Account, days: int, now: datetime | None) -> bool:
    return days > 0 and (now or datetime.now(UTC)) - author.created_at < timedelta(days=days)
