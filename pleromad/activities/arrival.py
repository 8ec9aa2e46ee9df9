"""Take in a note of another server: what of it concerns us, and its row. Its HTML is sanitised here and nowhere else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pleromad import errors, quoting, text, visibility
from pleromad.activities.work import Work, require
from pleromad.model.note import RemoteNote, Visibility
from store import notes as note_rows
from store import relations
from store.notes import Facts

MAX_SPOILER = 2_000
MAX_TITLE = 500
MAX_TAGS = 100
MAX_MENTIONS = 500
MAX_POLL_OPTIONS = 500


@dataclass(frozen=True, slots=True)
class Arrived:
    visibility: Visibility
    parent: Facts | None
    columns: dict[str, Any]


async def receive(work: Work, note: RemoteNote) -> Arrived:
    """Check a remote form and make its columns, but for id and conversation.

    Raises Forbidden when nobody here has business with it: not public, and neither addressed to nor followed by anybody here.
    """
    audience = visibility.of_audience(note.to, note.cc, [work.actor.followers_uri])
    parent = None
    if note.in_reply_to_uri is not None:
        parent = await note_rows.facts_by_uri(work.tx, note.in_reply_to_uri)
    if audience is Visibility.FOLLOWERS and not note.mention_ids and note.room_id is None:
        require(
            await relations.has_local_follower(work.tx, work.actor.id),
            errors.Forbidden("Nobody here follows the author", station="check"),
        )
    if audience is Visibility.DIRECT:
        if note.room_id is not None:
            audience = Visibility.FOLLOWERS  # said in a private room: for its members
        else:
            require(bool(note.mention_ids), errors.Forbidden("Nobody here is addressed", station="check"))
    if note.room_id is not None and audience is Visibility.PUBLIC:
        audience = Visibility.UNLISTED
    published = min(note.published, work.now)
    actor = work.actor
    policy = quoting.of_uris(note.quote_policy, author=actor.uri, followers=actor.followers_uri, following=actor.following_uri)
    return Arrived(
        visibility=audience,
        parent=parent,
        columns={
            "uri": note.uri,
            "url": note.url,
            "type": note.type,
            "account_id": work.actor.id,
            "visibility": audience.value,
            "local": False,
            "content": text.sanitise(note.content),
            "source": note.source,
            "content_type": note.content_type,
            "spoiler_text": text.plain_name(note.spoiler_text, MAX_SPOILER),
            "title": text.plain_name(note.title, MAX_TITLE),
            "sensitive": note.sensitive or bool(note.spoiler_text),
            "language": note.language,
            "in_reply_to_id": parent.id if parent else None,
            "in_reply_to_uri": note.in_reply_to_uri,
            "in_reply_to_account_id": parent.account_id if parent else None,
            "room_id": note.room_id,
            "tags": list(dict.fromkeys(text.normal_tag(tag) for tag in note.tags[:MAX_TAGS])),
            "emojis": [(e.shortcode, e.url) for e in note.emojis],
            "has_media": bool(note.attachments),
            "quote_automatic": None if policy is None else list(policy.automatic),
            "quote_manual": None if policy is None else list(policy.manual),
            "created_at": published,
            "edited_at": note.updated,
            "data": note.raw,
        },
    )
