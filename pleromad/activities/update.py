"""Update: a note is edited, a profile or a room's settings change."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import fields, replace
from datetime import timedelta
from typing import Any

from pleromad import errors, quoting, surface, text
from pleromad.activities import arrival, authoring, finding, quote, room_news, room_settings, shapes, stages
from pleromad.activities.work import Result, Work, require
from pleromad.clock import iso
from pleromad.ids import PUBLIC
from pleromad.model import event
from pleromad.model.account import ActorType, ProfileChange, RemoteActor
from pleromad.model.activity import Update
from pleromad.model.event import Event
from pleromad.model.note import NoteDraft, RemoteNote, Visibility
from pleromad.searching import documents
from store import accounts as account_rows
from store import media as media_rows
from store import notes as note_rows
from store import polls as poll_rows
from store import users as user_rows
from store.notes import Facts
from store.pool import Jsonb

MAX_HOSTS = 100
HOST = re.compile(r"[^\s/:@.]{1,63}(\.[^\s/:@.]{1,63})+")


async def apply(work: Work, activity: Update) -> Result:
    if activity.note_id is not None:
        facts = await note_rows.facts(work.tx, activity.note_id, lock=True)
        require(facts is not None and facts.boost_of_id is None, errors.NotFound(station="check"))
        assert facts is not None
        require(facts.account_id == work.actor.id, errors.Forbidden("This note is not yours", station="check"))
        if activity.quote_policy is not None:
            return await _set_quote_policy(work, facts, activity.quote_policy)
        if activity.counts:
            return await _tell_counts(work, facts)
        if isinstance(activity.note, NoteDraft):
            return await _rewrite(work, facts, activity.note)
        assert isinstance(activity.note, RemoteNote)
        return await _receive(work, facts, activity.note, activity.raw)
    if activity.room_id is not None:
        assert activity.room is not None
        return await room_settings.change(work, activity, activity.room_id, activity.room)
    if isinstance(activity.profile, ProfileChange):
        return await _profile(work, activity.profile)
    assert isinstance(activity.profile, RemoteActor)
    work.events.append(Event(event.ACCOUNT_UPDATED, 0, work.actor.id))
    return Result(activity.raw, account_id=work.actor.id, visibility=Visibility.PUBLIC)


async def _rewrite(work: Work, facts: Facts, draft: NoteDraft) -> Result:
    """The editor may change all but the audience: visibility, parent and room stay."""
    old = (await note_rows.load(work.tx, [facts.id], work.media_url))[facts.id][1]
    for id, description, focus in draft.media_changes:
        await media_rows.describe(work.tx, work.actor.id, id, description, focus)
    whole = NoteDraft(
        text=draft.text,
        content_type=draft.content_type,
        visibility=facts.visibility,
        spoiler_text=draft.spoiler_text,
        sensitive=draft.sensitive,
        language=draft.language or old.language,
        media_ids=draft.media_ids,
        poll=draft.poll,
        to=tuple(id for id in old.recipients if id not in {m.account_id for m in old.mentions}),
        room_id=facts.room_id,
        in_reply_to_id=facts.in_reply_to_id,
        quotes=old.quote is not None,
    )
    written = await authoring.compose(work, whole, note_id=facts.id)
    same_poll = stages.same_poll(old.poll, written.poll)
    if same_poll and stages.same_text(old, written):
        return await _unedited(work, facts, draft)
    quoted, stamp = await quote.of_edit(work, facts.id)
    policy = quote.policy_of(draft, "", facts.visibility) if draft.quote_policy else old.quote_policy or written.quote_policy
    written = replace(written, quoted=quoted, quote_policy=policy)
    await note_rows.add_edit(work.tx, facts.id, [media.description for media in old.media])
    data = facts.data or {}
    votes = tuple(o.votes_count for o in old.poll.options) if old.poll and same_poll else ()
    json = authoring.note_json(
        work,
        written,
        uri=facts.uri,
        url=old.url,
        published=old.created_at,
        updated=work.now,
        conversation=str(data.get("context") or work.uris.conversation(facts.conversation_id)),
        votes=votes,
        voters_count=(old.poll.voters_count or 0) if votes and old.poll else 0,
        stamp=stamp,
    )
    await note_rows.change(
        work.tx,
        facts.id,
        {
            "type": "Question" if written.poll else "Note",
            "content": written.content,
            "source": written.source,
            "content_type": written.content_type,
            "spoiler_text": written.spoiler_text,
            "sensitive": written.sensitive,
            "language": written.language,
            "tags": list(written.tags),
            "emojis": [(e.shortcode, e.url) for e in written.emojis],
            "has_media": bool(written.media),
            "quote_automatic": list(policy.automatic),
            "quote_manual": list(policy.manual),
            "edited_at": work.now,
            "data": json,
        },
    )
    await media_rows.attach(work.tx, facts.id, [m.id for m in written.media])
    if old.poll is not None and not same_poll:
        await poll_rows.remove(work.tx, facts.id)
    await stages.ask(work, facts.id, written.poll, old.poll if same_poll else None)
    before = set(old.recipients)
    await note_rows.add_mentions(work.tx, facts.id, [a.id for a in written.named], [a.id for a in written.silent])
    await note_rows.set_tags(work.tx, facts.id, written.tags)
    await finding.find_anew(work, finding.of_written(work, facts.id, written))
    work.events.append(Event(event.NOTE_UPDATED, facts.id, work.actor.id, facts.room_id or 0))
    await _tell(work, facts, before, [a.id for a in written.people])
    if facts.visibility is Visibility.LOCAL:
        return Result(None, facts.id, visibility=facts.visibility)
    update = _update_json(work, json, json["to"], json["cc"])
    if written.room is not None and written.room.local:
        await room_news.announce_in_room(work, written.room, update)
    return Result(update, facts.id, visibility=facts.visibility)


async def _set_quote_policy(work: Work, facts: Facts, word: str) -> Result:
    """Who may quote it from now on; what quotes it already goes on to."""
    require(facts.local, errors.Forbidden(station="authorise"))
    policy = quote.policy_of(NoteDraft(text="", quote_policy=word), "", facts.visibility)
    actor = work.actor
    uris = quoting.to_uris(policy, author=actor.uri, followers=actor.followers_uri, following=actor.following_uri)
    json = {**(facts.data or {}), "interactionPolicy": uris}
    columns = {"quote_automatic": list(policy.automatic), "quote_manual": list(policy.manual), "data": json}
    await note_rows.change(work.tx, facts.id, columns)
    work.events.append(Event(event.NOTE_UPDATED, facts.id, work.actor.id, -1))
    if facts.visibility is Visibility.LOCAL:
        return Result(None, facts.id, visibility=facts.visibility)
    return Result(_update_json(work, json, json.get("to", []), json.get("cc", [])), facts.id, visibility=facts.visibility)


async def _unedited(work: Work, facts: Facts, draft: NoteDraft) -> Result:
    """What apps send again as it was is no stage of the history; only a poll may end at another time then."""
    if draft.poll is not None:
        old = (await poll_rows.of_notes(work.tx, [facts.id])).get(facts.id)
        await stages.ask(work, facts.id, draft.poll, old)
        facts = replace(facts, data={**(facts.data or {}), "endTime": iso(work.now + timedelta(seconds=draft.poll.expires_in_seconds))})
        await note_rows.change(work.tx, facts.id, {"data": facts.data})
        work.events.append(Event(event.NOTE_UPDATED, facts.id, work.actor.id, -1))
    if draft.quote_policy is not None:
        return await _set_quote_policy(work, facts, draft.quote_policy)
    return await _tell_counts(work, facts)


async def _tell_counts(work: Work, facts: Facts) -> Result:
    """A poll of ours as it stands: to whom the note went, and to who voted. It is not edited, so `updated` stays as it is."""
    poll = (await poll_rows.of_notes(work.tx, [facts.id])).get(facts.id)
    json = facts.data or {}
    if poll is None or not facts.local or facts.visibility is Visibility.LOCAL:
        return Result(None, facts.id, visibility=facts.visibility)
    update = _update_json(work, stages.with_counts(json, poll, work.now), json.get("to", []), json.get("cc", []))
    voters = await poll_rows.voters_elsewhere(work.tx, facts.id)
    return Result({**update, "bto": voters} if voters else update, facts.id, visibility=facts.visibility)


def _update_json(work: Work, object: Any, to: list[str], cc: list[str]) -> dict[str, Any]:
    return shapes.activity("Update", id=work.activity_uri, actor=work.actor.uri, object=object, to=to, cc=cc, published=work.now)


async def _receive(work: Work, facts: Facts, note: RemoteNote, raw: dict[str, Any] | None) -> Result:
    """An edit, or (without `updated`) only new counts of a poll."""
    require(facts.uri == note.uri, errors.Forbidden("This is another note", station="check"))
    arrived = await arrival.receive(work, note)
    keep = {
        "content", "source", "content_type", "spoiler_text", "title", "sensitive", "language", "tags", "emojis", "has_media", "data",
        "quote_automatic", "quote_manual",
    }  # fmt: skip
    columns = {key: value for key, value in arrived.columns.items() if key in keep}
    old = (await note_rows.load(work.tx, [facts.id], work.media_url))[facts.id][1]
    edited = any(
        columns[key] != getattr(old, key) for key in ("content", "spoiler_text", "sensitive", "title")
    ) or [(a.url, media_rows.description_of(a)) for a in note.attachments[: media_rows.MAX_REMOTE]] != [(m.remote_url, m.description) for m in old.media]
    if edited and note.updated is not None and old.edited_at is not None and note.updated < old.edited_at:
        return Result(note_id=facts.id, unchanged=True)  # an older stage that came late
    if edited:
        await note_rows.add_edit(work.tx, facts.id, [media.description for media in old.media])
        columns["edited_at"] = min(note.updated or work.now, work.now)
        await media_rows.replace_remote(
            work.tx, [await work.ids.mint() for _ in note.attachments], work.actor.id, facts.id, note.attachments
        )
        await note_rows.set_tags(work.tx, facts.id, columns["tags"])
        await note_rows.add_mentions(work.tx, facts.id, note.mention_ids[: arrival.MAX_MENTIONS], ())
    await note_rows.change(work.tx, facts.id, columns)
    if note.quote_uri is not None or old.quote is not None:
        await quote.take_in(work, facts.id, note, facts.visibility, live=work.origin.kind != "fetched")
    if edited:
        await finding.find_anew(work, finding.of_arrived(work, facts.id, arrived.columns, note))
    if note.poll is not None:
        asked = (old.poll.multiple, [option.title for option in old.poll.options]) if old.poll else None
        if asked is not None and asked != (note.poll.multiple, [title for title, _ in note.poll.options]):
            await poll_rows.remove(work.tx, facts.id)  # another question: who voted may vote again
        await poll_rows.add(
            work.tx,
            facts.id,
            multiple=note.poll.multiple,
            hide_totals=False,
            options=[title for title, _ in note.poll.options],
            votes=[count for _, count in note.poll.options],
            voters_count=note.poll.voters_count,
            expires_at=note.poll.expires_at or (work.now if note.poll.closed else None),
        )
    work.events.append(Event(event.NOTE_UPDATED, facts.id, work.actor.id, facts.room_id or 0))
    if edited and work.origin.kind != "fetched":
        await _tell(work, facts, set(old.recipients), note.mention_ids[: arrival.MAX_MENTIONS])
    if facts.room_id is not None and raw is not None:
        await room_news.pass_on_in_room(work, facts.room_id, raw)
    return Result(raw, facts.id, visibility=facts.visibility)


async def _tell(work: Work, facts: Facts, before: set[int], now: Sequence[int]) -> None:
    """Those who are named only now are told as of a new note, the others that it has changed."""
    new = [each for each in now if each not in before]
    if new:
        await surface.mention(
            work,
            new,
            note_id=facts.id,
            conversation_id=facts.conversation_id,
            visibility=facts.visibility,
            room=facts.room_id is not None,
        )
    await surface.edited(work, before & set(now), note_id=facts.id, conversation_id=facts.conversation_id, visibility=facts.visibility)


async def _profile(work: Work, change: ProfileChange) -> Result:
    require(work.actor.local, errors.Forbidden(station="authorise"))
    limits = work.settings.profiles
    columns: dict[str, Any] = {}
    if change.display_name is not None:
        require(
            len(change.display_name) <= limits.max_name,
            errors.Invalid(f"Validation failed: Display name is too long (maximum is {limits.max_name} characters)", field="display_name"),
        )
        columns["display_name"] = text.plain_name(change.display_name, limits.max_name)
    if change.note is not None:
        require(
            len(change.note) <= limits.max_bio,
            errors.Invalid(f"Validation failed: Note is too long (maximum is {limits.max_bio} characters)", field="note"),
        )
        columns["note_source"] = change.note
        columns["note"] = _render(work, change.note) if change.note.strip() else ""
    if change.fields is not None:
        require(
            len(change.fields) <= limits.max_fields and all(len(n) <= limits.max_field and len(v) <= limits.max_field for n, v in change.fields),
            errors.Invalid(f"Validation failed: at most {limits.max_fields} fields of {limits.max_field} characters", field="fields_attributes"),
        )
        columns["fields"] = Jsonb(
            [(text.plain_name(n, limits.max_field), text.render_line(v, tag_url=work.uris.tag), None, v) for n, v in change.fields if n.strip() or v.strip()]
        )
    for name in ("locked", "discoverable", "indexable", "hide_collections", "avatar_description", "header_description", "show_media", "show_media_replies", "show_featured", "show_role", "show_likes"):
        value = getattr(change, name)
        if value is not None:
            columns[name] = value
    if change.bot is not None:
        columns["type"] = (ActorType.SERVICE if change.bot else ActorType.PERSON).value
    if change.attribution_domains is not None:
        columns["attribution_domains"] = _hosts(change.attribution_domains)
    if change.also_known_as is not None:
        columns["also_known_as"] = list(change.also_known_as)
    if change.stay:
        columns["moved_to_uri"] = None
    for what in ("avatar", "header", "background"):
        media_id = getattr(change, f"{what}_media_id")
        if media_id == 0:
            columns[f"{what}_url"] = None
        elif media_id is not None:
            found = await media_rows.owned(work.tx, work.actor.id, [media_id], work.media_url)
            require(media_id in found, errors.Invalid("Validation failed: no such picture", field=what))
            columns[f"{what}_url"] = found[media_id].url
    await account_rows.change(work.tx, work.actor.id, columns)
    if "display_name" in columns:
        await documents.keep_name(work.tx, work.actor.id, work.actor.username, columns["display_name"])
    preferences = {
        field.name: getattr(change, field.name)
        for field in fields(change)
        if field.name.startswith("default_") and getattr(change, field.name) is not None
    }
    if preferences:
        await user_rows.change(work.tx, work.actor.id, preferences)
    if change.settings:
        await user_rows.merge_settings(work.tx, work.actor.id, change.settings)
    work.events.append(Event(event.ACCOUNT_UPDATED, 0, work.actor.id))
    if not columns:
        return Result(None, account_id=work.actor.id)
    # The actor is put in whole by whoever sends this out: it is what the row says then.
    data = _update_json(work, work.actor.uri, [PUBLIC], [work.actor.followers_uri])
    return Result({**data, "updated": iso(work.now)}, account_id=work.actor.id, visibility=Visibility.PUBLIC)


def _hosts(names: Sequence[str]) -> list[str]:
    """As typed, one or several in a text; an address is taken for its host, `*.` for every name below."""
    words = [word.strip().lower() for name in names for word in name.split()]
    hosts = dict.fromkeys(word.removeprefix("https://").removeprefix("http://").partition("/")[0].removeprefix("*.") for word in words)
    require(
        len(hosts) <= MAX_HOSTS and all(HOST.fullmatch(host) and len(host) <= 253 for host in hosts),
        errors.Invalid("Validation failed: Attribution domains contains one or more invalid domain names", field="attribution_domains"),
    )
    return list(hosts)


def _render(work: Work, source: str) -> str:
    return text.render(source, "text/plain", mention=lambda handle: None, tag_url=work.uris.tag).html
