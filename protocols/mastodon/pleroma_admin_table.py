"""Pleroma's endpoints for staff. Scopes are Pleroma's, permissions those of Mastodon's roles."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from pleromad.model.moderation import Permission
from protocols.mastodon.door import Access, NoForm, Row
from protocols.mastodon.endpoints import emoji_packs, empty
from protocols.mastodon.endpoints.numbered import PagedForm
from protocols.mastodon.endpoints.pleroma_admin import (
    access,
    house,
    relays,
    reports,
    server,
    settings,
    statuses,
    users,
)
from protocols.mastodon.entities.base import Empty
from protocols.mastodon.entities.pleroma import EmojiPackInfo
from protocols.mastodon.entities.pleroma_admin import (
    AdminUser,
    AdminUsers,
    App,
    Apps,
    CachedUrls,
    ChangedUsers,
    ConfigDescription,
    Configs,
    Credentials,
    Document,
    HouseAnnouncement,
    HouseRule,
    Invites,
    InviteToken,
    ModerationLog,
    NeedReboot,
    PasswordReset,
    PermissionGroups,
    RelayEntity,
    Relays,
    StaffStatus,
    StatusCounts,
    Statuses,
    UserReport,
    UserReports,
)
from protocols.mastodon.entities.security import Success

STAFF = Access.STAFF
BASE = "/api/v1/pleroma/admin"
EMOJI = "/api/v1/pleroma/emoji"
USERS, REPORTS, NOTES, CHATS = f"{BASE}/users", f"{BASE}/reports", f"{BASE}/statuses", f"{BASE}/chats"
READ, WRITE = "admin:read:accounts", "admin:write:accounts"

_PEOPLE = (
    Row("GET", USERS, users.users, STAFF, READ, AdminUsers, users.UsersForm),
    Row("POST", USERS, users.create, STAFF, WRITE, list[dict[str, Any]], users.NewUsersForm),
    Row("DELETE", USERS, users.delete, STAFF, WRITE, list[str], users.NicknamesForm),
    Row("PATCH", f"{USERS}/activate", users.activate, STAFF, WRITE, ChangedUsers, users.NicknamesForm),
    Row("PATCH", f"{USERS}/deactivate", users.deactivate, STAFF, WRITE, ChangedUsers, users.NicknamesForm),
    Row("PATCH", f"{USERS}/approve", users.approve, STAFF, WRITE, ChangedUsers, users.NicknamesForm),
    Row("PUT", f"{USERS}/tag", users.tag, STAFF, WRITE, None, users.TagsForm),
    Row("DELETE", f"{USERS}/tag", users.untag, STAFF, WRITE, None, users.TagsForm),
    Row("GET", f"{USERS}/<nickname>", users.user, STAFF, READ, AdminUser),
    Row("PATCH", f"{USERS}/<nickname>/toggle_activation", users.toggle, STAFF, WRITE, AdminUser),
    Row("GET", f"{USERS}/<nickname>/permission_group", users.groups, STAFF, READ, PermissionGroups),
    Row("GET", f"{USERS}/<nickname>/permission_group/<group>", users.groups, STAFF, READ, PermissionGroups),
)

_ROLES = (
    Row("POST", f"{USERS}/<nickname>/permission_group/<group>", users.join_group, STAFF, WRITE, PermissionGroups),
    Row("DELETE", f"{USERS}/<nickname>/permission_group/<group>", users.leave_group, STAFF, WRITE, PermissionGroups),
    Row("POST", f"{USERS}/permission_group/<group>", users.join_groups, STAFF, WRITE, PermissionGroups, users.NicknamesForm),
    Row("DELETE", f"{USERS}/permission_group/<group>", users.leave_groups, STAFF, WRITE, PermissionGroups, users.NicknamesForm),
)

_RECOMMENDED = (
    Row("PATCH", f"{USERS}/suggest", users.suggest, STAFF, WRITE, ChangedUsers, users.NicknamesForm),
    Row("PATCH", f"{USERS}/unsuggest", users.unsuggest, STAFF, WRITE, ChangedUsers, users.NicknamesForm),
)

_ACCESS = (
    Row("POST", f"{USERS}/follow", users.follow, STAFF, "admin:write:follows", str, users.FollowForm),
    Row("POST", f"{USERS}/unfollow", users.unfollow, STAFF, "admin:write:follows", str, users.FollowForm),
    Row("GET", f"{USERS}/<nickname>/password_reset", access.password_reset, STAFF, WRITE, PasswordReset),
    Row("GET", f"{USERS}/<nickname>/credentials", access.credentials, STAFF, READ, Credentials),
    Row("PATCH", f"{USERS}/<nickname>/credentials", access.set_credentials, STAFF, WRITE, Success, access.CredentialsForm),
    Row("PUT", f"{USERS}/disable_mfa", access.end_second_factor, STAFF, WRITE, str, access.NicknameForm),
    Row("PATCH", f"{USERS}/force_password_reset", access.force_new_password, STAFF, WRITE, None, users.NicknamesForm),
    Row("PATCH", f"{USERS}/confirm_email", access.confirm_address, STAFF, WRITE, ChangedUsers, users.NicknamesForm),
    Row("PATCH", f"{USERS}/resend_confirmation_email", access.resend_confirmation, STAFF, WRITE, None, users.NicknamesForm),
    Row("POST", f"{BASE}/backups", access.make_backup, STAFF, "admin:write", str, access.NicknameForm),
)

_INVITES = (
    Row("POST", f"{USERS}/invite_token", access.invite, STAFF, "admin:write:invites", InviteToken, access.InviteForm),
    Row("GET", f"{USERS}/invites", access.invites, STAFF, "admin:read:invites", Invites),
    Row("POST", f"{USERS}/revoke_invite", access.revoke_invite, STAFF, "admin:write:invites", InviteToken, access.TokenForm),
    Row("POST", f"{USERS}/email_invite", access.send_invite, STAFF, "admin:write:invites", None, access.LetterForm),
)

_REPORTS = (
    Row("GET", REPORTS, reports.many, STAFF, "admin:read:reports", UserReports, reports.ReportsForm),
    Row("PATCH", REPORTS, reports.set_states, STAFF, "admin:write:reports", None, reports.ReportStatesForm),
    Row("GET", f"{REPORTS}/<id>", reports.show, STAFF, "admin:read:reports", UserReport),
    Row("POST", f"{REPORTS}/<id>/notes", reports.remark, STAFF, "admin:write:reports", None, reports.RemarkForm),
    Row("DELETE", f"{REPORTS}/<report_id>/notes/<id>", reports.delete_remark, STAFF, "admin:write:reports", None),
    Row("GET", NOTES, statuses.many, STAFF, "admin:read:statuses", list[StaffStatus], statuses.StatusesForm),
    Row("GET", f"{NOTES}/<id>", statuses.show, STAFF, "admin:read:statuses", StaffStatus),
    Row("PUT", f"{NOTES}/<id>", statuses.change, STAFF, "admin:write:statuses", StaffStatus, statuses.ChangeForm),
    Row("DELETE", f"{NOTES}/<id>", statuses.delete, STAFF, "admin:write:statuses", Empty),
    Row("GET", f"{USERS}/<nickname>/statuses", statuses.of_user, STAFF, "admin:read:statuses", Statuses, statuses.StatusesForm),
    Row("GET", f"{BASE}/instances/<instance>/statuses", statuses.of_instance, STAFF, "admin:read", Statuses, statuses.StatusesForm),
)

# What is asked for and refused with the reason.
_REFUSED = (
    Row("GET", f"{USERS}/<nickname>/chats", statuses.no_chats, STAFF, "admin:read:chats", list[object]),
    Row("GET", f"{CHATS}/<id>", statuses.private, STAFF, "admin:read", object),
    Row("GET", f"{CHATS}/<id>/messages", statuses.private, STAFF, "admin:read:chats", object),
    Row("DELETE", f"{CHATS}/<id>/messages/<message_id>", statuses.private, STAFF, "admin:write:chats", object),
)

_SETTINGS = (
    Row("GET", f"{BASE}/config", settings.show, STAFF, "admin:read", Configs, settings.ConfigForm),
    Row("POST", f"{BASE}/config", settings.change, STAFF, "admin:write", Configs, settings.ChangesForm),
    Row("GET", f"{BASE}/config/descriptions", settings.descriptions, STAFF, "admin:read", list[ConfigDescription], NoForm),
    Row("GET", f"{BASE}/need_reboot", server.need_reboot, STAFF, "admin:read", NeedReboot),
    Row("GET", f"{BASE}/restart", server.restart, STAFF, "admin:read", object),
    Row("GET", f"{BASE}/frontends", empty.nothing, STAFF, "admin:read", list[Any]),
    Row("POST", f"{BASE}/frontends/install", server.no_front_ends, STAFF, "admin:read", object),
    Row("GET", f"{BASE}/media_proxy_caches", server.no_cached_urls, STAFF, "admin:read", CachedUrls, PagedForm),
    Row("POST", f"{BASE}/media_proxy_caches/delete", server.no_proxy, STAFF, "admin:write", object),
    Row("POST", f"{BASE}/media_proxy_caches/purge", server.no_proxy, STAFF, "admin:write", object),
    Row("GET", f"{BASE}/instance_document/<name>", server.document, STAFF, "admin:read", None),
    Row("PATCH", f"{BASE}/instance_document/<name>", server.set_document, STAFF, "admin:write", Document, server.DocumentForm),
    Row("DELETE", f"{BASE}/instance_document/<name>", server.delete_document, STAFF, "admin:write", Document),
    Row("GET", f"{BASE}/oauth_app", house.apps, STAFF, "admin:write", Apps, house.AppsForm),
    Row("POST", f"{BASE}/oauth_app", house.add_app, STAFF, "admin:write", App, house.NewAppForm),
    Row("PATCH", f"{BASE}/oauth_app/<id>", house.change_app, STAFF, "admin:write", App, house.AppForm),
    Row("DELETE", f"{BASE}/oauth_app/<id>", house.delete_app, STAFF, "admin:write", None),
    Row("GET", f"{BASE}/rules", house.rules, STAFF, "admin:read", list[HouseRule]),
    Row("POST", f"{BASE}/rules", house.add_rule, STAFF, "admin:write", HouseRule, house.NewRuleForm),
    Row("PATCH", f"{BASE}/rules/<id>", house.change_rule, STAFF, "admin:write", HouseRule, house.RuleForm),
    Row("DELETE", f"{BASE}/rules/<id>", house.delete_rule, STAFF, "admin:write", Empty),
)

_ANNOUNCEMENTS = (
    Row("GET", f"{BASE}/announcements", house.announcements, STAFF, "admin:read", list[HouseAnnouncement], house.OffsetForm),
    Row("POST", f"{BASE}/announcements", house.announce, STAFF, "admin:write", HouseAnnouncement, house.NewAnnouncementForm),
    Row("GET", f"{BASE}/announcements/<id>", house.announcement, STAFF, "admin:read", HouseAnnouncement),
    Row("PATCH", f"{BASE}/announcements/<id>", house.change_announcement, STAFF, "admin:write", HouseAnnouncement, house.AnnouncementForm),
    Row("DELETE", f"{BASE}/announcements/<id>", house.withdraw, STAFF, "admin:write", Empty),
)

_FEDERATION = (
    Row("GET", f"{BASE}/relay", relays.many, STAFF, "admin:read", Relays),
    Row("POST", f"{BASE}/relay", relays.follow, STAFF, "admin:write:follows", RelayEntity, relays.RelayForm),
    Row("DELETE", f"{BASE}/relay", relays.unfollow, STAFF, "admin:write:follows", RelayEntity, relays.RelayForm),
    Row("DELETE", f"{BASE}/instances/<instance>", server.forget_host, STAFF, "admin:write", str),
)

_LOG = (Row("GET", f"{BASE}/moderation_log", server.log, STAFF, "admin:read", ModerationLog, server.LogForm),)
_FIGURES = (Row("GET", f"{BASE}/stats", statuses.stats, STAFF, "admin:read", StatusCounts, statuses.StatsForm),)
_EMOJIS = (
    Row("POST", f"{BASE}/reload_emoji", server.reload_emoji, STAFF, "admin:write", str),
    Row("POST", f"{EMOJI}/pack", emoji_packs.create, STAFF, "admin:write", str, emoji_packs.NameForm),
    Row("PATCH", f"{EMOJI}/pack", emoji_packs.describe, STAFF, "admin:write", EmojiPackInfo, emoji_packs.MetadataForm),
    Row("DELETE", f"{EMOJI}/pack", emoji_packs.delete, STAFF, "admin:write", str, emoji_packs.NameForm),
    Row("POST", f"{EMOJI}/packs/files", emoji_packs.add_file, STAFF, "admin:write", dict[str, str], emoji_packs.NewFileForm, upload=True),
    Row("PATCH", f"{EMOJI}/packs/files", emoji_packs.change_file, STAFF, "admin:write", dict[str, str], emoji_packs.FileForm),
    Row("DELETE", f"{EMOJI}/packs/files", emoji_packs.delete_file, STAFF, "admin:write", dict[str, str], emoji_packs.ShortcodeForm),
    Row("GET", f"{EMOJI}/packs/import", emoji_packs.no_folder, STAFF, "admin:write", object),
    Row("GET", f"{EMOJI}/packs/remote", emoji_packs.not_fetched, STAFF, "admin:write", object),
    Row("POST", f"{EMOJI}/packs/download", emoji_packs.not_fetched, STAFF, "admin:write", object),
)

_NEEDS: tuple[tuple[tuple[Row, ...], Permission], ...] = (
    (_PEOPLE, Permission.MANAGE_USERS),
    (_ROLES, Permission.MANAGE_ROLES),
    (_RECOMMENDED, Permission.MANAGE_TAXONOMIES),
    (_ACCESS, Permission.MANAGE_USER_ACCESS),
    (_INVITES, Permission.MANAGE_INVITES),
    (_REPORTS, Permission.MANAGE_REPORTS),
    (_REFUSED, Permission.MANAGE_REPORTS),
    (_SETTINGS, Permission.MANAGE_SETTINGS),
    (_ANNOUNCEMENTS, Permission.MANAGE_ANNOUNCEMENTS),
    (_FEDERATION, Permission.MANAGE_FEDERATION),
    (_LOG, Permission.VIEW_AUDIT_LOG),
    (_FIGURES, Permission.VIEW_DASHBOARD),
    (_EMOJIS, Permission.MANAGE_CUSTOM_EMOJIS),
)

STAFF_WORK: tuple[Row, ...] = tuple(replace(row, needs=needs) for rows, needs in _NEEDS for row in rows)
