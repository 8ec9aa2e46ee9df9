"""What makes an edit a stage of a note's history, and what becomes of its poll."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from pleromad.activities.authoring import Written
from pleromad.activities.work import Work
from pleromad.clock import iso
from pleromad.model.media import Media
from pleromad.model.note import Note, Poll, PollDraft
from store import polls as poll_rows


async def ask(work: Work, note_id: int, poll: PollDraft | None, before: Poll | None) -> None:
    """`before`: the same question as it stands, whose votes stay."""
    if poll is None:
        return
    await poll_rows.add(
        work.tx,
        note_id,
        multiple=poll.multiple,
        hide_totals=poll.hide_totals,
        options=[option.strip() for option in poll.options],
        votes=[option.votes_count for option in before.options] if before else [0] * len(poll.options),
        voters_count=before.voters_count if before else 0,
        expires_at=work.now + timedelta(seconds=poll.expires_in_seconds),
    )


def same_text(old: Note, new: Written) -> bool:
    return (old.content, old.source, old.content_type, old.spoiler_text, old.sensitive, old.language, _shown(old.media)) == (
        new.content,
        new.source,
        new.content_type,
        new.spoiler_text,
        new.sensitive,
        new.language,
        _shown(new.media),
    )


def _shown(media: Sequence[Media]) -> list[tuple[object, ...]]:
    return [(one.id, one.description, one.focus) for one in media]


def same_poll(old: Poll | None, new: PollDraft | None) -> bool:
    if old is None or new is None:
        return old is None and new is None
    return old.multiple == new.multiple and tuple(o.title for o in old.options) == tuple(o.strip() for o in new.options)


def with_counts(json: Mapping[str, Any], poll: Poll, now: datetime) -> dict[str, Any]:
    """The note's JSON with the votes of now; they are not told before the end where the author hides them."""
    over = poll.expires_at is not None and poll.expires_at <= now
    told = over or not poll.hide_totals
    options = [
        {"type": "Note", "name": option.title, "replies": {"type": "Collection", "totalItems": option.votes_count if told else 0}}
        for option in poll.options
    ]
    whole = {**json, "anyOf" if poll.multiple else "oneOf": options, "votersCount": poll.voters_count or 0}
    return {**whole, "closed": iso(poll.expires_at)} if over and poll.expires_at is not None else whole
