"""Poll: what it says depends on who looks and when."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from msgspec import UNSET

from pleromad.clock import iso
from pleromad.model.note import Note, NoteState, Poll
from protocols.mastodon.entities import status as entities
from protocols.mastodon.entities.base import CustomEmoji


def poll(
    note: Note, one: Poll, state: NoteState, viewer: int | None, now: datetime, emojis: Sequence[CustomEmoji]
) -> entities.Poll:
    """The author counts as somebody who voted, as in Mastodon: they see the results."""
    expired = one.expires_at is not None and one.expires_at <= now
    hidden = one.hide_totals and not expired
    return entities.Poll(
        id=str(note.id),
        expires_at=iso(one.expires_at) if one.expires_at is not None else None,
        expired=expired,
        multiple=one.multiple,
        votes_count=one.votes_count,
        voters_count=one.voters_count,
        options=[
            entities.PollOption(title=option.title, votes_count=None if hidden else option.votes_count) for option in one.options
        ],
        emojis=list(emojis),
        voted=(state.voted or note.account.id == viewer) if viewer is not None else UNSET,
        own_votes=sorted(state.own_votes) if viewer is not None else UNSET,
    )
