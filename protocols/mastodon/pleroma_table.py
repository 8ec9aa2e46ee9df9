"""The endpoints of Pleroma's own API; `table.ROWS` has each also without /v1, as Pleroma-FE mixes the two."""

from __future__ import annotations

from typing import Any

from protocols.mastodon.door import Access, NoForm, Row
from protocols.mastodon.endpoints import (
    bookmarks,
    chats,
    conversations,
    emoji_packs,
    empty,
    media,
    pleroma,
    profile,
    reports,
    scrobbles,
)
from protocols.mastodon.endpoints.numbered import PagedForm
from protocols.mastodon.entities.account import Account
from protocols.mastodon.entities.app import Application
from protocols.mastodon.entities.base import Empty
from protocols.mastodon.entities.chat import Chat, ChatMessage
from protocols.mastodon.entities.media import MediaAttachment
from protocols.mastodon.entities.pleroma import (
    BookmarkFolder,
    Captcha,
    EmojiPack,
    EmojiPacks,
    FederationStatus,
    Health,
    Interaction,
    OwnReport,
    OwnReports,
    Picture,
    PleromaEmoji,
    Scrobble,
)
from protocols.mastodon.entities.security import Success
from protocols.mastodon.entities.status import Conversation, Status
from protocols.mastodon.pleroma_admin_table import STAFF_WORK
from web.limits import LOG_INS, UPLOADS

ANYBODY, PERSON = Access.ANYBODY, Access.PERSON
NOTES = (20, 40)

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

PACKS = (
    Row("GET", "/api/v1/pleroma/emoji/packs", emoji_packs.many, ANYBODY, "", EmojiPacks, PagedForm),
    Row("GET", "/api/v1/pleroma/emoji/pack", emoji_packs.show, ANYBODY, "", EmojiPack, emoji_packs.OnePackForm),
    Row("GET", "/api/v1/pleroma/emoji/packs/archive", emoji_packs.archive, ANYBODY, "", None, emoji_packs.NameForm),
)

PEOPLE = (
    Row("GET", "/api/v1/pleroma/accounts/<id>/favourites", pleroma.favourites, ANYBODY, "read:favourites", list[Status], NoForm, NOTES),
    Row("GET", "/api/v1/pleroma/accounts/<id>/scrobbles", scrobbles.many, ANYBODY, "read", list[Scrobble], NoForm, NOTES),
    Row("POST", "/api/v1/pleroma/scrobble", scrobbles.create, PERSON, "write", Scrobble, scrobbles.ScrobbleForm),
    Row("GET", "/api/v1/pleroma/bookmark_folders", bookmarks.folders, PERSON, "read:bookmarks", list[BookmarkFolder]),
    Row("POST", "/api/v1/pleroma/bookmark_folders", bookmarks.create, PERSON, "write:bookmarks", BookmarkFolder, bookmarks.NewFolderForm),
    Row("PATCH", "/api/v1/pleroma/bookmark_folders/<id>", bookmarks.update, PERSON, "write:bookmarks", BookmarkFolder, bookmarks.FolderForm),
    Row("DELETE", "/api/v1/pleroma/bookmark_folders/<id>", bookmarks.delete, PERSON, "write:bookmarks", BookmarkFolder),
    Row("GET", "/api/v1/pleroma/mascot", media.mascot, PERSON, "read:accounts", MediaAttachment),
    Row("PUT", "/api/v1/pleroma/mascot", media.set_mascot, PERSON, "write:accounts", MediaAttachment, media.MascotForm, limit=UPLOADS, upload=True),
    Row("PATCH", "/api/v1/pleroma/accounts/update_avatar", profile.set_avatar, PERSON, "write:accounts", Picture, profile.ImageForm, limit=UPLOADS, upload=True),
    Row("PATCH", "/api/v1/pleroma/accounts/update_banner", profile.set_banner, PERSON, "write:accounts", Picture, profile.ImageForm, limit=UPLOADS, upload=True),
    Row("PATCH", "/api/v1/pleroma/accounts/update_background", profile.set_background, PERSON, "write:accounts", Picture, profile.ImageForm, limit=UPLOADS, upload=True),
    Row("GET", "/api/v1/pleroma/apps", pleroma.apps, PERSON, "follow|read", list[Application]),
    Row("POST", "/api/v1/pleroma/remote_interaction", pleroma.remote_interaction, ANYBODY, "", Interaction, pleroma.RemoteForm, limit=LOG_INS),
    Row("PATCH", "/api/v1/pleroma/conversations/<id>", conversations.set_recipients, PERSON, "write:conversations", Conversation, conversations.ConversationsForm),
    Row("GET", "/api/v1/pleroma/birthdays", empty.nothing, PERSON, "read:accounts", list[Account]),
    Row("PUT", "/api/v1/pleroma/notification_settings", pleroma.set_notification_settings, PERSON, "write:accounts", Success, pleroma.NotificationSettingsForm),
    Row("GET", "/api/v1/pleroma/settings/<app>", pleroma.settings, PERSON, "read:accounts", dict[str, Any]),
    Row("PATCH", "/api/v1/pleroma/settings/<app>", pleroma.set_settings, PERSON, "write:accounts", dict[str, Any]),
)

PLEROMA: tuple[Row, ...] = (*STAFF_WORK, *CHATS, *PACKS, *SERVER, *PEOPLE)

# Mastodon's endpoints, where Pleroma has them.
ALSO = {
    "/api/v1/accounts/<id>/endorsements": "/api/v1/pleroma/accounts/<id>/endorsements",
    "/api/v1/statuses/<id>/quotes": "/api/v1/pleroma/statuses/<id>/quotes",
}

# At one address each.
PLEROMA_TOO = (
    Row("GET", "/api/v0/pleroma/reports", reports.own, PERSON, "read:reports", OwnReports, reports.OwnForm),
    Row("GET", "/api/v0/pleroma/reports/<id>", reports.one_of_own, PERSON, "read:reports", OwnReport),
    Row("PUT", "/api/web/settings", pleroma.set_web_settings, PERSON, "write:accounts", Empty),
    Row("GET", "/api/v2/pleroma/chats", chats.many, PERSON, "read:chats", list[Chat], chats.ChatsForm, NOTES),
)
