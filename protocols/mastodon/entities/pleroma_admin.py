"""What Pleroma's administration shows of settings: groups and keys as Elixir spells them (`:pleroma`, `:instance`, `:limit`)."""

from __future__ import annotations

from typing import Any

from msgspec import UNSET, UnsetType

from protocols.mastodon.entities.account import AccountJson
from protocols.mastodon.entities.base import DateTime, Entity, Id, Url
from protocols.mastodon.entities.status import StatusJson


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


class AdminUsers(Entity, kw_only=True):
    users: list[AdminUser]
    count: int
    page_size: int


class ChangedUsers(Entity, kw_only=True):
    users: list[AdminUser]


class PasswordReset(Entity, kw_only=True):
    token: str
    link: Url


class UserReport(Entity, kw_only=True):
    id: Id
    account: AccountJson
    actor: AccountJson
    content: str
    created_at: DateTime
    state: str  # open, resolved
    statuses: list[StatusJson]
    notes: list[Any]
    rules: list[Any]


class UserReports(Entity, kw_only=True):
    reports: list[UserReport]
    total: int


class InviteToken(Entity, kw_only=True):
    token: str
    invite_type: str
    max_use: int
    uses: int
    used: bool
    expires_at: str | None


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
