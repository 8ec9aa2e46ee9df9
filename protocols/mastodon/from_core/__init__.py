"""From the core's nouns to the entities of the API, as ready JSON.

What does not depend on who looks is rendered once per version and kept as bytes; what does is put in behind it.
"""

from __future__ import annotations

from pleromad.core import Core
from protocols.mastodon.from_core.accounts import AccountRendering
from protocols.mastodon.from_core.admin import AdminRendering
from protocols.mastodon.from_core.chats import ChatRendering
from protocols.mastodon.from_core.conversations import ConversationRendering
from protocols.mastodon.from_core.notifications import NotificationRendering
from protocols.mastodon.from_core.statuses import StatusRendering

__all__ = ["Rendering"]


class Rendering:
    def __init__(self, core: Core) -> None:
        self.accounts = AccountRendering(core)
        self.statuses = StatusRendering(core, self.accounts)
        self.chats = ChatRendering(self.accounts)
        self.conversations = ConversationRendering(self.accounts, self.statuses)
        self.admin = AdminRendering(core, self.accounts, self.statuses)
        self.notifications = NotificationRendering(core, self.accounts, self.statuses, self.admin)
