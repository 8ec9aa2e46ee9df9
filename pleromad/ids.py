"""Ids and URIs of what is made here.

An id is 64 bits: milliseconds since 1970 in the upper 48, a running number in the lower 16. Clients get it as a decimal
string and may sort by it. The running numbers come from a PostgreSQL sequence in blocks, so that several daemons on one
database never mint the same id.
"""

from __future__ import annotations

from collections import deque
from datetime import UTC, datetime
from urllib.parse import quote

from twisted.internet.defer import Deferred

from pleromad.clock import Clock
from store.pool import Database

BLOCK = 1024
RESERVE = BLOCK // 2
PUBLIC = "https://www.w3.org/ns/activitystreams#Public"


class Ids:
    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._free: deque[int] = deque()
        self._fetching: Deferred[None] | None = None

    async def mint(self, at: datetime | None = None) -> int:
        """A new id that sorts at `at` (default and upper bound: now). Asks the database once in 1024 calls.

        It asks long before the last one is gone: ids are minted within transactions, and when these hold every connection
        there is none to ask with.
        """
        if len(self._free) < RESERVE and self._fetching is None:
            self._fetching = Deferred.fromCoroutine(self._fetch())
            self._fetching.addErrback(lambda failure: None)
        while not self._free:
            start = await self._next_block()
            self._free.extend(range(start, start + BLOCK))
        low = self._free.popleft()
        now = self._clock.now()
        moment = now if at is None or at > now else at
        milliseconds = max(0, int(moment.timestamp() * 1000))
        return (milliseconds << 16) | (low & 0xFFFF)

    async def _fetch(self) -> None:
        try:
            start = await self._next_block()
            self._free.extend(range(start, start + BLOCK))
        finally:
            self._fetching = None

    async def _next_block(self) -> int:
        return int(await self._database.value_apart("SELECT nextval('id_blocks')")) * BLOCK


def moment_of(id: int) -> datetime:
    """When an id was minted (or, for a note from elsewhere, published)."""
    return datetime.fromtimestamp((id >> 16) / 1000, UTC)


class Uris:
    """The URIs this server gives out. Those that are stored are never rebuilt from here: they are data."""

    def __init__(self, public_url: str, domain: str) -> None:
        self.base = public_url.rstrip("/")
        self.domain = domain
        self.instance_actor = f"{self.base}/actor"
        self.relay = f"{self.base}/relay"
        self.shared_inbox = f"{self.base}/inbox"

    def person(self, username: str) -> str:
        return f"{self.base}/users/{username}"

    def room(self, name: str) -> str:
        return f"{self.base}/rooms/{name}"

    def profile(self, username: str) -> str:
        return f"{self.base}/@{username}"

    def note(self, id: int) -> str:
        return f"{self.base}/notes/{id}"

    def note_page(self, username: str, id: int) -> str:
        return f"{self.base}/@{username}/{id}"

    def activity(self, id: int) -> str:
        return f"{self.base}/activities/{id}"

    def conversation(self, id: int) -> str:
        return f"{self.base}/conversations/{id}"

    def collection(self, username: str, id: int) -> str:
        return f"{self.person(username)}/collections/{id}"

    def quote_stamp(self, id: int) -> str:
        """Of the note with that id, which quotes one of ours."""
        return f"{self.base}/quotes/{id}"

    def tag(self, name: str) -> str:
        """The page of a hashtag; a URL, so letters that are not ASCII are percent-encoded (RFC 3986)."""
        return f"{self.base}/tags/{quote(name, safe='', errors='replace')}"

    def media(self, path: str) -> str:
        return f"{self.base}/media/{path}"

    def ours(self, uri: str) -> bool:
        return uri == self.base or uri.startswith(self.base + "/")
