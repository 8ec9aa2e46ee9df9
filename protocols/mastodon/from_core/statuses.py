"""Status: bytes that are the same for everybody, kept per version, and behind them what depends on who looks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import msgspec
from msgspec import UNSET

from pleromad import text
from pleromad.cache import Cache
from pleromad.clock import iso
from pleromad.core import Core
from pleromad.media_proxy import Address
from pleromad.model.note import NOTHING, Note, NoteEdit, NoteState, Reaction, Seen
from pleromad.model.personal import FilterMatch
from protocols.mastodon.entities import status as entities
from protocols.mastodon.entities.tag import StatusTag
from protocols.mastodon.from_core.accounts import AccountRendering, emoji, encode, moment
from protocols.mastodon.from_core.cards import preview
from protocols.mastodon.from_core.filters import results
from protocols.mastodon.from_core.media import attachment
from protocols.mastodon.from_core.polls import poll
from protocols.mastodon.from_core.quotes import approval_of, quote_of, shallow_quote_of

KEPT = 3_000
SHOWN_REACTIONS = 50  # accounts told under one emoji

# The end of most notes: no reactions, no poll, no boost. The head before it ends inside the object `pleroma`.
_PLAIN = (
    b',"emoji_reactions":[],"thread_muted":false,"direct_conversation_id":null,"bookmark_folder":null,"quote":null,"quote_visible":false}'
    b',"text":null,"poll":null,"reblog":null,"quote":null,"quote_approval":'
)
_UNTOUCHED = b',"favourited":false,"reblogged":false,"muted":false,"bookmarked":false'
_FOR_VIEWER = _UNTOUCHED + b',"filtered":[]}'
_FOR_AUTHOR = _UNTOUCHED + b',"pinned":false,"filtered":[]}'


_SOMEBODY = 0  # a viewer who is nobody's author

Matches = Mapping[int, Sequence[FilterMatch]]
_NONE: Matches = {}


class StatusRendering:
    def __init__(self, core: Core, accounts: AccountRendering) -> None:
        self._core = core
        self._accounts = accounts
        self._kept: Cache[int, tuple[str, bytes, int]] = Cache(KEPT)

    def many(self, seen: Iterable[Seen], viewer: int | None, matches: Matches = _NONE) -> list[bytes]:
        """`matches`: what the viewer's filters found, by the note's id."""
        return [self.one(each, viewer, matches=matches) for each in seen]

    def raw(self, seen: Seen, viewer: int | None, matches: Matches = _NONE) -> msgspec.Raw:
        return msgspec.Raw(self.one(seen, viewer, matches=matches))

    def one(
        self, seen: Seen, viewer: int | None, *, source: str | None = None, matches: Matches = _NONE
    ) -> bytes:
        """The Status as JSON. `viewer` None: without what only those who are logged in are told. `source`: with `text`."""
        return self._one(seen, viewer, source, matches)

    def _one(self, seen: Seen, viewer: int | None, source: str | None, matches: Matches, *, quoted: bool = False) -> bytes:
        """`quoted`: it stands in another one that quotes it, and only names what it quotes itself."""
        note, state = seen.note, seen.state
        found = matches.get(note.id)
        kept, length = self._of(note)
        plain = length < len(kept) and state is NOTHING and source is None and not found
        if plain and viewer is not None and viewer != note.account.id:
            return kept
        head = kept[:length]
        approval = approval_of(note, state, viewer)
        if plain and viewer is None:
            return b"".join((head, _PLAIN, approval, b"}"))
        if plain and not note.pinned:
            return b"".join((head, _PLAIN, approval, _FOR_AUTHOR))
        filtered = results(found) if found else b"[]"
        if note.boost_of is not None:
            inside = {**matches, note.boost_of.id: found} if found else matches
            boosted = self._one(replace(seen, note=note.boost_of), viewer, None, inside)
            return head + self._tail(note, state, viewer, filtered, approval, boosted=boosted)
        inner = self._one(seen.quoted, viewer, None, matches, quoted=True) if seen.quoted is not None and not quoted else None
        quote = shallow_quote_of(seen) if quoted else quote_of(seen, inner)
        return head + self._tail(note, state, viewer, filtered, approval, source=source, quote=quote, shown=inner)

    def _tail(
        self,
        note: Note,
        state: NoteState,
        viewer: int | None,
        filtered: bytes,
        approval: bytes,
        *,
        boosted: bytes | None = None,
        source: str | None = None,
        quote: bytes = b"null",
        shown: bytes | None = None,
    ) -> bytes:
        parts = [b',"emoji_reactions":', encode([_reaction(each, state, self._accounts.at) for each in note.reactions])]
        parts += [b',"thread_muted":', _bool(state.muted), b',"direct_conversation_id":', encode(_id(state.conversation_id))]
        parts += [b',"bookmark_folder":', encode(_id(state.bookmark_folder))]
        parts += [b',"quote":', shown or b"null", b',"quote_visible":', _bool(shown is not None)]
        parts += [b'},"text":', encode(source), b',"poll":']
        if note.poll is None:
            parts.append(b"null")
        else:
            emojis = [emoji(each, self._accounts.at) for each in note.emojis]
            parts.append(encode(poll(note, note.poll, state, viewer, self._core.clock.now(), emojis)))
        parts += [b',"reblog":', boosted or b"null", b',"quote":', quote, b',"quote_approval":', approval]
        if viewer is not None:
            parts += [b',"favourited":', _bool(state.liked), b',"reblogged":', _bool(state.boosted)]
            parts += [b',"muted":', _bool(state.muted), b',"bookmarked":', _bool(state.bookmarked)]
            if viewer == note.account.id and boosted is None:
                parts += [b',"pinned":', _bool(note.pinned)]
            parts += [b',"filtered":', filtered]
        parts.append(b"}")
        return b"".join(parts)

    def _of(self, note: Note) -> tuple[bytes, int]:
        """What is the same for everybody, and how long it is: it ends in the middle of `pleroma`.

        Of a plain note the whole Status stands there, as most people see it: those who have done nothing with it and did not write it.
        """
        version = note.version if note.boost_of is None else note.version.partition("/")[0]  # of a boost its own, not that of what it boosts
        if self._core.media_proxy.on:
            version += "proxied"
        known = self._kept.get(note.id)
        if known is not None and known[0] == version:
            return known[1], known[2]
        status: bytes = encode(self._status(note))
        pleroma: bytes = encode(self._pleroma(note))
        kept = status[:-1] + b',"pleroma":' + pleroma[:-1]
        length = len(kept)
        if note.boost_of is None and note.quote is None and note.poll is None and not note.reactions:
            kept = b"".join((kept, _PLAIN, approval_of(note, NOTHING, _SOMEBODY), _FOR_VIEWER))
        self._kept.put(note.id, (version, kept, length))
        return kept, length

    def _status(self, note: Note) -> entities.Status:
        boost = note.boost_of is not None
        return entities.Status(
            id=str(note.id),
            uri=note.uri,
            created_at=iso(note.created_at),
            account=self._accounts.raw(note.account),
            content="" if boost else content_of(note),
            visibility=note.visibility.value,
            sensitive=note.sensitive,
            spoiler_text=note.spoiler_text,
            media_attachments=[attachment(media, self._accounts.at) for media in note.media],
            application=_application(note),
            mentions=[
                entities.StatusMention(id=str(m.account_id), username=m.username, url=m.url, acct=m.acct) for m in note.mentions
            ],
            tags=[StatusTag(name=tag, url=self._core.uris.tag(tag)) for tag in note.tags],
            emojis=[emoji(each, self._accounts.at) for each in note.emojis],
            reblogs_count=note.boosts_count,
            favourites_count=note.likes_count,
            quotes_count=note.quotes_count,
            replies_count=note.replies_count,
            url=note.url,
            in_reply_to_id=_id(note.in_reply_to_id),
            in_reply_to_account_id=_id(note.in_reply_to_account_id),
            card=preview(note.card, self._accounts.at) if note.card is not None else None,
            language=note.language,
            edited_at=moment(note.edited_at),
            tagged_collections=[],
        )

    def _pleroma(self, note: Note) -> entities.PleromaStatus:
        return entities.PleromaStatus(
            local=note.local,
            conversation_id=str(note.conversation_id),
            context=self._core.uris.conversation(note.conversation_id),
            in_reply_to_account_acct=_answered(note),
            content=entities.PlainText(text="" if note.boost_of is not None else text.to_plain(note.content)),
            spoiler_text=entities.PlainText(text=note.spoiler_text),
            expires_at=moment(note.expires_at),
            parent_visible=note.in_reply_to_id is not None,
            pinned_at=None,
            quotes_count=note.quotes_count,
            quote_id=_id(note.quote.quoted_id) if note.quote is not None else None,
            quote_url=note.quote.quoted_uri if note.quote is not None else None,
            non_anonymous=False,
            list_id=None,
        )

    def history(self, seen: Seen, stages: Iterable[NoteEdit], viewer: int | None) -> list[entities.StatusEdit]:
        """Each stage with what the note quotes now: nobody here changes that by an edit."""
        note = seen.note
        inner = self._one(seen.quoted, viewer, None, _NONE, quoted=True) if seen.quoted is not None else None
        quote = msgspec.Raw(quote_of(seen, inner))
        account = self._accounts.raw(note.account)
        emojis = [emoji(each, self._accounts.at) for each in note.emojis]
        return [
            entities.StatusEdit(
                content=stage.content,
                spoiler_text=stage.spoiler_text,
                sensitive=stage.sensitive,
                created_at=iso(stage.created_at),
                account=account,
                poll=UNSET
                if stage.poll_options is None
                else entities.EditPoll(options=[entities.EditPollOption(title=title) for title in stage.poll_options]),
                media_attachments=[attachment(media, self._accounts.at) for media in stage.media],
                emojis=emojis,
                quote=quote,
            )
            for stage in stages
        ]

    def poll(self, seen: Seen, viewer: int | None) -> entities.Poll | None:
        note = seen.note
        if note.poll is None:
            return None
        return poll(note, note.poll, seen.state, viewer, self._core.clock.now(), [emoji(each, self._accounts.at) for each in note.emojis])


def source_of(note: Note) -> entities.StatusSource:
    """What was typed, to be edited: of notes from elsewhere, their text."""
    return entities.StatusSource(
        id=str(note.id),
        text=note.source or text.to_plain(note.content),
        spoiler_text=note.spoiler_text,
        content_type=note.content_type if note.source else "text/plain",
    )


def content_of(note: Note) -> str:
    """An Article's title stands above its text: apps know no titles."""
    return f"<p><strong>{text.escape(note.title)}</strong></p>{note.content}" if note.title else note.content


def _reaction(one: Reaction, state: NoteState, at: Address) -> entities.EmojiReaction:
    return entities.EmojiReaction(
        name=one.name,
        count=one.count,
        me=one.name in state.reactions,
        url=at(one.url) if one.url else one.url,
        account_ids=[str(id) for id in one.account_ids[:SHOWN_REACTIONS]],
    )


def _application(note: Note) -> entities.StatusApplication | msgspec.UnsetType | None:
    if note.application_name is None:
        return None if note.local else UNSET
    return entities.StatusApplication(name=note.application_name, website=note.application_website)


def _answered(note: Note) -> str | None:
    """The acct of whom the note answers, as far as the note itself tells."""
    answered = note.in_reply_to_account_id
    if answered is None:
        return None
    if answered == note.account.id:
        return note.account.acct
    return next((mention.acct for mention in note.mentions if mention.account_id == answered), None)


def _id(id: int | None) -> str | None:
    return None if id is None else str(id)


def _bool(value: bool) -> bytes:
    return b"true" if value else b"false"
