"""Single statuses: writing, reading, changing and deleting them."""

from __future__ import annotations

import msgspec

from pleromad.activities.quote import NOT_QUOTABLE
from pleromad.errors import Invalid, NotFound
from pleromad.model.activity import Announce, Create, Delete, Undo, Update
from pleromad.model.note import NoteDraft, PollDraft, Seen, Visibility
from pleromad.model.page import Page, Slice
from protocols.mastodon.door import Call, Listed, NoForm, id_of, known_ids
from protocols.mastodon.endpoints import refreshes
from protocols.mastodon.endpoints.accounts import Ids, WithRelationships, rendered
from protocols.mastodon.endpoints.media import focus_of
from protocols.mastodon.endpoints.quotes import QuotePolicyWord
from protocols.mastodon.endpoints.scheduled import entity as scheduled
from protocols.mastodon.endpoints.scheduled import moment_of
from protocols.mastodon.entities.status import ScheduledStatus, StatusEdit, StatusSource
from protocols.mastodon.from_core.statuses import source_of
from web.answers import Answer

MAX_KEY = 200
MAX_LISTED = 100

# Pleroma's clients write formats this server has under other names.
FORMATS = {
    "text/plain": "text/plain",
    "text/markdown": "text/markdown",
    "text/html": "text/html",
    "text/bbcode": "text/bbcode",
    "text/x.misskeymarkdown": "text/markdown",
}


class PollForm(msgspec.Struct):
    options: list[str]
    expires_in: int  # seconds
    multiple: bool = False
    hide_totals: bool = False


class MediaChangeForm(msgspec.Struct):
    id: str
    description: str | None = None
    focus: str | None = None


class TextForm(msgspec.Struct):
    """What can be written, and written again."""

    status: str = ""
    spoiler_text: str = ""
    sensitive: bool | None = None
    language: str | None = None
    media_ids: list[str] = []
    poll: PollForm | None = None
    content_type: str | None = None  # Pleroma


class StatusForm(TextForm):
    in_reply_to_id: str | None = None
    visibility: str | None = None  # one of the words, or (Pleroma) `list:ID`: a direct one to the people on it
    scheduled_at: str | None = None
    quoted_status_id: str | None = None
    quote_id: str | None = None  # Pleroma
    quote_approval_policy: QuotePolicyWord | None = None
    to: list[str] = []  # Pleroma: handles of people addressed without being named
    expires_in: int | None = None  # Pleroma: seconds
    preview: bool = False  # Pleroma: show it and do not post it
    in_reply_to_conversation_id: str | None = None  # Pleroma: to its newest post, for all who are in it


class EditForm(TextForm):
    quote_approval_policy: QuotePolicyWord | None = None
    media_attributes: list[MediaChangeForm] = []


class DeleteForm(msgspec.Struct):
    delete_media: bool = False




async def create(call: Call[StatusForm]) -> bytes | ScheduledStatus:
    form = call.form
    # What would be posted otherwise than the person means is refused, not ignored.
    at = moment_of(form.scheduled_at) if form.scheduled_at else None
    if form.expires_in is not None and form.expires_in < 0:
        raise Invalid("Validation failed: expires_in must not be negative", field="expires_in")
    if call.core.resolver is not None and "@" in form.status:
        await call.core.resolver.mentions(form.status)
    content_type, sensitive = await _defaults(call)
    parent = id_of(form.in_reply_to_id) if form.in_reply_to_id else None
    to = await _addressed(call)
    visibility, listed = await _audience(call)
    to = (*to, *listed)
    if form.in_reply_to_conversation_id:
        talk = await call.core.reading.conversation(call.me.id, id_of(form.in_reply_to_conversation_id))
        parent = parent or talk.last.note.id
        to = tuple(dict.fromkeys([*to, *(each.id for each in talk.people if each.id != call.me.id)]))
        visibility = Visibility.DIRECT
    status, spoiler = _texts(form)
    draft = NoteDraft(
        text=status,
        content_type=content_type,
        visibility=visibility,
        spoiler_text=spoiler,
        sensitive=sensitive or bool(form.spoiler_text.strip()),
        language=form.language or None,
        in_reply_to_id=parent,
        media_ids=_media_ids(form),
        poll=_poll(form.poll),
        to=to,
        expires_in_seconds=form.expires_in or None,
        quote_id=_quoted(form),
        quote_policy=form.quote_approval_policy,
    )
    if form.preview:
        note = await call.core.activities.preview(Create(actor_id=call.me.id, note=draft), call.origin())
        return call.render.statuses.one(await call.core.reading.with_quote(call.me.id, Seen(note)), call.me.id)
    key = call.request.header("idempotency-key")[:MAX_KEY] or None
    if at is not None and at > call.core.clock.now():  # Mastodon: what is scheduled for the past is posted now
        return scheduled(await call.core.scheduling.add(call.me.id, draft, at, call.origin(key)))
    outcome = await call.submit(Create(actor_id=call.me.id, note=draft), idempotency_key=key)
    if outcome.duplicate or outcome.note_id is None:
        return await _status(call, outcome.note_id)
    return await _shown(call, await call.core.reading.written(call.me.id, outcome.note_id))


async def update(call: Call[EditForm]) -> bytes:
    form = call.form
    if (await call.core.reading.note(call.me.id, call.id)).note.account.id != call.me.id:
        raise NotFound
    if call.core.resolver is not None and "@" in form.status:
        await call.core.resolver.mentions(form.status)
    content_type, sensitive = await _defaults(call)
    status, spoiler = _texts(form)
    draft = NoteDraft(
        text=status,
        content_type=content_type,
        spoiler_text=spoiler,
        sensitive=sensitive or bool(form.spoiler_text.strip()),
        language=form.language or None,
        media_ids=_media_ids(form),
        media_changes=tuple(
            (id_of(change.id), change.description, focus_of(change.focus)) for change in form.media_attributes
        ),
        poll=_poll(form.poll),
        quote_policy=form.quote_approval_policy,
    )
    outcome = await call.submit(Update(actor_id=call.me.id, note_id=call.id, note=draft))
    return await _status(call, outcome.note_id)


