"""The server: Instance in its two versions, rules and texts."""

from __future__ import annotations

from typing import Any, Literal

from msgspec import UNSET, UnsetType, field

from protocols.mastodon.entities.account import AccountJson
from protocols.mastodon.entities.base import Date, DateTime, Entity, Html, Number, Url

Access = Literal["public", "authenticated", "disabled"]


class Activity(Entity, kw_only=True):
    """Of a week that begins at `week` (seconds since 1970)."""

    week: Number
    statuses: Number
    logins: Number
    registrations: Number


class OEmbed(Entity, kw_only=True):
    """oembed.com, section 2.3."""

    type: Literal["rich"]
    version: Literal["1.0"]
    author_name: str
    author_url: Url
    provider_name: str
    provider_url: Url
    cache_age: int
    html: Html
    width: int
    height: int | None


class Rule(Entity, kw_only=True):
    id: Number
    text: str
    hint: str
    translations: dict[str, Any]


class ExtendedDescription(Entity, kw_only=True):
    updated_at: DateTime
    content: Html


class PrivacyPolicy(Entity, kw_only=True):
    updated_at: DateTime
    content: Html


class TermsOfService(Entity, kw_only=True):
    effective_date: Date
    effective: bool
    content: Html
    succeeded_by: Date | None


class ActivityWeek(Entity, kw_only=True):
    week: Number  # seconds since 1970
    statuses: Number
    logins: Number
    registrations: Number


class Language(Entity, kw_only=True):
    code: str
    name: str


class InstanceIcon(Entity, kw_only=True):
    src: str
    size: str


class DomainBlock(Entity, kw_only=True):
    domain: str
    digest: str
    severity: Literal["silence", "suspend"]
    comment: str | UnsetType = UNSET


class ActiveUsers(Entity, kw_only=True):
    active_month: int


class Usage(Entity, kw_only=True):
    users: ActiveUsers


class ThumbnailVersions(Entity, kw_only=True):
    one: Url | UnsetType = field(default=UNSET, name="@1x")
    two: Url | UnsetType = field(default=UNSET, name="@2x")


class Thumbnail(Entity, kw_only=True):
    url: Url
    description: str
    blurhash: str | UnsetType = UNSET
    versions: ThumbnailVersions | UnsetType = UNSET


class InstanceUrls(Entity, kw_only=True):
    streaming: Url
    status: Url | None
    about: Url
    privacy_policy: Url | None
    terms_of_service: Url | None


class Vapid(Entity, kw_only=True):
    public_key: str


class AccountLimits(Entity, kw_only=True):
    max_display_name_length: int
    max_note_length: int
    max_avatar_description_length: int
    max_header_description_length: int
    max_featured_tags: int
    max_pinned_statuses: int
    max_profile_fields: int
    profile_field_name_limit: int
    profile_field_value_limit: int


class StatusLimits(Entity, kw_only=True):
    max_characters: int
    max_media_attachments: int
    characters_reserved_per_url: int
    supported_mime_types: list[str]  # of the text (GoToSocial and glitch-soc call it so)


class MediaLimits(Entity, kw_only=True):
    supported_mime_types: list[str]
    description_limit: int
    image_size_limit: int
    image_matrix_limit: int
    video_size_limit: int
    video_frame_rate_limit: int
    video_matrix_limit: int


class PollLimits(Entity, kw_only=True):
    max_options: int
    max_characters_per_option: int
    min_expiration: int
    max_expiration: int


class Translation(Entity, kw_only=True):
    enabled: bool


class FeedAccess(Entity, kw_only=True):
    local: Access
    remote: Access


class TimelinesAccess(Entity, kw_only=True):
    live_feeds: FeedAccess
    hashtag_feeds: FeedAccess
    trending_link_feeds: FeedAccess


class Configuration(Entity, kw_only=True):
    urls: InstanceUrls
    vapid: Vapid
    accounts: AccountLimits
    statuses: StatusLimits
    media_attachments: MediaLimits
    polls: PollLimits
    translation: Translation
    timelines_access: TimelinesAccess
    limited_federation: bool


class Registrations(Entity, kw_only=True):
    enabled: bool
    approval_required: bool
    message: Html | None
    min_age: int | None
    reason_required: bool | None
    url: Url | None


class ApiVersions(Entity, kw_only=True):
    mastodon: int


class Contact(Entity, kw_only=True):
    email: str
    account: AccountJson | None


class FieldsLimits(Entity, kw_only=True):
    max_fields: int
    max_remote_fields: int
    name_length: int
    value_length: int


class InstanceMetadata(Entity, kw_only=True):
    account_activation_required: bool
    birthday_required: bool
    birthday_min_age: int
    features: list[str]
    federation: dict[str, Any]  # and what policies tell of themselves
    fields_limits: FieldsLimits
    post_formats: list[str]


class InstanceStatsPleroma(Entity, kw_only=True):
    mau: int


class PleromaInstance(Entity, kw_only=True):
    """`pleroma` in both versions of Instance."""

    metadata: InstanceMetadata
    stats: InstanceStatsPleroma
    vapid_public_key: str


class Instance(Entity, kw_only=True):
    domain: str
    title: str
    version: str
    source_url: Url
    description: str
    wrapstodon: str | None
    usage: Usage
    thumbnail: Thumbnail
    icon: list[InstanceIcon]
    languages: list[str]
    configuration: Configuration
    registrations: Registrations
    api_versions: ApiVersions
    contact: Contact
    rules: list[Rule]
    pleroma: PleromaInstance


class UrlsV1(Entity, kw_only=True):
    streaming_api: Url


class StatsV1(Entity, kw_only=True):
    user_count: int
    status_count: int
    domain_count: int


class AccountLimitsV1(Entity, kw_only=True):
    max_featured_tags: int


class ConfigurationV1(Entity, kw_only=True):
    accounts: AccountLimitsV1
    statuses: StatusLimits
    media_attachments: MediaLimits
    polls: PollLimits


class PollLimitsV1(Entity, kw_only=True):
    """Pleroma's name for the same thing."""

    max_options: int
    max_option_chars: int
    min_expiration: int
    max_expiration: int


class InstanceV1(Entity, kw_only=True):
    uri: str
    title: str
    short_description: str
    description: str
    email: str
    version: str
    urls: UrlsV1
    stats: StatsV1
    thumbnail: Url | None
    languages: list[str]
    registrations: bool
    approval_required: bool
    invites_enabled: bool
    configuration: ConfigurationV1
    contact_account: AccountJson | None
    rules: list[Rule]
    # Pleroma
    max_toot_chars: int
    max_media_attachments: int
    chat_limit: int
    shout_limit: int  # 0: there is no shoutbox
    description_limit: int
    poll_limits: PollLimitsV1
    upload_limit: int
    avatar_upload_limit: int
    background_upload_limit: int
    banner_upload_limit: int
    background_image: Url | None
    vapid_public_key: str
    pleroma: PleromaInstance
