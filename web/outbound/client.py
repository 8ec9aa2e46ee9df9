"""The client itself: requests with a deadline, redirects, and turns per host."""

from __future__ import annotations

import weakref
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

from twisted.internet import defer
from twisted.internet.defer import Deferred
from twisted.web.client import Agent
from twisted.web.http_headers import Headers

import pleromad
from pleromad.errors import Unreachable
from web.addresses import is_usual_port
from web.outbound.bodies import Bytes, read
from web.outbound.connections import Endpoints, Pool
from web.outbound.failures import FAILURES, cancelled, hung_up, said
from web.outbound.flowing import Flow, Head
from web.outbound.targets import Target, target_of

if TYPE_CHECKING:
    from pleromad.core import Core

DEADLINE_SECONDS = 25.0  # of a whole request, redirects and body included
MAX_BYTES = 1_000_000
MAX_REDIRECTS = 3
REDIRECTS = (301, 302, 303, 307, 308)
PER_HOST = 6  # requests at the same time
WAITING_PER_HOST = 200
IDLE_SECONDS = 20.0  # less than other servers keep an idle connection: a request on one that was just closed is lost

# Called for every hop with method, host (as in the Host header), path with query, and body: returns headers to add.
Sign = Callable[[str, str, str, bytes | None], Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back, whatever its status. Header names are in lower case; several of one name are joined by `, `."""

    status: int
    headers: dict[str, str]
    body: bytes
    url: str  # where it came from in the end

    @property
    def media_type(self) -> str:
        """Without parameters, in lower case."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()


class Client:
    """Use `client_of` to get the one of a core."""

    def __init__(self, core: Core, reactor: Any) -> None:
        self._core = weakref.proxy(core)
        self._reactor = reactor
        self._pool = Pool(reactor, persistent=True)
        self._pool.maxPersistentPerHost = PER_HOST
        self._pool.cachedConnectionTimeout = IDLE_SECONDS  # type: ignore[assignment]
        self._endpoints = Endpoints(self._core, reactor)
        self._agent = Agent.usingEndpointFactory(reactor, self._endpoints, self._pool)
        self._hosts: dict[str, _Turns] = {}
        self._running: set[Deferred[Reply]] = set()
        self._closed = False

    async def get(
        self,
        url: str,
        *,
        accept: str,
        sign: Sign | None = None,
        max_bytes: int = MAX_BYTES,
        headers: Mapping[str, str] | None = None,
        other_hosts: bool = False,
        cut: bool = False,
        deadline_seconds: float = DEADLINE_SECONDS,
    ) -> Reply:
        """`other_hosts`: redirects may lead to another host. `cut`: of a body that is too large its beginning. Raises Unreachable."""
        given = {"Accept": accept, **(headers or {})}
        return await self._timely(self._get(url, given, sign, max_bytes, other_hosts, cut), deadline_seconds, url)

    async def post(
        self,
        url: str,
        body: bytes,
        *,
        media_type: str,
        sign: Sign | None = None,
        max_bytes: int = 100_000,
        headers: Mapping[str, str] | None = None,
        deadline_seconds: float = DEADLINE_SECONDS,
    ) -> Reply:
        """Redirects are not followed: their status is the answer. Raises Unreachable."""
        given = {"Content-Type": media_type, **(headers or {})}
        return await self._timely(self._exchange("POST", target_of(url), given, body, sign, max_bytes), deadline_seconds, url)

    async def open(
        self,
        url: str,
        *,
        accept: str,
        headers: Mapping[str, str] | None = None,
        max_bytes: int,
        head_seconds: float = DEADLINE_SECONDS,
        deadline_seconds: float,
    ) -> Flow:
        """An answer whose body is passed on while it comes; redirects to other hosts are followed. Raises Unreachable.

        Such requests have turns of their own: a long film does not hold up what else is to be said to that host.
        """
        flow = Flow(max_bytes)
        work = self._get(url, {"Accept": accept, **(headers or {})}, None, MAX_BYTES, True, True, flow)
        flow.runs(Deferred.fromCoroutine(self._timely(work, deadline_seconds, url)))
        flow.begun.addTimeout(head_seconds, self._reactor)
        try:
            await flow.begun
        except defer.TimeoutError:
            flow.close()
            raise Unreachable(detail=f"no answer in {head_seconds:.0f} s: {url[:200]}") from None
        except defer.CancelledError:
            flow.close()
            raise
        return flow

    async def close(self) -> None:
        """Cancel what is under way, close the connections that are kept open, end the resolver's threads."""
        self._closed = True
        for running in list(self._running):
            running.cancel()
        await self._pool.closeCachedConnections()
        self._endpoints.close()

    # inside

    async def _timely(self, work: Any, seconds: float, url: str) -> Reply:
        if self._closed:
            work.close()
            raise Unreachable(detail="this daemon is stopping")
        running: Deferred[Reply] = Deferred.fromCoroutine(work)
        running.addTimeout(seconds, self._reactor)
        self._running.add(running)
        running.addBoth(self._over, running)
        try:
            return await running
        except defer.TimeoutError:
            raise Unreachable(detail=f"no answer in {seconds:.0f} s: {url[:200]}") from None

    def _over(self, result: Any, running: Deferred[Reply]) -> Any:
        self._running.discard(running)
        return result

    async def _get(
        self, url: str, headers: Mapping[str, str], sign: Sign | None, max_bytes: int, other_hosts: bool, cut: bool, flow: Flow | None = None
    ) -> Reply:
        target = target_of(url)
        for _ in range(MAX_REDIRECTS + 1):
            reply = await self._exchange("GET", target, headers, None, sign, max_bytes, cut, flow)
            location = reply.headers.get("location")
            if reply.status not in REDIRECTS or not location:
                return reply
            try:
                there = target_of(urljoin(target.url, location).partition("#")[0])
            except ValueError as error:
                raise Unreachable(detail=f"{target.netloc} redirects to no URL") from error
            if there.scheme != target.scheme and there.scheme != "https":
                raise Unreachable(detail=f"{target.netloc} redirects away from https")
            if there.netloc != target.netloc and not other_hosts:
                raise Unreachable(detail=f"{target.netloc} redirects to {there.netloc}")
            target = there
        raise Unreachable(detail=f"too many redirects from {url[:200]}")

    def _check(self, target: Target) -> None:
        settings = self._core.settings
        if target.scheme != "https" and not settings.federation.allow_http:
            raise Unreachable(detail=f"not https: {target.url[:200]}")
        if not settings.federation.allow_private_addresses and not is_usual_port(target.port):
            raise Unreachable(detail=f"port {target.port} of {target.host} is not for the web")
        if target.netloc in (settings.domain, urlsplit(settings.http.public_url).netloc.lower()):
            raise Unreachable(detail="this server does not fetch from itself")

    async def _exchange(
        self,
        method: str,
        target: Target,
        headers: Mapping[str, str],
        body: bytes | None,
        sign: Sign | None,
        max_bytes: int,
        cut: bool = False,
        flow: Flow | None = None,
    ) -> Reply:
        self._check(target)
        lane = target.netloc if flow is None else f"{target.netloc} (flows)"
        turns = self._hosts.get(lane)
        if turns is None:
            turns = self._hosts[lane] = _Turns(target.netloc)
        await turns.take()
        try:
            return await self._send(method, target, headers, body, sign, max_bytes, cut, flow)
        finally:
            if not turns.give():
                self._hosts.pop(lane, None)

    async def _send(
        self,
        method: str,
        target: Target,
        headers: Mapping[str, str],
        body: bytes | None,
        sign: Sign | None,
        max_bytes: int,
        cut: bool,
        flow: Flow | None,
    ) -> Reply:
        # A pooled connection that the other side has just closed fails without an answer. A GET is then sent again by
        # Twisted's pool; a POST here, once: all that we post can be received twice (activities have ids).
        for last in (method == "GET", True):
            signed = sign(method, target.netloc, target.path, body) if sign is not None else {}
            fields = {
                "Host": target.netloc,
                "User-Agent": f"pleromad/{pleromad.__version__} (+{self._core.settings.http.public_url})",
                **headers,
                **signed,
            }
            producer = Bytes(body) if body is not None else None
            uri = f"{target.scheme}://{target.netloc}{target.path}".encode("ascii")
            try:
                response = await self._agent.request(
                    method.encode(), uri, Headers({name: [value] for name, value in fields.items()}), producer
                )
                received = {
                    name.decode("ascii", "replace").lower(): b", ".join(values).decode("utf-8", "replace")
                    for name, values in response.headers.getAllRawHeaders()
                }
                if flow is None or (response.code in REDIRECTS and "location" in received):
                    content = await read(response, max_bytes, cut)
                else:
                    content = await flow.begin(response, Head(response.code, received, target.url, response.length if isinstance(response.length, int) else None))
            except FAILURES as error:
                if cancelled(error):
                    raise defer.CancelledError from error
                if not last and hung_up(error):
                    continue
                raise Unreachable(detail=f"{target.netloc}: {said(error)}") from error
            if received.get("content-encoding", "identity").lower() != "identity":
                raise Unreachable(detail=f"{target.netloc} sends {received['content-encoding'][:40]}, which was not asked for")
            return Reply(response.code, received, content, target.url)
        raise AssertionError("unreachable")


_clients: weakref.WeakKeyDictionary[Any, Client] = weakref.WeakKeyDictionary()


def client_of(core: Core, reactor: Any) -> Client:
    """The one client of this daemon, shared by all doors."""
    client = _clients.get(core)
    if client is None:
        client = _clients[core] = Client(core, reactor)
    return client


class _Turns:
    """At most PER_HOST requests to one host at a time; who comes when too many wait is refused."""

    def __init__(self, host: str) -> None:
        self._host = host
        self._running = 0
        self._waiting: deque[Deferred[None]] = deque()

    async def take(self) -> None:
        if self._running < PER_HOST:
            self._running += 1
            return
        if len(self._waiting) >= WAITING_PER_HOST:
            raise Unreachable(detail=f"too many requests wait for {self._host}")
        turn: Deferred[None] = Deferred(self._waiting.remove)
        self._waiting.append(turn)
        await turn

    def give(self) -> bool:
        """Pass the turn on. False when nobody has one any more."""
        if self._waiting:
            self._waiting.popleft().callback(None)
            return True
        self._running -= 1
        return self._running > 0
