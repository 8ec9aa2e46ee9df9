"""Like (a favourite) and EmojiReact (FEP-c0e0), and taking them back."""

from __future__ import annotations

from typing import Any

from pleromad import errors, surface
from pleromad.activities import room_news, shapes
from pleromad.activities.work import Result, Work, require
from pleromad.ids import PUBLIC
from pleromad.model import event
from pleromad.model.account import Account
from pleromad.model.activity import EmojiReact, Like
from pleromad.model.event import Event
from pleromad.model.note import Visibility
from store import emojis as emoji_rows
from store import notes as note_rows
from store import responses as response_rows
from store.notes import Facts

MAX_EMOJI = 100  # code points; a family of four with skin tones has 11


async def apply(work: Work, activity: Like) -> Result:
    note = await _note(work, activity.note_id)
    uri = activity.uri or work.activity_uri
    if not await response_rows.add_like(work.tx, await work.ids.mint(), work.actor.id, note.id, uri):
        return Result(note_id=note.id, unchanged=True)
    await note_rows.count(work.tx, note.id, likes=1)
    if work.actor.local:
        work.events.append(Event(event.NOTE_KEPT, note.id, work.actor.id, text="favourite"))
    work.events.append(Event(event.NOTE_UPDATED, note.id, note.account_id, -1))
    await surface.notify(work, "favourite", [note.account_id], note_id=note.id, conversation_id=note.conversation_id)
    return Result(await _data(work, note, "Like", activity.raw), note.id)


async def undo(work: Work, activity: Like) -> Result:
    note = await _note(work, activity.note_id)
    uri = await response_rows.remove_like(work.tx, work.actor.id, note.id)
    if uri is None:
        return Result(note_id=note.id, unchanged=True)
    await note_rows.count(work.tx, note.id, likes=-1)
    if work.actor.local:
        work.events.append(Event(event.NOTE_KEPT, note.id, work.actor.id, text="-favourite"))
    work.events.append(Event(event.NOTE_UPDATED, note.id, note.account_id, -1))
    await surface.withdraw(work, "favourite", note_id=note.id)
    return Result(await _undone(work, note, "Like", uri), note.id)


async def react(work: Work, activity: EmojiReact) -> Result:
    note = await _note(work, activity.note_id)
    emoji = activity.emoji.strip().strip(":")
    require(
        0 < len(emoji) <= MAX_EMOJI and emoji.isprintable() and not any(c.isspace() for c in emoji),
        errors.Invalid("Validation failed: this is not an emoji", field="emoji"),
    )
    url = activity.emoji_url
    if work.local and emoji.isascii():
        known = (await emoji_rows.named(work.tx, [emoji], None)).get(emoji)
        url = known.url if known is not None else await response_rows.reaction_url(work.tx, note.id, emoji)  # one that others brought along
        require(url is not None, errors.Invalid("Validation failed: there is no such emoji", field="emoji"))
    uri = activity.uri or work.activity_uri
    if not await response_rows.add_reaction(work.tx, await work.ids.mint(), work.actor.id, note.id, emoji, url, uri):
        return Result(note_id=note.id, unchanged=True)
    await note_rows.count(work.tx, note.id, reactions=1)
    work.events.append(Event(event.NOTE_REACTED, note.id, work.actor.id, note.room_id or 0, emoji))
    await surface.notify(
        work, "pleroma:emoji_reaction", [note.account_id], note_id=note.id, conversation_id=note.conversation_id, emoji=emoji, emoji_url=url
    )
    return Result(await _data(work, note, "EmojiReact", activity.raw, **_emoji_json(emoji, url)), note.id)


async def undo_react(work: Work, activity: EmojiReact) -> Result:
    note = await _note(work, activity.note_id)
    emoji = activity.emoji.strip().strip(":")
    uri = await response_rows.remove_reaction(work.tx, work.actor.id, note.id, emoji)
    if uri is None:
        return Result(note_id=note.id, unchanged=True)
    await note_rows.count(work.tx, note.id, reactions=-1)
    work.events.append(Event(event.NOTE_REACTED, note.id, work.actor.id, note.room_id or 0, f"-{emoji}"))
    await surface.withdraw(work, "pleroma:emoji_reaction", note_id=note.id, emoji=emoji)
    return Result(await _undone(work, note, "EmojiReact", uri, **_emoji_json(emoji, activity.emoji_url)), note.id)


async def _note(work: Work, id: int) -> Facts:
    """The note meant: of a boost, what it boosts."""
    note = await work.visible_note(id)
    return note if note.boost_of_id is None else await work.visible_note(note.boost_of_id)


def _emoji_json(emoji: str, url: str | None) -> dict[str, Any]:
    if url is None:
        return {"content": emoji}
    return {"content": f":{emoji}:", "tag": [{"type": "Emoji", "name": f":{emoji}:", "icon": {"type": "Image", "url": url}}]}


async def pass_on_undo(work: Work, note_id: int, undo: dict[str, Any]) -> None:
    """A reaction to a line is taken back: the room's members are told."""
    note = await _note(work, note_id)
    if note.room_id is not None and note.visibility is not Visibility.LOCAL:
        await room_news.pass_on_in_room(work, note.room_id, undo)


async def _room(work: Work, note: Facts) -> Account | None:
    return None if note.room_id is None or note.visibility is Visibility.LOCAL else await work.account(note.room_id)


def _addresses(note: Facts, room: Account | None) -> tuple[list[str], list[str]]:
    """The author, and who passes it on to the others in the room."""
    to = [note.account_uri, *([room.uri] if room is not None else [])]
    return to, [PUBLIC] if note.visibility in (Visibility.PUBLIC, Visibility.UNLISTED) else []


async def _data(work: Work, note: Facts, type: str, raw: dict[str, Any] | None, **more: Any) -> dict[str, Any] | None:
    if note.visibility is Visibility.LOCAL:
        return raw
    room = await _room(work, note)
    to, cc = _addresses(note, room)
    audience = room.uri if room is not None else None
    data = raw or shapes.activity(type, id=work.activity_uri, actor=work.actor.uri, object=note.uri, to=to, cc=cc, audience=audience, **more)
    if room is not None and room.local:
        await room_news.announce_in_room(work, room, data)
    return data


async def _undone(work: Work, note: Facts, type: str, uri: str, **more: Any) -> dict[str, Any] | None:
    if note.visibility is Visibility.LOCAL:
        return None
    room = await _room(work, note)
    to, cc = _addresses(note, room)
    inner = {"id": uri, "type": type, "actor": work.actor.uri, "object": note.uri, **more}
    return {"object": inner, "to": to, "cc": cc, **({"audience": room.uri} if room is not None else {})}
