"""Direct notes by thread and people, as one person keeps them."""

from __future__ import annotations

from dataclasses import dataclass

from pleromad.model.account import Account
from pleromad.model.note import Seen


@dataclass(frozen=True, slots=True)
class Conversation:
    """`people` are all in it, the person too; `last` is its newest note."""

    id: int
    unread: bool
    people: tuple[Account, ...]
    last: Seen
