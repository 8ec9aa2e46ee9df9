"""Chat and ChatMessage."""

from __future__ import annotations

from dataclasses import replace

from pleromad.clock import iso
from pleromad.media_proxy import Address
from pleromad.model.account import Account
from pleromad.model.chat import Chat
from pleromad.model.note import Note
from protocols.mastodon.entities import chat as entities
from protocols.mastodon.entities.account import AccountJson
from protocols.mastodon.from_core.accounts import AccountRendering, emoji
from protocols.mastodon.from_core.cards import preview
from protocols.mastodon.from_core.media import attachment


def message(
    note: Note, viewer: int, other: int, read_up_to: int, at: Address, *, idempotency_key: str | None = None
) -> entities.ChatMessage:
    """A direct note between the viewer and the other."""
    return entities.ChatMessage(
        id=str(note.id),
        content=note.content or None,
        chat_id=str(other),
        account_id=str(note.account.id),
        created_at=iso(note.created_at),
        emojis=[emoji(one, at) for one in note.emojis],
        attachment=attachment(note.media[0], at) if note.media else None,
        unread=note.account.id != viewer and note.id > read_up_to,
        card=preview(note.card, at) if note.card is not None else None,
        idempotency_key=idempotency_key,
    )


class ChatRendering:
    def __init__(self, accounts: AccountRendering) -> None:
        self._accounts = accounts

    def one(self, chat: Chat, viewer: int) -> entities.Chat:
        return entities.Chat(
            id=str(chat.id),
            account=self._named(chat.other),
            unread=chat.unread,
            last_message=message(chat.last.note, viewer, chat.id, chat.read_up_to, self._accounts.at) if chat.last is not None else None,
            updated_at=iso(chat.updated_at),
            pinned=False,
        )

    def _named(self, account: Account) -> AccountJson:
        """Pleroma's front-ends show no name in the list of chats where it is empty, as Mastodon has it."""
        if account.display_name or account.suspended:
            return self._accounts.raw(account)
        return self._accounts.entity(replace(account, display_name=account.username))
