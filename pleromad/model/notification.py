"""What is put before a person because somebody did something that concerns them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from pleromad.model.account import Account
from pleromad.model.collection import Collection
from pleromad.model.moderation import Report, Severance, Strike
from pleromad.model.note import Seen

# Mastodon shows those of one kind about one thing together.
GROUPED = ("favourite", "reblog", "follow", "admin.sign_up")
# What a policy may keep back; the rest a person asked for, or is their office.
FILTERABLE = frozenset({"mention", "reblog", "follow", "follow_request", "favourite", "quote", "pleroma:emoji_reaction"})

# What one may have done oneself, or staff for whom one stands.
FROM_ONESELF = frozenset({"poll", "severed_relationships", "moderation_warning"})

# What is about something else than a note.
ABOUT = frozenset({"admin.report", "moderation_warning", "severed_relationships", "added_to_collection"})

POLICY_WORDS = ("accept", "filter", "drop")


@dataclass(frozen=True, slots=True)
class Notification:
    """`type` is Mastodon's word (mention, reblog, favourite, follow, follow_request, poll, status, update) or Pleroma's.

    Pleroma's (`pleroma:emoji_reaction`) are only for clients that ask for them. `group_key` None: it stands by itself.
    """

    id: int
    type: str
    created_at: datetime
    account: Account
    seen: Seen | None = None
    emoji: str | None = None
    emoji_url: str | None = None
    group_key: str | None = None
    filtered: bool = False
    muted: bool = False  # whom it is from is muted by now
    about: Report | Strike | Severance | Collection | None = None  # besides a note


@dataclass(frozen=True, slots=True)
class NotificationGroup:
    """Several of one `group_key`, or one by itself. `newest` is the newest of them that the page holds.

    `samples` are those it is from, the latest first, at most eight. The ids and the time are those of what the page covers.
    """

    newest: Notification
    count: int
    most_recent_id: int
    samples: tuple[Account, ...]
    page_min_id: int
    page_max_id: int
    latest_at: datetime
    group_key: str | None = None


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which notifications are asked for. `types` None: all.

    `filtered`: also those a policy keeps back (always, when it is one person's that are asked for); `muted`: also of people who are muted.
    """

    types: frozenset[str] | None = None
    exclude: frozenset[str] = frozenset()
    from_id: int | None = None
    filtered: bool = False
    muted: bool = False
    exclude_visibilities: frozenset[str] = frozenset()


EVERYTHING = Chosen()


@dataclass(frozen=True, slots=True)
class NotificationPolicy:
    """What becomes of notifications of certain people: accept, filter (kept back until asked for) or drop."""

    for_not_following: str = "accept"
    for_not_followers: str = "accept"
    for_new_accounts: str = "accept"
    for_private_mentions: str = "filter"
    for_limited_accounts: str = "filter"
    requests: int = 0
    notifications: int = 0


@dataclass(frozen=True, slots=True)
class NotificationRequest:
    """Somebody whose mentions are kept back. `last` is the latest of their notes that does."""

    id: int
    account: Account
    created_at: datetime
    updated_at: datetime
    count: int
    last: Seen | None = None


@dataclass(frozen=True, slots=True)
class Marker:
    """How far somebody has read a `timeline`: home or notifications."""

    timeline: str
    last_read_id: int
    version: int
    updated_at: datetime
