"""Conversations of direct notes, and Pleroma's words for them."""

from __future__ import annotations

import msgspec

from pleromad.errors import Invalid
from pleromad.model.conversation import Conversation
from pleromad.model.page import Page, Slice
from protocols.mastodon.door import Call, Listed, NoForm, known_ids
from protocols.mastodon.entities.base import Empty
from protocols.mastodon.entities.status import Conversation as ConversationEntity
from protocols.mastodon.from_core.accounts import encode

MOST_READ = 40


class ConversationsForm(msgspec.Struct):
    recipients: list[str] = []  # Pleroma: only those with all of them


async def many(call: Call[ConversationsForm]) -> Listed:
    found = await call.core.reading.conversations(call.me.id, call.page, recipients=known_ids(call.form.recipients))
    return await _listed(call, found)


async def _listed(call: Call[ConversationsForm] | Call[NoForm], found: Slice[Conversation]) -> Listed:
    matches = await call.filtered([each.last for each in found.items])
    render = call.render.conversations
    return Listed.of([encode(render.one(each, call.me.id, matches)) for each in found.items], found)


async def show(call: Call[NoForm]) -> ConversationEntity:
    """Pleroma."""
    return await _one(call, await call.core.reading.conversation(call.me.id, call.id))


async def _one(call: Call[NoForm] | Call[ConversationsForm], one: Conversation) -> ConversationEntity:
    matches = await call.filtered([one.last])
    return call.render.conversations.one(one, call.me.id, matches)


async def statuses(call: Call[NoForm]) -> Listed:
    """Pleroma."""
    return await call.statuses(await call.core.reading.conversation_notes(call.me.id, call.id, call.page))


async def read(call: Call[NoForm]) -> ConversationEntity:
    return await _one(call, await call.core.personal.mark_conversation(call.me.id, call.id, unread=False))


async def unread(call: Call[NoForm]) -> ConversationEntity:
    return await _one(call, await call.core.personal.mark_conversation(call.me.id, call.id, unread=True))


async def read_all(call: Call[NoForm]) -> Listed:
    """Pleroma: those that were unread, the newest of them."""
    changed = await call.core.personal.read_conversations(call.me.id)
    found = await call.core.reading.conversations(call.me.id, Page(limit=MOST_READ), among=changed)
    return Listed((await _listed(call, found)).items)


async def set_recipients(call: Call[ConversationsForm]) -> ConversationEntity:
    """Pleroma: whom what is said next is for. Here those its notes name are in it; the same people again is no change. Raises Invalid."""
    known = await call.core.reading.conversation(call.me.id, call.id)
    if {each.id for each in known.people} != {*known_ids(call.form.recipients), call.me.id}:
        raise Invalid("Who is in a conversation is said by whom its posts name: mention others in your next one", field="recipients")
    return await _one(call, known)


async def delete(call: Call[NoForm]) -> Empty:
    await call.core.personal.delete_conversation(call.me.id, call.id)
    return Empty()
