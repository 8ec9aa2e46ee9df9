"""What is said: notes (and what other servers call Article, Question, Page ...), boosts, polls."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pleromad.model.account import Account
    from pleromad.model.card import Card
    from pleromad.model.media import Media


class Visibility(StrEnum):
    """Mastodon's words. LOCAL is public for the people of this server and never leaves it (Pleroma: `local`)."""

    PUBLIC = "public"
    UNLISTED = "unlisted"
    FOLLOWERS = "private"
    DIRECT = "direct"
    LOCAL = "local"


COUNTS = "tell counts"  # jobs with {"note_id"}: other servers are told how a poll of ours stands


@dataclass(frozen=True, slots=True)
class Emoji:
    shortcode: str
    url: str
    domain: str | None = None
    category: str | None = None
    visible: bool = True


@dataclass(frozen=True, slots=True)
class Mention:
    account_id: int
    username: str
    acct: str
    uri: str
    url: str


@dataclass(frozen=True, slots=True)
class PollOption:
    title: str
    votes_count: int


@dataclass(frozen=True, slots=True)
class Poll:
    """An ActivityStreams Question. Its id is its note's id."""

    note_id: int
    multiple: bool
    options: tuple[PollOption, ...]
    voters_count: int | None
    votes_count: int
    expires_at: datetime | None
    hide_totals: bool = False


@dataclass(frozen=True, slots=True)
class Reaction:
    """One emoji under a note. `name` is a Unicode emoji or a shortcode; `url` only for the latter."""

    name: str
    url: str | None
    count: int
    account_ids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class QuotePolicy:
    """Who may quote a note at once, and who when its author lets them: public, followers, following, unsupported_policy."""

    automatic: tuple[str, ...] = ()
    manual: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Quote:
    """What a note quotes. `state`: pending, accepted, rejected, revoked, deleted. `quoted_id` None: it is not here."""

    state: str
    quoted_id: int | None
    quoted_uri: str


@dataclass(frozen=True, slots=True)
class QuoteRow:
    """One quote with all that was asked and answered. `note_id` is the one that quotes."""

    note_id: int
    account_id: int
    quoted_id: int | None
    quoted_uri: str
    quoted_account_id: int | None
    state: str
    request_uri: str | None
    stamp_uri: str | None


@dataclass(frozen=True, slots=True)
class Note:
    """A note or a boost with everything that does not depend on who looks.

    For a boost (`boost_of` set) only id, uri, account, created_at, visibility and version mean something; the rest is
    empty and lives in `boost_of`. `version` changes when anything that is rendered of it changes (author, counters ...).
    """

    id: int
    version: str
    uri: str
    url: str
    type: str  # Note, Question, Article, Announce ...
    account: Account
    created_at: datetime
    edited_at: datetime | None
    visibility: Visibility
    content: str  # sanitised HTML
    source: str  # as typed, '' when unknown
    content_type: str  # of source: text/plain, text/markdown, text/html
    spoiler_text: str
    title: str
    sensitive: bool
    language: str | None
    in_reply_to_id: int | None
    in_reply_to_account_id: int | None
    in_reply_to_uri: str | None
    conversation_id: int
    room_id: int | None
    replies_count: int
    boosts_count: int
    likes_count: int
    media: tuple[Media, ...] = ()
    mentions: tuple[Mention, ...] = ()
    tags: tuple[str, ...] = ()
    emojis: tuple[Emoji, ...] = ()
    reactions: tuple[Reaction, ...] = ()
    poll: Poll | None = None
    card: Card | None = None
    boost_of: Note | None = None
    application_name: str | None = None
    application_website: str | None = None
    expires_at: datetime | None = None
    pinned: bool = False
    local: bool = True
    quote: Quote | None = None
    quotes_count: int = 0
    quote_policy: QuotePolicy | None = None  # None: it does not say
    recipients: tuple[int, ...] = ()  # ids of all accounts addressed one by one (mentions, and silent ones)


@dataclass(frozen=True, slots=True)
class NoteState:
    """What one viewer did to one note. The common case is the empty one."""

    liked: bool = False
    boosted: bool = False
    bookmarked: bool = False
    bookmark_folder: int | None = None
    muted: bool = False
    reactions: tuple[str, ...] = ()
    voted: bool = False
    own_votes: tuple[int, ...] = ()
    follows_author: bool = False  # these two are asked only of notes that some may quote and some not
    followed_by_author: bool = False
    conversation_id: int | None = None  # of the viewer's conversations of direct notes, the one it is in


