"""The endpoints of Pleroma's own API; `table.ROWS` has each also without /v1, as Pleroma-FE mixes the two."""

from __future__ import annotations

from pleromad.model.moderation import Permission
from protocols.mastodon.door import Access, NoForm, Row
from protocols.mastodon.endpoints import chats
from protocols.mastodon.endpoints.admin import settings
from protocols.mastodon.entities.chat import Chat, ChatMessage
from protocols.mastodon.entities.pleroma_admin import ConfigDescription, Configs

ANYBODY, PERSON, STAFF = Access.ANYBODY, Access.PERSON, Access.STAFF
NOTES = (20, 40)
SETTINGS = Permission.MANAGE_SETTINGS

ADMIN = (
    Row("GET", "/api/v1/pleroma/admin/config", settings.show, STAFF, "admin:read", Configs, settings.ConfigForm, needs=SETTINGS),
    Row("POST", "/api/v1/pleroma/admin/config", settings.change, STAFF, "admin:write", Configs, settings.ChangesForm, needs=SETTINGS),
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

PLEROMA: tuple[Row, ...] = (*ADMIN, *CHATS)

# At one address each.
PLEROMA_TOO = (
    Row("GET", "/api/v2/pleroma/chats", chats.many, PERSON, "read:chats", list[Chat], chats.ChatsForm, NOTES),
)
