"""A draft as the note it would become: checked and rendered, and nothing of it kept."""

from __future__ import annotations

from datetime import timedelta

from pleromad.activities import authoring
from pleromad.activities.work import Work
from pleromad.model.note import Mention, Note, NoteDraft, Poll, PollOption


async def preview(work: Work, draft: NoteDraft) -> Note:
    """Raises what writing it would."""
    written = await authoring.compose(work, draft)
    id, parent, poll = work.activity_id, written.parent, written.poll
    return Note(
        id=id,
        version=f"preview {id}",
        uri=work.uris.note(id),
        url=work.uris.note(id),
        type=written.type,
        account=work.actor,
        created_at=written.published,
        edited_at=None,
        visibility=written.visibility,
        content=written.content,
        source=written.source,
        content_type=written.content_type,
        spoiler_text=written.spoiler_text,
        title="",
        sensitive=written.sensitive,
        language=written.language,
        in_reply_to_id=parent.id if parent else None,
        in_reply_to_account_id=parent.account_id if parent else None,
        in_reply_to_uri=parent.uri if parent else None,
        conversation_id=parent.conversation_id if parent else id,
        room_id=written.room.id if written.room else None,
        replies_count=0,
        boosts_count=0,
        likes_count=0,
        media=written.media,
        mentions=tuple(Mention(a.id, a.username, a.acct, a.uri, a.url) for a in written.named),
        tags=written.tags,
        emojis=written.emojis,
        poll=Poll(
            note_id=id,
            multiple=poll.multiple,
            options=tuple(PollOption(option.strip(), 0) for option in poll.options),
            voters_count=0,
            votes_count=0,
            expires_at=written.published + timedelta(seconds=poll.expires_in_seconds),
            hide_totals=poll.hide_totals,
        )
        if poll
        else None,
        expires_at=written.expires_at,
        recipients=tuple(a.id for a in written.people),
    )
