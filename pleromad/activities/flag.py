"""Flag: somebody reports somebody to the staff. What goes to the other server says nothing of who it was: the server itself sends it."""

from __future__ import annotations

from pleromad import errors, surface
from pleromad.activities import shapes
from pleromad.activities.work import Result, Work, require
from pleromad.model.account import Account
from pleromad.model.activity import Flag
from pleromad.model.moderation import CATEGORIES
from store import accounts as account_rows
from store import collections as collection_rows
from store import notes as note_rows
from store import notifications as notification_rows
from store import reports

MAX_COMMENT = 1_000
MAX_COMMENT_ELSEWHERE = 5_000
MAX_NOTES = 100


async def apply(work: Work, activity: Flag) -> Result:
    target = await work.account(activity.target_id)
    require(not target.suspended, errors.NotFound(station="check"))
    require(work.local or target.local, errors.NotFound("This is not for us to judge", station="check"))
    if work.local:
        note_ids = await _seen_by_reporter(work, activity, target)
        _check(work, activity)
        await _theirs(work, activity, target)
        comment = activity.comment
    else:
        note_ids = await reports.notes_of(work.tx, target.id, activity.note_ids[:MAX_NOTES], host=work.actor.domain)
        comment = activity.comment[:MAX_COMMENT_ELSEWHERE]
    forwarded = activity.forward and not target.local
    id = work.activity_id
    uri = activity.uri or work.activity_uri
    await reports.add(
        work.tx,
        id=id,
        uri=uri,
        account_id=work.actor.id,
        target_id=target.id,
        note_ids=note_ids,
        rule_ids=activity.rule_ids,
        category="violation" if activity.rule_ids else activity.category,
        comment=comment,
        forwarded=forwarded,
        collection_ids=activity.collection_ids if work.local else (),
    )
    if not await reports.open_beside(work.tx, id, target.id):
        # Of somebody about whom there is an open report staff have heard.
        staff = await notification_rows.staff(work.tx)
        await surface.notify(work, "admin.report", [one for one in staff if one != work.actor.id], about_id=id)
    if forwarded:
        await _forward(work, target, note_ids, comment, uri)
    return Result(activity.raw, account_id=target.id, report_id=id)


async def _seen_by_reporter(work: Work, activity: Flag, target: Account) -> list[int]:
    """The notes, which must be the target's and for the reporter to read. Raises NotFound."""
    require(len(activity.note_ids) <= MAX_NOTES, errors.Invalid(f"At most {MAX_NOTES} statuses can be reported at once", field="status_ids"))
    for note_id in activity.note_ids:
        note = await work.visible_note(note_id)
        require(note.account_id == target.id, errors.NotFound(station="check"))
    return list(dict.fromkeys(activity.note_ids))


async def _theirs(work: Work, activity: Flag, target: Account) -> None:
    """The collections, which must be the target's. Raises NotFound."""
    found = await collection_rows.by_ids(work.tx, activity.collection_ids, work.actor.id) if activity.collection_ids else {}
    wanted = set(activity.collection_ids)
    require(wanted == {one.id for one in found.values() if one.account_id == target.id}, errors.NotFound(station="check"))


def _check(work: Work, activity: Flag) -> None:
    require(
        len(activity.comment) <= MAX_COMMENT,
        errors.Invalid(f"Validation failed: Comment is too long (maximum is {MAX_COMMENT} characters)", field="comment"),
    )
    require(
        activity.category in CATEGORIES,
        errors.Invalid(f"Validation failed: Category is one of {', '.join(CATEGORIES)}", field="category"),
    )


async def _forward(work: Work, target: Account, note_ids: list[int], comment: str, uri: str) -> None:
    """To the server of whom it is about: from our own actor, with an id that only the server of the target can ask for."""
    instance = (await account_rows.by_uris(work.tx, [work.uris.instance_actor])).get(work.uris.instance_actor)
    if instance is None:
        return
    said = [(await note_rows.facts(work.tx, id)) for id in note_ids]
    data = shapes.activity(
        "Flag",
        id=uri,
        actor=instance.uri,
        object=[target.uri, *(note.uri for note in said if note is not None)],
        to=[target.uri],
        published=work.now,
        content=comment,
    )
    work.also.append((uri, instance, data, "direct"))
