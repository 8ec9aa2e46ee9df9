"""Pleroma's chats."""

from __future__ import annotations

from protocols.mastodon.entities.account import AccountJson
from protocols.mastodon.entities.base import CustomEmoji, DateTime, Entity, Html, Id
from protocols.mastodon.entities.media import MediaAttachment
from protocols.mastodon.entities.status import PreviewCard


class ChatMessage(Entity, kw_only=True):
    id: Id
    content: Html | None
    chat_id: Id
    account_id: Id
    created_at: DateTime
    emojis: list[CustomEmoji]
    attachment: MediaAttachment | None
    unread: bool
    card: PreviewCard | None
    idempotency_key: str | None


class Chat(Entity, kw_only=True):
    """Its id is that of the other's account."""

    id: Id
    account: AccountJson
    unread: int
    last_message: ChatMessage | None
    updated_at: DateTime
    pinned: bool
