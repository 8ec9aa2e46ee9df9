"""A note with its whole thread, and a note as a text."""

from __future__ import annotations

from collections.abc import Sequence

from twisted.internet.threads import deferToThread

from pleromad.errors import NotFound
from pleromad.model.note import Note, Seen
from protocols.gopher import items
from protocols.gopher.from_core import count, note_text
from protocols.gopher.pages.rooms import open_room
from protocols.gopher.pages.visit import Answer, Visit, heading, number, whole

ANCESTORS = 40
REPLIES = 50  # on a page


async def notices(visit: Visit) -> Answer:
    """`/notices/ID`, and behind it `/open` (in spite of a warning), `/text`, `/replies/N` (the Nth page of them)."""
    match visit.rest:
        case (id,):
            return await _thread(visit, number(id), 1)
        case (id, "open"):
            return await _thread(visit, number(id), 1, opened=True)
        case (id, "replies", place):
            return await _thread(visit, number(id), number(place))
        case (id, "text"):
            note = await _note(visit, number(id))
            return Answer(items.text_file(await deferToThread(note_text, note, visit.core.clock.now())))
    raise NotFound


async def _note(visit: Visit, id: int) -> Note:
    """Raises NotFound also for a line of a room that is not for everybody."""
    note = (await visit.core.reading.note(None, id)).note
    note = note.boost_of or note
    if note.room_id is not None:
        await open_room(visit, note.room_id)
    return note


async def _thread(visit: Visit, id: int, place: int, *, opened: bool = False) -> Answer:
    here = visit.here
    note = await _note(visit, id)
    above, below = await visit.core.reading.thread(None, note.id)
    start = (place - 1) * REPLIES
    if place < 1 or (place > 1 and start >= len(below)):
        raise NotFound
    blocks = []
    if place == 1:
        if len(above) > ANCESTORS:
            first = above[0].note.id
            blocks.append(items.block([items.link(items.MENU, "The beginning of the thread", f"/notices/{first}", here), items.info()]))
        blocks += await visit.render((seen.note for seen in above[-ANCESTORS:]), lambda note: visit.cards.in_thread(note, 0))
        if above:
            blocks.append(items.block([items.info("-" * items.WIDTH)]))
        blocks += [visit.cards.page(note, opened=opened), items.block([items.info()])]
    else:
        blocks.append(items.block([items.link(items.MENU, "The note that is answered", f"/notices/{id}", here), items.info()]))
    if below:
        blocks.append(items.block(heading(count(len(below), "reply", "replies") + (f", page {place}" if place > 1 else ""))))
    depths = _depths(note.id, below)
    shown = (seen.note for seen in below[start : start + REPLIES])
    blocks += await visit.render(shown, lambda note: visit.cards.in_thread(note, depths[note.id]))
    if start + REPLIES < len(below):
        blocks.append(items.block([items.link(items.MENU, "More replies", f"/notices/{note.id}/replies/{place + 1}", here)]))
    return Answer(whole(blocks, here))


def _depths(root: int, replies: Sequence[Seen]) -> dict[int, int]:
    """How far each is from the note; one whose parent is not for everybody stands where that would."""
    depths = {root: 0}
    for seen in replies:
        depths[seen.note.id] = depths.get(seen.note.in_reply_to_id or 0, 1) + 1
    return {id: max(0, depth - 1) for id, depth in depths.items()}
