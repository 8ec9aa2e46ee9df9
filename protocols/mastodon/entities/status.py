"""What is said: Status and its parts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

from msgspec import UNSET, Raw, UnsetType, field

from protocols.mastodon.entities.account import AccountJson, Policy
from protocols.mastodon.entities.base import CustomEmoji, DateTime, Entity, Html, Id, Url
from protocols.mastodon.entities.collection import Collection
from protocols.mastodon.entities.filter import FilterResult
from protocols.mastodon.entities.media import MediaAttachment
from protocols.mastodon.entities.tag import StatusTag

# `local` is Pleroma's: for the people of this server.
Visibility = Literal["public", "unlisted", "private", "direct", "local"]


class StatusApplication(Entity, kw_only=True):
    name: str
    website: Url | None


class StatusMention(Entity, kw_only=True):
    id: Id
    username: str
    url: Url
    acct: str


class PollOption(Entity, kw_only=True):
    title: str
    votes_count: int | None


class Poll(Entity, kw_only=True):
    id: Id
    expires_at: DateTime | None
    expired: bool
    multiple: bool
    votes_count: int
    voters_count: int | None
    options: list[PollOption]
    emojis: list[CustomEmoji]
    voted: bool | UnsetType = UNSET
    own_votes: list[int] | UnsetType = UNSET


class PreviewCardAuthor(Entity, kw_only=True):
    name: str
    url: Url
    account: AccountJson | None


class PreviewCard(Entity, kw_only=True):
    url: Url
    title: str
    description: str
    type: Literal["link", "photo", "video", "rich"]
    authors: list[PreviewCardAuthor]
    author_name: str
    author_url: str
    provider_name: str
    provider_url: str
    html: Html
    width: int
    height: int
    image: Url | None
    embed_url: str
    blurhash: str | None
    missing_attribution: bool | None
    published_at: DateTime | None
    language: str | None


class LinkDay(Entity, kw_only=True):
    day: str
    accounts: str
    uses: str


class TrendsLink(PreviewCard, kw_only=True):
    history: list[LinkDay]


class AdminTrendsLink(TrendsLink, kw_only=True):
    """With what staff needs to judge it; not in Mastodon's documentation."""

    id: Id
    requires_review: bool


class QuoteApproval(Entity, kw_only=True):
    automatic: list[Policy]
    manual: list[Policy]
    current_user: Literal["automatic", "manual", "denied", "unknown"]


QuoteState = Literal[
    "pending", "accepted", "rejected", "revoked", "deleted", "unauthorized", "blocked_account", "blocked_domain", "muted_account"
]


class Quote(Entity, kw_only=True):
    """With `quoted_status_id` in place of `quoted_status` it is what Mastodon calls a ShallowQuote."""

    state: QuoteState
    quoted_status: StatusJson | UnsetType | None = UNSET
    quoted_status_id: Id | UnsetType | None = UNSET


if TYPE_CHECKING:
    QuoteJson: TypeAlias = Quote | Raw
else:
    QuoteJson = Quote


class Reaction(Entity, kw_only=True):
    name: str
    count: int
    me: bool | UnsetType = UNSET
    url: Url | UnsetType = UNSET
    static_url: Url | UnsetType = UNSET


class EmojiReaction(Entity, kw_only=True):
    """Pleroma: one emoji under a status. `url` only of a custom one."""

    name: str
    count: int
    me: bool
    url: Url | UnsetType | None = UNSET
    account_ids: list[Id] | UnsetType = UNSET
    accounts: list[AccountJson] | UnsetType = UNSET


class PlainText(Entity, kw_only=True):
    text: str = field(name="text/plain")


class PleromaStatus(Entity, kw_only=True):
    """`pleroma` in a Status."""

    local: bool
    conversation_id: Id
    context: str
    in_reply_to_account_acct: str | None
    content: PlainText
    spoiler_text: PlainText
    expires_at: DateTime | None
    parent_visible: bool
    pinned_at: DateTime | None
    quotes_count: int
    quote_id: Id | None
    quote_url: str | None
    non_anonymous: bool  # of a poll: who chose what is shown, which it never is
    list_id: Id | None  # there are no posts to a list
    # What depends on who looks comes last: it is put in behind the ready bytes of the rest.
    emoji_reactions: list[EmojiReaction] | UnsetType = UNSET
    thread_muted: bool | UnsetType = UNSET
    direct_conversation_id: Id | UnsetType | None = UNSET
    bookmark_folder: Id | UnsetType | None = UNSET
    quote: StatusJson | UnsetType | None = UNSET
    quote_visible: bool | UnsetType = UNSET


