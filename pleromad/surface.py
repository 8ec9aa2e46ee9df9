"""Put what happened before people: home rows, notifications, and the events that make streams and channels move."""

from __future__ import annotations

from collections.abc import Collection

from pleromad.activities.work import Work
from pleromad.model import event
from pleromad.model.event import Event
from pleromad.model.note import Visibility
from store import notifications as notification_rows
from store import timelines


async def put_note(
    work: Work,
    note_id: int,
    *,
    visibility: Visibility,
    room_id: int | None = None,
    reply_to: int | None = None,
    boost: bool = False,
    tags: Collection[str] = (),
) -> None:
    """Into the homes of those who follow, and to whoever watches live. A room's line is in nobody's home."""
    if visibility is not Visibility.DIRECT and room_id is None:
        shown = tags if visibility is Visibility.PUBLIC else ()
        await timelines.put_home(work.tx, note_id, work.actor.id, reply_to=reply_to, boost=boost, tags=shown)
    work.events.append(Event(event.NOTE_CREATED, note_id, work.actor.id, room_id or 0))


async def notify(
    work: Work,
    type: str,
    to: Collection[int],
    *,
    note_id: int | None = None,
    conversation_id: int | None = None,
    emoji: str | None = None,
    emoji_url: str | None = None,
    from_id: int | None = None,
) -> None:
    """Tell these accounts (those of them that are here and want to know)."""
    sender = from_id or work.actor.id
    wanted = await notification_rows.wanted_by(work.tx, to, sender, conversation_id, type)
    if not wanted:
        return
    rows = [(await work.ids.mint(), account) for account in wanted]
    await notification_rows.add(work.tx, rows, type, sender, note_id, emoji, emoji_url)
    work.events.extend(Event(event.NOTIFIED, note_id or 0, account, id) for id, account in rows)
    work.notified.extend(wanted)


async def withdraw(
    work: Work, type: str, *, note_id: int | None = None, account_id: int | None = None, emoji: str | None = None
) -> None:
    """The notification's reason is gone."""
    await notification_rows.withdraw(
        work.tx, type=type, from_id=work.actor.id, note_id=note_id, account_id=account_id, emoji=emoji
    )
