"""Vote: a Create of nameless notes, one per choice, as Mastodon and Pleroma send it."""

from __future__ import annotations

from pleromad import errors
from pleromad.activities import shapes
from pleromad.activities.work import Result, Work, require
from pleromad.model import event
from pleromad.model.activity import Vote
from pleromad.model.event import Event
from pleromad.model.note import COUNTS, Visibility
from store import jobs as job_rows
from store import notes as note_rows
from store import polls as poll_rows

COUNTS_SECONDS = 180.0


async def apply(work: Work, activity: Vote) -> Result:
    note = await work.visible_note(activity.note_id)
    poll = await poll_rows.for_vote(work.tx, note.id)
    require(poll is not None, errors.NotFound(station="check"))
    assert poll is not None
    multiple, options, ends = poll
    choices = set(activity.choices)
    require(note.account_id != work.actor.id, errors.Invalid("Validation failed: You cannot vote in your own polls", field="choices"))
    require(ends is None or ends > work.now, errors.Invalid("Validation failed: The poll has already ended", field="choices"))
    require(
        bool(choices) and all(0 <= choice < options for choice in choices),
        errors.Invalid("Validation failed: The chosen vote option does not exist", field="choices"),
    )
    earlier = await poll_rows.votes_of(work.tx, note.id, work.actor.id)
    if earlier and (work.local or not multiple):
        # Another server sends each choice by itself; ours come at once.
        raise errors.Conflict("Validation failed: You have already voted on this poll", station="check")
    # The words are Mastodon's, which takes the second choice for a second vote; clients know them.
    require(multiple or len(choices) == 1, errors.Invalid("Validation failed: You have already voted on this poll", field="choices"))
    fresh = choices - earlier
    if fresh:
        await poll_rows.add_votes(work.tx, note.id, work.actor.id, sorted(fresh), first=not earlier)
        await note_rows.touch(work.tx, note.id)
        if note.local and note.visibility is not Visibility.LOCAL:
            # The votes of a while go out together.
            await job_rows.add(work.tx, COUNTS, [(None, {"note_id": note.id})], delay_seconds=COUNTS_SECONDS, dedupe=[f"{COUNTS} {note.id}"])
    work.events.append(Event(event.NOTE_UPDATED, note.id, note.account_id, -1))
    if activity.raw is not None or note.local:
        return Result(activity.raw, note.id, unchanged=not fresh)
    titles = (await note_rows.load(work.tx, [note.id], work.media_url))[note.id][1].poll
    assert titles is not None
    objects = [
        {
            "id": f"{work.activity_uri}#vote-{choice}",
            "type": "Note",
            "name": titles.options[choice].title,
            "attributedTo": work.actor.uri,
            "to": [note.account_uri],
            "inReplyTo": note.uri,
        }
        for choice in sorted(fresh)
    ]
    for extra in objects[1:]:
        id = await work.ids.mint()
        uri = work.uris.activity(id)
        work.also.append((uri, work.actor, shapes.activity("Create", id=uri, actor=work.actor.uri, object=extra, to=[note.account_uri]), "direct"))
    return Result(shapes.activity("Create", id=work.activity_uri, actor=work.actor.uri, object=objects[0], to=[note.account_uri]), note.id)
