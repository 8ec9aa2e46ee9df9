"""People: following, blocking, muting them."""

from __future__ import annotations

import msgspec

from pleromad.errors import NotFound
from pleromad.model.activity import Accept, Block, Follow, Reject, Undo
from pleromad.model.page import Slice
from protocols.mastodon.door import Call, Listed, NoForm
from protocols.mastodon.endpoints.accounts import WithRelationships, relationship_to, rendered
from protocols.mastodon.entities.account import DomainBlockPreview, Relationship
from protocols.mastodon.entities.base import Empty
from protocols.mastodon.from_core.accounts import encode
from protocols.mastodon.resolving import find_account


class FollowForm(msgspec.Struct):
    reblogs: bool | None = None
    notify: bool | None = None
    languages: list[str] | None = None


class MuteForm(msgspec.Struct):
    notifications: bool = True
    duration: int | None = None  # seconds; 0 for good
    expires_in: int | None = None  # Pleroma's name for it


class CommentForm(msgspec.Struct):
    comment: str = ""


class DomainForm(msgspec.Struct):
    domain: str


class UriForm(msgspec.Struct):
    uri: str


async def follow(call: Call[FollowForm]) -> Relationship:
    form = call.form
    languages = tuple(form.languages) if form.languages is not None else None
    await call.submit(
        Follow(actor_id=call.me.id, target_id=call.id, show_boosts=form.reblogs, notify=form.notify, languages=languages)
    )
    return await relationship_to(call, call.id)


async def follow_by_uri(call: Call[UriForm]) -> bytes:
    """Until Mastodon 3, and Pleroma: follow `name@host`."""
    handle = call.form.uri.strip()
    account = await find_account(call.core, handle if "@" in handle or "/" in handle else f"{handle}@{call.core.settings.domain}")
    if account is None:
        raise NotFound
    await call.submit(Follow(actor_id=call.me.id, target_id=account.id))
    return call.render.accounts.ready(account)


async def unfollow(call: Call[NoForm]) -> Relationship:
    me = call.me.id
    await call.submit(Undo(actor_id=me, of=Follow(actor_id=me, target_id=call.id)))
    return await relationship_to(call, call.id)


async def subscribe(call: Call[NoForm]) -> Relationship:
    """Pleroma: be told of each note."""
    await call.submit(Follow(actor_id=call.me.id, target_id=call.id, notify=True))
    return await relationship_to(call, call.id)


async def unsubscribe(call: Call[NoForm]) -> Relationship:
    before = await relationship_to(call, call.id)
    if before.following:
        await call.submit(Follow(actor_id=call.me.id, target_id=call.id, notify=False))
    return await relationship_to(call, call.id)


async def block(call: Call[NoForm]) -> Relationship:
    await call.submit(Block(actor_id=call.me.id, target_id=call.id))
    return await relationship_to(call, call.id)


async def unblock(call: Call[NoForm]) -> Relationship:
    me = call.me.id
    await call.submit(Undo(actor_id=me, of=Block(actor_id=me, target_id=call.id)))
    return await relationship_to(call, call.id)


async def mute(call: Call[MuteForm]) -> Relationship:
    seconds = call.form.duration or call.form.expires_in
    await call.core.personal.mute(call.me.id, call.id, notifications=call.form.notifications, seconds=seconds or None)
    return await relationship_to(call, call.id)


async def unmute(call: Call[NoForm]) -> Relationship:
    await call.core.personal.unmute(call.me.id, call.id)
    return await relationship_to(call, call.id)


async def comment(call: Call[CommentForm]) -> Relationship:
    await call.core.personal.comment(call.me.id, call.id, call.form.comment)
    return await relationship_to(call, call.id)


async def remove_from_followers(call: Call[NoForm]) -> Relationship:
    before = await relationship_to(call, call.id)
    if before.followed_by:
        await call.submit(Reject(actor_id=call.me.id, follower_id=call.id))
    return await relationship_to(call, call.id)


async def requests(call: Call[WithRelationships]) -> Listed:
    return await _listed(call, "requests")


async def authorize(call: Call[NoForm]) -> Relationship:
    await call.submit(Accept(actor_id=call.me.id, follower_id=call.id))
    return await relationship_to(call, call.id)


async def reject(call: Call[NoForm]) -> Relationship:
    await call.submit(Reject(actor_id=call.me.id, follower_id=call.id))
    return await relationship_to(call, call.id)


async def blocks(call: Call[WithRelationships]) -> Listed:
    return await _listed(call, "blocks")


async def mutes(call: Call[WithRelationships]) -> Listed:
    """Each with when the mute ends."""
    found = await call.core.reading.listed(call.me.id, "mutes", call.me.id, call.page)
    known = await call.core.reading.relationships(call.me.id, [account.id for account in found.items])
    by_id = {one.id: one for one in known}
    muted = call.render.accounts.muted
    shown = [encode(muted(account, by_id.get(account.id), related=call.form.with_relationships)) for account in found.items]
    return Listed.of(shown, found)


async def _listed(call: Call[WithRelationships], which: str) -> Listed:
    found = await call.core.reading.listed(call.me.id, which, call.me.id, call.page)
    return Listed.of(await rendered(call, found.items, call.form.with_relationships), found)


async def domain_blocks(call: Call[NoForm]) -> Listed:
    found: Slice[str] = await call.core.reading.domain_blocks(call.me.id, call.page)
    return Listed.of([encode(domain) for domain in found.items], found)


async def preview_domain(call: Call[DomainForm]) -> DomainBlockPreview:
    following, followers = await call.core.reading.follows_with(call.me.id, call.form.domain)
    return DomainBlockPreview(following_count=following, followers_count=followers)


async def block_domain(call: Call[DomainForm]) -> Empty:
    await call.core.personal.block_domain(call.me.id, call.form.domain)
    return Empty()


async def unblock_domain(call: Call[DomainForm]) -> Empty:
    await call.core.personal.unblock_domain(call.me.id, call.form.domain)
    return Empty()


