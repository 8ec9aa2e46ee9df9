"""Announcements: reading, dismissing, reacting."""

from __future__ import annotations

from protocols.mastodon.door import Call, Listed, NoForm
from protocols.mastodon.entities.base import Empty
from protocols.mastodon.from_core.accounts import encode


async def many(call: Call[NoForm]) -> Listed:
    me = call.me.id
    found = await call.core.moderation.announcements(me)
    return Listed([encode(call.render.admin.announcement(one, me)) for one in found])


async def dismiss(call: Call[NoForm]) -> Empty:
    await call.core.moderation.dismiss_announcement(call.me.id, call.id)
    return Empty()


async def react(call: Call[NoForm]) -> Empty:
    await call.core.moderation.react_to_announcement(call.me.id, call.id, call.request.params["name"])
    return Empty()


async def unreact(call: Call[NoForm]) -> Empty:
    await call.core.moderation.unreact_to_announcement(call.me.id, call.id, call.request.params["name"])
    return Empty()
