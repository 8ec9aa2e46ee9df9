"""Every read, always for a viewer: the id of the account here that looks, or None for anybody."""

from __future__ import annotations

from collections.abc import Callable

from pleromad.config import Settings
from pleromad.reading.accounts import AccountReading
from pleromad.reading.chats import ChatReading
from pleromad.reading.conversations import ConversationReading
from pleromad.reading.discovery import DiscoveryReading
from pleromad.reading.federation import FederationReading
from pleromad.reading.instance import InstanceReading
from pleromad.reading.moderation import ModerationReading
from pleromad.reading.notes import NoteReading
from pleromad.reading.notifications import NotificationReading
from pleromad.reading.rooms import RoomReading
from pleromad.reading.search import SearchReading
from pleromad.reading.shelf import Shelf
from pleromad.reading.texts import TextReading
from pleromad.reading.timelines import TimelineReading
from store.pool import Database

__all__ = ["Reading"]


class Reading(
    AccountReading,
    NoteReading,
    TimelineReading,
    NotificationReading,
    ConversationReading,
    ChatReading,
    RoomReading,
    FederationReading,
    InstanceReading,
    ModerationReading,
    TextReading,
    SearchReading,
    DiscoveryReading,
):
    def __init__(self, database: Database, settings: Callable[[], Settings]) -> None:
        super().__init__(Shelf(database, settings))
