"""Rooms that are open to everybody, and what was said in them."""

from __future__ import annotations

from pleromad.errors import NotFound
from pleromad.model.page import Page
from pleromad.model.room import Room
from pleromad.text import plain_name
from protocols.gopher import items
from protocols.gopher.from_core import count, day
from protocols.gopher.pages.visit import Answer, Visit, heading, home_link, turning, whole, window

ROOMS = 200
LINES = 100  # a page of talk is longer than one of notes


def is_open(room: Room) -> bool:
    return not (room.secret or room.invite_only or room.key or room.account.suspended or room.account.deleted)


async def open_room(visit: Visit, room_id: int) -> Room:
    """Raises NotFound for a room that is not for everybody."""
    room = await visit.core.reading.room_of(None, room_id)
    if not is_open(room):
        raise NotFound
    return room


async def rooms(visit: Visit) -> Answer:
    if not visit.rest:
        return await _list(visit)
    name, *rest = visit.rest
    if len(name) > 300:
        raise NotFound
    found = await visit.core.reading.room_by_name(name)
    if found is None:
        raise NotFound
    return await _room(visit, await open_room(visit, found.id), rest)


async def _list(visit: Visit) -> Answer:
    here = visit.here
    lines = []
    for room in await visit.core.reading.rooms(None, Page(ROOMS)):
        if is_open(room):
            topic = f": {plain_name(room.topic, 200)}" if room.topic else ""
            text = items.fit(f"#{room.name} ({count(room.account.followers_count, 'member', 'members')}){topic}")
            lines.append(items.link(items.MENU, text, f"/rooms/{room.name}", here))
    lines = lines or [items.info("There is no open room yet.")]
    return Answer(items.menu([*heading("Rooms"), *lines, items.info(), home_link(here)]))


async def _room(visit: Visit, room: Room, rest: list[str]) -> Answer:
    here = visit.here
    asked = window(rest)
    page = Page(LINES, max_id=asked.max_id, min_id=asked.min_id)
    found = await visit.core.reading.room(None, room.id, page)
    blocks = [items.block(heading(f"#{room.name}"))]
    if room.topic and not rest:
        blocks.append(items.block([*items.paragraphs(room.topic), items.info()]))
    date = ""
    lines = await visit.render((seen.note for seen in reversed(found.items)), visit.cards.in_room)
    for seen, line in zip(reversed(found.items), lines, strict=True):
        if day(seen.note.created_at) != date:
            date = day(seen.note.created_at)
            blocks.append(items.block([items.info(f"-- {date} --")]))
        blocks.append(line)
    if not found.items:
        blocks.append(items.block([items.info("Nothing was said.")]))
    blocks.append(items.block([items.info(), *turning(found, f"/rooms/{room.name}", page, here)]))
    blocks.append(items.block([items.outside("On the web", room.account.url, here)]))
    return Answer(whole(blocks, here))
