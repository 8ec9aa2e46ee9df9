"""Like, EmojiReact, Announce, and what is pinned or moderated by Add and Remove."""

from __future__ import annotations

from pleromad import visibility
from pleromad.errors import NotFound
from pleromad.model.account import Account
from pleromad.model.activity import Add, Announce, EmojiReact, Like, Reject, Remove
from pleromad.model.note import Visibility
from protocols.activitypub import passing_on, to_core
from protocols.activitypub.origins import host_of, same_origin
from protocols.activitypub.receiving import groups, room_matters
from protocols.activitypub.receiving.call import Call
from protocols.activitypub.to_core.pieces import as_id, prop, type_of
from protocols.activitypub.vocabulary import ACTIVITIES


async def like(call: Call) -> None:
    """A Like with an emoji is a reaction (Misskey, FEP-c0e0)."""
    note_id = await call.note_id(call.heard.object_id)
    emoji = to_core.emoji_of(call.heard.raw)
    if emoji is not None:
        await call.submit(EmojiReact(**call.base, note_id=note_id, emoji=emoji[0], emoji_url=emoji[1]))
    else:
        await call.submit(Like(**call.base, note_id=note_id))


async def react(call: Call) -> None:
    """An EmojiReact whose emoji cannot be used (no picture, plain text) counts as a Like."""
    note_id = await call.note_id(call.heard.object_id)
    emoji = to_core.emoji_of(call.heard.raw)
    if emoji is not None:
        await call.submit(EmojiReact(**call.base, note_id=note_id, emoji=emoji[0], emoji_url=emoji[1]))
    else:
        await call.submit(Like(**call.base, note_id=note_id))


async def announce(call: Call) -> None:
    """A boost. Of what is inline only the id is used (S4), unless a group passes on an activity (FEP-1b12)."""
    inline = call.heard.inline
    uri = call.heard.object_id
    if inline is not None and type_of(inline, ACTIVITIES) in ACTIVITIES:
        if not call.core.settings.federation.groups:
            return
        if call.actor.group:
            await groups.relayed(call, inline)
            return
        # WordPress announces what it created as a whole: a boost of what is in it.
        uri = as_id(prop(inline, "object")) if type_of(inline, ACTIVITIES) in ("Create", "Update") else None
    if uri is None:
        raise NotFound
    note_id = await call.core.reading.note_id_of(uri)
    if await call.door.relaying.is_relay(call.actor):
        if note_id is None and not call.core.uris.ours(uri):
            await call.door.threads.by_uri(uri)
        return
    if await passing_on.announces_for_us(call.door, call.actor):
        if note_id is None and not call.core.uris.ours(uri):
            await passing_on.pass_on(call.door, await call.door.threads.by_uri(uri), host_of(call.actor.uri))
        return
    if note_id is None:
        # Nothing is fetched for people nobody here listens to.
        if call.core.uris.ours(uri) or not await call.door.followed_here(call.actor.id):
            raise NotFound(detail=f"{uri} is not here")
        note_id = await call.door.threads.by_uri(uri)
    shown = visibility.of_audience(call.heard.to, call.heard.cc, [call.actor.followers_uri])
    if not call.heard.to and not call.heard.cc:
        shown = Visibility.UNLISTED  # some leave the addresses out
    await call.submit(Announce(**call.base, note_id=note_id, visibility=shown))


async def add(call: Call) -> None:
    await _collect(call, True)


async def remove(call: Call) -> None:
    await _collect(call, False)


async def _collect(call: Call, given: bool) -> None:
    kind = Add if given else Remove
    target, uri = call.heard.target, call.heard.object_id
    if target is None or uri is None:
        return
    if target == call.actor.featured_uri:
        if not same_origin(uri, call.actor.uri):
            return
        note_id = await call.core.reading.note_id_of(uri)
        if note_id is None and given:
            if not await call.door.followed_here(call.actor.id):
                raise NotFound(detail=f"{uri} is not here")
            note_id = await call.door.threads.by_uri(uri)
        if note_id is not None:
            await call.submit(kind(**call.base, collection="featured", note_id=note_id))
        return
    group = call.room or await _audience(call)
    if group is not None and target == group.featured_uri:
        await _pin_in_group(call, group, uri, given)
    elif call.actor.group and target == call.actor.followers_uri:
        await room_matters.came_or_left(call)
    elif target.endswith(("/moderators", "/voices")):
        await _rank(call, target.rpartition("/")[0], uri, given)
    elif not given:
        await _kick(call, target, uri)


async def _audience(call: Call) -> Account | None:
    """The group of another server it is said in (Lemmy: `audience`), when it is on the actor's server."""
    uri = as_id(prop(call.heard.raw, "audience"))
    group = await call.core.reading.account_by_uri(uri) if uri is not None and same_origin(uri, call.actor.uri) else None
    return group if group is not None and group.group and not group.local else None


async def _pin_in_group(call: Call, group: Account, uri: str, given: bool) -> None:
    """A moderator pins a post in a community (Lemmy), whose server says so."""
    note_id = await call.note_id(uri)
    kind = Add if given else Remove
    await call.submit_for(group, kind(actor_id=group.id, collection="featured", note_id=note_id))


async def _rank(call: Call, room_uri: str, uri: str, given: bool) -> None:
    """An operator or a voice more or less: of a room of ours if whoever says so may. Of another server's, that room says."""
    room = await call.core.reading.account_by_uri(room_uri)
    account = await call.core.reading.account_by_uri(uri)
    if room is None or not room.group or account is None:
        raise NotFound(detail=f"{room_uri} or {uri} is not known here")
    kind = Add if given else Remove
    if room.local:
        rank = room_matters.rank_of(call.heard)
        await call.submit(kind(**call.base, collection=rank, account_id=account.id, room_id=room.id))
    elif call.room is not None and call.room.id == room.id:
        await room_matters.ranked(call, room, call.heard)


async def _kick(call: Call, target: str, uri: str) -> None:
    """An operator of another server puts somebody out of a room of ours."""
    room = await call.core.reading.account_by_uri(target.rpartition("/")[0])
    account = await call.core.reading.account_by_uri(uri)
    if room is None or not room.local or not room.group or room.followers_uri != target or account is None:
        raise NotFound(detail=f"{target} or {uri} is not known here")
    await call.submit(Reject(**call.base, follower_id=account.id, target_id=room.id, reason=room_matters.reason_of(call.heard)))
