"""Hashtags, and what may be a trend."""

from __future__ import annotations

import msgspec

from pleromad.errors import NotFound
from pleromad.model.page import Page
from protocols.mastodon.door import Call, Listed, NoForm
from protocols.mastodon.entities.admin import AdminTag
from protocols.mastodon.entities.status import AdminTrendsLink
from protocols.mastodon.from_core.accounts import encode
from protocols.mastodon.from_core.cards import link_for_staff


class TagForm(msgspec.Struct):
    display_name: str | None = None
    trendable: bool | None = None
    usable: bool | None = None
    listable: bool | None = None


async def tags(call: Call[NoForm]) -> Listed:
    """By name. A hashtag has no number to page by: `offset` does."""
    found = await call.core.moderation.tags(call.me, Page(limit=call.page.limit, offset=call.page.offset))
    return Listed([encode(call.render.admin.tag(one)) for one in found.items])


async def show_tag(call: Call[NoForm]) -> AdminTag:
    return call.render.admin.tag(await call.core.moderation.tag(call.me, call.request.params["name"]))


async def change_tag(call: Call[TagForm]) -> AdminTag:
    changes = msgspec.structs.asdict(call.form)
    return call.render.admin.tag(await call.core.moderation.change_tag(call.me, call.request.params["name"], **changes))


async def trending_tags(call: Call[NoForm]) -> Listed:
    found = await call.core.moderation.trending_tags(call.me, call.page.limit, call.page.offset)
    return Listed([encode(call.render.admin.tag(one)) for one in found])


async def trending_links(call: Call[NoForm]) -> Listed:
    found = await call.core.reading.trending_links(call.page.limit, call.page.offset)
    return Listed([encode(link_for_staff(one, call.core.media_proxy.address)) for one in found])


async def approve_link(call: Call[NoForm]) -> AdminTrendsLink:
    return link_for_staff(await call.core.moderation.review_link(call.me, call.id, allowed=True), call.core.media_proxy.address)


async def reject_link(call: Call[NoForm]) -> AdminTrendsLink:
    found = await call.core.moderation.review_link(call.me, call.id, allowed=False)
    await call.core.discovery.count_trends()
    return link_for_staff(found, call.core.media_proxy.address)


async def approve_tag(call: Call[NoForm]) -> AdminTag:
    return call.render.admin.tag(await call.core.moderation.change_tag(call.me, call.request.params["name"], trendable=True))


async def reject_tag(call: Call[NoForm]) -> AdminTag:
    return call.render.admin.tag(await call.core.moderation.change_tag(call.me, call.request.params["name"], trendable=False))


async def approve_status(call: Call[NoForm]) -> bytes:
    seen = await call.core.moderation.review_status(call.me, call.id, allowed=True)
    return call.render.statuses.one(seen, call.me.id)


async def reject_status(call: Call[NoForm]) -> bytes:
    seen = await call.core.moderation.review_status(call.me, call.id, allowed=False)
    return call.render.statuses.one(seen, call.me.id)


async def publishers(call: Call[NoForm]) -> list[object]:
    """Links are judged one by one here, not by who published them."""
    return []


async def no_publisher(call: Call[NoForm]) -> object:
    raise NotFound
