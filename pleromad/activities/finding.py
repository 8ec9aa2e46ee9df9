"""What makes a note easy to find, written with it: the words of search, the use of its hashtags, the card of its first link."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from typing import Any

from pleromad import cards
from pleromad.activities.authoring import Written
from pleromad.activities.work import Work
from pleromad.model.note import RemoteNote, Visibility
from pleromad.searching import documents
from pleromad.searching.documents import Findable
from store import media as media_rows
from store import tags as tag_rows


async def of_written(work: Work, id: int, written: Written, *, fresh: bool) -> None:
    """A note of somebody here; `fresh`: not an edit."""
    links = documents.links_of(written.content)
    note = Findable(
        id=id,
        account_id=work.actor.id,
        visibility=written.visibility,
        room_id=written.room.id if written.room else None,
        content=written.content,
        spoiler_text=written.spoiler_text,
        language=written.language,
        sensitive=written.sensitive,
        reply=written.parent is not None,
        link=bool(links),
        tags=written.tags,
        media=[(media.kind.value, media.description) for media in written.media],
        options=written.poll.options if written.poll else (),
    )
    await documents.keep(work.tx, note)
    await cards.attach(work, id, links, visibility=written.visibility, media=bool(written.media), fresh=fresh)
    if fresh:
        await _use_tags(work, written.visibility, written.tags, written.published)


async def of_arrived(work: Work, id: int, columns: dict[str, Any], note: RemoteNote, *, fresh: bool) -> None:
    """A note of another server. `columns` are those of its row as the door's note became."""
    visibility = Visibility(columns["visibility"])
    links = documents.links_of(columns["content"])
    found = Findable(
        id=id,
        account_id=work.actor.id,
        visibility=visibility,
        room_id=note.room_id,
        content=columns["content"],
        spoiler_text=columns["spoiler_text"],
        title=columns["title"],
        language=columns["language"],
        sensitive=columns["sensitive"],
        reply=note.in_reply_to_uri is not None,
        link=bool(links),
        tags=columns["tags"],
        media=[(media_rows.kind_of(one.media_type).value, one.description) for one in note.attachments],
        options=[title for title, _ in note.poll.options] if note.poll else (),
    )
    await documents.keep(work.tx, found)
    await cards.attach(work, id, links, visibility=visibility, media=bool(note.attachments), fresh=fresh)
    if fresh:
        await _use_tags(work, visibility, columns["tags"], columns["created_at"])


async def _use_tags(work: Work, visibility: Visibility, tags: Collection[str], at: Any) -> None:
    if tags and visibility is Visibility.PUBLIC and at > work.now - timedelta(days=tag_rows.HISTORY_DAYS):
        await tag_rows.use(work.tx, tags, work.actor.id, at.date())
