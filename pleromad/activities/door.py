"""The lists of masks at a room's door: who is kept out by them, and who is let in."""

from __future__ import annotations

from pleromad.activities.work import Work
from pleromad.masks import meets
from store import rooms as room_rows


async def lists_met(work: Work, room_id: int, *, speaking: bool = False) -> set[str]:
    """Which of a room's lists mean the actor: `b` (banned, and no exception is made), `I` (always invited)."""
    hostname = work.uris.domain.partition(":")[0]
    masks = await room_rows.masks(work.tx, room_id)
    met = {entry.kind for entry in masks if meets(entry.mask, work.actor, hostname, speaking=speaking)}
    if "e" in met:
        met.discard("b")
    return met
