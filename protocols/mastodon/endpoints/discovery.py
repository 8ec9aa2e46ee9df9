"""Finding what one did not look for: trends, suggestions, the directory, other servers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import msgspec

from pleromad.model.trend import Suggestion as Suggested
from protocols.mastodon.door import Call, Listed, NoForm, known_ids
from protocols.mastodon.endpoints.accounts import Ids
from protocols.mastodon.entities.account import FamiliarFollowers, Suggestion
from protocols.mastodon.entities.base import Empty
from protocols.mastodon.entities.instance import Activity
from protocols.mastodon.entities.status import PreviewCard
from protocols.mastodon.entities.tag import Tag
from protocols.mastodon.from_core.accounts import encode
from protocols.mastodon.from_core.cards import preview, trending_link
from protocols.mastodon.from_core.tags import moment_of, tags_of
from web.answers import Answer
from web.paging import offset_header


class DirectoryForm(msgspec.Struct):
    order: Literal["active", "new"] = "active"
    local: bool = False


class LinkForm(msgspec.Struct):
    url: str


class PeersForm(msgspec.Struct):
    q: str = ""


async def trending_tags(call: Call[NoForm]) -> Answer:
    names = await call.core.reading.trending_tags(call.page.limit, call.page.offset)
    return _paged(call, [encode(one) for one in await tags_of(call.core, call.viewer_id, names)])


async def trending_statuses(call: Call[NoForm]) -> Answer:
    found = await call.core.reading.trending_notes(call.viewer_id, call.page.limit, call.page.offset)
    matches = await call.filtered(found)
    return _paged(call, call.render.statuses.many(found, call.viewer_id, matches))


async def trending_links(call: Call[NoForm]) -> Answer:
    found = await call.core.reading.trending_links(call.page.limit, call.page.offset)
    return _paged(call, [encode(trending_link(one, call.core.media_proxy.address)) for one in found])


def _paged(call: Call[NoForm], items: Sequence[bytes]) -> Answer:
    """What trends is paged by offset."""
    link = offset_header(call.request, call.core, call.page, len(items))
    return Answer.json(b"[" + b",".join(items) + b"]", headers=(("Link", link),) if link else ())


async def with_link(call: Call[LinkForm]) -> Listed:
    return await call.statuses(await call.core.reading.with_link(call.viewer_id, call.form.url, call.page))


async def card(call: Call[NoForm]) -> PreviewCard | Empty:
    """Until Mastodon 3 cards were asked for by themselves."""
    found = await call.core.reading.card(call.viewer_id, call.id)
    return preview(found, call.core.media_proxy.address) if found is not None else Empty()


async def suggestions(call: Call[NoForm]) -> list[Suggestion]:
    found = await call.core.reading.suggestions(call.me.id, call.page.limit, call.page.offset)
    return [
        Suggestion(source=_source(one), sources=list(one.sources), account=call.render.accounts.raw(one.account)) for one in found
    ]


def _source(one: Suggested) -> Literal["staff", "past_interactions", "global"]:
    """What Mastodon called them until 4.2."""
    if "featured" in one.sources:
        return "staff"
    return "past_interactions" if "friends_of_friends" in one.sources else "global"


async def suggestions_v1(call: Call[NoForm]) -> Listed:
    found = await call.core.reading.suggestions(call.me.id, call.page.limit, call.page.offset)
    return Listed(call.render.accounts.many([one.account for one in found]))


async def dismiss_suggestion(call: Call[NoForm]) -> Empty:
    await call.core.personal.dismiss_suggestion(call.me.id, call.number("account_id"))
    return Empty()


async def directory(call: Call[DirectoryForm]) -> Listed:
    form, page = call.form, call.page
    found = await call.core.reading.directory(
        call.viewer_id, newest=form.order == "new", local=form.local, limit=page.limit, offset=page.offset
    )
    return Listed(call.render.accounts.many(found))


async def familiar_followers(call: Call[Ids]) -> list[FamiliarFollowers]:
    ids = known_ids([*call.form.id, *call.form.ids])
    found = await call.core.reading.familiar_followers(call.me.id, ids)
    return [FamiliarFollowers(id=str(id), accounts=[call.render.accounts.raw(one) for one in found[id]]) for id in ids]


async def peers(call: Call[NoForm]) -> list[str]:
    return await call.core.reading.peers()


async def search_peers(call: Call[PeersForm]) -> list[str]:
    return await call.core.reading.peers(call.form.q, call.page.limit) if call.form.q.strip() else []


async def activity(call: Call[NoForm]) -> list[Activity]:
    return [
        Activity(
            week=moment_of(week.begins),
            statuses=str(week.notes),
            logins=str(week.logins),
            registrations=str(week.registrations),
        )
        for week in await call.core.reading.weeks()
    ]


async def often_used_tags(call: Call[NoForm]) -> list[Tag]:
    return await tags_of(call.core, call.me.id, await call.core.reading.tags_often_used(call.me.id))
