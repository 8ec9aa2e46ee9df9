"""Fetch documents of other servers by their ids, so that nobody can speak for somebody else.

Rules (numbers of the reference's list): a document's id is where it was fetched, or it is fetched once more from there
(S2); only ActivityStreams media types count, so that an uploaded file is no actor (S5); redirects stay on their host (S6);
what is ours is never fetched (S8); what failed is not asked for again at once, and who asks for the same waits for the
same answer (S13).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from email.message import Message as Headers
from typing import Any, Generic, TypeVar

from twisted.internet.defer import CancelledError, Deferred
from twisted.logger import Logger
from twisted.python.failure import Failure

from pleromad.cache import Cache
from pleromad.core import Core
from pleromad.errors import Gone, Invalid, NotFound, PleromadError, Rejected, Unreachable
from pleromad.hosts import ascii_host
from protocols.activitypub import documents
from protocols.activitypub.documents import Document
from protocols.activitypub.knocking import Knocking
from protocols.activitypub.origins import host_of, origin_of, same_origin, without_fragment
from protocols.activitypub.signing import Pen
from protocols.activitypub.vocabulary import ACCEPT, ACTIVITY_JSON, AS2, LD_JSON
from web.outbound.client import Reply

log = Logger(namespace="activitypub")

FRESH_SECONDS = 20.0  # what was just fetched is used again
ABSENT_SECONDS = 300.0  # 404 and the like
SILENT_SECONDS = 60.0  # no answer
HOST_SILENT_SECONDS = 10.0  # no answer by the host, whatever it is asked
DEADLINE_SECONDS = 12.0
REMEMBERED = 2_000

T = TypeVar("T")


class Fetcher:
    def __init__(self, core: Core, knocking: Knocking, signer: Callable[[], Awaitable[Pen]]) -> None:
        self._core = core
        self._knocking = knocking
        self._signer = signer
        self._shared: Shared[Document] = Shared()
        self._fresh: Cache[str, tuple[float, Document]] = Cache(100)
        self._silent: Cache[str, float] = Cache(REMEMBERED)
        self._failed: Cache[str, tuple[float, PleromadError]] = Cache(REMEMBERED)

    async def document(self, uri: str, *, page: bool = False, fresh: bool = False) -> Document:
        """The document with that id. Its `id` may be another one, then it was fetched from there: whoever wants just `uri` compares.

        `page`: it is an address somebody typed, redirects to another server are followed. `fresh`: not what was just fetched.
        Raises Gone, NotFound, Invalid, Rejected, Unreachable.
        """
        uri = without_fragment(uri)
        self._check(uri)
        now = self._core.clock.seconds()
        known = self._fresh.get(uri)
        if known is not None and not fresh and known[0] > now:
            return known[1]
        failed = self._failed.get(uri)
        if failed is not None and failed[0] > now:
            raise type(failed[1])(failed[1].public, detail=f"{failed[1].detail} (a while ago)")
        return await self._shared.get(uri, lambda: self._fetch(uri, page))

    def forget(self, uri: str) -> None:
        """It may be asked for again although it failed."""
        self._silent.drop(host_of(uri))
        self._failed.drop(without_fragment(uri))
        self._fresh.drop(without_fragment(uri))

    def _check(self, uri: str) -> None:
        origin = origin_of(uri)
        if origin is None:
            raise Invalid("This is no address", detail=uri[:200])
        if self._core.uris.ours(uri):
            raise NotFound(detail=f"{uri} would be ours")
        if self._core.activities.policies.host_refused(origin[1]):
            raise Rejected("This server has nothing to do with that one", policy="host", detail=origin[1])

    async def _fetch(self, uri: str, page: bool) -> Document:
        try:
            document = await self._ask(uri, page)
        except (Gone, NotFound, Invalid) as error:
            self._remember(uri, ABSENT_SECONDS, error)
            raise
        except Unreachable as error:
            self._remember(uri, SILENT_SECONDS, error)
            raise
        self._fresh.put(uri, (self._core.clock.seconds() + FRESH_SECONDS, document))
        return document

    def _remember(self, uri: str, seconds: float, error: PleromadError) -> None:
        self._failed.put(uri, (self._core.clock.seconds() + seconds, error))

    async def _ask(self, uri: str, page: bool) -> Document:
        document, there = await self._once(uri, page)
        id = document.get("id")
        if id == there:
            return document
        if not isinstance(id, str) or origin_of(id) is None:
            raise Invalid("The document has no id", detail=uri)
        its = without_fragment(id)
        if its == there:
            return document  # a key or a part of what was asked for
        self._check(its)
        # What it says is forgotten but for where to ask.
        document, _ = await self._once(its, False)
        if document.get("id") != id:
            raise Invalid("The document is not where its id says", detail=f"{uri} says it is {id[:200]}")
        return document

    async def _once(self, uri: str, page: bool) -> tuple[Document, str]:
        """The document, and under which address it speaks: that which was asked for, or where another server answered for it."""
        host = host_of(uri)
        until = self._silent.get(host)
        if until is not None and until > self._core.clock.seconds():
            raise Unreachable(detail=f"{host} did not answer a moment ago")
        try:
            reply = await self._knocking.get(
                uri,
                await self._signer(),
                accept=ACCEPT,
                max_bytes=documents.MAX_BYTES,
                other_hosts=page,
                deadline_seconds=DEADLINE_SECONDS,
            )
        except Unreachable:
            # One that lets us wait must not do so again and again.
            self._silent.put(host, self._core.clock.seconds() + HOST_SILENT_SECONDS)
            raise
        check_status(reply)
        there = uri
        if page and not same_origin(reply.url, uri):
            there = without_fragment(reply.url)
            self._check(there)
        check_media_type(reply)
        return documents.parse(reply.body), there


def check_status(reply: Reply) -> None:
    """Raises Gone, NotFound, Unreachable for what is not 200."""
    if reply.status == 200:
        return
    detail = f"{reply.url[:200]} answers {reply.status}"
    if reply.status == 410:
        raise Gone(detail=detail)
    if reply.status in (404, 406):
        raise NotFound(detail=detail)
    raise Unreachable(detail=detail)


def check_media_type(reply: Reply) -> None:
    """application/activity+json, or application/ld+json with ActivityStreams among its profiles. Raises Invalid."""
    header = Headers()
    header["content-type"] = reply.headers.get("content-type", "")
    media_type = header.get_content_type()
    if media_type == ACTIVITY_JSON:
        return
    profile = header.get_param("profile", "")
    if media_type == LD_JSON and isinstance(profile, str) and AS2 in profile.split():
        return
    raise Invalid("This is no ActivityStreams document", detail=f"{reply.url[:200]} is {media_type}")


class Shared(Generic[T]):
    """Who wants the same at the same time waits for one who gets it. One who gives up does not stop it for the others."""

    def __init__(self) -> None:
        self._waiting: dict[str, list[Deferred[T]]] = {}

    async def get(self, key: str, work: Callable[[], Any]) -> T:
        waiting = self._waiting.get(key)
        mine: Deferred[T]
        if waiting is not None:
            mine = Deferred(waiting.remove)
            waiting.append(mine)
            return await mine
        waiting = self._waiting[key] = []
        mine = Deferred(waiting.remove)
        waiting.append(mine)

        def over(result: Any) -> None:
            del self._waiting[key]
            for each in list(waiting):
                each.callback(result)
            if isinstance(result, Failure) and not waiting and not result.check(PleromadError, CancelledError):
                log.failure("Fetching {key} failed after nobody waited for it", result, key=key)

        Deferred.fromCoroutine(work()).addBoth(over)
        return await mine


def host_key(uri: str) -> str:
    """The host of a URL as policies and handles spell it, '' for what is none."""
    try:
        return ascii_host(host_of(uri)) if host_of(uri) else ""
    except ValueError:
        return ""
