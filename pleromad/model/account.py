"""Who acts: accounts (ActivityStreams actors), their log-ins, and how two of them stand to each other."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from pleromad.model.note import Emoji


class ActorType(StrEnum):
    """ActivityStreams 2.0, section 3.2."""

    PERSON = "Person"
    SERVICE = "Service"
    APPLICATION = "Application"
    GROUP = "Group"
    ORGANIZATION = "Organization"


class Role(StrEnum):
    USER = "user"
    MODERATOR = "moderator"
    ADMIN = "admin"
    OWNER = "owner"


@dataclass(frozen=True, slots=True)
class Field:
    """A row of the profile's table (schema.org PropertyValue). `value` is sanitised HTML, `source` what the owner typed ('' elsewhere)."""

    name: str
    value: str
    verified_at: datetime | None = None
    source: str = ""


@dataclass(frozen=True, slots=True)
class Account:
    """An actor, ours or remote, as anybody may see it. `version` changes with every change of the row."""

    id: int
    version: int
    uri: str
    url: str
    type: ActorType
    username: str
    domain: str | None  # None: ours
    display_name: str
    note: str  # sanitised HTML
    note_source: str  # what the owner typed ('' for remote accounts)
    fields: tuple[Field, ...]
    emojis: tuple[Emoji, ...]
    avatar_url: str | None
    header_url: str | None
    avatar_description: str
    header_description: str
    locked: bool
    discoverable: bool
    indexable: bool
    hide_collections: bool
    followers_count: int
    following_count: int
    statuses_count: int
    last_status_at: datetime | None
    created_at: datetime
    inbox: str
    shared_inbox: str
    outbox: str
    followers_uri: str
    following_uri: str
    featured_uri: str
    key_id: str
    public_key_pem: str
    also_known_as: tuple[str, ...] = ()
    moved_to_uri: str | None = None
    moved_to: Account | None = None  # that account, when it is known here
    suspended: bool = False
    suspended_by: str | None = None  # staff, host (a block of their whole host), origin (their own server says so)
    silenced: bool = False
    sensitized: bool = False  # all their media are shown as sensitive
    deleted: bool = False
    role: Role | None = None  # of a local account, None for remote ones and rooms
    show_role: bool = True
    show_likes: bool = False  # to anybody, what they like
    background_url: str | None = None  # what front-ends show behind everything
    tags: tuple[str, ...] = ()  # of the staff: what their notes are held to (pleromad.policies.tags)
    suggested: bool = False  # by the staff, to newcomers
    show_media: bool = True  # a tab of their pictures on the profile
    show_media_replies: bool = True  # with those of replies
    show_featured: bool = True  # a tab of what they recommend
    attribution_domains: tuple[str, ...] = ()  # hosts whose pages may name them as the author

    @property
    def local(self) -> bool:
        return self.domain is None

    @property
    def bot(self) -> bool:
        return self.type in (ActorType.SERVICE, ActorType.APPLICATION)

    @property
    def group(self) -> bool:
        return self.type is ActorType.GROUP

    @property
    def acct(self) -> str:
        """`name` for ours, `name@host` for others, as the Mastodon API writes it."""
        return self.username if self.domain is None else f"{self.username}@{self.domain}"


@dataclass(frozen=True, slots=True)
class User:
    """The log-in behind a local Person: only ever handed to the one it belongs to and to admins."""

    account: Account
    email: str
    role: Role
    confirmed: bool
    approved: bool
    disabled: bool
    locale: str
    default_visibility: str
    default_sensitive: bool
    default_language: str | None
    default_content_type: str
    created_at: datetime
    settings: dict[str, object] = field(default_factory=dict)
    reason: str = ""  # why they want to join
    two_factor: bool = False
    app_id: int | None = None  # the application they signed up with
    default_quote_policy: str = "public"

    @property
    def staff(self) -> bool:
        return self.role is not Role.USER

    @property
    def active(self) -> bool:
        return self.confirmed and self.approved and not self.disabled and not self.account.suspended


@dataclass(frozen=True, slots=True)
class Relationship:
    """How a viewer stands to one other account (Mastodon: Relationship)."""

    id: int
    following: bool = False
    showing_reblogs: bool = False
    notifying: bool = False
    languages: tuple[str, ...] | None = None
    followed_by: bool = False
    blocking: bool = False
    blocked_by: bool = False
    muting: bool = False
    muting_notifications: bool = False
    muting_expires_at: datetime | None = None
    requested: bool = False
    requested_by: bool = False
    domain_blocking: bool = False
    endorsed: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class RemoteActor:
    """An actor document after a door has put it into the one strict form. HTML is still unsanitised: the core does that."""

    uri: str
    type: ActorType
    username: str
    domain: str  # lower-case IDNA, of the handle
    inbox: str
    key_id: str = ""
    public_key_pem: str = ""
    assertion_keys: tuple[tuple[str, str], ...] = ()  # (id, PEM) of Ed25519 keys (FEP-521a)
    shared_inbox: str = ""
    outbox: str = ""
    followers_uri: str = ""
    following_uri: str = ""
    featured_uri: str = ""
    url: str = ""
    display_name: str = ""
    note: str = ""
    fields: tuple[tuple[str, str], ...] = ()
    emojis: tuple[Emoji, ...] = ()
    avatar_url: str | None = None
    header_url: str | None = None
    avatar_description: str = ""
    header_description: str = ""
    locked: bool = False
    discoverable: bool = False
    indexable: bool = False
    hide_collections: bool = False
    published: datetime | None = None
    also_known_as: tuple[str, ...] = ()
    moved_to_uri: str | None = None
    attribution_domains: tuple[str, ...] = ()  # hosts whose pages may name them as the author
    suspended: bool = False  # by their own server (toot:suspended)
    raw: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ProfileChange:
    """What the owner of a local account changes; None leaves a thing as it is. Texts are as typed."""

    display_name: str | None = None
    note: str | None = None
    fields: tuple[tuple[str, str], ...] | None = None
    avatar_media_id: int | None = None  # 0 takes the picture away
    header_media_id: int | None = None
    background_media_id: int | None = None
    avatar_description: str | None = None
    header_description: str | None = None
    locked: bool | None = None
    bot: bool | None = None
    discoverable: bool | None = None
    indexable: bool | None = None
    hide_collections: bool | None = None
    show_media: bool | None = None
    show_media_replies: bool | None = None
    show_featured: bool | None = None
    show_role: bool | None = None
    show_likes: bool | None = None
    attribution_domains: tuple[str, ...] | None = None
    default_visibility: str | None = None
    default_sensitive: bool | None = None
    default_language: str | None = None
    default_content_type: str | None = None
    default_quote_policy: str | None = None  # public, followers, nobody
    also_known_as: tuple[str, ...] | None = None  # uris of accounts elsewhere that may move here
    stay: bool = False  # takes back that the account has moved
    settings: dict[str, object] | None = None  # merged into User.settings
