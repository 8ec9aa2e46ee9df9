"""What one does to a status: like, boost, pin, silence it, react to it."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import msgspec

from pleromad.model.activity import Add, Announce, EmojiReact, Like, Remove, Undo
from pleromad.model.note import Reaction, Visibility
from protocols.mastodon.door import Call, NoForm
from protocols.mastodon.entities.status import EmojiReaction
from protocols.mastodon.from_core.statuses import SHOWN_REACTIONS

MAX_SECONDS = 100 * 365 * 86_400


class MuteForm(msgspec.Struct):
    expires_in: int | None = None  # Pleroma: seconds


class BoostForm(msgspec.Struct):
    visibility: Literal["public", "unlisted", "private"] | None = None


async def favourite(call: Call[NoForm]) -> bytes:
    await call.submit(Like(actor_id=call.me.id, note_id=call.id))
    return await now(call)


async def unfavourite(call: Call[NoForm]) -> bytes:
    me = call.me.id
    await call.submit(Undo(actor_id=me, of=Like(actor_id=me, note_id=call.id)))
    return await now(call)


async def reblog(call: Call[BoostForm]) -> bytes:
    """Answers with the boost."""
    visibility = Visibility(call.form.visibility or "public")
    outcome = await call.submit(Announce(actor_id=call.me.id, note_id=call.id, visibility=visibility))
    seen = await call.core.reading.note(call.me.id, outcome.note_id or call.id)
    return await call.status(seen)


async def unreblog(call: Call[NoForm]) -> bytes:
    """Answers with what was boosted."""
    me = call.me.id
    await call.core.reading.note(me, call.id)  # NotFound, when it is not for them
    outcome = await call.submit(Undo(actor_id=me, of=Announce(actor_id=me, note_id=call.id)))
    seen = await call.core.reading.note(me, outcome.note_id or call.id)
    return await call.status(seen)


async def pin(call: Call[NoForm]) -> bytes:
    await call.core.reading.note(call.me.id, call.id)  # NotFound, when it is not for them
    await call.submit(Add(actor_id=call.me.id, collection="featured", note_id=call.id))
    return await now(call)


async def unpin(call: Call[NoForm]) -> bytes:
    await call.core.reading.note(call.me.id, call.id)
    await call.submit(Remove(actor_id=call.me.id, collection="featured", note_id=call.id))
    return await now(call)


async def mute(call: Call[MuteForm]) -> bytes:
    seconds = call.form.expires_in
    await call.core.personal.mute_thread(call.me.id, call.id, True, seconds=min(seconds, MAX_SECONDS) if seconds and seconds > 0 else None)
    return await now(call)


async def unmute(call: Call[NoForm]) -> bytes:
    await call.core.personal.mute_thread(call.me.id, call.id, False)
    return await now(call)


async def react(call: Call[NoForm]) -> bytes:
    await call.submit(EmojiReact(actor_id=call.me.id, note_id=call.id, emoji=call.request.params["emoji"]))
    return await now(call)


async def unreact(call: Call[NoForm]) -> bytes:
    me = call.me.id
    reaction = EmojiReact(actor_id=me, note_id=call.id, emoji=call.request.params["emoji"])
    await call.submit(Undo(actor_id=me, of=reaction))
    return await now(call)


async def reactions(call: Call[NoForm]) -> list[EmojiReaction]:
    """With the accounts, also of one emoji only."""
    seen = await call.core.reading.note(call.viewer_id, call.id)
    note = seen.note.boost_of or seen.note
    wanted = call.request.params.get("emoji", "").strip(":")
    shown = [one for one in note.reactions if not wanted or one.name == wanted]
    accounts = await call.core.reading.accounts({id for one in shown for id in one.account_ids[:SHOWN_REACTIONS]})

    def entity(one: Reaction) -> EmojiReaction:
        return EmojiReaction(
            name=one.name,
            count=one.count,
            me=one.name in seen.state.reactions,
            url=one.url,
            accounts=[call.render.accounts.raw(accounts[id]) for id in one.account_ids[:SHOWN_REACTIONS] if id in accounts],
        )

    return [entity(one) for one in shown]


async def now(call: Call[msgspec.Struct]) -> bytes:
    """The status of the path as it is after what was done. Of a boost: what is boosted."""
    seen = await call.core.reading.note(call.me.id, call.id)
    if seen.note.boost_of is not None:
        seen = replace(seen, note=seen.note.boost_of)
    return await call.status(seen)
