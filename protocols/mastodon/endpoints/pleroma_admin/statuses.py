"""Statuses and chats before staff. What is private is not for them either, unless it was reported."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from pleromad.errors import Invalid, NotFound
from pleromad.model.note import Seen, Visibility
from pleromad.model.page import Slice
from protocols.mastodon.door import Call, NoForm
from protocols.mastodon.endpoints.numbered import PagedForm
from protocols.mastodon.endpoints.pleroma_admin import merged
from protocols.mastodon.endpoints.pleroma_admin.users import named
from protocols.mastodon.entities.base import Empty
from protocols.mastodon.entities.pleroma_admin import StaffStatus, StatusCounts, Statuses

PRIVATE = "What people say in private is not shown to staff here, but for what was reported"


class StatusesForm(PagedForm):
    """`godmode`: also what is private; refused."""

    page_size: int = 20
    godmode: bool = False
    local_only: bool = False
    with_reblogs: bool = False


class ChangeForm(msgspec.Struct):
    sensitive: bool | None = None
    visibility: Literal["public", "unlisted", "private", "direct", "local"] | None = None


class StatsForm(msgspec.Struct):
    instance: str = ""


async def many(call: Call[StatusesForm]) -> list[StaffStatus]:
    _check(call)
    form = call.form
    found = await call.core.moderation.everything(call.me, form.part, local=form.local_only, boosts=form.with_reblogs)
    return await merged.statuses(call, found.items)


async def of_instance(call: Call[StatusesForm]) -> Statuses:
    _check(call)
    form = call.form
    host = call.request.params["instance"][:300]
    return await _page(call, await call.core.moderation.everything(call.me, form.part, boosts=form.with_reblogs, host=host))


async def of_user(call: Call[StatusesForm]) -> Statuses:
    _check(call)
    account = await named(call, call.request.params["nickname"])
    boosts = not call.form.with_reblogs
    return await _page(call, await call.core.reading.of_account(call.me.id, account.id, call.form.part, exclude_boosts=boosts))


def _check(call: Call[StatusesForm]) -> None:
    if call.form.godmode:
        raise Invalid(PRIVATE)


async def _page(call: Call[StatusesForm], found: Slice[Seen]) -> Statuses:
    """`total`: as many as are known from this page."""
    more = 1 if found.next_max_id is not None else 0
    return Statuses(activities=await merged.statuses(call, found.items), total=call.form.part.offset + len(found.items) + more)


async def show(call: Call[NoForm]) -> StaffStatus:
    """What anybody may see, or was reported."""
    return await _one(call)


async def change(call: Call[ChangeForm]) -> StaffStatus:
    form = call.form
    visibility = Visibility(form.visibility) if form.visibility else None
    await call.core.moderation.change_note(call.me, call.id, sensitive=form.sensitive, visibility=visibility)
    return await _one(call)


async def _one(call: Call[Any]) -> StaffStatus:
    found = await merged.statuses(call, [await call.core.moderation.seen(call.me, call.id)])
    if not found:
        raise NotFound
    return found[0]


async def delete(call: Call[NoForm]) -> Empty:
    await call.core.moderation.delete_note(call.me, call.id)
    return Empty()


async def stats(call: Call[StatsForm]) -> StatusCounts:
    counts = await call.core.moderation.note_counts(call.me, call.form.instance)
    return StatusCounts(status_visibility={each.value: counts.get(each.value, 0) for each in Visibility})


async def no_chats(call: Call[NoForm]) -> list[object]:
    """Those that staff may read: none, whatever there are."""
    await named(call, call.request.params["nickname"])
    return []


async def private(call: Call[Any]) -> object:
    """What people say in private is not shown to staff, but for what was reported."""
    raise Invalid(PRIVATE)
