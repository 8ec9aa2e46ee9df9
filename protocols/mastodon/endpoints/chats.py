"""Pleroma's chats: direct notes between two people. The id of a chat is that of the other's account."""

from __future__ import annotations

import msgspec

from pleromad.errors import Invalid, NotFound
from pleromad.model.activity import Create, Delete
from pleromad.model.note import NoteDraft
from protocols.mastodon.door import Call, Listed, NoForm, id_of
from protocols.mastodon.entities.chat import Chat, ChatMessage
from protocols.mastodon.from_core.accounts import encode
from protocols.mastodon.from_core.chats import message

MAX_KEY = 200


class ChatsForm(msgspec.Struct):
    with_muted: bool = False


class MessageForm(msgspec.Struct):
    content: str = ""
    media_id: str | None = None


class ReadForm(msgspec.Struct):
    last_read_id: str


async def open(call: Call[NoForm]) -> Chat:
    return call.render.chats.one(await call.core.personal.open_chat(call.me.id, call.id), call.me.id)


async def many(call: Call[ChatsForm]) -> Listed:
    found = await call.core.reading.chats(call.me.id, call.page, muted=call.form.with_muted)
    return Listed.of([encode(call.render.chats.one(one, call.me.id)) for one in found.items], found)


async def show(call: Call[NoForm]) -> Chat:
    return call.render.chats.one(await call.core.reading.chat(call.me.id, call.id), call.me.id)


async def messages(call: Call[NoForm]) -> Listed:
    chat = await call.core.reading.chat(call.me.id, call.id)
    found = await call.core.reading.chat_messages(call.me.id, call.id, call.page)
    return Listed.of([encode(message(one.note, call.me.id, chat.id, chat.read_up_to, call.core.media_proxy.address)) for one in found.items], found)


async def say(call: Call[MessageForm]) -> ChatMessage:
    """To people whose servers know chats as a ChatMessage, to others as a direct note."""
    form, me, other = call.form, call.me.id, call.id
    await call.core.personal.open_chat(me, other)
    if not form.content.strip() and not form.media_id:
        raise Invalid("Validation failed: no content", field="content")
    draft = NoteDraft(text=form.content, to=(other,), media_ids=(id_of(form.media_id),) if form.media_id else (), chat=True)
    key = call.request.header("idempotency-key")[:MAX_KEY] or None
    outcome = await call.submit(Create(actor_id=me, note=draft), idempotency_key=key)
    if outcome.note_id is None:
        raise NotFound
    chat = await call.core.personal.read_chat(me, other, outcome.note_id)
    return message((await call.core.reading.note(me, outcome.note_id)).note, me, other, chat.read_up_to, call.core.media_proxy.address, idempotency_key=key)


async def delete(call: Call[NoForm]) -> ChatMessage:
    """One's own for everybody."""
    me, id = call.me.id, call.number("message_id")
    chat = await call.core.reading.chat(me, call.id)
    note = (await call.core.reading.note(me, id)).note
    if note.account.id != me or note.recipients != (call.id,):
        raise NotFound
    said = message(note, me, call.id, chat.read_up_to, call.core.media_proxy.address)
    await call.submit(Delete(actor_id=me, note_id=id))
    return said


async def read(call: Call[ReadForm]) -> Chat:
    return call.render.chats.one(await call.core.personal.read_chat(call.me.id, call.id, id_of(call.form.last_read_id)), call.me.id)


async def read_message(call: Call[NoForm]) -> ChatMessage:
    """And all before it."""
    me, id = call.me.id, call.number("message_id")
    note = (await call.core.reading.note(me, id)).note
    chat = await call.core.personal.read_chat(me, call.id, id)
    return message(note, me, chat.id, chat.read_up_to, call.core.media_proxy.address)
