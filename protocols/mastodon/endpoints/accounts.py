"""People: looking at them."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from pleromad.errors import Invalid, NotFound
from pleromad.model import account as model
from pleromad.model.account import Account
from pleromad.model.choice import Choice
from pleromad.text import normal_tag
from protocols.mastodon.door import Call, Listed, id_of, known_ids
from protocols.mastodon.entities.account import Relationship as RelationshipEntity
from protocols.mastodon.from_core.accounts import relationship
from protocols.mastodon.resolving import find_account


class WithRelationships(msgspec.Struct):
    with_relationships: bool = False  # Pleroma


class Ids(msgspec.Struct):
    id: list[str] = []
    ids: list[str] = []  # Pleroma
    with_relationships: bool = False


class RelationshipsForm(Ids):
    with_suspended: bool = False


class StatusesForm(msgspec.Struct):
    only_media: bool = False
    exclude_replies: bool = False
    exclude_reblogs: bool = False
    pinned: bool = False
    tagged: str = ""
    exclude_visibilities: list[str] = []  # Pleroma


class SearchForm(msgspec.Struct):
    q: str
    resolve: bool = False
    following: bool = False
    with_relationships: bool = False


class LookupForm(msgspec.Struct):
    acct: str


async def show(call: Call[WithRelationships]) -> bytes:
    account = await named(call)
    return (await rendered(call, [account], call.form.with_relationships))[0]


async def many(call: Call[Ids]) -> Listed:
    ids = known_ids([*call.form.id, *call.form.ids])
    found = await call.core.reading.accounts(ids)
    accounts = [found[id] for id in ids if id in found and not found[id].deleted]
    return Listed(await rendered(call, accounts, call.form.with_relationships))


async def lookup(call: Call[LookupForm]) -> bytes:
    return call.render.accounts.ready(await call.core.reading.account_by_handle(call.form.acct.strip()))


async def search(call: Call[SearchForm]) -> Listed:
    form = call.form
    query = form.q.strip()
    if not query:
        raise Invalid("q can't be blank", field="q")
    found = await call.core.reading.search_accounts(
        call.viewer_id, query, limit=call.page.limit, offset=call.page.offset, following=form.following
    )
    if form.resolve and call.viewer_id is not None and not call.page.offset:
        known = {account.id for account in found}
        account = await find_account(call.core, query)
        if account is not None and account.id not in known and not form.following:
            found = [account, *found][: call.page.limit]
    return Listed(await rendered(call, found, form.with_relationships))


async def statuses(call: Call[StatusesForm]) -> Listed:
    form = call.form
    account = await named(call)
    found = await call.core.reading.of_account(
        call.viewer_id,
        account.id,
        call.page,
        only_media=form.only_media,
        exclude_replies=form.exclude_replies,
        exclude_boosts=form.exclude_reblogs,
        pinned=form.pinned,
        tagged=normal_tag(form.tagged.strip().lstrip("#")) or None,
        choice=Choice(exclude_visibilities=frozenset(form.exclude_visibilities[:10])),
    )
    return await call.statuses(found)


async def followers(call: Call[WithRelationships]) -> Listed:
    return await _listed(call, "followers")


async def following(call: Call[WithRelationships]) -> Listed:
    return await _listed(call, "following")


async def _listed(call: Call[WithRelationships], which: str) -> Listed:
    account = await named(call)
    found = await call.core.reading.listed(call.viewer_id, which, account.id, call.page)
    return Listed.of(await rendered(call, found.items, call.form.with_relationships), found)


async def relationships(call: Call[RelationshipsForm]) -> list[RelationshipEntity]:
    ids = known_ids([*call.form.id, *call.form.ids])
    return [relationship(one) for one in await call.core.reading.relationships(call.me.id, ids, suspended=call.form.with_suspended)]


async def named(call: Call[msgspec.Struct]) -> Account:
    """Whom the path names: by id, or (Pleroma) by handle. NotFound."""
    text = call.request.params["id"]
    try:
        return await call.core.reading.account(id_of(text))
    except NotFound:
        return await call.core.reading.account_by_handle(text)


async def relationship_to(call: Call[msgspec.Struct], id: int) -> RelationshipEntity:
    """As it is now. NotFound."""
    found = await call.core.reading.relationships(call.me.id, [id])
    if not found:
        raise NotFound
    return relationship(found[0])


async def rendered(call: Call[msgspec.Struct], accounts: Sequence[Account], with_relationships: bool) -> list[bytes]:
    known: dict[int, model.Relationship] | None = None
    if with_relationships and call.viewer_id is not None and accounts:
        found = await call.core.reading.relationships(call.viewer_id, [account.id for account in accounts])
        known = {one.id: one for one in found}
    return call.render.accounts.many(accounts, known)


