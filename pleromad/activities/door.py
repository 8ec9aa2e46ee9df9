"""The lists of masks at a room's door: who is kept out by them, and who is let in."""

from __future__ import annotations

from collections.abc import Iterable

from pleromad.activities.work import Work
from pleromad.masks import meets
from store import rooms as room_rows


async def lists_met(work: Work, room_id: int) -> set[str]:
    """Which of a room's lists mean the actor: `b` (banned, and no exception is made), `I` (always invited)."""
    return met(work, ((entry.kind, entry.mask) for entry in await room_rows.masks(work.tx, room_id)))


def met(work: Work, masks: Iterable[tuple[str, str]], *, speaking: bool = False) -> set[str]:
    """Of masks (kind, mask), which kinds mean the actor. `speaking`: masks against speech (`~m:`) too."""
    hostname = work.uris.domain.partition(":")[0]
    found = {kind for kind, mask in masks if meets(mask, work.actor, hostname, speaking=speaking)}
    if "e" in found:
        found.discard("b")
    return found
