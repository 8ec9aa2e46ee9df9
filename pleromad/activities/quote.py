"""Quotes (FEP-044f): asking, letting, refusing, and taking the leave back.

The one who quotes asks the author of what is quoted (QuoteRequest). The author's server answers with an Accept that names a stamp, a
QuoteAuthorization that anybody can fetch from it, or with a Reject; later it takes the stamp back with its Delete.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from pleromad import errors, quoting, surface
from pleromad.activities import shapes
from pleromad.activities.work import Result, Work, require
from pleromad.ids import PUBLIC
from pleromad.model import event
from pleromad.model.activity import QuoteAccept, QuoteReject, QuoteRequest, QuoteRevoke
from pleromad.model.event import Event
from pleromad.model.note import NoteDraft, QuotePolicy, QuoteRow, RemoteNote, Visibility
from store import notes as note_rows
from store import quotes as quote_rows
from store.notes import Facts

NOT_QUOTABLE = "The post you are trying to quote does not appear to exist."


@dataclass(frozen=True, slots=True)
class Quoted:
    """What a note written here quotes. `asks`: its author's server has to be asked."""

    facts: Facts
    state: str
    asks: bool
    stamp_uri: str | None = None

    @property
    def told(self) -> bool:
        """Its author's server does not know of asking."""
        return not self.facts.account_local and not self.asks and self.state == "accepted"

    @property
    def url(self) -> str:
        given = (self.facts.data or {}).get("url")
        return given if isinstance(given, str) else self.facts.uri


# ---- of notes written here


async def of_draft(work: Work, draft: NoteDraft, visibility: Visibility) -> tuple[Quoted | None, Visibility]:
    """What a draft quotes, and who may see the note then: never more than may see what it quotes. Raises NotFound."""
    if draft.quote_id is None:
        return None, visibility
    refused = errors.NotFound(NOT_QUOTABLE, station="check")
    try:
        facts = await work.visible_note(draft.quote_id)
    except errors.NotFound:
        raise refused from None
    if facts.boost_of_id is not None:
        facts = await work.visible_note(facts.boost_of_id)
    own = facts.account_id == work.actor.id
    said = await _verdict(work, facts, work.actor.id)
    require(said in ("automatic", "manual"), refused)
    if facts.visibility not in quoting.OPEN:
        require(facts.room_id is None, refused)
        visibility = _narrowed(visibility, facts.visibility)
    policy = await quote_rows.policy(work.tx, facts.id)
    asks = not own and not facts.account_local and policy is not None
    stamp = None if own or asks or not facts.account_local else ""
    return Quoted(facts, "pending" if asks else "accepted", asks, stamp), visibility


async def of_edit(work: Work, note_id: int) -> tuple[Quoted | None, str | None]:
    """What a note of ours that is edited goes on to quote, and its stamp."""
    row = await quote_rows.one(work.tx, note_id)
    facts = await note_rows.facts(work.tx, row.quoted_id) if row is not None and row.quoted_id is not None else None
    if row is None or facts is None or row.state not in ("accepted", "pending"):
        return None, None
    return Quoted(facts, row.state, row.request_uri is not None), row.stamp_uri if row.state == "accepted" else None


def _narrowed(wanted: Visibility, quoted: Visibility) -> Visibility:
    if quoted is Visibility.LOCAL:
        return wanted if wanted is Visibility.DIRECT else Visibility.LOCAL
    return wanted if wanted in (Visibility.FOLLOWERS, Visibility.DIRECT) else Visibility.FOLLOWERS


def policy_of(draft: NoteDraft, usual: str, visibility: Visibility) -> QuotePolicy:
    """Who may quote a note that is written here."""
    if visibility not in quoting.OPEN:
        return quoting.NOBODY
    return quoting.CHOICES.get(draft.quote_policy or usual, quoting.NOBODY)


def stamp_of(work: Work, note_id: int, quoted: Quoted) -> str | None:
    """Where the stamp of a quote of one of ours is; of one's own notes nobody needs one."""
    if quoted.stamp_uri is None or quoted.state != "accepted":
        return None
    return quoted.stamp_uri or work.uris.quote_stamp(note_id)


async def keep(work: Work, note_id: int, quoted: Quoted, visibility: Visibility, json: dict[str, Any]) -> None:
    """After the note is there: its row, the question to the author elsewhere, word to the author here."""
    facts = quoted.facts
    request = work.uris.activity(await work.ids.mint()) if quoted.asks else None
    row = QuoteRow(
        note_id, work.actor.id, facts.id, facts.uri, facts.account_id, quoted.state, request, stamp_of(work, note_id, quoted)
    )
    await quote_rows.put(work.tx, row)
    if quoted.state == "accepted":
        await _counted(work, row, +1)
        await _tell(work, row, visibility)
    if request is not None and visibility is not Visibility.LOCAL:
        data = shapes.activity(
            "QuoteRequest", id=request, actor=work.actor.uri, object=facts.uri, to=[facts.account_uri], instrument=json
        )
        work.also.append((request, work.actor, data, "direct"))


