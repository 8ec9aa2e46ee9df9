"""Polls. A poll has its status's id."""

from __future__ import annotations

import msgspec

from pleromad.errors import NotFound
from pleromad.model.activity import Vote
from protocols.mastodon.door import Call, NoForm
from protocols.mastodon.entities.status import Poll


class VoteForm(msgspec.Struct):
    choices: list[int]


async def show(call: Call[NoForm]) -> Poll:
    return await _poll(call)


async def vote(call: Call[VoteForm]) -> Poll:
    await _poll(call)
    await call.submit(Vote(actor_id=call.me.id, note_id=call.id, choices=tuple(call.form.choices)))
    return await _poll(call)


async def _poll(call: Call[msgspec.Struct]) -> Poll:
    poll = call.render.statuses.poll(await call.core.reading.note(call.viewer_id, call.id), call.viewer_id)
    if poll is None:
        raise NotFound
    return poll
