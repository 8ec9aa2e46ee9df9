"""Notifications in groups (Mastodon 4.3: "Grouped notifications API methods")."""

from __future__ import annotations

from collections.abc import Collection

from pleromad.errors import Invalid, NotFound
from pleromad.model.notification import GROUPED
from protocols.mastodon.door import Call, Listed, NoForm, Paged
from protocols.mastodon.endpoints.notifications import NotificationsForm, SupportedForm, chosen, glasses
from protocols.mastodon.entities.base import Empty
from protocols.mastodon.entities.notification import GroupedNotificationsResults, UnreadCount
from protocols.mastodon.from_core.notifications import shown

EXPANSIONS = ("full", "partial_avatars")


class GroupsForm(NotificationsForm):
    expand_accounts: str = "full"
    grouped_types: list[str] = []


def _grouped(form: GroupsForm) -> Collection[str]:
    """Which types the app can show in groups; one that does not say, all."""
    return [type for type in GROUPED if type in form.grouped_types] if form.grouped_types else GROUPED


async def many(call: Call[GroupsForm]) -> Paged:
    form = call.form
    if form.expand_accounts not in EXPANSIONS:
        raise Invalid(f"expand_accounts is one of {', '.join(EXPANSIONS)}", field="expand_accounts")
    found = await call.core.reading.notification_groups(call.me.id, call.page, chosen(form), grouped=_grouped(form))
    worn = await glasses(call, [each.newest.seen for each in found.items])
    return Paged(call.render.notifications.groups(found.items, worn, partial=form.expand_accounts == "partial_avatars"), found)


async def unread_count(call: Call[GroupsForm]) -> UnreadCount:
    found = await call.core.reading.unread_groups(
        call.me.id, chosen(call.form), grouped=_grouped(call.form), limit=call.page.limit
    )
    return UnreadCount(count=found)


async def show(call: Call[SupportedForm]) -> GroupedNotificationsResults:
    one = await call.core.reading.notification_group(call.me.id, _key(call))
    if not list(shown([one.newest])):
        raise NotFound
    return call.render.notifications.groups([one], await glasses(call, [one.newest.seen]), paged=False)


async def accounts(call: Call[NoForm]) -> Listed:
    found = await call.core.reading.group_accounts(call.me.id, _key(call), call.page)
    return Listed.of(call.render.accounts.many(found.items), found)


async def dismiss(call: Call[NoForm]) -> Empty:
    await call.core.personal.dismiss_group(call.me.id, _key(call))
    return Empty()


def _key(call: Call[SupportedForm] | Call[NoForm]) -> str:
    key = call.request.params["group_key"]
    if len(key) > 100 or not key.isprintable():
        raise NotFound
    return key
