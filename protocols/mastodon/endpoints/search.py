"""Search: people, statuses, hashtags; and what is meant by an address or a handle."""

from __future__ import annotations

from typing import Literal

import msgspec
from msgspec import Raw

from pleromad.errors import Invalid, Unauthenticated
from pleromad.model.account import Account
from pleromad.model.note import Seen
from pleromad.model.page import Page
from protocols.mastodon.door import Call, id_of
from protocols.mastodon.entities.search import Search, SearchV1
from protocols.mastodon.errors import NEEDS_USER
from protocols.mastodon.from_core.tags import tags_of
from protocols.mastodon.resolving import find_account, find_note, is_address

MAX_QUERY = 2000


class SearchForm(msgspec.Struct):
    q: str
    type: Literal["accounts", "hashtags", "statuses"] | None = None
    resolve: bool = False
    following: bool = False
    account_id: str | None = None
    exclude_unreviewed: bool = False  # hashtags that staff has not looked at


async def search(call: Call[SearchForm]) -> Search:
    form = call.form
    query = form.q.strip()
    if not query or len(query) > MAX_QUERY:
        raise Invalid("q can't be blank" if not query else "q is too long", field="q")
    if call.viewer_id is None and (form.resolve or call.page.offset):
        raise Unauthenticated(NEEDS_USER)
    accounts: list[Account] = []
    statuses: list[Seen] = []
    tags: list[str] = []
    if is_address(query):
        if not call.page.offset:
            accounts, statuses = await _meant(call, query)
    else:
        if form.type in (None, "accounts") and not query.startswith("#"):
            accounts = await _accounts(call, query)
        if form.type in (None, "statuses") and not query.startswith(("#", "@")):
            statuses = await _statuses(call, query)
        if form.type in (None, "hashtags") and not query.startswith("@"):
            tags = await call.core.reading.search_tags(
                query, call.page.limit, call.page.offset, reviewed=form.exclude_unreviewed
            )
    matches = await call.filtered(statuses)
    return Search(
        accounts=[Raw(one) for one in call.render.accounts.many(accounts)],
        statuses=[Raw(one) for one in call.render.statuses.many(statuses, call.viewer_id, matches)],
        hashtags=await tags_of(call.core, call.viewer_id, tags),
    )


async def search_v1(call: Call[SearchForm]) -> SearchV1:
    found = await search(call)
    return SearchV1(accounts=found.accounts, statuses=found.statuses, hashtags=[tag.name for tag in found.hashtags])


async def _meant(call: Call[SearchForm], query: str) -> tuple[list[Account], list[Seen]]:
    """The one person or status at an address."""
    form = call.form
    fetch = form.resolve and call.viewer_id is not None
    if form.type in (None, "statuses"):
        note = await find_note(call.core, call.viewer_id, query, fetch=fetch)
        if note is not None:
            return [], [note]
    if form.type in (None, "accounts"):
        account = await find_account(call.core, query, fetch=fetch)
        if account is not None:
            return [account], []
    return [], []


async def _accounts(call: Call[SearchForm], query: str) -> list[Account]:
    form = call.form
    found = await call.core.reading.search_accounts(
        call.viewer_id, query, limit=call.page.limit, offset=call.page.offset, following=form.following
    )
    if not form.following and not call.page.offset:
        exact = await find_account(call.core, query, fetch=form.resolve and call.viewer_id is not None)
        if exact is not None:
            found = [exact, *(account for account in found if account.id != exact.id)][: call.page.limit]
    return found


async def _statuses(call: Call[SearchForm], query: str) -> list[Seen]:
    form = call.form
    account_id = id_of(form.account_id) if form.account_id else None
    paged = call.page.max_id is not None or call.page.min_id is not None
    page = call.page if paged else Page(limit=call.page.limit, offset=call.page.offset)
    found = await call.core.reading.search(call.viewer_id, query, page, account_id=account_id, ranked=not paged)
    return list(found.items)
