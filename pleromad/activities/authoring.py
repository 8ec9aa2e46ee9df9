"""Turn what a person here typed into a note: who and what is meant by the text, who may read it, and its JSON."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pleromad import errors, quoting, text
from pleromad.activities import quote, shapes
from pleromad.activities.door import met
from pleromad.activities.quote import Quoted
from pleromad.activities.work import Work, require
from pleromad.hosts import ascii_host
from pleromad.model.account import Account, ActorType
from pleromad.model.chat import CHAT_MESSAGE
from pleromad.model.media import Media
from pleromad.model.note import Emoji, NoteDraft, PollDraft, QuotePolicy, Visibility
from pleromad.model.room import Rank
from pleromad.sections import Polls
from store import accounts as account_rows
from store import chats as chat_rows
from store import emojis as emoji_rows
from store import media as media_rows
from store import rooms as room_rows
from store.notes import Facts
from store.rooms import Doorstep


@dataclass(frozen=True, slots=True)
class Written:
    """A draft made into a note, but for its id."""

    content: str
    source: str
    content_type: str
    spoiler_text: str
    sensitive: bool
    language: str | None
    visibility: Visibility
    parent: Facts | None
    room: Account | None
    private_room: bool
    members_elsewhere: tuple[bool, bool]  # of a room of ours: `store.rooms.remote_members`
    named: tuple[Account, ...]
    silent: tuple[Account, ...]
    tags: tuple[str, ...]
    emojis: tuple[Emoji, ...]
    media: tuple[Media, ...]
    poll: PollDraft | None
    published: datetime
    expires_at: datetime | None
    chat: bool = False
    as_note: bool = False  # a chat with somebody whose server knows no ChatMessages

    @property
    def type(self) -> str:
        return "Question" if self.poll else CHAT_MESSAGE if self.chat else "Note"

    quoted: Quoted | None = None
    quote_policy: QuotePolicy = quoting.NOBODY

    @property
    def people(self) -> tuple[Account, ...]:
        return (*self.named, *(account for account in self.silent if account not in self.named))


async def compose(work: Work, draft: NoteDraft, *, note_id: int | None = None) -> Written:
    """Check a draft and find out all that it means. `note_id`: it replaces what that note says.

    Raises Invalid and TooLarge with the field's name in the Mastodon API, NotFound for what it answers, Forbidden in rooms.
    """
    length = len(draft.text) + len(draft.spoiler_text)
    require(
        length <= work.settings.instance.post_limit,
        errors.TooLarge(f"Validation failed: Text character limit of {work.settings.instance.post_limit} exceeded", field="status"),
    )
    require(
        draft.content_type in work.settings.posts.formats,
        errors.Invalid("Validation failed: content_type is not a format this server takes", field="content_type"),
    )
    require(
        bool(draft.text.strip()) or bool(draft.media_ids) or draft.poll is not None or draft.quote_id is not None or draft.quotes,
        errors.Invalid("Validation failed: Text can't be blank", field="status"),
    )
    _check_poll(work.settings.polls, draft)
    _check_chat(work, draft)
    parent = await _parent(work, draft)
    door = await _room(work, draft, parent)
    room = door.room if door is not None else None
    private_room = door is not None and (door.invite_only or door.secret)
    media = await _media(work, draft, note_id)
    named, rendered = await _render(work, draft)
    silent = list((await account_rows.by_ids(work.tx, draft.to)).values()) if draft.to else []
    if parent is not None and parent.account_id != work.actor.id and room is None:
        silent += (await account_rows.by_ids(work.tx, [parent.account_id])).values()
    if draft.chat:
        named = [account for account in named if account.id in draft.to]
    visibility = Visibility.DIRECT if draft.chat else draft.visibility or Visibility(work.usual_visibility)
    language = draft.language
    if room is not None:
        visibility = Visibility.FOLLOWERS if private_room else Visibility.UNLISTED
    else:
        language = language or work.usual_language
    quoted, visibility = await quote.of_draft(work, draft, visibility)
    shortcodes = text.find_shortcodes(draft.text + " " + draft.spoiler_text)
    emojis = tuple((await emoji_rows.named(work.tx, shortcodes, None)).values()) if shortcodes else ()
    return Written(
        content=rendered.html,
        source=draft.text,
        content_type=draft.content_type,
        spoiler_text=text.plain_name(draft.spoiler_text, work.settings.instance.post_limit),
        sensitive=draft.sensitive or bool(draft.spoiler_text.strip()) or work.actor.sensitized,
        language=language,
        visibility=visibility,
        parent=parent,
        room=room,
        private_room=private_room,
        members_elsewhere=door.members_elsewhere if door is not None else (False, False),
        named=tuple(named),
        silent=tuple(account for account in silent if account.id != work.actor.id),
        tags=rendered.tags,
        emojis=emojis,
        media=media,
        poll=draft.poll,
        published=min(draft.published, work.now) if draft.published else work.now,
        expires_at=work.now + timedelta(seconds=draft.expires_in_seconds) if draft.expires_in_seconds else None,
        chat=draft.chat,
        as_note=draft.chat and not await _takes_chat(work, silent),
        quoted=quoted,
        quote_policy=quote.policy_of(draft, work.usual_quote_policy, visibility),
    )


async def _takes_chat(work: Work, people: list[Account]) -> bool:
    return all([one.local or await chat_rows.accepted_by(work.tx, one.id) for one in people])


def _check_chat(work: Work, draft: NoteDraft) -> None:
    if draft.chat:
        plain = draft.poll is None and draft.room_id is None and len(draft.media_ids) <= 1
        require(plain, errors.Invalid("Validation failed: a chat message has a text and at most one attachment", field="media_id"))
        require(len(draft.to) == 1 and work.actor.id not in draft.to, errors.Invalid("Validation failed: a chat is with one other person", field="to"))


def _check_poll(limits: Polls, draft: NoteDraft) -> None:
    poll = draft.poll
    if poll is None:
        return
    options = [option.strip() for option in poll.options]
    require(not draft.media_ids, errors.Invalid("Validation failed: a poll can't have media", field="media_ids"))
    require(
        2 <= len(options) <= limits.max_options and all(options),
        errors.Invalid(f"Validation failed: a poll needs 2 to {limits.max_options} options, none of them empty", field="poll[options]"),
    )
    require(
        all(len(option) <= limits.max_option_characters for option in options),
        errors.Invalid(f"Validation failed: a poll's option has at most {limits.max_option_characters} characters", field="poll[options]"),
    )
    require(
        len(set(options)) == len(options),
        errors.Invalid("Validation failed: a poll's options must differ", field="poll[options]"),
    )
    require(
        limits.min_seconds <= poll.expires_in_seconds <= limits.max_seconds,
        errors.Invalid(f"Validation failed: a poll runs between {_duration(limits.min_seconds)} and {_duration(limits.max_seconds)}", field="poll[expires_in]"),
    )


def _duration(seconds: int) -> str:
    for words, one in (("days", 86_400), ("hours", 3_600), ("minutes", 60)):
        if seconds >= 2 * one and seconds % one == 0:
            return f"{seconds // one} {words}"
    return "a minute" if seconds == 60 else f"{seconds} seconds"


async def _parent(work: Work, draft: NoteDraft) -> Facts | None:
    if draft.in_reply_to_id is None:
        return None
    parent = await work.visible_note(draft.in_reply_to_id)
    if parent.boost_of_id is not None:
        parent = await work.visible_note(parent.boost_of_id)
    return parent


async def _room(work: Work, draft: NoteDraft, parent: Facts | None) -> Doorstep | None:
    """The room the note is said in. What answers a line of a room is a line of it."""
    room_id = draft.room_id or (parent.room_id if parent is not None else None)
    return None if room_id is None else await speaking_in(work, room_id)


async def speaking_in(work: Work, room_id: int) -> Doorstep:
    """The room the actor wants to say something in. Raises NotFound, and Forbidden with the reason in one word as `detail`: banned, member, voice."""
    door = await room_rows.doorstep(work.tx, room_id, work.actor.id)
    require(door is not None and door.known and not door.room.deleted and door.room.type is ActorType.GROUP, errors.NotFound(station="check"))
    assert door is not None
    banned = errors.Forbidden("You are banned from this room", detail="banned", station="check")
    require(not door.banned, banned)
    require("b" not in met(work, door.masks, speaking=True) or bool(door.ranks), banned)
    require(
        door.member or not (door.members_only or door.invite_only or door.secret),
        errors.Forbidden("Only members may speak in this room", detail="member", station="check"),
    )
    require(
        not door.moderated or bool(door.ranks & {rank.value for rank in Rank}),
        errors.Forbidden("This room is moderated: you need voice to speak", detail="voice", station="check"),
    )
    return door


async def _media(work: Work, draft: NoteDraft, note_id: int | None) -> tuple[Media, ...]:
    if not draft.media_ids:
        return ()
    require(
        len(draft.media_ids) <= work.settings.posts.max_media,
        errors.Invalid(f"Validation failed: at most {work.settings.posts.max_media} attachments", field="media_ids"),
    )
    found = await media_rows.owned(work.tx, work.actor.id, draft.media_ids, work.media_url)
    usable = [
        found[id]
        for id in draft.media_ids
        if id in found and found[id].note_id in (None, note_id) and found[id].scheduled_id in (None, draft.scheduled_id)
    ]
    require(
        len(usable) == len(set(draft.media_ids)),
        errors.Invalid("Validation failed: one of the attachments is not yours or is used already", field="media_ids"),
    )
    require(
        all(media.ready for media in usable),
        errors.Invalid("Cannot attach files that have not finished processing. Try again in a moment!", field="media_ids"),
    )
    return tuple(usable)


async def _render(work: Work, draft: NoteDraft) -> tuple[list[Account], text.Rendered]:
    handles = text.handles_in(draft.text, draft.content_type)[:100]
    keys = {handle: _key(handle, work.uris.domain) for handle in handles}
    found = await account_rows.by_handles(work.tx, list(set(keys.values())))
    accounts = {handle: found[key] for handle, key in keys.items() if key in found and not found[key].deleted}

    def mention(handle: str) -> text.MentionTarget | None:
        account = accounts.get(handle)
        return None if account is None else text.MentionTarget(account.username, account.url)

    rendered = text.render(draft.text, draft.content_type, mention=mention, tag_url=work.uris.tag)
    named = [accounts[handle] for handle in rendered.handles]
    return list({account.id: account for account in named}.values()), rendered


def _key(handle: str, domain: str) -> tuple[str, str]:
    name, _, host = handle.lower().partition("@")
    with suppress(ValueError):
        host = ascii_host(host)
    return name, "" if host == domain.lower() else host


def columns(work: Work, id: int, written: Written) -> dict[str, Any]:
    """The row of a new note. What answers nothing has no conversation yet."""
    parent = written.parent
    return {
        "id": id,
        "uri": work.uris.note(id),
        "url": work.uris.note_page(work.actor.username, id) if not work.actor.group else work.uris.note(id),
        "type": written.type,
        "account_id": work.actor.id,
        "visibility": written.visibility.value,
        "local": True,
        "content": written.content,
        "source": written.source,
        "content_type": written.content_type,
        "spoiler_text": written.spoiler_text,
        "sensitive": written.sensitive,
        "language": written.language,
        "in_reply_to_id": parent.id if parent else None,
        "in_reply_to_uri": parent.uri if parent else None,
        "in_reply_to_account_id": parent.account_id if parent else None,
        **({"conversation_id": parent.conversation_id} if parent else {}),
        "room_id": written.room.id if written.room else None,
        "tags": list(written.tags),
        "emojis": [(e.shortcode, e.url) for e in written.emojis],
        "has_media": bool(written.media),
        "app_id": work.origin.app_id,
        "quote_automatic": list(written.quote_policy.automatic),
        "quote_manual": list(written.quote_policy.manual),
        "created_at": written.published,
        "expires_at": written.expires_at,
    }


def note_json(
    work: Work,
    written: Written,
    *,
    uri: str,
    url: str,
    published: datetime,
    updated: datetime | None,
    conversation: str,
    votes: tuple[int, ...] = (),
    voters_count: int = 0,
    stamp: str | None = None,
) -> dict[str, Any]:
    people = [account.uri for account in written.people]
    to, cc = shapes.addresses(written.visibility, work.actor, people, room=written.room, private_room=written.private_room)
    poll = written.poll
    quoted = written.quoted
    if quoted is not None and quoted.told and written.visibility in quoting.OPEN:
        cc = list(dict.fromkeys([*cc, quoted.facts.account_uri]))  # who is not asked is told
    return shapes.note(
        id=uri,
        type="Note" if written.as_note else written.type,
        actor=work.actor,
        to=to,
        cc=cc,
        content=written.content,
        source=written.source,
        content_type=written.content_type,
        summary=written.spoiler_text,
        sensitive=written.sensitive,
        language=written.language,
        published=published,
        updated=updated,
        url=url,
        in_reply_to=written.parent.uri if written.parent else None,
        conversation=conversation,
        mentions=[(f"{a.username}@{a.domain or work.uris.domain}", a.uri) for a in written.people],
        tags=[(tag, work.uris.tag(tag)) for tag in written.tags],
        emojis=written.emojis,
        media=written.media,
        poll=poll,
        poll_closes=(updated or published) + timedelta(seconds=poll.expires_in_seconds) if poll else None,
        votes=votes or ((0,) * len(poll.options) if poll else ()),
        voters_count=voters_count,
        room=written.room.uri if written.room else None,
        quote=shapes.Quoting(quoted.facts.uri, quoted.url, stamp) if quoted is not None else None,
        interaction=quoting.to_uris(
            written.quote_policy, author=work.actor.uri, followers=work.actor.followers_uri, following=work.actor.following_uri
        ),
    )
