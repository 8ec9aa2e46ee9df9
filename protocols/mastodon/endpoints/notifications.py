"""Notifications one by one, and what is asked about them."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from pleromad.core import Core
from pleromad.errors import Invalid, NotFound
from pleromad.model.note import Seen
from pleromad.model.notification import Chosen
from pleromad.model.page import Page
from protocols.mastodon.door import Call, Listed, NoForm, id_of, known_ids
from protocols.mastodon.entities.base import Empty
from protocols.mastodon.entities.notification import UnreadCount
from protocols.mastodon.from_core.notifications import CHAT_MENTION, PLEROMA_TYPES, Glasses, in_chat, shown

DISMISSED_AT_ONCE = 80


class SupportedForm(msgspec.Struct):
    supported_types: list[str] | None = None


class NotificationsForm(SupportedForm):
    types: list[str] = []
    include_types: list[str] = []  # Pleroma
    exclude_types: list[str] = []
    exclude_visibilities: list[str] = []  # Pleroma
    account_id: str | None = None
    include_filtered: bool = False
    with_muted: bool | None = None  # Pleroma; who says it knows Pleroma's types


class IdForm(msgspec.Struct):
    id: str


class ManyForm(msgspec.Struct):
    ids: list[str] = []
    id: list[str] = []


class ReadForm(msgspec.Struct):
    id: str | None = None
    max_id: str | None = None


def chosen(form: NotificationsForm) -> Chosen:
    """Pleroma's own types only for those who name them, or are known as its clients: Pleroma-FE names none, and wants all."""
    named = frozenset(form.types) | frozenset(form.include_types)
    if CHAT_MENTION in named:
        named = named - {CHAT_MENTION} | {"mention"}
    unasked = PLEROMA_TYPES - named - frozenset(form.supported_types or ()) if form.with_muted is None else frozenset()
    return Chosen(
        types=named or None,
        exclude=frozenset(form.exclude_types) | unasked,
        from_id=id_of(form.account_id) if form.account_id else None,
        filtered=form.include_filtered,
        muted=bool(form.with_muted),
        exclude_visibilities=frozenset(form.exclude_visibilities),
    )


async def glasses(call: Call[SupportedForm], seen: Iterable[Seen | None]) -> Glasses:
    """How the app that asks looks at notifications about these notes."""
    matches = await call.filtered([each for each in seen if each is not None])
    return Glasses(call.me.id, await read_up_to(call.core, call.me.id), matches, call.form.supported_types, chats_known(call.form))


def chats_known(form: SupportedForm) -> bool:
    if isinstance(form, NotificationsForm) and form.with_muted is not None:
        return True
    asked = [*form.types, *form.include_types] if isinstance(form, NotificationsForm) else []
    return CHAT_MENTION in asked or CHAT_MENTION in (form.supported_types or ())


async def many(call: Call[NotificationsForm]) -> Listed:
    found = await call.core.reading.notifications(call.me.id, call.page, chosen(call.form))
    worn = await glasses(call, [each.seen for each in found.items])
    items = found.items
    asked = {*call.form.types, *call.form.include_types}
    if CHAT_MENTION in asked and "mention" not in asked:
        items = tuple(one for one in items if one.type != "mention" or in_chat(one))
    return Listed.of(call.render.notifications.many(items, worn), found)


async def show(call: Call[SupportedForm]) -> bytes:
    one = await call.core.reading.notification(call.me.id, call.id)
    if not list(shown([one])):
        raise NotFound
    return call.render.notifications.one(one, await glasses(call, [one.seen]))


async def clear(call: Call[NoForm]) -> Empty:
    await call.core.personal.dismiss_all(call.me.id)
    return Empty()


async def dismiss(call: Call[NoForm]) -> Empty:
    await call.core.personal.dismiss(call.me.id, call.id)
    return Empty()


async def dismiss_by_form(call: Call[IdForm]) -> Empty:
    """Until Mastodon 3, and Pleroma."""
    await call.core.personal.dismiss(call.me.id, id_of(call.form.id))
    return Empty()


async def dismiss_many(call: Call[ManyForm]) -> Empty:
    await call.core.personal.dismiss_many(call.me.id, known_ids([*call.form.ids, *call.form.id], most=DISMISSED_AT_ONCE))
    return Empty()


async def unread_count(call: Call[NotificationsForm]) -> UnreadCount:
    found = await call.core.reading.unread_notifications(call.me.id, chosen(call.form), limit=call.page.limit)
    return UnreadCount(count=found)


async def read(call: Call[ReadForm]) -> Listed | bytes:
    """Pleroma: one is read, or all up to one."""
    me = call.me.id
    form = call.form
    if not form.id and not form.max_id:
        raise Invalid("Need id or max_id", field="id")
    upto = id_of(form.id or form.max_id or "")
    if form.id:
        await call.core.reading.notification(me, upto)
    if upto > await read_up_to(call.core, me):
        await call.core.personal.set_marker(me, "notifications", upto)
    if form.id:
        one = await call.core.reading.notification(me, upto)
        return call.render.notifications.one(one, Glasses(me, upto))
    found = await call.core.reading.notifications(me, Page(limit=80, max_id=upto + 1), ASKED_BY_NOBODY)
    return Listed(call.render.notifications.many(found.items, Glasses(me, upto)))


# What an app is told that asks for nothing in particular.
ASKED_BY_NOBODY = Chosen(exclude=PLEROMA_TYPES)


async def read_up_to(core: Core, viewer: int) -> int:
    """The marker, 0 without one."""
    markers = await core.reading.markers(viewer, ["notifications"])
    return markers[0].last_read_id if markers else 0
