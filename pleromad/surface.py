"""Put what happened before people: home rows, notifications, and the events that make streams and channels move."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

from pleromad.activities.work import Work
from pleromad.ids import Ids
from pleromad.model import event
from pleromad.model.event import Event
from pleromad.model.note import Visibility
from store import conversations, quotes, timelines
from store import notifications as notification_rows
from store.notifications import Told
from store.pool import Transaction

FILTERED = "filtered"  # the text of the event of a notification that a policy keeps back


async def put_note(
    work: Work,
    note_id: int,
    *,
    visibility: Visibility,
    room_id: int | None = None,
    reply_to: int | None = None,
    boost: bool = False,
    tags: Collection[str] = (),
) -> list[int]:
    """Into the homes of those who follow, and to whoever watches live. A room's line is in nobody's home.

    Returns those who follow the author and want to be told of each note.
    """
    followers: list[int] = []
    if visibility is not Visibility.DIRECT and room_id is None:
        shown = tags if visibility is Visibility.PUBLIC else ()
        followers = await timelines.put_home(work.tx, note_id, work.actor.id, reply_to=reply_to, boost=boost, tags=shown, bells=work.bells)
    work.events.append(Event(event.NOTE_CREATED, note_id, work.actor.id, room_id or 0))
    return followers


async def tell(
    tx: Transaction,
    ids: Ids,
    to: Collection[int],
    *,
    type: str,
    from_id: int,
    now: datetime,
    note_id: int | None = None,
    conversation_id: int | None = None,
    direct: bool = False,
    emoji: str | None = None,
    emoji_url: str | None = None,
    about_id: int | None = None,
) -> list[Told]:
    """Write a notification for these accounts (those of them that are here and want to know), outside of an activity too.

    The events are for the caller to publish after the commit: `events_of`.
    """
    if not to:
        return []
    return await notification_rows.tell(
        tx,
        [(await ids.mint(), account) for account in dict.fromkeys(to)],
        type=type,
        from_id=from_id,
        now=now,
        note_id=note_id,
        conversation_id=conversation_id,
        direct=direct,
        emoji=emoji,
        emoji_url=emoji_url,
        about_id=about_id,
    )


def events_of(told: Iterable[Told], note_id: int | None = None) -> list[Event]:
    return [Event(event.NOTIFIED, note_id or 0, one.account_id, one.id, FILTERED if one.filtered else "") for one in told]


async def notify(
    work: Work,
    type: str,
    to: Collection[int],
    *,
    note_id: int | None = None,
    conversation_id: int | None = None,
    direct: bool = False,
    emoji: str | None = None,
    emoji_url: str | None = None,
    from_id: int | None = None,
    about_id: int | None = None,
) -> list[int]:
    """Tell these accounts what the actor did. Returns those who were told: not those who do not want to know, now or at all."""
    told = await tell(
        work.tx,
        work.ids,
        to,
        type=type,
        from_id=from_id or work.actor.id,
        now=work.now,
        note_id=note_id,
        conversation_id=conversation_id,
        direct=direct,
        emoji=emoji,
        emoji_url=emoji_url,
        about_id=about_id,
    )
    work.events.extend(events_of(told, note_id))
    heard = [one.account_id for one in told if not one.filtered]
    work.notified.extend(heard)
    return heard


async def mention(work: Work, to: Collection[int], *, note_id: int, conversation_id: int, visibility: Visibility, room: bool) -> None:
    """Tell those a note is addressed to; a direct one is also put into their conversations and its author's."""
    direct = visibility is Visibility.DIRECT and not room
    told = await notify(work, "mention", to, note_id=note_id, conversation_id=conversation_id, direct=direct)
    owners = [*told, work.actor.id] if work.local else told
    if direct and owners:
        put = await conversations.put(work.tx, [note_id], owners)
        work.events.extend(Event(event.CONVERSATION_CHANGED, note_id, owner, id) for id, owner in put)


async def edited(work: Work, to: Collection[int], *, note_id: int, conversation_id: int, visibility: Visibility) -> None:
    """Tell those who boosted a note or were named in it that it has changed: of each note once, the last time."""
    await notification_rows.withdraw(work.tx, type="update", from_id=work.actor.id, note_id=note_id)
    boosters = await notification_rows.boosters_here(work.tx, note_id)
    await notify(work, "update", [*boosters, *to], note_id=note_id, conversation_id=conversation_id)
    quoters = [each for each in await quotes.quoters_here(work.tx, note_id) if each not in boosters and each not in to]
    await notification_rows.withdraw(work.tx, type="quoted_update", from_id=work.actor.id, note_id=note_id)
    await notify(work, "quoted_update", quoters, note_id=note_id, conversation_id=conversation_id)
    if visibility is Visibility.DIRECT:
        for id, owner in await conversations.ending_in(work.tx, note_id):
            work.events.append(Event(event.CONVERSATION_CHANGED, note_id, owner, id))


async def withdraw(
    work: Work, type: str, *, note_id: int | None = None, account_id: int | None = None, emoji: str | None = None
) -> None:
    """The notification's reason is gone."""
    await notification_rows.withdraw(
        work.tx, type=type, from_id=work.actor.id, note_id=note_id, account_id=account_id, emoji=emoji
    )
