"""What was said before, in the order of its ids: notes of the core, and what this daemon remembers of what nobody keeps.

Everything here is placed by a *key* like the ids of the core (`pleromad.ids`): milliseconds since 1970 in the upper 48
bits. So a time is a place, too, and one page (`pleromad.model.page.Page`) asks for both kinds of history.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from pleromad.model.page import Page
from protocols.irc.message import Message

if TYPE_CHECKING:
    from protocols.irc.telling import Item

LIMIT = 100  # of one answer; ISUPPORT CHATHISTORY
REMEMBERED = 500  # lines and events of one channel or conversation that are not kept
CONVERSATIONS = 1000

Notes = Callable[[Page], Awaitable[Sequence["Item"]]]  # newest first, as the core gives them


@dataclass(frozen=True, slots=True)
class Kept:
    """Something that was shown. `talk`: a line; else an event, for those who took draft/event-playback."""

    key: int
    message_id: str
    messages: tuple[Message, ...]
    talk: bool
    by: object = None  # whose it is: who may take it back


class Ring:
    """The last that were shown, oldest first."""

    def __init__(self) -> None:
        self._kept: deque[Kept] = deque(maxlen=REMEMBERED)

    def add(self, kept: Kept) -> None:
        self._kept.append(kept)

    def find(self, message_id: str) -> Kept | None:
        return next((kept for kept in self._kept if kept.message_id == message_id), None)

    def remove(self, kept: Kept) -> None:
        if kept in self._kept:
            self._kept.remove(kept)

    def page(self, page: Page, *, events: bool) -> list[Kept]:
        lower = page.min_id if page.min_id is not None else page.since_id
        found = [
            kept
            for kept in self._kept
            if (lower is None or kept.key > lower)
            and (page.max_id is None or kept.key < page.max_id)
            and (kept.talk or events)
        ]
        return _cut(found, page)

    @property
    def last(self) -> int:
        """The key of the newest line; 0 when there is none."""
        return next((kept.key for kept in reversed(self._kept) if kept.talk), 0)


class Rings:
    """Rings by pairs of people, as many as fit."""

    def __init__(self) -> None:
        self._rings: OrderedDict[frozenset[str], Ring] = OrderedDict()

    def between(self, one: str, other: str) -> Ring:
        pair = frozenset((one, other))
        ring = self._rings.setdefault(pair, Ring())
        self._rings.move_to_end(pair)
        while len(self._rings) > CONVERSATIONS:
            self._rings.popitem(last=False)
        return ring

    def of(self, one: str) -> list[tuple[str, Ring]]:
        """The others of those pairs that this one is in, with what was said."""
        return [
            (next(iter(pair - {one}), one), ring) for pair, ring in self._rings.items() if one in pair and ring.last
        ]


def _cut(found: list[Kept], page: Page) -> list[Kept]:
    return found[: page.limit] if page.min_id is not None else found[-page.limit :]


async def read(
    ring: Ring, notes: Notes | None, render: Callable[[Item], Sequence[Message]], page: Page, *, events: bool
) -> list[Kept]:
    """One page of both, oldest first."""
    if page.limit <= 0:
        return []
    found = ring.page(page, events=events)
    if notes is not None:
        found += [Kept(note.id, str(note.id), tuple(render(note)), True) for note in await notes(page)]
        found.sort(key=lambda kept: kept.key)
    return _cut(found, page)


def not_before(page: Page, cutoff: int) -> Page:
    """The page without what came before the cutoff: for those who were not there yet."""
    if page.min_id is not None:
        return replace(page, min_id=max(page.min_id, cutoff))
    return replace(page, since_id=max(page.since_id or 0, cutoff))


def key_at(moment: datetime) -> int:
    """The first place of that millisecond."""
    return max(0, int(moment.timestamp() * 1000)) << 16


def parse_time(text: str) -> datetime | None:
    """`2019-01-04T14:33:26.123Z` (IRCv3 server-time)."""
    try:
        return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class Place:
    """What a reference names: a message, or all of a millisecond."""

    first: int
    last: int

    @classmethod
    def of_key(cls, key: int) -> Place:
        return cls(key, key)

    @classmethod
    def of_time(cls, moment: datetime) -> Place:
        first = int(moment.timestamp() * 1000 + 0.5) << 16
        return cls(first, first | 0xFFFF)


def page_for(subcommand: str, places: Sequence[Place], limit: int) -> Page | None:
    """The page of LATEST, BEFORE, AFTER and BETWEEN; None for AROUND, which is two pages. All bounds exclusive."""
    match subcommand, places:
        case "LATEST", []:
            return Page(limit=limit)
        case "LATEST", [place]:
            return Page(limit=limit, since_id=place.last)
        case "BEFORE", [place]:
            return Page(limit=limit, max_id=place.first)
        case "AFTER", [place]:
            return Page(limit=limit, min_id=place.last)
        case "BETWEEN", [one, other] if one.first <= other.first:
            return Page(limit=limit, min_id=one.last, max_id=other.first)
        case "BETWEEN", [one, other]:
            return Page(limit=limit, since_id=other.last, max_id=one.first)
    return None
