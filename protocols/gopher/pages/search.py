"""Search: an item of type 7 whose query comes behind a TAB; further pages carry it in their selector."""

from __future__ import annotations

from pleromad.model.page import Page
from pleromad.text import normal_tag, plain_name
from protocols.gopher import items
from protocols.gopher.from_core import name_of
from protocols.gopher.pages.timelines import listing
from protocols.gopher.pages.visit import PER_PAGE, Answer, Visit, heading, home_link, number, window

PEOPLE = 10
TAGS = 10
MAX_QUERY = 200


async def search(visit: Visit) -> Answer:
    match visit.rest:
        case (("before" | "after") as way, id, *words):
            number(id)
            return await _notes(visit, plain_name("/".join(words), MAX_QUERY), window((way, id)))
        case (*words,):
            # Some clients put the query into the selector after a question mark.
            query = plain_name(visit.query or "/".join(words).removeprefix("?"), MAX_QUERY)
    if not query:
        lines = [items.link(items.SEARCH, "Search for people, hashtags and words", "/search", visit.here), home_link(visit.here)]
        return Answer(items.menu([*heading("Search"), *lines]))
    if query.startswith("#"):
        return await _overview(visit, query, people=False, notes=False)
    if query.startswith("@"):
        return await _overview(visit, query, tags=False, notes=False)
    return await _overview(visit, query)


async def _overview(visit: Visit, query: str, *, people: bool = True, tags: bool = True, notes: bool = True) -> Answer:
    here, reading = visit.here, visit.core.reading
    lines = []
    if people:
        found = await reading.search_accounts(None, query.lstrip("@"), limit=PEOPLE if notes else 40)
        lines += [
            items.link(items.MENU, items.fit(name_of(account)), f"/users/{account.acct}", here)
            for account in found
            if not account.suspended and not account.deleted
        ]
    if tags:
        prefix = normal_tag(query.lstrip("#").split(" ")[0])
        for tag in await reading.search_tags(prefix, TAGS if notes else 40) if prefix else ():
            lines.append(items.link(items.MENU, items.fit(f"#{tag}"), f"/tags/{tag}", here))
    if lines:
        lines.append(items.info())
    if notes:
        return await _notes(visit, query, Page(PER_PAGE), items.block(lines))
    lines = lines or [items.info("Nothing was found."), items.info()]
    return Answer(items.menu([*heading(f"Search: {query}"), *lines, home_link(here)]))


async def _notes(visit: Visit, query: str, page: Page, above: str = "") -> Answer:
    found = await visit.core.reading.search(None, query, page)
    # The words go behind the id, so that they may hold slashes.
    return Answer(await listing(visit, f"Search: {query}", found, "/search", page, above, tail=f"/{query}"))