# ---- of notes of other servers


async def take_in(work: Work, note_id: int, note: RemoteNote, visibility: Visibility, *, live: bool) -> bool:
    """What a note of another server quotes, as it came or was edited. Returns whether that is something new."""
    old = await quote_rows.one(work.tx, note_id, lock=True)
    if note.quote_uri is None:
        if old is not None:
            if old.state == "accepted":
                await _counted(work, old, -1)
            await quote_rows.remove(work.tx, note_id)
        return old is not None
    facts = await note_rows.facts(work.tx, note.quote_id) if note.quote_id is not None else None
    if facts is not None and (facts.boost_of_id is not None or facts.id == note_id):
        facts = None
    state = await _state_of(work, note, facts, old)
    row = QuoteRow(
        note_id,
        work.actor.id,
        facts.id if facts else None,
        note.quote_uri,
        facts.account_id if facts else None,
        state,
        None,
        note.quote_stamp or (work.uris.quote_stamp(note_id) if facts is not None and facts.account_local and state == "accepted" else None),
    )
    if old is not None and (old.quoted_id, old.quoted_uri, old.state, old.stamp_uri) == (row.quoted_id, row.quoted_uri, row.state, row.stamp_uri):
        return False
    if old is not None and old.state == "accepted":
        await _counted(work, old, -1)
    await quote_rows.put(work.tx, row)
    if state == "accepted":
        await _counted(work, row, +1)
        if live and (old is None or old.state != "accepted"):
            await _tell(work, row, visibility)
    return True


async def _state_of(work: Work, note: RemoteNote, quoted: Facts | None, old: QuoteRow | None) -> str:
    if quoted is None:
        return "pending"
    same = old is not None and old.quoted_uri == note.quote_uri
    if same and old is not None and old.state in ("rejected", "revoked", "deleted"):
        return old.state
    if quoted.account_id == work.actor.id:
        return "accepted" if quoted.visibility in (*quoting.OPEN, Visibility.FOLLOWERS) else "pending"
    if quoted.visibility not in quoting.OPEN:
        return "pending"  # whatever anybody has let it: it would be read by others than it was said to
    if note.quote_stamp is not None or (same and old is not None and old.state == "accepted"):
        return "accepted"
    policy = await quote_rows.policy(work.tx, quoted.id)
    if not quoted.account_local:
        return "accepted" if policy is None else "pending"
    return "accepted" if await _verdict(work, quoted, work.actor.id) == "automatic" else "pending"


# ---- asking and answering


async def request(work: Work, activity: QuoteRequest) -> Result:
    """Somebody elsewhere asks whether they may quote one of ours; the policy of the note answers."""
    quoted = await work.visible_note(activity.note_id)
    row = await quote_rows.one(work.tx, activity.quoting_id, lock=True)
    require(
        row is not None and row.account_id == work.actor.id and row.quoted_id == quoted.id and quoted.account_local,
        errors.Forbidden("This is not what is quoted", station="check"),
    )
    assert row is not None
    author = await work.account(quoted.account_id)
    let = row.state in ("accepted", "pending") and await _verdict(work, quoted, work.actor.id) == "automatic"
    question = activity.raw or {"id": activity.uri, "type": "QuoteRequest", "actor": work.actor.uri, "object": quoted.uri}
    inner = {key: question[key] for key in ("id", "type", "actor", "object") if key in question} | {"instrument": _instrument(question)}
    answer = work.uris.activity(await work.ids.mint())
    if let:
        stamp = work.uris.quote_stamp(row.note_id)
        await quote_rows.settle(work.tx, row.note_id, "accepted", stamp_uri=stamp, request_uri=activity.uri)
        if row.state != "accepted":
            await _counted(work, row, +1)
        if not await quote_rows.told(work.tx, row.note_id):  # the note may have come with the question, and nobody is told of what is fetched
            facts = await note_rows.facts(work.tx, row.note_id)
            await _tell(work, row, facts.visibility if facts else Visibility.PUBLIC)
        data = shapes.activity("Accept", id=answer, actor=author.uri, object=inner, to=[work.actor.uri], result=stamp)
    else:
        if row.state == "pending":
            await quote_rows.settle(work.tx, row.note_id, "rejected", request_uri=activity.uri)
        data = shapes.activity("Reject", id=answer, actor=author.uri, object=inner, to=[work.actor.uri])
    work.also.append((answer, author, data, "direct"))
    await _changed(work, row)
    return Result(activity.raw, row.note_id)


def _instrument(question: dict[str, Any]) -> Any:
    given = question.get("instrument")
    return given.get("id") if isinstance(given, dict) else given


async def accept(work: Work, activity: QuoteAccept) -> Result:
    """The author of what is quoted lets it, with a stamp that the door has fetched and found good."""
    row = await _row(work, activity.quoting_id)
    if row.state in ("accepted", "revoked", "deleted"):
        return Result(note_id=row.note_id, unchanged=True)
    await quote_rows.settle(work.tx, row.note_id, "accepted", stamp_uri=activity.stamp_uri)
    await _counted(work, row, +1)
    await _stamp_note(work, row, activity.stamp_uri)
    await _changed(work, row)
    return Result(activity.raw, row.note_id)


