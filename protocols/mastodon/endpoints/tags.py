"""Hashtags one follows or shows on one's profile, and people one recommends there."""

from __future__ import annotations

import msgspec

from pleromad.errors import NotFound
from pleromad.model.page import Slice
from pleromad.personal.tags import FeaturedTag as Featured
from pleromad.text import normal_tag
from protocols.mastodon.door import Call, Listed, NoForm
from protocols.mastodon.endpoints.accounts import WithRelationships, named, relationship_to, rendered
from protocols.mastodon.entities.account import FeaturedTag, Relationship
from protocols.mastodon.entities.base import Empty
from protocols.mastodon.entities.tag import Tag
from protocols.mastodon.from_core.accounts import encode
from protocols.mastodon.from_core.tags import tag


class NameForm(msgspec.Struct):
    name: str


async def show(call: Call[NoForm]) -> Tag:
    name = normal_tag(call.request.params["name"].lstrip("#"))
    if not name.replace("_", "").isalnum():
        raise NotFound
    return await _tag(call, name)


async def follow(call: Call[NoForm]) -> Tag:
    return await _tag(call, await call.core.personal.follow_tag(call.me.id, call.request.params["name"]))


async def unfollow(call: Call[NoForm]) -> Tag:
    return await _tag(call, await call.core.personal.unfollow_tag(call.me.id, call.request.params["name"]))


async def feature(call: Call[NoForm]) -> Tag:
    name = normal_tag(call.request.params["name"].lstrip("#"))
    if all(one.name != name for one in await call.core.personal.featured_tags(call.me.id)):
        await call.core.personal.feature_tag(call.me.id, name)
    return await _tag(call, name)


async def unfeature(call: Call[NoForm]) -> Tag:
    name = normal_tag(call.request.params["name"].lstrip("#"))
    for one in await call.core.personal.featured_tags(call.me.id):
        if one.name == name:
            await call.core.personal.unfeature_tag(call.me.id, one.id)
    return await _tag(call, name)


async def _tag(call: Call[NoForm], name: str) -> Tag:
    days = (await call.core.reading.tag_days([name]))[name]
    if call.viewer_id is None:
        return tag(call.core, name, days)
    featured = {one.name for one in await call.core.personal.featured_tags(call.viewer_id)}
    followed = await call.core.personal.tags_followed(call.viewer_id, [name])
    return tag(call.core, name, days, following=name in followed, featuring=name in featured)


async def followed(call: Call[NoForm]) -> Listed:
    found: Slice[str] = await call.core.personal.followed_tags(call.me.id, call.page)
    featured = {one.name for one in await call.core.personal.featured_tags(call.me.id)}
    days = await call.core.reading.tag_days(found.items)
    tags = [tag(call.core, name, days[name], following=True, featuring=name in featured) for name in found.items]
    return Listed.of([encode(one) for one in tags], found)


async def featured(call: Call[NoForm]) -> list[FeaturedTag]:
    return [_featured(call, one) for one in await call.core.personal.featured_tags(call.me.id)]


async def featured_by(call: Call[NoForm]) -> list[FeaturedTag]:
    account = await named(call)
    return [_featured(call, one) for one in await call.core.personal.featured_tags(account.id)]


async def add_featured(call: Call[NameForm]) -> FeaturedTag:
    return _featured(call, await call.core.personal.feature_tag(call.me.id, call.form.name))


async def remove_featured(call: Call[NoForm]) -> Empty:
    await call.core.personal.unfeature_tag(call.me.id, call.id)
    return Empty()


def _featured(call: Call[msgspec.Struct], one: Featured) -> FeaturedTag:
    return FeaturedTag(
        id=str(one.id),
        name=one.name,
        url=call.core.uris.tag(one.name),
        statuses_count=str(one.statuses_count),
        last_status_at=one.last_status_at.date().isoformat() if one.last_status_at else None,
    )


async def endorse(call: Call[NoForm]) -> Relationship:
    await call.core.personal.endorse(call.me.id, call.id)
    return await relationship_to(call, call.id)


async def unendorse(call: Call[NoForm]) -> Relationship:
    await call.core.personal.unendorse(call.me.id, call.id)
    return await relationship_to(call, call.id)


async def endorsements(call: Call[NoForm]) -> Listed:
    found = await call.core.personal.endorsements(call.me.id, call.page)
    return Listed.of(call.render.accounts.many(found.items), found)


async def endorsed_by(call: Call[WithRelationships]) -> Listed:
    account = await named(call)
    found = await call.core.personal.endorsements(account.id, call.page)
    return Listed.of(await rendered(call, found.items, call.form.with_relationships), found)
