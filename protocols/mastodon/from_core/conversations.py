"""Conversation: direct notes by thread, with whom."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pleromad.model.account import Account
from pleromad.model.note import Note, Seen
from protocols.mastodon.entities.account import AccountJson
from protocols.mastodon.entities.status import Conversation, PleromaConversation
from protocols.mastodon.from_core.accounts import AccountRendering
from protocols.mastodon.from_core.statuses import StatusRendering


def people_in(notes: Iterable[Note]) -> set[int]:
    """The ids of everybody these notes are from and for."""
    return {id for note in notes for id in (note.account.id, *note.recipients)}


def conversation(
    seen: Seen, viewer: int, known: Mapping[int, Account], accounts: AccountRendering, statuses: StatusRendering
) -> Conversation:
    """`seen` is the newest note of it. Nothing is remembered of conversations: none is unread."""
    note = seen.note
    people = [id for id in dict.fromkeys((note.account.id, *note.recipients)) if id in known]
    others: list[AccountJson] = [accounts.raw(known[id]) for id in people if id != viewer]
    return Conversation(
        id=str(note.conversation_id),
        unread=False,
        accounts=others,
        last_status=statuses.raw(seen, viewer),
        pleroma=PleromaConversation(recipients=[accounts.raw(known[id]) for id in people]),
    )
