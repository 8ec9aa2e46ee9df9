"""Lists of people, each with a timeline of its own."""

from __future__ import annotations

from typing import Literal

import msgspec

from pleromad.model import personal as model
from pleromad.model.page import Page
from protocols.mastodon.door import Call, Listed, NoForm, known_ids
from protocols.mastodon.endpoints.accounts import WithRelationships, named, rendered
from protocols.mastodon.endpoints.timelines import ChoiceForm
from protocols.mastodon.entities.base import Empty
from protocols.mastodon.entities.timeline import UserList

MOST_MEMBERS = 1_000  # at once

Policy = Literal["followed", "list", "none"]


class NewListForm(msgspec.Struct):
    title: str
    replies_policy: Policy = "list"
    exclusive: bool = False


class ListForm(msgspec.Struct):
    title: str | None = None
    replies_policy: Policy | None = None
    exclusive: bool | None = None


class MembersForm(msgspec.Struct):
    account_ids: list[str]


async def many(call: Call[NoForm]) -> list[UserList]:
    return [entity(one) for one in await call.core.personal.lists(call.me.id)]


async def with_account(call: Call[NoForm]) -> list[UserList]:
    """Those of one's lists that somebody is in."""
    account = await named(call)
    return [entity(one) for one in await call.core.personal.lists_with(call.me.id, account.id)]


async def show(call: Call[NoForm]) -> UserList:
    return entity(await call.core.personal.list(call.me.id, call.id))


async def create(call: Call[NewListForm]) -> UserList:
    form = call.form
    made = await call.core.personal.add_list(
        call.me.id, form.title, replies_policy=form.replies_policy, exclusive=form.exclusive
    )
    return entity(made)


async def update(call: Call[ListForm]) -> UserList:
    form = call.form
    changed = await call.core.personal.change_list(
        call.me.id, call.id, title=form.title, replies_policy=form.replies_policy, exclusive=form.exclusive
    )
    return entity(changed)


async def delete(call: Call[NoForm]) -> Empty:
    await call.core.personal.delete_list(call.me.id, call.id)
    return Empty()


async def members(call: Call[WithRelationships]) -> Listed:
    """`limit=0`: everybody."""
    page = Page(limit=0) if call.request.first("limit") == "0" else call.page
    found = await call.core.personal.list_members(call.me.id, call.id, page)
    return Listed.of(await rendered(call, found.items, call.form.with_relationships), found)


async def add_members(call: Call[MembersForm]) -> Empty:
    await call.core.personal.add_members(call.me.id, call.id, known_ids(call.form.account_ids, MOST_MEMBERS))
    return Empty()


async def remove_members(call: Call[MembersForm]) -> Empty:
    await call.core.personal.remove_members(call.me.id, call.id, known_ids(call.form.account_ids, MOST_MEMBERS))
    return Empty()


async def timeline(call: Call[ChoiceForm]) -> Listed:
    found = await call.core.personal.list_timeline(call.me.id, call.id, call.page, call.form.own_choice)
    return await call.statuses(found)


def entity(one: model.List) -> UserList:
    return UserList(
        id=str(one.id),
        title=one.title,
        replies_policy=one.replies_policy,  # type: ignore[arg-type]  # one of the words
        exclusive=one.exclusive,
    )
