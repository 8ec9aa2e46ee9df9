"""What a page is given, and what it gives back."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from pleromad.core import Core
from pleromad.errors import NotFound
from pleromad.model.note import Note, Seen, Visibility
from pleromad.model.page import Page, Slice
from pleromad.text import columns
from protocols.gopher import items
from protocols.gopher.from_core import Cards
from protocols.gopher.items import Here

PER_PAGE = 20
MAX_ID = (1 << 63) - 1
FRESH_SECONDS = 1.0
TURN_SECONDS = 0.008
STEADY_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Answer:
    """`steady`: may be kept for STEADY_SECONDS whatever happens; anything else only until something happens."""

    body: bytes
    steady: bool = False


@dataclass(frozen=True, slots=True)
class Visit:
    """`rest`: the parts of the selector behind the page's own name."""

    core: Core
    cards: Cards
    rest: tuple[str, ...]
    query: str = ""
    turn: Callable[[], Awaitable[None]] | None = None  # lets others have the reactor in between

    @property
    def here(self) -> Here:
        return self.cards.here

    async def render(self, notes: Iterable[Note], form: Callable[[Note], str]) -> list[str]:
        """A block of each. Long notes take a millisecond and more: nobody waits for a whole page of them."""
        blocks = []
        began = time.monotonic()
        for note in notes:
            if self.turn is not None and time.monotonic() - began > TURN_SECONDS:
                await self.turn()
                began = time.monotonic()
            blocks.append(form(note))
        return blocks


PageAnswer = Answer | Path
PageFunction = Callable[[Visit], Awaitable[PageAnswer]]


def number(text: str) -> int:
    """An id of a selector. Raises NotFound."""
    if not (text.isascii() and text.isdigit() and len(text) < 20 and int(text) <= MAX_ID):
        raise NotFound
    return int(text)


def window(rest: Sequence[str]) -> Page:
    """`before/ID` or `after/ID` at the end of a selector; nothing is the newest. Raises NotFound."""
    match tuple(rest):
        case ():
            return Page(PER_PAGE)
        case ("before", id):
            return Page(PER_PAGE, max_id=number(id))
        case ("after", id):
            return Page(PER_PAGE, min_id=number(id))
    raise NotFound


def turning(slice: Slice[Seen], base: str, page: Page, here: Here, *, tail: str = "") -> list[str]:
    """The links to the pages before and after this one. `tail` goes behind the ids."""
    lines = []
    first = page.max_id is None and page.min_id is None
    if not first and slice.prev_min_id is not None:
        lines.append(items.link(items.MENU, "Newer", f"{base}/after/{slice.prev_min_id}{tail}", here))
    if not first:
        lines.append(items.link(items.MENU, "Newest", f"{base}{tail}", here))
    oldest = slice.next_max_id
    if oldest is None and page.min_id is not None:
        oldest = page.min_id + 1
    if oldest is not None:
        lines.append(items.link(items.MENU, "Older", f"{base}/before/{oldest}{tail}", here))
    return lines


def heading(text: str) -> list[str]:
    text = items.fit(text)
    return [items.info(text), items.info("=" * min(items.WIDTH, max(3, columns(text)))), items.info()]


def home_link(here: Here) -> str:
    return items.link(items.MENU, "Main menu", "/", here)


def whole(blocks: Iterable[str], here: Here) -> bytes:
    """A menu of finished blocks, with the way home below."""
    return ("".join(blocks) + items.block([home_link(here)]) + items.END).encode()


def public(note: Note) -> bool:
    """For lists: what is unlisted is only shown to who has its address, or is in the conversation."""
    return note.visibility is Visibility.PUBLIC and (note.boost_of is None or note.boost_of.visibility is Visibility.PUBLIC)
