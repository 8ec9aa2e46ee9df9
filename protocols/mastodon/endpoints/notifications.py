"""Notifications, markers, and what is asked about them."""

from __future__ import annotations

from collections.abc import Collection, Iterable

import msgspec

from pleromad.core import Core
from pleromad.errors import NotFound
from pleromad.model.notification import Notification
from pleromad.model.page import Page, Slice
from protocols.mastodon.door import Call, Listed, NoForm, Paged, id_of, known_ids
from protocols.mastodon.entities.base import Empty
from protocols.mastodon.entities.notification import (
    GroupedNotificationsResults,
    NotificationPolicy,
    PolicySummary,
    UnreadCount,
)
from protocols.mastodon.from_core.notifications import PLEROMA_TYPES, shown
from protocols.mastodon.from_core.statuses import Matches

MOST_UNREAD = 100


class NotificationsForm(msgspec.Struct):
    types: list[str] = []
    include_types: list[str] = []  # Pleroma
    exclude_types: list[str] = []
    account_id: str | None = None


class IdForm(msgspec.Struct):
    id: str


class ManyForm(msgspec.Struct):
    ids: list[str] = []
    id: list[str] = []


class ReadForm(msgspec.Struct):
    id: str | None = None
    max_id: str | None = None


class Wanted(msgspec.Struct, frozen=True):
    types: Collection[str] | None
    exclude: Collection[str]
    from_id: int | None


def wanted(form: NotificationsForm) -> Wanted:
    """Pleroma's own types only for those who name them."""
    named = set(form.types) | set(form.include_types)
    return Wanted(
        types=named or None,
        exclude={*form.exclude_types, *(PLEROMA_TYPES - named)},
        from_id=id_of(form.account_id) if form.account_id else None,
    )


async def many(call: Call[NotificationsForm]) -> Listed:
    found = await _page(call)
    seen = await read_up_to(call.core, call.me.id)
    matches = await _matches(call, found.items)
    return Listed.of(call.render.notifications.many(found.items, call.me.id, seen, matches), found)


async def grouped(call: Call[NotificationsForm]) -> Paged:
    found = await _page(call)
    matches = await _matches(call, found.items)
    return Paged(call.render.notifications.groups(found.items, call.me.id, matches), found)


async def _page(call: Call[NotificationsForm]) -> Slice[Notification]:
    asked = wanted(call.form)
    return await call.core.reading.notifications(
        call.me.id, call.page, types=asked.types, exclude=asked.exclude, from_id=asked.from_id
    )


async def _matches(call: Call[NotificationsForm], found: Iterable[Notification]) -> Matches:
    return await call.filtered("notifications", [each.seen for each in found if each.seen is not None])


def _id_of_group(call: Call[NoForm]) -> int:
    return id_of(call.request.params["group_key"].removeprefix("ungrouped-"))


async def group(call: Call[NoForm]) -> GroupedNotificationsResults:
    one = await call.core.reading.notification(call.me.id, _id_of_group(call))
    return call.render.notifications.groups([one], call.me.id)


async def group_accounts(call: Call[NoForm]) -> Listed:
    one = await call.core.reading.notification(call.me.id, _id_of_group(call))
    return Listed([call.render.accounts.ready(one.account)])


async def dismiss_group(call: Call[NoForm]) -> Empty:
    await call.core.personal.dismiss(call.me.id, _id_of_group(call))
    return Empty()


async def show(call: Call[NoForm]) -> bytes:
    one = await call.core.reading.notification(call.me.id, call.id)
    if not list(shown([one])):
        raise NotFound
    return call.render.notifications.one(one, call.me.id, await read_up_to(call.core, call.me.id))


async def clear(call: Call[NoForm]) -> Empty:
    await call.core.personal.dismiss(call.me.id, None)
    return Empty()


async def dismiss(call: Call[NoForm]) -> Empty:
    await call.core.personal.dismiss(call.me.id, call.id)
    return Empty()


async def dismiss_by_form(call: Call[IdForm]) -> Empty:
    """Until Mastodon 3, and Pleroma."""
    await call.core.personal.dismiss(call.me.id, id_of(call.form.id))
    return Empty()


async def dismiss_many(call: Call[ManyForm]) -> Empty:
    for id in known_ids([*call.form.ids, *call.form.id], most=80):
        try:
            await call.core.personal.dismiss(call.me.id, id)
        except NotFound:
            continue
    return Empty()


async def unread_count(call: Call[NotificationsForm]) -> UnreadCount:
    asked = wanted(call.form)
    return UnreadCount(count=await unread(call.core, call.me.id, asked, limit=call.page.limit))


async def read(call: Call[ReadForm]) -> Listed | bytes:
    """Pleroma: one is read, or all up to one."""
    me = call.me.id
    form = call.form
    upto = id_of(form.id or form.max_id or "")
    if upto > await read_up_to(call.core, me):
        await call.core.personal.set_marker(me, "notifications", upto)
    if form.id:
        one = await call.core.reading.notification(me, upto)
        return call.render.notifications.one(one, me, upto)
    found = await call.core.reading.notifications(me, Page(limit=80, max_id=upto + 1), exclude=PLEROMA_TYPES)
    return Listed(call.render.notifications.many(found.items, me, upto))


async def policy(call: Call[NoForm]) -> NotificationPolicy:
    """Nothing is filtered: nobody can ask for it yet."""
    return NotificationPolicy(
        for_not_following="accept",
        for_not_followers="accept",
        for_new_accounts="accept",
        for_private_mentions="accept",
        for_limited_accounts="accept",
        summary=PolicySummary(pending_requests_count=0, pending_notifications_count=0),
    )


async def read_up_to(core: Core, viewer: int) -> int:
    """The marker, 0 without one."""
    markers = await core.reading.markers(viewer, ["notifications"])
    return markers[0].last_read_id if markers else 0


_EVERYTHING = Wanted(types=None, exclude=PLEROMA_TYPES, from_id=None)


async def unread(core: Core, viewer: int, asked: Wanted = _EVERYTHING, *, limit: int = MOST_UNREAD) -> int:
    """How many are newer than the marker, at most `limit`."""
    page = Page(limit=limit, since_id=await read_up_to(core, viewer))
    found = await core.reading.notifications(viewer, page, types=asked.types, exclude=asked.exclude, from_id=asked.from_id)
    return len(found.items)
