"""What makes a note easy to find, written with it: the words of search, the use of its hashtags, the card of its first link."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from pleromad import cards
from pleromad.activities.authoring import Written
from pleromad.activities.work import Work
from pleromad.model.note import RemoteNote, Visibility
from pleromad.searching import documents
from pleromad.searching.documents import Findable
from store import media as media_rows
from store import tags as tag_rows


def of_written(work: Work, id: int, written: Written) -> Findable:
    """A note of somebody here."""
    return Findable(
        id=id,
        account_id=work.actor.id,
        visibility=written.visibility,
        room_id=written.room.id if written.room else None,
        content=written.content,
        spoiler_text=written.spoiler_text,
        language=written.language,
        sensitive=written.sensitive,
        reply=written.parent is not None,
        link=bool(documents.links_of(written.content)),
        quote=written.quoted is not None,
        tags=written.tags,
        media=[(media.kind.value, media.description) for media in written.media],
        options=written.poll.options if written.poll else (),
    )


def of_arrived(work: Work, id: int, columns: dict[str, Any], note: RemoteNote) -> Findable:
    """A note of another server. `columns` are those of its row as the door's note became."""
    return Findable(
        id=id,
        account_id=work.actor.id,
        visibility=Visibility(columns["visibility"]),
        room_id=note.room_id,
        content=columns["content"],
        spoiler_text=columns["spoiler_text"],
        title=columns["title"],
        language=columns["language"],
        sensitive=columns["sensitive"],
        reply=note.in_reply_to_uri is not None,
        link=bool(documents.links_of(columns["content"])),
        quote=note.quote_uri is not None,
        tags=columns["tags"],
        media=[(media_rows.kind_of(one.media_type).value, one.description) for one in note.attachments],
        options=[title for title, _ in note.poll.options] if note.poll else (),
    )


async def use(work: Work, note: Findable, at: datetime) -> None:
    """Of a new note: have the page behind its first link fetched, and count its hashtags.

    These are rows that many notes change: write them late in the transaction.
    """
    if note.tags and note.visibility is Visibility.PUBLIC and at > work.now - timedelta(days=tag_rows.HISTORY_DAYS):
        await tag_rows.use(work.tx, note.tags, work.actor.id, at.date())
    await _attach(work, note, fresh=True)


async def find_anew(work: Work, note: Findable) -> None:
    """Of an edited one."""
    await documents.keep(work.tx, note)
    await _attach(work, note, fresh=False)


async def _attach(work: Work, note: Findable, *, fresh: bool) -> None:
    links = documents.links_of(note.content) if note.link else ()
    await cards.attach(work, note.id, links, visibility=note.visibility, media=bool(note.media), fresh=fresh)
