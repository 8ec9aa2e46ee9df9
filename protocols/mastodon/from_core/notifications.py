"""Notification, alone and in groups; policies and requests."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from msgspec import UNSET, Raw, UnsetType

from pleromad import text
from pleromad.clock import iso
from pleromad.core import Core
from pleromad.model.account import Account
from pleromad.model.chat import CHAT_MESSAGE
from pleromad.model.collection import Collection as Collected
from pleromad.model.moderation import Report, Severance, Strike
from pleromad.model.note import Seen
from pleromad.model.notification import (
    ABOUT,
    Notification,
    NotificationGroup,
    NotificationPolicy,
    NotificationRequest,
)
from protocols.mastodon.entities import notification as entities
from protocols.mastodon.from_core import sentences
from protocols.mastodon.from_core.accounts import AccountRendering, encode
from protocols.mastodon.from_core.admin import AdminRendering, severance
from protocols.mastodon.from_core.chats import message
from protocols.mastodon.from_core.collections import collection
from protocols.mastodon.from_core.statuses import Matches, StatusRendering

ABOUT_A_STATUS = frozenset(
    {"mention", "status", "reblog", "favourite", "poll", "update", "quote", "quoted_update", "pleroma:emoji_reaction"}
)
# Types that only those are told who ask for them: apps that do not know them fail.
PLEROMA_TYPES = frozenset({"pleroma:emoji_reaction"})
# Mentions in chats, for those who ask for them by this name; for others they are mentions.
CHAT_MENTION = "pleroma:chat_mention"


@dataclass(frozen=True, slots=True)
class Glasses:
    """How one person's app looks at notifications.

    `read_up_to`: their marker; `matches`: what their filters found, by the note's id; `supported`: the types the app knows, None
    when it does not say: others come with a fallback in words (Mastodon 4.6).
    """

    viewer: int
    read_up_to: int = 0
    matches: Matches = field(default_factory=dict)
    supported: Collection[str] | None = None
    chats: bool = False  # they know chats


def in_chat(notification: Notification) -> bool:
    return notification.type == "mention" and notification.seen is not None and notification.seen.note.type == CHAT_MESSAGE


class NotificationRendering:
    def __init__(self, core: Core, accounts: AccountRendering, statuses: StatusRendering, admin: AdminRendering) -> None:
        self._core = core
        self._accounts = accounts
        self._statuses = statuses
        self._admin = admin

    def many(self, notifications: Iterable[Notification], glasses: Glasses) -> list[bytes]:
        return [self.one(each, glasses) for each in shown(notifications)]

    def one(self, notification: Notification, glasses: Glasses) -> bytes:
        special = notification.type in PLEROMA_TYPES
        about = notification.about
        chat = glasses.chats and in_chat(notification)
        entity = entities.Notification(
            id=str(notification.id),
            type=CHAT_MENTION if chat else notification.type,  # type: ignore[arg-type]  # one of the words
            group_key=notification.group_key or alone(notification),
            created_at=iso(notification.created_at),
            account=self._accounts.raw(notification.account),
            chat_message=message(notification.seen.note, glasses.viewer, notification.account.id, 0, self._accounts.at) if chat and notification.seen else UNSET,
            status=UNSET if notification.seen is None or chat else self._status(notification.seen, glasses),
            report=self._admin.report(about) if isinstance(about, Report) else UNSET,
            event=severance(about) if isinstance(about, Severance) else UNSET,
            moderation_warning=self._admin.strike(about) if isinstance(about, Strike) else UNSET,
            fallback=_fallback(notification, glasses),
            collection=collection(self._core, about) if isinstance(about, Collected) else UNSET,
            pleroma=entities.PleromaNotification(is_seen=notification.id <= glasses.read_up_to, is_muted=notification.muted),
            emoji=notification.emoji if special else UNSET,
            emoji_url=self._at(notification.emoji_url) if special else UNSET,
        )
        made: bytes = encode(entity)
        return made

    def _at(self, url: str | None) -> str | None:
        return self._accounts.at(url) if url else url

    def _status(self, seen: Seen, glasses: Glasses) -> Raw:
        return self._statuses.raw(seen, glasses.viewer, glasses.matches)

    def groups(
        self, groups: Sequence[NotificationGroup], glasses: Glasses, *, partial: bool = False, paged: bool = True
    ) -> entities.GroupedNotificationsResults:
        """`partial`: all but the latest of each group only as far as an avatar needs it; `paged`: say what the page covers."""
        wanted = [each for each in groups if list(shown([each.newest]))]
        full: dict[int, Account] = {}
        others: dict[int, Account] = {}
        for each in wanted:
            for place, account in enumerate(each.samples or (each.newest.account,)):
                (others if partial and place else full)[account.id] = account
        statuses = {each.newest.seen.note.id: each.newest.seen for each in wanted if each.newest.seen is not None}
        return entities.GroupedNotificationsResults(
            accounts=[self._accounts.raw(account) for account in full.values()],
            partial_accounts=[self._accounts.partial(account) for id, account in others.items() if id not in full] if partial else UNSET,
            statuses=[Raw(one) for one in self._statuses.many(statuses.values(), glasses.viewer, glasses.matches)],
            notification_groups=[self._group(each, glasses, paged) for each in wanted],
        )

    def _group(self, one: NotificationGroup, glasses: Glasses, paged: bool) -> entities.NotificationGroup:
        newest = one.newest
        special = newest.type in PLEROMA_TYPES
        about = newest.about
        return entities.NotificationGroup(
            group_key=one.group_key or alone(newest),
            notifications_count=one.count,
            type=newest.type,  # type: ignore[arg-type]  # one of the words
            most_recent_notification_id=one.most_recent_id,
            page_min_id=str(one.page_min_id) if paged else UNSET,
            page_max_id=str(one.page_max_id) if paged else UNSET,
            latest_page_notification_at=iso(one.latest_at) if paged else UNSET,
            sample_account_ids=[str(account.id) for account in one.samples or (newest.account,)],
            status_id=UNSET if newest.seen is None else str(newest.seen.note.id),
            report=self._admin.report(about) if isinstance(about, Report) else UNSET,
            event=severance(about) if isinstance(about, Severance) else UNSET,
            moderation_warning=self._admin.strike(about) if isinstance(about, Strike) else UNSET,
            fallback=_fallback(newest, glasses),
            collection=collection(self._core, about) if isinstance(about, Collected) else UNSET,
            emoji=newest.emoji if special else UNSET,
            emoji_url=self._at(newest.emoji_url) if special else UNSET,
        )

    def request(self, one: NotificationRequest, glasses: Glasses) -> entities.NotificationRequest:
        return entities.NotificationRequest(
            id=str(one.id),
            created_at=iso(one.created_at),
            updated_at=iso(one.updated_at),
            account=self._accounts.raw(one.account),
            notifications_count=str(one.count),
            last_status=UNSET if one.last is None else self._status(one.last, glasses),
        )


def policy(one: NotificationPolicy) -> entities.NotificationPolicy:
    return entities.NotificationPolicy(
        for_not_following=one.for_not_following,  # type: ignore[arg-type]  # one of the words, as the others
        for_not_followers=one.for_not_followers,  # type: ignore[arg-type]
        for_new_accounts=one.for_new_accounts,  # type: ignore[arg-type]
        for_private_mentions=one.for_private_mentions,  # type: ignore[arg-type]
        for_limited_accounts=one.for_limited_accounts,  # type: ignore[arg-type]
        summary=_summary(one),
    )


def policy_v1(one: NotificationPolicy) -> entities.NotificationPolicyV1:
    return entities.NotificationPolicyV1(
        filter_not_following=one.for_not_following != "accept",
        filter_not_followers=one.for_not_followers != "accept",
        filter_new_accounts=one.for_new_accounts != "accept",
        filter_private_mentions=one.for_private_mentions != "accept",
        summary=_summary(one),
    )


def _summary(one: NotificationPolicy) -> entities.PolicySummary:
    return entities.PolicySummary(pending_requests_count=one.requests, pending_notifications_count=one.notifications)


def _fallback(one: Notification, glasses: Glasses) -> entities.NotificationFallback | UnsetType:
    if glasses.supported is None or one.type in glasses.supported:
        return UNSET
    said = sentences.body(one)
    return entities.NotificationFallback(
        title=text.escape(sentences.title(one)), summary=f"<p>{text.escape(said)}</p>" if said else None, details=None
    )


def shown(notifications: Iterable[Notification]) -> Iterable[Notification]:
    """Without those about a note that is gone by now: apps expect one."""
    return (each for each in notifications if (each.seen or each.type not in ABOUT_A_STATUS) and (each.about or each.type not in ABOUT))


def alone(notification: Notification) -> str:
    """The key of what is in no group."""
    return f"ungrouped-{notification.id}"
