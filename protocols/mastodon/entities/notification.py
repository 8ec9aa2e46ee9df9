"""Notifications, one by one and in groups."""

from __future__ import annotations

from typing import Literal

from msgspec import UNSET, UnsetType

from protocols.mastodon.entities.account import AccountJson, PartialAccountWithAvatar
from protocols.mastodon.entities.base import DateTime, Entity, Html, Id, Url
from protocols.mastodon.entities.chat import ChatMessage
from protocols.mastodon.entities.collection import Collection
from protocols.mastodon.entities.status import StatusJson

NotificationType = Literal[
    "mention", "status", "reblog", "follow", "follow_request", "favourite", "poll", "update", "admin.sign_up", "admin.report",
    "severed_relationships", "moderation_warning", "quote", "quoted_update", "added_to_collection", "collection_update",
    "pleroma:emoji_reaction", "pleroma:chat_mention",
]  # fmt: skip


class RelationshipSeveranceEvent(Entity, kw_only=True):
    id: Id
    type: Literal["domain_block", "user_domain_block", "account_suspension"]
    purged: bool
    target_name: str
    followers_count: int
    following_count: int
    created_at: DateTime


class Appeal(Entity, kw_only=True):
    text: str
    state: Literal["approved", "rejected", "pending"]


class AccountWarning(Entity, kw_only=True):
    id: Id
    action: Literal["none", "disable", "mark_statuses_as_sensitive", "delete_statuses", "sensitive", "silence", "suspend"]
    text: str
    status_ids: list[Id] | None
    target_account: AccountJson
    appeal: Appeal | None
    created_at: DateTime


class Report(Entity, kw_only=True):
    id: Id
    action_taken: bool
    action_taken_at: DateTime | None
    category: Literal["spam", "legal", "violation", "other"]
    comment: str
    forwarded: bool
    created_at: DateTime
    status_ids: list[Id] | None
    collection_ids: list[Id] | None
    rule_ids: list[Id] | None
    target_account: AccountJson


class NotificationFallback(Entity, kw_only=True):
    title: Html
    summary: Html | None
    details: Html | None


class PleromaNotification(Entity, kw_only=True):
    is_seen: bool
    is_muted: bool


class Notification(Entity, kw_only=True):
    id: Id
    type: NotificationType
    group_key: str
    created_at: DateTime
    account: AccountJson
    status: StatusJson | UnsetType = UNSET
    report: Report | UnsetType = UNSET
    event: RelationshipSeveranceEvent | UnsetType = UNSET
    moderation_warning: AccountWarning | UnsetType = UNSET
    fallback: NotificationFallback | UnsetType = UNSET
    collection: Collection | UnsetType = UNSET
    pleroma: PleromaNotification
    emoji: str | UnsetType | None = UNSET
    emoji_url: Url | UnsetType | None = UNSET
    chat_message: ChatMessage | UnsetType = UNSET


class NotificationGroup(Entity, kw_only=True):
    group_key: str
    notifications_count: int
    type: NotificationType
    most_recent_notification_id: int
    page_min_id: str | UnsetType = UNSET
    page_max_id: str | UnsetType = UNSET
    latest_page_notification_at: DateTime | UnsetType = UNSET
    sample_account_ids: list[Id]
    status_id: Id | UnsetType = UNSET
    report: Report | UnsetType = UNSET
    event: RelationshipSeveranceEvent | UnsetType = UNSET
    moderation_warning: AccountWarning | UnsetType = UNSET
    fallback: NotificationFallback | UnsetType = UNSET
    collection: Collection | UnsetType = UNSET
    emoji: str | UnsetType | None = UNSET
    emoji_url: Url | UnsetType | None = UNSET


class GroupedNotificationsResults(Entity, kw_only=True):
    accounts: list[AccountJson]
    partial_accounts: list[PartialAccountWithAvatar] | UnsetType = UNSET
    statuses: list[StatusJson]
    notification_groups: list[NotificationGroup]


class UnreadCount(Entity, kw_only=True):
    count: int


class PolicySummary(Entity, kw_only=True):
    pending_requests_count: int
    pending_notifications_count: int


PolicyWord = Literal["accept", "filter", "drop"]


class NotificationPolicy(Entity, kw_only=True):
    for_not_following: PolicyWord
    for_not_followers: PolicyWord
    for_new_accounts: PolicyWord
    for_private_mentions: PolicyWord
    for_limited_accounts: PolicyWord
    summary: PolicySummary


class NotificationPolicyV1(Entity, kw_only=True):
    """Mastodon calls it V1::NotificationPolicy."""

    filter_not_following: bool
    filter_not_followers: bool
    filter_new_accounts: bool
    filter_private_mentions: bool
    summary: PolicySummary


class Merged(Entity, kw_only=True):
    merged: bool


class NotificationRequest(Entity, kw_only=True):
    id: Id
    created_at: DateTime
    updated_at: DateTime
    account: AccountJson
    notifications_count: str
    last_status: StatusJson | UnsetType = UNSET