NOTHING = NoteState()


@dataclass(frozen=True, slots=True)
class Seen:
    """A note as one viewer sees it: `state` belongs to the note itself, or for a boost to the boosted note."""

    note: Note
    state: NoteState = NOTHING
    quote_state: str = ""  # of what it quotes, for this viewer: also unauthorized, blocked_account, blocked_domain, muted_account
    quoted: Seen | None = None  # where the viewer may see it


@dataclass(frozen=True, slots=True)
class NoteEdit:
    """One stage of a note's history, oldest first; the newest is the note as it is."""

    content: str
    spoiler_text: str
    sensitive: bool
    created_at: datetime
    source: str = ""
    content_type: str = "text/plain"
    media: tuple[Media, ...] = ()
    poll_options: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class PollDraft:
    options: tuple[str, ...]
    expires_in_seconds: int
    multiple: bool = False
    hide_totals: bool = False


@dataclass(frozen=True, slots=True)
class NoteDraft:
    """What a person here writes, as typed. The core renders, finds mentions and hashtags, and decides the audience.

    People on other servers must be known before submit: a door asks `core.resolver.mentions(text)` first.
    """

    text: str
    content_type: str = "text/plain"
    visibility: Visibility | None = None  # None: the writer's default; in a room: the room's
    spoiler_text: str = ""
    sensitive: bool = False
    language: str | None = None
    in_reply_to_id: int | None = None
    media_ids: tuple[int, ...] = ()
    media_changes: tuple[tuple[int, str | None, tuple[float, float] | None], ...] = ()  # id, description, focus
    poll: PollDraft | None = None
    room_id: int | None = None
    to: tuple[int, ...] = ()  # further account ids addressed without being named in the text
    expires_in_seconds: int | None = None
    published: datetime | None = None
    chat: bool = False  # a direct note to the one of `to`, and to nobody else whatever the text names: a ChatMessage
    quote_id: int | None = None
    quote_policy: str | None = None  # public, followers, nobody; None: the writer's default
    quotes: bool = False  # of an edit: the note quotes something, and goes on to
    scheduled_id: int | None = None  # it waited for its time as this, and so did its media


@dataclass(frozen=True, slots=True)
class RemoteAttachment:
    url: str
    media_type: str
    description: str = ""
    blurhash: str | None = None
    width: int | None = None
    height: int | None = None
    duration_seconds: float | None = None
    focus: tuple[float, float] | None = None
    preview_url: str | None = None


@dataclass(frozen=True, slots=True)
class RemotePoll:
    options: tuple[tuple[str, int], ...]  # title, votes
    multiple: bool
    expires_at: datetime | None
    voters_count: int | None
    closed: bool = False


@dataclass(frozen=True, slots=True)
class RemoteNote:
    """An object of another server in the one strict form. HTML is unsanitised: the core does that.

    `to` and `cc` are ids as sent with as:Public in its full form. Accounts in `mention_ids` and `room_id` were
    resolved by the door. `in_reply_to_uri` may name a note that is not (yet) here.
    """

    uri: str
    type: str
    to: tuple[str, ...]
    cc: tuple[str, ...]
    content: str
    published: datetime
    url: str = ""
    title: str = ""
    spoiler_text: str = ""
    sensitive: bool = False
    language: str | None = None
    updated: datetime | None = None
    in_reply_to_uri: str | None = None
    conversation_uri: str | None = None
    source: str = ""
    content_type: str = "text/html"
    mention_ids: tuple[int, ...] = ()
    mention_hrefs: tuple[tuple[str, str], ...] = ()  # name, href as sent, for rendering
    tags: tuple[str, ...] = ()
    emojis: tuple[Emoji, ...] = ()
    attachments: tuple[RemoteAttachment, ...] = ()
    poll: RemotePoll | None = None
    room_id: int | None = None
    quote_uri: str | None = None
    quote_id: int | None = None  # the note of that uri, when the door could get it
    quote_stamp: str | None = None  # the QuoteAuthorization: fetched from the quoted author's server, and good
    quote_policy: tuple[tuple[str, ...], tuple[str, ...]] | None = None  # canQuote: uris of who may at once, and when let
    raw: dict[str, object] = field(default_factory=dict)
