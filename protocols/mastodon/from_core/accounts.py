"""Account, CredentialAccount and Relationship."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import msgspec

from pleromad import text
from pleromad.cache import Cache
from pleromad.clock import iso
from pleromad.core import Core
from pleromad.media_proxy import Address
from pleromad.model import account as model
from pleromad.model.account import Role, User
from pleromad.model.moderation import PERMISSIONS, Permission, may
from pleromad.model.note import Emoji
from pleromad.personal.collections import MAX_COLLECTIONS, may_be_featured
from protocols.mastodon.entities.account import (
    Account,
    AccountRole,
    CredentialAccount,
    FeatureApproval,
    Field,
    MutedAccount,
    NotificationSettings,
    PartialAccountWithAvatar,
    PleromaAccount,
    PleromaSource,
    Profile,
    Relationship,
    Source,
)
from protocols.mastodon.entities.account import Role as RoleEntity
from protocols.mastodon.entities.base import CustomEmoji

# Mastodon's own paths of the pictures of those who have none; the door serves them.
AVATAR = "/avatars/original/missing.png"
HEADER = "/headers/original/missing.png"

KEPT = 3_000
_NO_RELATIONSHIP = b',"relationship":{}}}'

encode = msgspec.json.Encoder().encode

# What Pleroma's front-ends offer to staff, and the permission it takes here.
_PRIVILEGES = {
    "users_read": Permission.MANAGE_USERS,
    "users_manage_invites": Permission.MANAGE_INVITES,
    "users_manage_activation_state": Permission.MANAGE_USERS,
    "users_manage_tags": Permission.MANAGE_USERS,
    "users_manage_credentials": Permission.MANAGE_USER_ACCESS,
    "users_delete": Permission.DELETE_USER_DATA,
    "messages_read": Permission.MANAGE_REPORTS,
    "messages_delete": Permission.MANAGE_REPORTS,
    "instances_delete": Permission.DELETE_USER_DATA,
    "reports_manage_reports": Permission.MANAGE_REPORTS,
    "moderation_log_read": Permission.VIEW_AUDIT_LOG,
    "announcements_manage_announcements": Permission.MANAGE_ANNOUNCEMENTS,
    "emoji_manage_emoji": Permission.MANAGE_CUSTOM_EMOJIS,
    "statistics_read": Permission.VIEW_DASHBOARD,
}
PRIVILEGES = {role: [name for name, needs in _PRIVILEGES.items() if may(role, needs)] for role in Role}

# The ids of Mastodon's default roles.
ROLES = {Role.USER: "-99", Role.MODERATOR: "1", Role.ADMIN: "2", Role.OWNER: "3"}


def role(one: Role) -> RoleEntity:
    """With the bits of what it allows."""
    return RoleEntity(
        id=ROLES[one],
        name="" if one is Role.USER else one.value.capitalize(),
        color="",
        permissions=str(int(PERMISSIONS[one])),
        highlighted=one is not Role.USER,
        collection_limit=MAX_COLLECTIONS,
    )


def emoji(one: Emoji, at: Address) -> CustomEmoji:
    url = at(one.url)
    return CustomEmoji(shortcode=one.shortcode, url=url, static_url=url, visible_in_picker=one.visible, category=one.category)


def moment(when: datetime | None) -> str | None:
    return iso(when) if when is not None else None


def relationship(one: model.Relationship) -> Relationship:
    return Relationship(
        id=str(one.id),
        following=one.following,
        showing_reblogs=one.showing_reblogs,
        notifying=one.notifying,
        languages=list(one.languages) if one.languages is not None else None,
        followed_by=one.followed_by,
        blocking=one.blocking,
        blocked_by=one.blocked_by,
        muting=one.muting,
        muting_notifications=one.muting_notifications,
        muting_expires_at=moment(one.muting_expires_at),
        requested=one.requested,
        requested_by=one.requested_by,
        domain_blocking=one.domain_blocking,
        endorsed=one.endorsed,
        note=one.note,
        subscribing=one.notifying,
    )


def own_fields(account: model.Account) -> list[Field]:
    """As typed."""
    return [Field(name=f.name, value=f.source or text.to_plain(f.value), verified_at=moment(f.verified_at)) for f in account.fields]


def _approval(account: model.Account) -> FeatureApproval:
    """Who may put somebody into collections: of people elsewhere we do not know."""
    if not account.local:
        return FeatureApproval(automatic=[], manual=[], current_user="missing")
    may = may_be_featured(account)
    return FeatureApproval(automatic=["public"] if may else [], manual=[], current_user="automatic" if may else "denied")


class AccountRendering:
    def __init__(self, core: Core) -> None:
        self._core = core
        self._ready: Cache[int, tuple[tuple[int, bool], bytes]] = Cache(KEPT)

    def ready(self, account: model.Account) -> bytes:
        """The Account as JSON: `pleroma.relationship` at its end is `{}`."""
        version = (account.version, self._core.media_proxy.on)
        known = self._ready.get(account.id)
        if known is not None and known[0] == version:
            return known[1]
        made: bytes = encode(self.entity(account))[:-2] + _NO_RELATIONSHIP
        self._ready.put(account.id, (version, made))
        return made

    def raw(self, account: model.Account) -> msgspec.Raw:
        return msgspec.Raw(self.ready(account))

    def many(self, accounts: Iterable[model.Account], relationships: Mapping[int, model.Relationship] | None = None) -> list[bytes]:
        """`relationships`: also say how the viewer stands to each."""
        if relationships is None:
            return [self.ready(account) for account in accounts]
        return [self._related(account, relationships.get(account.id)) for account in accounts]

    def _related(self, account: model.Account, one: model.Relationship | None) -> bytes:
        ready = self.ready(account)
        if one is None:
            return ready
        return ready[: -len(_NO_RELATIONSHIP)] + b',"relationship":' + encode(relationship(one)) + b"}}"

    def entity(self, account: model.Account) -> Account:
        return Account(**self._fields(account))

    def muted(self, account: model.Account, one: model.Relationship | None, *, related: bool = False) -> MutedAccount:
        """`related`: also how the viewer stands to them."""
        given = self._fields(account)
        given["pleroma"].relationship = msgspec.to_builtins(relationship(one)) if related and one is not None else {}
        return MutedAccount(**given, mute_expires_at=moment(one.muting_expires_at) if one is not None else None)

    def partial(self, account: model.Account) -> PartialAccountWithAvatar:
        return PartialAccountWithAvatar(
            id=str(account.id),
            acct=account.acct,
            url=account.url,
            avatar=self._avatar(account),
            avatar_static=self._avatar(account),
            avatar_description=account.avatar_description,
            locked=account.locked,
            bot=account.bot,
        )

    def credentials(self, user: User, *, requests: int, unread: int, conversations: int, strangers_blocked: bool = False, chat_token: str | None = None) -> CredentialAccount:
        """For the person themselves. `requests`: how many wait to follow; `unread` notifications and `conversations`."""
        account = user.account
        given = self._fields(account)
        pleroma: PleromaAccount = given["pleroma"]
        pleroma.is_confirmed = user.confirmed
        pleroma.confirmation_pending = not user.confirmed
        pleroma.settings_store = _store_of(user)
        pleroma.allow_following_move = user.settings.get("allow_following_move") is not False
        pleroma.unread_conversation_count = conversations
        pleroma.unread_notifications_count = unread
        pleroma.notification_settings = NotificationSettings(
            block_from_strangers=strangers_blocked,
            hide_notification_contents=user.settings.get("hide_notification_contents") is True,
        )
        if chat_token is not None:
            pleroma.chat_token = chat_token
        pleroma.relationship = {}
        return CredentialAccount(
            **given,
            source=Source(
                attribution_domains=list(account.attribution_domains),
                note=account.note_source,
                fields=own_fields(account),
                privacy=user.default_visibility,  # type: ignore[arg-type]  # one of the words
                sensitive=user.default_sensitive,
                language=user.default_language or "",
                follow_requests_count=requests,
                hide_collections=account.hide_collections,
                discoverable=account.discoverable,
                indexable=account.indexable,
                quote_policy=user.default_quote_policy,  # type: ignore[arg-type]  # one of the words
                pleroma=PleromaSource(
                    show_role=account.show_role,
                    no_rich_text=False,
                    discoverable=account.discoverable,
                    actor_type=account.type.value,
                    show_birthday=False,
                ),
            ),
            role=role(user.role),
        )

    def profile(self, account: model.Account) -> Profile:
        """For the person themselves."""
        return Profile(
            id=str(account.id),
            display_name=account.display_name,
            note=account.note_source,
            fields=own_fields(account),
            avatar=account.avatar_url,
            avatar_static=account.avatar_url,
            avatar_description=account.avatar_description,
            header=account.header_url,
            header_static=account.header_url,
            header_description=account.header_description,
            locked=account.locked,
            bot=account.bot,
            hide_collections=account.hide_collections,
            discoverable=account.discoverable,
            indexable=account.indexable,
            show_media=account.show_media,
            show_media_replies=account.show_media_replies,
            show_featured=account.show_featured,
            attribution_domains=list(account.attribution_domains),
        )

    @property
    def at(self) -> Address:
        return self._core.media_proxy.address

    def _avatar(self, account: model.Account) -> str:
        return self.at(account.avatar_url) if account.avatar_url else self._core.uris.base + AVATAR

    def _fields(self, account: model.Account) -> dict[str, Any]:
        gone = account.suspended
        base = self._core.uris.base
        avatar = base + AVATAR if gone else self._avatar(account)
        header = self.at(account.header_url) if account.header_url and not gone else base + HEADER
        staff = account.role if account.show_role and account.role not in (None, Role.USER) else None
        given: dict[str, Any] = {
            "id": str(account.id),
            "username": account.username,
            "acct": account.acct,
            "fqn": f"{account.username}@{account.domain or self._core.settings.domain}",
            "url": account.url,
            "uri": account.uri,
            "display_name": "" if gone else account.display_name,
            "note": "" if gone else account.note,
            "avatar": avatar,
            "avatar_static": avatar,
            "avatar_description": "" if gone else account.avatar_description,
            "header": header,
            "header_static": header,
            "header_description": "" if gone else account.header_description,
            "locked": account.locked,
            "fields": [] if gone else [Field(name=f.name, value=f.value, verified_at=moment(f.verified_at)) for f in account.fields],
            "emojis": [] if gone else [emoji(each, self.at) for each in account.emojis],
            "bot": account.bot,
            "group": account.group,
            "discoverable": account.discoverable,
            "indexable": account.indexable,
            "created_at": iso(account.created_at),
            "last_status_at": account.last_status_at.date().isoformat() if account.last_status_at else None,
            "statuses_count": account.statuses_count,
            "followers_count": account.followers_count,
            "following_count": account.following_count,
            "hide_collections": account.hide_collections,
            "show_media": account.show_media,
            "show_media_replies": account.show_media_replies,
            "show_featured": account.show_featured,
            "roles": [AccountRole(id=ROLES[staff], name=staff.value.capitalize(), color="")] if staff else [],
            "feature_approval": _approval(account),
            "pleroma": PleromaAccount(
                ap_id=account.uri,
                also_known_as=list(account.also_known_as),
                background_image=self.at(account.background_url) if account.background_url and not gone else None,
                tags=list(account.tags),
                is_moderator=staff is not None,
                is_admin=staff in (Role.ADMIN, Role.OWNER),
                is_suggested=account.suggested,
                is_confirmed=True,
                hide_favorites=not account.show_likes,
                hide_followers=account.hide_collections,
                hide_follows=account.hide_collections,
                hide_followers_count=False,
                hide_follows_count=False,
                deactivated=gone,
                accepts_chat_messages=not account.group and not gone,
                favicon=None,
                skip_thread_containment=False,
                birthday=None,
                avatar_description=account.avatar_description,
                header_description=account.header_description,
                privileges=list(PRIVILEGES[staff]) if staff else [],
            ),
        }
        if account.local:
            given["noindex"] = not account.indexable
        if gone:
            given["suspended"] = True
        if account.silenced:
            given["limited"] = True
        if account.moved_to is not None:
            given["moved"] = msgspec.Raw(encode(self.entity(account.moved_to)))
        return given


def _store_of(user: User) -> dict[str, Any]:
    """Pleroma: what each front-end keeps for the person, by its name."""
    kept = user.settings.get("pleroma_settings_store")
    return kept if isinstance(kept, dict) else {}
