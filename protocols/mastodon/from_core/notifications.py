"""Notification, alone and as a group of one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import UNSET, Raw

from pleromad.clock import iso
from pleromad.core import Core
from pleromad.model.note import Seen
from pleromad.model.notification import Notification
from protocols.mastodon.entities import notification as entities
from protocols.mastodon.from_core.accounts import AccountRendering, encode
from protocols.mastodon.from_core.statuses import Matches, StatusRendering

WITHOUT_STATUS = frozenset({"follow", "follow_request"})
# Types that only those are told who ask for them: apps that do not know them fail.
PLEROMA_TYPES = frozenset({"pleroma:emoji_reaction"})

_NONE: Matches = {}


class NotificationRendering:
    def __init__(self, core: Core, accounts: AccountRendering, statuses: StatusRendering) -> None:
        self._core = core
        self._accounts = accounts
        self._statuses = statuses

    def many(
        self, notifications: Iterable[Notification], viewer: int, read_up_to: int, matches: Matches = _NONE
    ) -> list[bytes]:
        return [self.one(each, viewer, read_up_to, matches) for each in shown(notifications)]

    def one(self, notification: Notification, viewer: int, read_up_to: int, matches: Matches = _NONE) -> bytes:
        """`read_up_to`: the viewer's marker; `matches`: what their filters found, by the note's id."""
        special = notification.type in PLEROMA_TYPES
        entity = entities.Notification(
            id=str(notification.id),
            type=notification.type,  # type: ignore[arg-type]  # one of the words
            group_key=group_key(notification),
            created_at=iso(notification.created_at),
            account=self._accounts.raw(notification.account),
            status=UNSET if notification.seen is None else self._status(notification.seen, viewer, matches),
            pleroma=entities.PleromaNotification(is_seen=notification.id <= read_up_to, is_muted=False),
            emoji=notification.emoji if special else UNSET,
            emoji_url=notification.emoji_url if special else UNSET,
        )
        made: bytes = encode(entity)
        return made

    def _status(self, seen: Seen, viewer: int, matches: Matches) -> Raw:
        return self._statuses.raw(seen, viewer, matches.get(seen.note.id, ()))

    def groups(self, notifications: Sequence[Notification], viewer: int, matches: Matches = _NONE) -> entities.GroupedNotificationsResults:
        """Each by itself: a server may leave every type ungrouped (Mastodon documentation, "grouped_types")."""
        wanted = list(shown(notifications))
        accounts = {each.account.id: each.account for each in wanted}
        statuses = {each.seen.note.id: each.seen for each in wanted if each.seen is not None}
        return entities.GroupedNotificationsResults(
            accounts=[self._accounts.raw(account) for account in accounts.values()],
            statuses=[Raw(one) for one in self._statuses.many(statuses.values(), viewer, matches)],
            notification_groups=[self._group(each) for each in wanted],
        )

    def _group(self, one: Notification) -> entities.NotificationGroup:
        special = one.type in PLEROMA_TYPES
        return entities.NotificationGroup(
            group_key=group_key(one),
            notifications_count=1,
            type=one.type,  # type: ignore[arg-type]  # one of the words
            most_recent_notification_id=one.id,
            page_min_id=str(one.id),
            page_max_id=str(one.id),
            latest_page_notification_at=iso(one.created_at),
            sample_account_ids=[str(one.account.id)],
            status_id=UNSET if one.seen is None else str(one.seen.note.id),
            emoji=one.emoji if special else UNSET,
            emoji_url=one.emoji_url if special else UNSET,
        )


def shown(notifications: Iterable[Notification]) -> Iterable[Notification]:
    """Without those about a note that is gone or not for the viewer any more: apps expect one."""
    return (each for each in notifications if each.seen is not None or each.type in WITHOUT_STATUS)


def group_key(notification: Notification) -> str:
    return f"ungrouped-{notification.id}"
