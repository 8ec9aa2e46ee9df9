"""Create: a note is said, here or on another server; in a room it is a line (FEP-1b12: `audience`)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from pleromad import errors, surface
from pleromad.activities import arrival, authoring, finding, quote, shapes
from pleromad.activities.authoring import Written
from pleromad.activities.room_news import announce_in_room
from pleromad.activities.work import Result, Work, require
from pleromad.model import event
from pleromad.model.account import Account
from pleromad.model.activity import Create
from pleromad.model.event import Event
from pleromad.model.note import NoteDraft, RemoteNote, Visibility
from pleromad.searching.documents import Findable
from store import accounts as account_rows
from store import media as media_rows
from store import notes as note_rows
from store import polls as poll_rows
from store.notes import Facts


async def apply(work: Work, activity: Create) -> Result:
    if isinstance(activity.note, NoteDraft):
        return await _write(work, activity.note)
    return await _take_in(work, activity.note, activity.raw)


async def _write(work: Work, draft: NoteDraft) -> Result:
    require(work.actor.local, errors.Forbidden(station="authorise"))
    written = await authoring.compose(work, draft)
    id = await work.ids.mint(written.published)
    parent = written.parent
    conversation_id = parent.conversation_id if parent else id
    columns = authoring.columns(work, id, written)
    conversation = work.uris.conversation(id)
    if parent is not None:
        conversation = str((parent.data or {}).get("context") or work.uris.conversation(conversation_id))
    stamp = quote.stamp_of(work, id, written.quoted) if written.quoted is not None else None
    json = authoring.note_json(
        work,
        written,
        stamp=stamp,
        uri=columns["uri"],
        url=columns["url"],
        published=written.published,
        updated=None,
        conversation=conversation,
    )
    found = finding.of_written(work, id, written)
    await note_rows.place(
        work.tx,
        {**columns, "data": json},
        conversation_uri=conversation,
        named=[a.id for a in written.named],
        silent=[a.id for a in written.silent],
        tags=written.tags,
        reader=found.reader,
        document=found.document,
    )
    if written.media:
        await media_rows.attach(work.tx, id, [m.id for m in written.media])
    if written.poll:
        await poll_rows.add(
            work.tx,
            id,
            multiple=written.poll.multiple,
            hide_totals=written.poll.hide_totals,
            options=[option.strip() for option in written.poll.options],
            votes=[0] * len(written.poll.options),
            voters_count=0,
            expires_at=_closes(written),
        )
    await _spread(
        work,
        id,
        visibility=written.visibility,
        parent=parent,
        room=written.room,
        people=[a.id for a in written.people if a.local],
        conversation_id=conversation_id,
        tags=written.tags,
    )
    await _count(work, found, parent, written.published)
    if written.quoted is not None:
        await quote.keep(work, id, written.quoted, written.visibility, json)
    if written.visibility is Visibility.LOCAL:
        return Result(None, id, visibility=written.visibility)
    create = _create_json(work, json)
    if written.room is not None and written.room.local:
        await announce_in_room(work, written.room, create, members=written.members_elsewhere)
    return Result(create, id, visibility=written.visibility, stays=_stays(written))


def _stays(written: Written) -> bool:
    """A line of a room of ours that nobody elsewhere is told of."""
    room = written.room
    return room is not None and room.local and not any(written.members_elsewhere) and written.quoted is None and all(one.local for one in written.people)


def _closes(written: Written) -> datetime:
    assert written.poll is not None
    return written.published + timedelta(seconds=written.poll.expires_in_seconds)


def _create_json(work: Work, note: dict[str, Any]) -> dict[str, Any]:
    return shapes.activity(
        "Create",
        id=work.activity_uri,
        actor=work.actor.uri,
        object=note,
        to=note["to"],
        cc=note["cc"],
        published=work.now,
        audience=note.get("audience"),
    )


async def _take_in(work: Work, note: RemoteNote, raw: dict[str, Any] | None) -> Result:
    known, buried, awaited = await note_rows.arriving(work.tx, note.uri)
    if known is not None:
        return Result(note_id=known, unchanged=True)
    if buried:
        raise errors.Gone(station="check")
    if note.room_id is not None:
        room = await work.account(note.room_id)
        if room.local:
            await authoring.speaking_in(work, room.id)
    else:
        room = None
    arrived = await arrival.receive(work, note)
    id = await work.ids.mint(arrived.columns["created_at"])
    parent = arrived.parent
    columns = {**arrived.columns, "id": id} | ({"conversation_id": parent.conversation_id} if parent is not None else {})
    found = finding.of_arrived(work, id, columns, note)
    conversation_id = await note_rows.place(
        work.tx,
        columns,
        conversation_uri=note.conversation_uri,
        joins=note.conversation_uri is not None,
        named=note.mention_ids[: arrival.MAX_MENTIONS],
        tags=columns["tags"],
        reader=found.reader,
        document=found.document,
    )
    if note.attachments:
        await media_rows.add_remote(work.tx, [await work.ids.mint() for _ in note.attachments], work.actor.id, id, note.attachments)
    if note.poll is not None:
        await poll_rows.add(
            work.tx,
            id,
            multiple=note.poll.multiple,
            hide_totals=False,
            options=[title for title, _ in note.poll.options],
            votes=[count for _, count in note.poll.options],
            voters_count=note.poll.voters_count,
            expires_at=note.poll.expires_at or (work.now if note.poll.closed else None),
        )
    if awaited and (adopted := await note_rows.adopt_replies(work.tx, id, note.uri, work.actor.id)):
        await note_rows.count(work.tx, id, replies=adopted)
    await _spread(
        work,
        id,
        visibility=arrived.visibility,
        parent=parent,
        room=room,
        people=note.mention_ids,
        conversation_id=conversation_id,
        tags=columns["tags"],
        live=work.origin.kind != "fetched",
        reply_elsewhere=note.in_reply_to_uri is not None and parent is None,
    )
    await _count(work, found, parent, columns["created_at"])
    if note.quote_uri is not None:
        await quote.take_in(work, id, note, arrived.visibility, live=work.origin.kind != "fetched")
    if room is not None and room.local and raw is not None:
        await announce_in_room(work, room, raw)
    return Result(raw, id, visibility=arrived.visibility)


async def _spread(
    work: Work,
    id: int,
    *,
    visibility: Visibility,
    parent: Facts | None,
    room: Account | None,
    people: Collection[int],
    conversation_id: int,
    tags: Collection[str] = (),
    live: bool = True,
    reply_elsewhere: bool = False,
) -> None:
    """Fill homes, tell people. Of a fetched note (`live` False) nobody is told: it is old."""
    if parent is not None:
        work.events.append(Event(event.NOTE_UPDATED, parent.id, parent.account_id, -1))
    if not live:
        return
    bells: list[int] = []
    if reply_elsewhere:
        work.events.append(Event(event.NOTE_CREATED, id, work.actor.id, room.id if room else 0))
    else:
        bells = await surface.put_note(
            work,
            id,
            visibility=visibility,
            room_id=room.id if room else None,
            reply_to=parent.account_id if parent else None,
            tags=tags,
        )
    await surface.mention(work, people, note_id=id, conversation_id=conversation_id, visibility=visibility, room=room is not None)
    await surface.notify(work, "status", [each for each in bells if each not in people], note_id=id, conversation_id=conversation_id)


async def _count(work: Work, found: Findable, parent: Facts | None, published: datetime) -> None:
    """What many notes change: written last, so that those who say something at the same time wait for nothing but COMMIT."""
    await finding.use(work, found, published)
    await account_rows.count_note(work.tx, work.actor.id, published)
    if parent is not None:
        await note_rows.count(work.tx, parent.id, replies=1)
