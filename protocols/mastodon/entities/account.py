"""People: Account and what is told of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from msgspec import UNSET, Raw, UnsetType, field

from protocols.mastodon.entities.base import CustomEmoji, Date, DateTime, Entity, Html, Id, Url

Policy = Literal["public", "followers", "following", "unsupported_policy"]


class AccountRole(Entity, kw_only=True):
    id: str
    name: str
    color: str


class Role(Entity, kw_only=True):
    id: str
    name: str
    color: str
    permissions: str
    highlighted: bool
    collection_limit: int


class Field(Entity, kw_only=True):
    name: str
    value: Html
    verified_at: DateTime | None


class FeatureApproval(Entity, kw_only=True):
    automatic: list[Policy]
    manual: list[Policy]
    current_user: Literal["automatic", "manual", "denied", "unknown", "missing"]


class Relationship(Entity, kw_only=True):
    id: Id
    following: bool
    showing_reblogs: bool
    notifying: bool
    languages: list[str] | None
    followed_by: bool
    blocking: bool
    blocked_by: bool
    muting: bool
    muting_notifications: bool
    muting_expires_at: DateTime | None
    requested: bool
    requested_by: bool
    domain_blocking: bool
    endorsed: bool
    note: str
    subscribing: bool  # Pleroma: notifying


class NotificationSettings(Entity, kw_only=True):
    block_from_strangers: bool
    hide_notification_contents: bool


class PleromaAccount(Entity, kw_only=True):
    """`pleroma` in an Account. `relationship` is a Relationship when `with_relationships` asks for it, else `{}`."""

    ap_id: str | None
    also_known_as: list[str]
    background_image: Url | None
    tags: list[str]
    is_moderator: bool | None
    is_admin: bool | None
    is_suggested: bool
    is_confirmed: bool
    hide_favorites: bool
    hide_followers: bool
    hide_follows: bool
    hide_followers_count: bool
    hide_follows_count: bool
    deactivated: bool
    accepts_chat_messages: bool | None
    favicon: str | None
    skip_thread_containment: bool
    birthday: Date | None
    avatar_description: str
    header_description: str
    privileges: list[str]
    # Only in CredentialAccount.
    confirmation_pending: bool | UnsetType = UNSET
    settings_store: dict[str, Any] | UnsetType = UNSET
    chat_token: str | UnsetType = UNSET  # a pass for the shoutbox
    allow_following_move: bool | UnsetType = UNSET
    unread_conversation_count: int | UnsetType = UNSET
    unread_notifications_count: int | UnsetType = UNSET
    notification_settings: NotificationSettings | UnsetType = UNSET
    # The last one, so that it can be put in behind the ready bytes of the rest.
    relationship: dict[str, Any] | UnsetType = UNSET


class Account(Entity, kw_only=True):
    id: Id
    username: str
    acct: str
    fqn: str  # Pleroma: always with the host
    url: Url | None
    uri: Url
    display_name: str
    note: Html
    avatar: Url
    avatar_static: Url
    avatar_description: str
    header: Url
    header_static: Url
    header_description: str
    locked: bool
    fields: list[Field]
    emojis: list[CustomEmoji]
    bot: bool
    group: bool
    discoverable: bool | None
    indexable: bool
    noindex: bool | UnsetType | None = UNSET
    moved: AccountJson | UnsetType | None = UNSET
    memorial: bool | UnsetType = UNSET
    suspended: bool | UnsetType = UNSET
    limited: bool | UnsetType = UNSET
    created_at: DateTime
    last_status_at: Date | None
    statuses_count: int
    followers_count: int
    following_count: int
    hide_collections: bool | None
    show_media: bool
    show_media_replies: bool
    show_featured: bool
    roles: list[AccountRole] | None
    feature_approval: FeatureApproval
    pleroma: PleromaAccount


if TYPE_CHECKING:
    AccountJson: TypeAlias = Account | Raw  # ready bytes, or what they are made from
else:
    AccountJson = Account


class MutedAccount(Account, kw_only=True):
    mute_expires_at: DateTime | None


class PleromaSource(Entity, kw_only=True):
    show_role: bool | None
    no_rich_text: bool | None
    discoverable: bool
    actor_type: str
    show_birthday: bool


class Source(Entity, kw_only=True):
    attribution_domains: list[str]
    note: str
    fields: list[Field]
    privacy: Literal["public", "unlisted", "private", "direct", "local"]
    sensitive: bool
    language: str
    follow_requests_count: int
    hide_collections: bool | None
    discoverable: bool | None
    indexable: bool
    quote_policy: Literal["public", "followers", "nobody"]
    pleroma: PleromaSource


class CredentialAccount(Account, kw_only=True):
    source: Source
    role: Role


class Profile(Entity, kw_only=True):
    """One's own profile as it is edited (Mastodon 4.6)."""

    id: Id
    display_name: str
    note: str  # as typed, like the values of the fields
    fields: list[Field]
    avatar: Url | None
    avatar_static: Url | None
    avatar_description: str
    header: Url | None
    header_static: Url | None
    header_description: str
    locked: bool
    bot: bool
    hide_collections: bool | None
    discoverable: bool | None
    indexable: bool
    show_media: bool
    show_media_replies: bool
    show_featured: bool
    attribution_domains: list[str]


class IdentityProof(Entity, kw_only=True):
    """Of Keybase, until Mastodon 3.5."""

    provider: str
    provider_username: str
    updated_at: DateTime
    proof_url: Url
    profile_url: Url


class DomainBlockPreview(Entity, kw_only=True):
    """How many follows a block of a host would end."""

    following_count: int
    followers_count: int


class FamiliarFollowers(Entity, kw_only=True):
    id: Id
    accounts: list[AccountJson]


class Suggestion(Entity, kw_only=True):
    source: Literal["staff", "past_interactions", "global"]
    sources: list[Literal["featured", "most_followed", "most_interactions", "similar_to_recently_followed", "friends_of_friends"]]
    account: AccountJson


class PartialAccountWithAvatar(Entity, kw_only=True):
    id: Id
    acct: str
    url: Url
    avatar: Url
    avatar_static: Url
    avatar_description: str
    locked: bool
    bot: bool


class FeaturedTag(Entity, kw_only=True):
    id: Id
    name: str
    url: Url
    statuses_count: str
    last_status_at: Date | None


class Preferences(Entity, kw_only=True):
    default_visibility: Literal["public", "unlisted", "private", "direct", "local"] = field(name="posting:default:visibility")
    default_sensitive: bool = field(name="posting:default:sensitive")
    default_language: str | None = field(name="posting:default:language")
    default_quote_policy: Literal["public", "followers", "nobody"] = field(name="posting:default:quote_policy")
    expand_media: Literal["default", "show_all", "hide_all"] = field(name="reading:expand:media")
    expand_spoilers: bool = field(name="reading:expand:spoilers")
