"""Undo: each activity that can be taken back knows how; here it becomes the Undo that tells others."""

from __future__ import annotations

from dataclasses import replace

from pleromad import errors
from pleromad.activities import announce, block, delete, follow, like, shapes
from pleromad.activities.work import Result, Work
from pleromad.model.activity import Announce, Block, Delete, EmojiReact, Follow, Like, Undo


async def apply(work: Work, activity: Undo) -> Result:
    match activity.of:
        case Follow():
            result = await follow.undo(work, activity.of)
        case Like():
            result = await like.undo(work, activity.of)
        case EmojiReact():
            result = await like.undo_react(work, activity.of)
        case Announce():
            result = await announce.undo(work, activity.of)
        case Block():
            result = await block.undo(work, activity.of)
        case Delete():
            result = await delete.undo(work, activity.of)
        case _:
            raise errors.Invalid("This cannot be undone", station="check")
    if activity.raw is not None:
        result = replace(result, data=None if result.unchanged else activity.raw)
    elif result.data is not None:
        # The undone activity, without the cc a bare inner object has no use for.
        data = shapes.activity(
            "Undo",
            id=work.activity_uri,
            actor=work.actor.uri,
            object=result.data["object"],
            to=result.data.get("to", ()),
            cc=result.data.get("cc", ()),
            audience=result.data.get("audience"),
        )
        result = replace(result, data=data)
    if isinstance(activity.of, Like | EmojiReact) and result.data is not None:
        await like.pass_on_undo(work, activity.of.note_id, result.data)
    return result
