"""A chat: what two people say to each other in direct notes that nobody else is addressed by."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from pleromad.model.account import Account
from pleromad.model.note import Seen

CHAT_MESSAGE = "ChatMessage"  # the type of a note that was written as one (litepub)


@dataclass(frozen=True, slots=True)
class Chat:
    """As one of the two has it: its id is the other's. `last` None: nothing was said yet."""

    other: Account
    last: Seen | None
    unread: int
    read_up_to: int
    updated_at: datetime

    @property
    def id(self) -> int:
        return self.other.id