async def delete(call: Call[DeleteForm]) -> bytes:
    """Answers with what was typed, so that it can be written anew."""
    me = call.me.id
    seen = await call.core.reading.note(me, call.id)
    note = seen.note
    if note.account.id != me:
        raise NotFound
    if note.boost_of is not None:
        await call.submit(Undo(actor_id=me, of=Announce(actor_id=me, note_id=note.boost_of.id)))
        return call.render.statuses.one(seen, me)
    answer = call.render.statuses.one(seen, me, source=source_of(note).text)
    await call.submit(Delete(actor_id=me, note_id=note.id))
    return answer


async def show(call: Call[NoForm]) -> bytes:
    return await _status(call, call.id)


async def many(call: Call[Ids]) -> Listed:
    found = await call.core.reading.notes(call.viewer_id, known_ids([*call.form.id, *call.form.ids]))
    return await call.statuses(Slice(tuple(found)))


async def context(call: Call[NoForm]) -> Answer:
    up, down = await call.core.reading.thread(call.viewer_id, call.id)
    matches = await call.filtered([*up, *down])
    render = call.render.statuses.many
    ancestors, descendants = (b",".join(render(notes, call.viewer_id, matches)) for notes in (up, down))
    body = b'{"ancestors":[' + ancestors + b'],"descendants":[' + descendants + b"]}"
    return Answer.json(body, headers=await refreshes.of_thread(call, [*up, *down]))


async def history(call: Call[NoForm]) -> list[StatusEdit]:
    seen = await call.core.reading.note(call.viewer_id, call.id)
    return call.render.statuses.history(seen, await call.core.reading.history(call.viewer_id, call.id), call.viewer_id)


async def source(call: Call[NoForm]) -> StatusSource:
    return source_of((await call.core.reading.note(call.me.id, call.id)).note)


async def favourited_by(call: Call[WithRelationships]) -> Listed:
    return await _who(call, "likes")


async def reblogged_by(call: Call[WithRelationships]) -> Listed:
    return await _who(call, "boosts")


async def _who(call: Call[WithRelationships], which: str) -> Listed:
    found = await call.core.reading.who(call.viewer_id, which, call.id, call.page)
    return Listed.of(await rendered(call, found.items, call.form.with_relationships), found)


async def _status(call: Call[msgspec.Struct], id: int | None) -> bytes:
    if id is None:
        raise NotFound
    return await _shown(call, await call.core.reading.note(call.viewer_id, id))


async def _shown(call: Call[msgspec.Struct], seen: Seen) -> bytes:
    return await call.status(seen)


async def _defaults(call: Call[TextForm]) -> tuple[str, bool]:
    """(content type, sensitive): what the person set for themselves where the app says nothing."""
    form = call.form
    allowed = call.core.settings.posts.formats
    if form.content_type and FORMATS.get(form.content_type) not in allowed:
        raise Invalid("Validation failed: content_type is not a known format", field="content_type")
    if form.content_type and form.sensitive is not None:
        return FORMATS[form.content_type], form.sensitive
    usual, sensitive = await call.core.accounts.usual(call.me.id)
    sensitive = sensitive if form.sensitive is None else form.sensitive
    content_type = FORMATS.get(form.content_type or usual, "text/plain")
    return content_type if content_type in allowed else "text/plain", sensitive


def _texts(form: TextForm) -> tuple[str, str]:
    """(text, content warning): a warning of nothing is what is said, as in Mastodon."""
    return (form.status, form.spoiler_text) if form.status.strip() else (form.spoiler_text, "")


def _media_ids(form: TextForm) -> tuple[int, ...]:
    try:
        return tuple(dict.fromkeys(id_of(id) for id in form.media_ids))
    except NotFound:
        raise Invalid("Validation failed: one of the attachments is not there", field="media_ids") from None


def _quoted(form: StatusForm) -> int | None:
    given = form.quoted_status_id or form.quote_id
    if not given:
        return None
    try:
        return id_of(given)
    except NotFound:
        raise NotFound(NOT_QUOTABLE) from None


def _poll(form: PollForm | None) -> PollDraft | None:
    if form is None:
        return None
    return PollDraft(
        options=tuple(form.options),
        expires_in_seconds=form.expires_in,
        multiple=form.multiple,
        hide_totals=form.hide_totals,
    )


async def _audience(call: Call[StatusForm]) -> tuple[Visibility | None, tuple[int, ...]]:
    """(visibility, people on a list it is for)."""
    word, _, id = (call.form.visibility or "").partition(":")
    if word == "list" and id:
        members = await call.core.personal.list_members(call.me.id, id_of(id), Page(limit=MAX_LISTED + 1))
        if not 0 < len(members.items) <= MAX_LISTED:
            raise Invalid(f"Validation failed: 1 to {MAX_LISTED} people must be on the list", field="visibility")
        return Visibility.DIRECT, tuple(one.id for one in members.items)
    try:
        return (Visibility(call.form.visibility) if call.form.visibility else None), ()
    except ValueError:
        raise Invalid("visibility is not valid", field="visibility") from None


async def _addressed(call: Call[StatusForm]) -> tuple[int, ...]:
    if not call.form.to:
        return ()
    known = await call.core.reading.known_handles([handle.lstrip("@") for handle in call.form.to[:100]])
    return tuple(account.id for account in known.values())
