"""Conversation: direct notes by thread, with whom."""

from __future__ import annotations

from pleromad.model.conversation import Conversation
from protocols.mastodon.entities.status import Conversation as ConversationEntity
from protocols.mastodon.entities.status import PleromaConversation
from protocols.mastodon.from_core.accounts import AccountRendering
from protocols.mastodon.from_core.statuses import Matches, StatusRendering

_NONE: Matches = {}


class ConversationRendering:
    def __init__(self, accounts: AccountRendering, statuses: StatusRendering) -> None:
        self._accounts = accounts
        self._statuses = statuses

    def one(self, one: Conversation, viewer: int, matches: Matches = _NONE) -> ConversationEntity:
        """A conversation with nobody else is with oneself (Mastodon)."""
        others = [account for account in one.people if account.id != viewer] or one.people
        return ConversationEntity(
            id=str(one.id),
            unread=one.unread,
            accounts=[self._accounts.raw(account) for account in others],
            last_status=self._statuses.raw(one.last, viewer, matches),
            pleroma=PleromaConversation(recipients=[self._accounts.raw(account) for account in one.people]),
        )