class Status(Entity, kw_only=True):
    id: Id
    uri: str
    created_at: DateTime
    account: AccountJson
    content: Html
    visibility: Visibility
    sensitive: bool
    spoiler_text: str
    media_attachments: list[MediaAttachment]
    application: StatusApplication | UnsetType | None = UNSET
    mentions: list[StatusMention]
    tags: list[StatusTag]
    emojis: list[CustomEmoji]
    reblogs_count: int
    favourites_count: int
    quotes_count: int
    replies_count: int
    url: Url | None
    in_reply_to_id: Id | None
    in_reply_to_account_id: Id | None
    card: PreviewCard | None
    language: str | None
    edited_at: DateTime | None
    tagged_collections: list[Collection]
    # From here on it depends on who looks, and when.
    text: str | UnsetType | None = UNSET
    poll: Poll | UnsetType | None = UNSET
    reblog: StatusJson | UnsetType | None = UNSET
    quote: Quote | UnsetType | None = UNSET
    quote_approval: QuoteApproval | UnsetType = UNSET
    pleroma: PleromaStatus | UnsetType = UNSET
    favourited: bool | UnsetType = UNSET
    reblogged: bool | UnsetType = UNSET
    muted: bool | UnsetType = UNSET
    bookmarked: bool | UnsetType = UNSET
    pinned: bool | UnsetType = UNSET
    filtered: list[FilterResult] | UnsetType = UNSET


if TYPE_CHECKING:
    StatusJson: TypeAlias = Status | Raw  # ready bytes, or what they are made from
else:
    StatusJson = Status


class EditPollOption(Entity, kw_only=True):
    title: str


class EditPoll(Entity, kw_only=True):
    options: list[EditPollOption]


class StatusEdit(Entity, kw_only=True):
    content: Html
    spoiler_text: Html
    sensitive: bool
    created_at: DateTime
    account: AccountJson
    poll: EditPoll | UnsetType = UNSET
    media_attachments: list[MediaAttachment]
    emojis: list[CustomEmoji]
    quote: QuoteJson | UnsetType | None = UNSET


class StatusSource(Entity, kw_only=True):
    id: Id
    text: str
    spoiler_text: str
    content_type: str  # Pleroma


class TranslatedOption(Entity, kw_only=True):
    title: str


class TranslatedPoll(Entity, kw_only=True):
    id: Id
    options: list[TranslatedOption]


class TranslatedAttachment(Entity, kw_only=True):
    id: Id
    description: str


class Translation(Entity, kw_only=True):
    """What a service of translation would say; there is none here."""

    content: Html
    spoiler_text: str
    language: str
    poll: TranslatedPoll | UnsetType = UNSET
    media_attachments: list[TranslatedAttachment]
    detected_source_language: str
    provider: str


class Context(Entity, kw_only=True):
    ancestors: list[StatusJson]
    descendants: list[StatusJson]


class PleromaConversation(Entity, kw_only=True):
    recipients: list[AccountJson]


class Conversation(Entity, kw_only=True):
    id: Id
    unread: bool
    accounts: list[AccountJson]
    last_status: StatusJson | None
    pleroma: PleromaConversation


class ScheduledPoll(Entity, kw_only=True):
    options: list[str]
    expires_in: int
    multiple: bool | UnsetType = UNSET
    hide_totals: bool | UnsetType = UNSET


class ScheduledParams(Entity, kw_only=True):
    text: str
    poll: ScheduledPoll | None
    media_ids: list[str] | None
    sensitive: bool | None
    spoiler_text: str | None
    visibility: Visibility
    in_reply_to_id: int | None
    language: str | None
    application_id: int
    scheduled_at: None
    idempotency: str | None
    with_rate_limit: bool
    expires_in: int | None  # Pleroma


class ScheduledStatus(Entity, kw_only=True):
    id: Id
    scheduled_at: DateTime
    params: ScheduledParams
    media_attachments: list[MediaAttachment]
