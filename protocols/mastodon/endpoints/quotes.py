"""Who quotes a status, who may, and taking the leave back."""

from __future__ import annotations

from typing import Literal

import msgspec

from pleromad.errors import NotFound
from pleromad.model.activity import QuoteRevoke, Update
from pleromad.model.note import Seen
from protocols.mastodon.door import Call, Listed, NoForm

QuotePolicyWord = Literal["public", "followers", "nobody"]


class InteractionForm(msgspec.Struct):
    quote_approval_policy: QuotePolicyWord = "nobody"


async def many(call: Call[NoForm]) -> Listed:
    """Those that may quote it, as far as the viewer may see them."""
    await call.core.reading.note(call.viewer_id, call.id)
    return await call.statuses(await call.core.reading.quotes(call.viewer_id, call.id, call.page))


async def revoke(call: Call[NoForm]) -> bytes:
    """Answers with the status that quoted, as it is now."""
    quoting = await call.core.reading.note(call.me.id, call.number("quoting_status_id"))
    quote = quoting.note.quote
    if quote is None or quote.quoted_id != call.id or (await _own(call)).note.id != call.id:
        raise NotFound
    await call.submit(QuoteRevoke(actor_id=call.me.id, quoting_id=quoting.note.id))
    return await _shown(call, quoting.note.id)


async def interaction_policy(call: Call[InteractionForm]) -> bytes:
    await _own(call)
    await call.submit(Update(actor_id=call.me.id, note_id=call.id, quote_policy=call.form.quote_approval_policy))
    return await _shown(call, call.id)


async def _own(call: Call[msgspec.Struct]) -> Seen:
    seen = await call.core.reading.note(call.me.id, call.id)
    if seen.note.account.id != call.me.id or seen.note.boost_of is not None:
        raise NotFound
    return seen


async def _shown(call: Call[msgspec.Struct], id: int) -> bytes:
    return await call.status(await call.core.reading.note(call.me.id, id))
