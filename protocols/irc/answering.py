"""Answers as other clients of the fediverse write them: to those who were in the talk, and to no more people than could read it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pleromad.model.note import Note, NoteDraft, Visibility

if TYPE_CHECKING:
    from pleromad.core import Core
    from protocols.irc.people import Person

# The widest first. A local note never leaves the server.
WIDTH = (Visibility.PUBLIC, Visibility.UNLISTED, Visibility.LOCAL, Visibility.FOLLOWERS, Visibility.DIRECT)
MENTIONS = 20


async def answer_to(
    core: Core, person: Person, parent: Note, text: str, *, cw: str | None = None, visibility: Visibility | None = None
) -> NoteDraft:
    """The author and those they named are named, the warning stays, and the audience is the narrower of both."""
    assert person.account_id is not None
    spoiler = parent.spoiler_text if cw is None else cw
    if parent.room_id is not None:
        return NoteDraft(text, room_id=parent.room_id, in_reply_to_id=parent.id, spoiler_text=spoiler)
    if visibility is None:
        visibility = Visibility((await core.accounts.user(person.account_id)).default_visibility)
    handles = [parent.account.acct, *(mention.acct for mention in parent.mentions[:MENTIONS])]
    own = person.account_name.lower()
    named = [handle for handle in dict.fromkeys(handles) if handle.lower() != own and f"@{handle.lower()}" not in text.lower()]
    words = " ".join([*(f"@{handle}" for handle in named), text])
    return NoteDraft(words, visibility=narrower(visibility, parent.visibility), in_reply_to_id=parent.id, spoiler_text=spoiler)


def narrower(one: Visibility, other: Visibility) -> Visibility:
    return max(one, other, key=WIDTH.index)
