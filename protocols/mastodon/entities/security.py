"""Pleroma's answers about log-ins: the second factor, tokens, aliases, backups."""

from __future__ import annotations

from typing import Literal

from protocols.mastodon.entities.base import DateTime, Entity, Id, Url


class Success(Entity, kw_only=True):
    status: Literal["success"] = "success"


class MfaMethods(Entity, kw_only=True):
    enabled: bool
    totp: bool


class Mfa(Entity, kw_only=True):
    settings: MfaMethods


class MfaSetUp(Entity, kw_only=True):
    key: str
    provisioning_uri: str


class BackupCodes(Entity, kw_only=True):
    codes: list[str]


class Aliases(Entity, kw_only=True):
    aliases: list[str]


class OAuthToken(Entity, kw_only=True):
    """What may act for a person. `app_name` of a session is that of its browser."""

    id: Id
    app_name: str
    valid_until: DateTime


class Backup(Entity, kw_only=True):
    id: Id
    content_type: str
    url: Url
    file_size: int
    processed: bool
    state: Literal["running", "complete", "failed"]
    processed_number: int
    inserted_at: DateTime
