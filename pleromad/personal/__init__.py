"""What a person keeps and arranges for themselves: it never federates."""

from __future__ import annotations

from pleromad.personal.bookmarks import Bookmarks
from pleromad.personal.chats import Chats
from pleromad.personal.collections import Collections
from pleromad.personal.conversations import Talks
from pleromad.personal.desk import PersonalDesk
from pleromad.personal.filters import Filters
from pleromad.personal.lists import Lists
from pleromad.personal.marks import Marks
from pleromad.personal.notifications import Notices
from pleromad.personal.presence import Presences
from pleromad.personal.push import Push
from pleromad.personal.scrobbles import Scrobbles
from pleromad.personal.tags import Tags

__all__ = ["Personal", "PersonalDesk"]


class Personal(Marks, Bookmarks, Scrobbles, Lists, Filters, Tags, Notices, Talks, Chats, Push, Collections, Presences):
    def __init__(self, desk: PersonalDesk) -> None:
        super().__init__(desk)
