"""Timelines and hashtags."""

from __future__ import annotations

from pleromad.errors import NotFound
from pleromad.model.note import Seen
from pleromad.model.page import Page, Slice
from pleromad.text import normal_tag, plain_name
from protocols.gopher import items
from protocols.gopher.pages.visit import Answer, Visit, heading, home_link, public, turning, whole, window

MAX_TAG = 150
POPULAR_TAGS = 60


async def main(visit: Visit) -> Answer:
    """`/main/public` and `/main/all`, as Pleroma called them."""
    which, *rest = visit.rest or ("",)
    if which not in TITLES:
        raise NotFound
    page = window(rest)
    found = await visit.core.reading.public(None, page, local=which == "public", narrow=True)
    return Answer(await listing(visit, TITLES[which], found, f"/main/{which}", page))


TITLES = {"public": "What is said here", "all": "What is said on the whole known network"}


async def tags(visit: Visit) -> Answer:
    if not visit.rest:
        return await _popular(visit)
    name, *rest = visit.rest
    tag = normal_tag(plain_name(name, MAX_TAG).lstrip("#"))
    if not tag:
        raise NotFound
    page = window(rest)
    found = await visit.core.reading.tag(None, tag, page, narrow=True)
    return Answer(await listing(visit, f"#{tag}", found, f"/tags/{tag}", page))


async def _popular(visit: Visit) -> Answer:
    here = visit.here
    found = await visit.core.reading.search_tags("", POPULAR_TAGS)
    lines = [items.link(items.MENU, items.fit(f"#{tag}"), f"/tags/{tag}", here) for tag in found]
    lines = lines or [items.info("Nobody has used one yet.")]
    return Answer(items.menu([*heading("Hashtags, the most used ones first"), *lines, items.info(), home_link(here)]), steady=True)


async def listing(visit: Visit, title: str, found: Slice[Seen], base: str, page: Page, above: str = "", *, tail: str = "") -> bytes:
    here = visit.here
    cards = await visit.render((seen.note for seen in found.items if public(seen.note)), visit.cards.in_list)
    empty = [] if cards else [items.info("Nothing is here." if page.max_id is None else "Nothing further."), items.info()]
    turns = turning(found, base, page, here, tail=tail)
    return whole([items.block(heading(title)), above, *cards, items.block([*empty, *turns])], here)
