"""The endpoints of Pleroma's own API; `table.ROWS` has each also without /v1, as Pleroma-FE mixes the two."""

from __future__ import annotations

from typing import Any

from pleromad.model.moderation import Permission
from protocols.mastodon.door import Access, NoForm, Row
from protocols.mastodon.endpoints import chats, empty, pleroma
from protocols.mastodon.endpoints.admin import relays, settings
from protocols.mastodon.entities.account import Account
from protocols.mastodon.entities.chat import Chat, ChatMessage
from protocols.mastodon.entities.pleroma import Captcha, FederationStatus, Health, PleromaEmoji
from protocols.mastodon.entities.pleroma_admin import ConfigDescription, Configs, RelayEntity, Relays
from protocols.mastodon.entities.security import Success
from protocols.mastodon.entities.status import Status

ANYBODY, PERSON, STAFF = Access.ANYBODY, Access.PERSON, Access.STAFF
NOTES = (20, 40)
SETTINGS = Permission.MANAGE_SETTINGS
FEDERATION = Permission.MANAGE_FEDERATION

ADMIN = (
    Row("GET", "/api/v1/pleroma/admin/config", settings.show, STAFF, "admin:read", Configs, settings.ConfigForm, needs=SETTINGS),
    Row("POST", "/api/v1/pleroma/admin/config", settings.change, STAFF, "admin:write", Configs, settings.ChangesForm, needs=SETTINGS),
    Row("GET", "/api/v1/pleroma/admin/relay", relays.many, STAFF, "admin:read", Relays, needs=FEDERATION),
    Row("POST", "/api/v1/pleroma/admin/relay", relays.follow, STAFF, "admin:write:follows", RelayEntity, relays.RelayForm, needs=FEDERATION),
    Row("DELETE", "/api/v1/pleroma/admin/relay", relays.unfollow, STAFF, "admin:write:follows", RelayEntity, relays.RelayForm, needs=FEDERATION),
    Row("GET", "/api/v1/pleroma/admin/config/descriptions", settings.descriptions, STAFF, "admin:read", list[ConfigDescription], NoForm, needs=SETTINGS),
)

CHATS = (
    Row("POST", "/api/v1/pleroma/chats/by-account-id/<id>", chats.open, PERSON, "write:chats", Chat),
    Row("GET", "/api/v1/pleroma/chats", chats.many, PERSON, "read:chats", list[Chat], chats.ChatsForm, (500, 1000)),
    Row("GET", "/api/v1/pleroma/chats/<id>", chats.show, PERSON, "read|read:chats", Chat),
    Row("GET", "/api/v1/pleroma/chats/<id>/messages", chats.messages, PERSON, "read:chats", list[ChatMessage], NoForm, NOTES),
    Row("POST", "/api/v1/pleroma/chats/<id>/messages", chats.say, PERSON, "write:chats", ChatMessage, chats.MessageForm),
    Row("DELETE", "/api/v1/pleroma/chats/<id>/messages/<message_id>", chats.delete, PERSON, "write:chats", ChatMessage),
    Row("POST", "/api/v1/pleroma/chats/<id>/read", chats.read, PERSON, "write:chats", Chat, chats.ReadForm),
    Row("POST", "/api/v1/pleroma/chats/<id>/messages/<message_id>/read", chats.read_message, PERSON, "write:chats", ChatMessage),
)

SERVER = (
    Row("GET", "/api/v1/pleroma/emoji", pleroma.emoji, ANYBODY, "", dict[str, PleromaEmoji]),
    Row("GET", "/api/v1/pleroma/emoji.json", pleroma.emoji, ANYBODY, "", dict[str, PleromaEmoji]),
    Row("GET", "/api/v1/pleroma/captcha", pleroma.captcha, ANYBODY, "", Captcha),
    Row("GET", "/api/v1/pleroma/healthcheck", pleroma.healthcheck, ANYBODY, "", Health),
    Row("GET", "/api/v1/pleroma/federation_status", pleroma.federation_status, ANYBODY, "", FederationStatus),
    Row("GET", "/api/v1/pleroma/frontend_configurations", pleroma.frontend_configurations, ANYBODY, "", dict[str, dict[str, Any]]),
)

PEOPLE = (
    Row("GET", "/api/v1/pleroma/accounts/<id>/favourites", pleroma.favourites, ANYBODY, "read:favourites", list[Status], NoForm, NOTES),
    Row("GET", "/api/v1/pleroma/accounts/<id>/scrobbles", empty.nothing_of, ANYBODY, "read", list[Any]),
    Row("GET", "/api/v1/pleroma/birthdays", empty.nothing, PERSON, "read:accounts", list[Account]),
    Row("PUT", "/api/v1/pleroma/notification_settings", pleroma.set_notification_settings, PERSON, "write:accounts", Success, pleroma.NotificationSettingsForm),
    Row("GET", "/api/v1/pleroma/settings/<app>", pleroma.settings, PERSON, "read:accounts", dict[str, Any]),
    Row("PATCH", "/api/v1/pleroma/settings/<app>", pleroma.set_settings, PERSON, "write:accounts", dict[str, Any]),
)

PLEROMA: tuple[Row, ...] = (*ADMIN, *CHATS, *SERVER, *PEOPLE)

# Mastodon's endpoints, where Pleroma has them.
ALSO = {
    "/api/v1/accounts/<id>/endorsements": "/api/v1/pleroma/accounts/<id>/endorsements",
    "/api/v1/statuses/<id>/quotes": "/api/v1/pleroma/statuses/<id>/quotes",
}

# At one address each.
PLEROMA_TOO = (
    Row("GET", "/api/v2/pleroma/chats", chats.many, PERSON, "read:chats", list[Chat], chats.ChatsForm, NOTES),
)