async def reject(work: Work, activity: QuoteReject) -> Result:
    row = await _row(work, activity.quoting_id)
    if row.state in ("rejected", "revoked"):
        return Result(note_id=row.note_id, unchanged=True)
    return await _end(work, row, "revoked" if row.state == "accepted" else "rejected", activity.raw)


async def revoke(work: Work, activity: QuoteRevoke) -> Result:
    """The leave is taken back: by one of ours, or by a Delete of the stamp."""
    row = await _row(work, activity.quoting_id)
    if row.state == "revoked":
        return Result(note_id=row.note_id, unchanged=True)
    require(row.state in ("accepted", "pending"), errors.NotFound(station="check"))
    result = await _end(work, row, "revoked", activity.raw)
    facts = await note_rows.facts(work.tx, row.note_id)
    if not work.local or row.stamp_uri is None or facts is None or facts.visibility is Visibility.LOCAL:
        return result
    stamp = {
        "id": row.stamp_uri,
        "type": "QuoteAuthorization",
        "attributedTo": work.actor.uri,
        "interactingObject": facts.uri,
        "interactionTarget": row.quoted_uri,
    }
    data = shapes.activity(
        "Delete", id=work.activity_uri, actor=work.actor.uri, object=stamp, to=[facts.account_uri], cc=[PUBLIC, work.actor.followers_uri]
    )
    return replace(result, data=data)


async def _end(work: Work, row: QuoteRow, state: str, raw: dict[str, Any] | None) -> Result:
    await quote_rows.settle(work.tx, row.note_id, state, stamp_uri=row.stamp_uri)
    if row.state == "accepted":
        await _counted(work, row, -1)
    await _stamp_note(work, row, None)
    await _changed(work, row)
    return Result(raw, row.note_id)


async def forget(work: Work, note_id: int) -> None:
    """Before a note goes: what it quotes is quoted less, and what quotes it quotes nothing that is there."""
    row = await quote_rows.one(work.tx, note_id)
    if row is not None and row.state == "accepted":
        await _counted(work, row, -1)
    for id, author in await quote_rows.orphan(work.tx, note_id):
        work.events.append(Event(event.NOTE_UPDATED, id, author, -2))


# ---- inside


async def _row(work: Work, quoting_id: int) -> QuoteRow:
    """The quote of something the actor said."""
    row = await quote_rows.one(work.tx, quoting_id, lock=True)
    require(row is not None and row.quoted_account_id == work.actor.id, errors.NotFound(station="check"))
    assert row is not None
    return row


async def _verdict(work: Work, quoted: Facts, who: int) -> str:
    policy = await quote_rows.policy(work.tx, quoted.id)
    follows, followed = await quote_rows.relation(work.tx, who, quoted.account_id) if policy is not None else (False, False)
    return quoting.verdict(quoted.visibility, policy, author=quoted.account_id == who, follows=follows, followed=followed)


async def _counted(work: Work, row: QuoteRow, by: int) -> None:
    if row.quoted_id is not None:
        await quote_rows.count(work.tx, row.quoted_id, by)
        work.events.append(Event(event.NOTE_UPDATED, row.quoted_id, row.quoted_account_id or 0, -1))


async def _changed(work: Work, row: QuoteRow) -> None:
    await note_rows.touch(work.tx, row.note_id)
    work.events.append(Event(event.NOTE_UPDATED, row.note_id, row.account_id, -2))


async def _tell(work: Work, row: QuoteRow, visibility: Visibility) -> None:
    """The author of what is quoted, unless the note is none of theirs to read."""
    if row.quoted_account_id is None or row.quoted_account_id == row.account_id:
        return
    facts = await note_rows.facts(work.tx, row.note_id)
    if facts is not None and visibility in (*quoting.OPEN, Visibility.LOCAL):
        await surface.notify(
            work, "quote", [row.quoted_account_id], note_id=row.note_id, conversation_id=facts.conversation_id, from_id=row.account_id
        )


async def _stamp_note(work: Work, row: QuoteRow, stamp_uri: str | None) -> None:
    """A note of ours goes out again with its stamp, or without. (No `updated`: it is not edited.)"""
    facts = await note_rows.facts(work.tx, row.note_id)
    if facts is None or not facts.local or facts.data is None:
        return
    data = {key: value for key, value in facts.data.items() if key != "quoteAuthorization"}
    if stamp_uri is not None:
        data["quoteAuthorization"] = stamp_uri
    await note_rows.change(work.tx, facts.id, {"data": data})
    if facts.visibility is Visibility.LOCAL:
        return
    author = await work.account(facts.account_id)
    uri = work.uris.activity(await work.ids.mint())
    update = shapes.activity(
        "Update", id=uri, actor=author.uri, object=data, to=data.get("to", []), cc=data.get("cc", []), published=work.now
    )
    work.also.append((uri, author, update, facts.visibility.value))
