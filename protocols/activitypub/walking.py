"""Complete a thread: walk `replies` of its notes and its `context` (FEP-7888, FEP-f228) on the servers that have them.

What these collections hold are ids, whatever else stands there: each note comes from its own server. Bounded in requests, notes and time.
"""

from __future__ import annotations

from collections import deque
from typing import Any

from twisted.logger import Logger

from pleromad.core import Core
from pleromad.errors import PleromadError, StoreUnavailable
from protocols.activitypub.documents import Document
from protocols.activitypub.fetching import Fetcher
from protocols.activitypub.origins import origin_of, same_origin
from protocols.activitypub.threads import Threads
from protocols.activitypub.to_core.pieces import as_id, as_ids, prop, type_of
from protocols.activitypub.vocabulary import COLLECTIONS

log = Logger(namespace="activitypub")

MAX_NOTES = 200  # whose replies are asked for
MAX_NEW = 300
MAX_ITEMS = 500  # of one collection
MAX_PAGES = 10
MAX_REQUESTS = 150
SECONDS = 90.0


class Walker:
    def __init__(self, core: Core, fetcher: Fetcher, threads: Threads) -> None:
        self._core = core
        self._fetcher = fetcher
        self._threads = threads

    async def walk(self, note_id: int) -> int:
        """From a note that is here. Returns how many notes came. Raises StoreUnavailable, NotFound."""
        walk = _Walk(self._core, self._fetcher, self._threads, note_id)
        try:
            await walk.run()
        finally:
            await self._core.walks.finish(note_id, walk.found)
        return walk.found


class _Walk:
    def __init__(self, core: Core, fetcher: Fetcher, threads: Threads, note_id: int) -> None:
        self._core = core
        self._fetcher = fetcher
        self._threads = threads
        self._note_id = note_id
        self._end = core.clock.seconds() + SECONDS
        self._requests = 0
        self._seen: set[str] = set()
        self._queue: deque[str] = deque()
        self.found = 0

    async def run(self) -> None:
        own = (await self._core.reading.note(None, self._note_id)).note
        above, below = await self._core.reading.thread(None, self._note_id)
        known = [own, *(seen.note for seen in above), *(seen.note for seen in below)]
        for note in known[:MAX_NOTES]:
            if not note.local:
                self._want(note.uri)
        contexts: set[str] = set()
        while self._queue and self._going():
            document = await self._get(self._queue.popleft())
            if document is None:
                continue
            context = as_id(prop(document, "context"))
            if not contexts and context is not None and origin_of(context) is not None and not self._core.uris.ours(context):
                contexts.add(context)
                for uri in await self._items(context, context):
                    await self._have(uri)
            for uri in await self._items(prop(document, "replies"), str(document["id"])):
                await self._have(uri)

    def _going(self) -> bool:
        return self._core.clock.seconds() < self._end and self._requests < MAX_REQUESTS and self.found < MAX_NEW

    def _want(self, uri: str) -> None:
        if uri not in self._seen and len(self._seen) < MAX_NOTES:
            self._seen.add(uri)
            self._queue.append(uri)

    async def _have(self, uri: str) -> None:
        """A note of the thread: fetched when it is not here; its own replies come later."""
        if uri in self._seen or not self._going() or self._core.uris.ours(uri) or origin_of(uri) is None:
            return
        if await self._core.reading.note_id_of(uri) is None:
            self._requests += 1
            try:
                await self._threads.by_uri(uri)
            except StoreUnavailable:
                raise
            except PleromadError as error:
                self._seen.add(uri)
                log.debug("A reply is not to be had: {uri}: {error}", uri=uri, error=str(error))
                return
            self.found += 1
            await self._core.walks.found(self._note_id, self.found)
        self._want(uri)

    async def _get(self, uri: str) -> Document | None:
        self._requests += 1
        try:
            return await self._fetcher.document(uri)
        except StoreUnavailable:
            raise
        except PleromadError as error:
            log.debug("{uri} is not to be had: {error}", uri=uri, error=str(error))
            return None

    async def _items(self, value: Any, owner: str) -> list[str]:
        """The ids in a collection that is an id, or there with its first page; all pages on its owner's server."""
        page: Any = value
        found: list[str] = []
        for _ in range(MAX_PAGES):
            if not isinstance(page, dict):
                uri = as_id(page)
                if uri is None or not same_origin(uri, owner) or not self._going():
                    break
                page = await self._get(uri)
                if page is None or type_of(page, COLLECTIONS) not in COLLECTIONS:
                    break
            found += as_ids(prop(page, "orderedItems")) or as_ids(prop(page, "items"))
            page = prop(page, "next") or prop(page, "first")
            if page is None or len(found) >= MAX_ITEMS:
                break
        return found[:MAX_ITEMS]
