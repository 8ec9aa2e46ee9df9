"""From a request to its bytes. A page that was just made is given to the next who asks, until something happens.

A page holds for one second at most (other daemons' events may be late), and no longer than to the next event of the bus;
those who ask while it is being made wait for the same one. So a crowd on one page costs the database one look at it.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.task import deferLater
from twisted.logger import Logger
from twisted.python.failure import Failure

from pleromad.cache import Cache
from pleromad.config import Settings
from pleromad.core import Core
from pleromad.errors import NotFound, PleromadError
from pleromad.model import event
from pleromad.model.event import Event
from pleromad.text.links import allowed
from protocols.gopher import items
from protocols.gopher.errors import refusal
from protocols.gopher.from_core import Cards
from protocols.gopher.items import Here
from protocols.gopher.pages.front import about, front, help_, rules
from protocols.gopher.pages.media import media
from protocols.gopher.pages.notices import notices
from protocols.gopher.pages.people import users
from protocols.gopher.pages.rooms import rooms
from protocols.gopher.pages.search import search
from protocols.gopher.pages.timelines import main, tags
from protocols.gopher.pages.visit import FRESH_SECONDS, STEADY_SECONDS, PageFunction, Visit
from protocols.gopher.request import Request

log = Logger(namespace="gopher")

PAGES: dict[str, PageFunction] = {
    "main": main,
    "notices": notices,
    "users": users,
    "tags": tags,
    "rooms": rooms,
    "search": search,
    "media": media,
}
LEAVES: dict[str, PageFunction] = {"": front, "about": about, "rules": rules, "help": help_}

REMEMBERED_PAGES = 128
MAX_REMEMBERED_BYTES = 200_000
# What changes nothing anybody could read here.
_SILENT = frozenset({event.NOTIFIED, event.MARKER_MOVED, event.TOKEN_REVOKED})

Reply = bytes | Path


@dataclass(frozen=True, slots=True)
class _Kept:
    age: int | None  # None: whatever happens
    until: float
    body: bytes


class Burrow:
    def __init__(self, core: Core, reactor: Any) -> None:
        self._core = core
        self._reactor = reactor
        self._settings: Settings | None = None
        self._cards: Cards
        self._pages: Cache[Request, _Kept] = Cache(REMEMBERED_PAGES)
        self._making: dict[Request, list[Deferred[Reply]]] = {}
        self._age = 0  # how often something happened

    def shuts_out(self, address: str) -> bool:
        """Staff do not want anybody from there."""
        return self._core.gatekeeper.shuts_out(address)

    @property
    def here(self) -> Here:
        return self._current().here

    @property
    def web_url(self) -> str:
        return self._core.uris.base + "/"

    def happened(self, what: Event) -> None:
        """A listener of the bus."""
        if what.kind not in _SILENT:
            self._age += 1
            self._making = {}  # who asks from now on gets what is true from now on

    def ready(self, request: Request) -> bytes | None:
        """A page that is still true."""
        self._current()
        known = self._pages.get(request)
        if known is not None and known.age in (None, self._age) and self._core.clock.seconds() < known.until:
            return known.body
        return None

    def make(self, request: Request) -> Deferred[Reply]:
        """Never fails: a refusal is an answer, too."""
        waiter: Deferred[Reply] = Deferred()
        waiting = self._making.get(request)
        if waiting is not None:
            waiting.append(waiter)
            return waiter
        self._making[request] = waiting = [waiter]
        made = Deferred.fromCoroutine(self._make(request))
        made.addErrback(self._failed, request)

        def give(reply: Reply) -> None:
            if self._making.get(request) is waiting:
                del self._making[request]
            for each in waiting:
                each.callback(reply)

        made.addCallback(give)
        return waiter

    async def _make(self, request: Request) -> Reply:
        cards = self._current()
        if request.selector.startswith("URL:"):
            return _elsewhere(request.selector[4:])
        name, *rest = request.selector.split("/")
        page = PAGES.get(name) or (LEAVES.get(name) if not rest else None)
        if page is None:
            raise NotFound
        age = self._age
        answer = await page(Visit(self._core, cards, tuple(rest), request.query, self._turn))
        if isinstance(answer, Path):
            return answer
        if len(answer.body) <= MAX_REMEMBERED_BYTES and cards is self._cards:
            until = self._core.clock.seconds() + (STEADY_SECONDS if answer.steady else FRESH_SECONDS)
            self._pages.put(request, _Kept(None if answer.steady else age, until, answer.body))
        return answer.body

    async def _turn(self) -> None:
        await deferLater(self._reactor, 0, lambda: None)

    def _failed(self, failure: Failure, request: Request) -> bytes:
        error = failure.value
        if isinstance(error, PleromadError):
            if error.detail:
                log.debug("{selector} refused: {error}", selector=request.selector, error=str(error))
            return refusal(error, self.here)
        log.failure("{selector} failed", failure, selector=request.selector)
        return refusal("Something went wrong here.", self.here)

    def _current(self) -> Cards:
        """New settings make everything new: the address of this server is in every line."""
        settings = self._core.settings
        if settings is not self._settings:
            self._settings = settings
            self._cards = Cards(Here(settings.gopher.advertise_host, settings.gopher.advertise_port), self._core.clock)
            self._pages.clear()
        return self._cards


def _elsewhere(url: str) -> bytes:
    address = allowed(url)
    if address is None:
        raise NotFound
    return items.redirect_page(address)
