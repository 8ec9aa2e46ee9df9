"""What Pleroma's administration shows of settings: groups and keys as Elixir spells them (`:pleroma`, `:instance`, `:limit`)."""

from __future__ import annotations

from typing import Any

from msgspec import UNSET, UnsetType

from protocols.mastodon.entities.account import Account
from protocols.mastodon.entities.base import DateTime, Entity, Id, Url
from protocols.mastodon.entities.instance import Rule
from protocols.mastodon.entities.status import Status
from protocols.mastodon.entities.timeline import Announcement


class ConfigTuple(Entity, kw_only=True):
    """`tuple` has two parts: the key, and its value."""

    tuple: list[Any]


class Config(Entity, kw_only=True):
    """A section. `db` names the keys that staff changed."""

    group: str
    key: str
    value: list[ConfigTuple]
    db: list[str]


class Configs(Entity, kw_only=True):
    configs: list[Config]
    need_reboot: bool


class ConfigChild(Entity, kw_only=True):
    key: str
    label: str
    type: str | list[Any]
    description: str
    suggestions: list[Any] | UnsetType = UNSET


class ConfigDescription(Entity, kw_only=True):
    group: str
    key: str
    label: str
    type: str
    description: str
    children: list[ConfigChild]


class RelayEntity(Entity):
    """Pleroma: a relay this server takes part in. `followed_back`: it sends what is public here to others."""

    actor: str
    followed_back: bool


class Relays(Entity):
    relays: list[RelayEntity]


class Roles(Entity, kw_only=True):
    admin: bool
    moderator: bool


class PermissionGroups(Entity, kw_only=True):
    is_admin: bool
    is_moderator: bool


class AdminUser(Entity, kw_only=True):
    """Somebody as staff see them."""

    id: Id
    nickname: str
    display_name: str
    email: str | None
    avatar: Url
    url: Url | None
    actor_type: str
    local: bool
    is_active: bool
    is_approved: bool
    is_confirmed: bool
    is_suggested: bool
    registration_reason: str | None
    roles: Roles
    tags: list[str]
    created_at: DateTime


class StaffAccount(Account, kw_only=True):
    """An Account with what staff are told of a user: AdminFE reads both from one object."""

    nickname: str
    email: str | None
    actor_type: str
    local: bool
    is_active: bool
    is_approved: bool
    is_confirmed: bool
    is_suggested: bool
    registration_reason: str | None
    roles: Roles  # type: ignore[assignment]  # in place of Mastodon's list, as Pleroma has it
    tags: list[str]


class StaffStatus(Status, kw_only=True):
    account: StaffAccount


class Credentials(AdminUser, kw_only=True):
    """With what they say of themselves, as typed."""

    name: str
    bio: str
    locked: bool
    discoverable: bool
    default_scope: str
    two_factor: bool


class AdminUsers(Entity, kw_only=True):
    users: list[AdminUser]
    count: int
    page_size: int


class ChangedUsers(Entity, kw_only=True):
    users: list[AdminUser]


class PasswordReset(Entity, kw_only=True):
    token: str
    link: Url


class ReportNote(Entity, kw_only=True):
    """What somebody of the staff remarked; `user` null: they are gone."""

    id: Id
    user: StaffAccount | None
    content: str
    created_at: DateTime


class UserReport(Entity, kw_only=True):
    id: Id
    account: StaffAccount
    actor: StaffAccount
    content: str
    created_at: DateTime
    state: str  # open, resolved
    statuses: list[StaffStatus]
    notes: list[ReportNote]
    rules: list[Rule]


class UserReports(Entity, kw_only=True):
    reports: list[UserReport]
    total: int


class InviteToken(Entity, kw_only=True):
    """`token` is empty but when it is made: only a hash of it is kept."""

    id: Id
    token: str
    invite_type: str
    max_use: int
    uses: int
    used: bool
    expires_at: str | None


class Invites(Entity, kw_only=True):
    invites: list[InviteToken]


class LogItem(Entity, kw_only=True):
    """`time` in seconds since 1970."""

    id: Id
    time: int
    message: str
    data: dict[str, Any]


class ModerationLog(Entity, kw_only=True):
    items: list[LogItem]
    total: int


class NeedReboot(Entity, kw_only=True):
    need_reboot: bool


class Statuses(Entity, kw_only=True):
    activities: list[StaffStatus]
    total: int


class StatusCounts(Entity, kw_only=True):
    """By visibility."""

    status_visibility: dict[str, int]


class CachedUrls(Entity, kw_only=True):
    """What a media proxy keeps."""

    urls: list[str]
    count: int
    page_size: int


class Document(Entity, kw_only=True):
    url: Url


class HouseRule(Entity, kw_only=True):
    id: Id
    priority: int
    text: str
    hint: str


class RawContent(Entity, kw_only=True):
    raw_content: str


class HouseAnnouncement(Announcement, kw_only=True):
    """With what was typed."""

    pleroma: RawContent


class App(Entity, kw_only=True):
    id: int
    name: str
    client_id: str
    client_secret: str
    redirect_uri: str
    website: str | None
    trusted: bool


class Apps(Entity, kw_only=True):
    apps: list[App]
    count: int
    page_size: int
