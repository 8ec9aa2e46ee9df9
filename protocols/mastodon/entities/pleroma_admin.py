"""What Pleroma's administration shows of settings: groups and keys as Elixir spells them (`:pleroma`, `:instance`, `:limit`)."""

from __future__ import annotations

from typing import Any

from msgspec import UNSET, UnsetType

from protocols.mastodon.entities.base import Entity


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
