"""Collections of people (Mastodon 4.6)."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from pleromad.errors import Forbidden
from pleromad.model.collection import Collection as Model
from pleromad.personal.collections import CollectionChange
from protocols.mastodon.door import Call, NoForm, id_of
from protocols.mastodon.endpoints.accounts import named
from protocols.mastodon.entities.base import Empty
from protocols.mastodon.entities.collection import (
    Collections,
    CollectionWithAccounts,
    WrappedCollection,
    WrappedCollectionItem,
)
from protocols.mastodon.from_core.collections import collection, item
from web.answers import Answer
from web.paging import offset_header


class CollectionForm(msgspec.Struct):
    name: str | None = None
    description: str | None = None
    language: str | None = None
    tag_name: str | None = None
    sensitive: bool | None = None
    discoverable: bool | None = None


class NewCollectionForm(CollectionForm):
    account_ids: list[str] = []


class ItemForm(msgspec.Struct):
    account_id: str


async def create(call: Call[NewCollectionForm]) -> WrappedCollection:
    ids = [id_of(id) for id in call.form.account_ids]
    return _wrapped(call, await call.core.personal.add_collection(call.me.id, _change(call.form), ids))


async def show(call: Call[NoForm]) -> CollectionWithAccounts:
    found = await call.core.personal.collection(call.viewer_id, call.id)
    ids = list(dict.fromkeys([found.account_id, *(one.account_id for one in found.items)]))
    accounts = await call.core.reading.accounts(ids)
    return CollectionWithAccounts(
        accounts=[call.render.accounts.raw(accounts[id]) for id in ids if id in accounts],
        collection=collection(call.core, found),
    )


async def update(call: Call[CollectionForm]) -> WrappedCollection:
    return _wrapped(call, await call.core.personal.change_collection(call.me.id, call.id, _change(call.form)))


async def delete(call: Call[NoForm]) -> Empty:
    await call.core.personal.delete_collection(call.me.id, call.id)
    return Empty()


async def of_account(call: Call[NoForm]) -> Answer:
    account = await named(call)
    page = call.page
    found = await call.core.personal.collections_of(call.viewer_id, account.id, limit=page.limit, offset=page.offset)
    return _many(call, found)


async def with_account(call: Call[NoForm]) -> Answer:
    """Those one is in oneself; of others it is not told."""
    if (await named(call)).id != call.me.id:
        raise Forbidden
    page = call.page
    return _many(call, await call.core.personal.collections_with(call.me.id, limit=page.limit, offset=page.offset))


async def add_item(call: Call[ItemForm]) -> WrappedCollectionItem:
    made = await call.core.personal.collect(call.me.id, call.id, id_of(call.form.account_id))
    return WrappedCollectionItem(collection_item=item(made))


async def remove_item(call: Call[NoForm]) -> Empty:
    await call.core.personal.uncollect(call.me.id, call.id, call.number("item"))
    return Empty()


async def revoke_item(call: Call[NoForm]) -> Empty:
    """Somebody does not want to be in it."""
    await call.core.personal.leave_collection(call.me.id, call.id, call.number("item"))
    return Empty()


def _change(form: CollectionForm) -> CollectionChange:
    return CollectionChange(
        name=form.name,
        description=form.description,
        language=form.language,
        tag=form.tag_name,
        sensitive=form.sensitive,
        discoverable=form.discoverable,
    )


def _wrapped(call: Call[CollectionForm] | Call[NewCollectionForm], one: Model) -> WrappedCollection:
    return WrappedCollection(collection=collection(call.core, one))


def _many(call: Call[NoForm], found: Sequence[Model]) -> Answer:
    link = offset_header(call.request, call.core, call.page, len(found))
    entity = Collections(collections=[collection(call.core, one) for one in found])
    return Answer.json(entity, headers=(("Link", link),) if link else ())
