"""What is put before a person because somebody did something that concerns them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from pleromad.model.account import Account
from pleromad.model.note import Seen


@dataclass(frozen=True, slots=True)
class Notification:
    """`type` is Mastodon's word (mention, reblog, favourite, follow, follow_request, poll, status, update) or Pleroma's.

    Pleroma's (`pleroma:emoji_reaction`) are only for clients that ask for them.
    """

    id: int
    type: str
    created_at: datetime
    account: Account
    seen: Seen | None = None
    emoji: str | None = None
    emoji_url: str | None = None
    read: bool = False
