"""Applications and their tokens."""

from __future__ import annotations

from typing import Literal

from msgspec import UNSET, UnsetType

from protocols.mastodon.entities.base import Entity, Url


class Application(Entity, kw_only=True):
    id: str
    name: str
    website: Url | UnsetType | None = UNSET
    scopes: list[str]
    redirect_uris: list[str]
    redirect_uri: str
    vapid_key: str


class CredentialApplication(Application, kw_only=True):
    client_id: str
    client_secret: str
    client_secret_expires_at: int


class Token(Entity, kw_only=True):
    access_token: str
    token_type: str
    scope: str
    created_at: int


class RegistrationPending(Entity, kw_only=True):
    """Pleroma: the sign-up waits for something."""

    identifier: str
    message: str


_ALERTS = {"admin_sign_up": "admin.sign_up", "admin_report": "admin.report", "pleroma_emoji_reaction": "pleroma:emoji_reaction", "pleroma_chat_mention": "pleroma:chat_mention"}


class PushAlerts(Entity, kw_only=True, rename=_ALERTS):
    mention: bool
    quote: bool
    status: bool
    reblog: bool
    follow: bool
    follow_request: bool
    favourite: bool
    poll: bool
    update: bool
    quoted_update: bool
    admin_sign_up: bool
    admin_report: bool
    pleroma_emoji_reaction: bool
    pleroma_chat_mention: bool


class WebPushSubscription(Entity, kw_only=True):
    id: str
    endpoint: Url
    standard: bool
    server_key: str
    alerts: PushAlerts
    policy: Literal["all", "followed", "follower", "none"]
