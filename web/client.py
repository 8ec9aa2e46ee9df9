"""The one outbound HTTP client. Everything this server asks of others goes through it.

It connects to public addresses only (checked after DNS, at every redirect), over TLS with checked certificates, follows
few redirects, and bounds size, time and how much is asked of one host at once. The three switches of `[federation]`
(allow_http, allow_private_addresses, extra_ca_file) open just what they name.
"""

from __future__ import annotations

import weakref
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urljoin, urlsplit

from OpenSSL import SSL
from service_identity import VerificationError
from twisted.internet import defer
from twisted.internet._resolver import GAIResolver
from twisted.internet._sslverify import IOpenSSLTrustRoot
from twisted.internet.defer import Deferred
from twisted.internet.endpoints import HostnameEndpoint, wrapClientTLS
from twisted.internet.error import (
    ConnectError,
    ConnectingCancelledError,
    ConnectionClosed,
    ConnectionDone,
    ConnectionLost,
    DNSLookupError,
)
from twisted.internet.interfaces import IHostnameResolver, IReactorPluggableNameResolver, IResolutionReceiver
from twisted.internet.protocol import Factory, Protocol
from twisted.internet.ssl import optionsForClientTLS, platformTrust
from twisted.logger import Logger
from twisted.python.threadpool import ThreadPool
from twisted.web._newclient import HTTP11ClientProtocol, ParseError
from twisted.web.client import (
    Agent,
    HTTPConnectionPool,
    RequestGenerationFailed,
    RequestTransmissionFailed,
    ResponseDone,
    ResponseFailed,
    ResponseNeverReceived,
)
from twisted.web.http import PotentialDataLoss
from twisted.web.http_headers import Headers
from twisted.web.iweb import IAgentEndpointFactory, IBodyProducer
from zope.interface import implementer

import pleromad
from pleromad.errors import Unreachable
from pleromad.hosts import ascii_host
from web.addresses import is_public, is_usual_port

if TYPE_CHECKING:
    from pleromad.core import Core

log = Logger(namespace="web")

DEADLINE_SECONDS = 25.0  # of a whole request, redirects and body included
CONNECT_SECONDS = 10.0
MAX_BYTES = 1_000_000
MAX_HEAD_BYTES = 64 * 1024
MAX_URL = 4_000
MAX_REDIRECTS = 3
PER_HOST = 6  # requests at the same time
WAITING_PER_HOST = 200
IDLE_SECONDS = 20.0  # less than other servers keep an idle connection: a request on one that was just closed is lost
RESOLVER_THREADS = 16
FAILURES = (
    ConnectError,
    ConnectingCancelledError,
    ConnectionClosed,
    DNSLookupError,
    OSError,
    ParseError,
    RequestGenerationFailed,
    RequestTransmissionFailed,
    ResponseFailed,
    SSL.Error,
    VerificationError,
)

# Called for every hop with method, host (as in the Host header), path with query, and body: returns headers to add.
Sign = Callable[[str, str, str, bytes | None], Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Target:
    """A URL taken apart, ready to be asked for. `path` has the query and is percent-encoded ASCII."""

    url: str
    scheme: str
    host: str
    port: int
    path: str

    @property
    def netloc(self) -> str:
        """As it stands in the Host header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if (self.scheme, self.port) in (("http", 80), ("https", 443)) else f"{host}:{self.port}"


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


@lru_cache(maxsize=4096)
def target_of(url: str) -> Target:
    """Take a URL apart. Unreachable for what is none, has a log-in in it, or is not http or https. The path stays as it is."""
    if len(url) > MAX_URL or any(c <= " " or c == "\x7f" or c == "\\" for c in url):
        raise Unreachable(detail=f"not a URL: {url[:100]!r}")
    try:
        parts = urlsplit(url)
        port = parts.port
        host = parts.hostname or ""
        if ":" not in host:
            host = ascii_host(host)
    except ValueError as error:
        raise Unreachable(detail=f"not a URL: {url[:100]!r} ({error})") from error
    if parts.scheme not in ("http", "https") or not host or "@" in parts.netloc:
        raise Unreachable(detail=f"not a URL to fetch: {url[:100]!r}")
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._")
    if parts.query:
        path += "?" + quote(parts.query, safe="/?%:@!$&'()*+,;=~-._[]|")
    return Target(url, parts.scheme, host, port or (443 if parts.scheme == "https" else 80), path)


class Client:
    """Use `client_of` to get the one of a core."""

    def __init__(self, core: Core, reactor: Any) -> None:
        self._core = weakref.proxy(core)
        self._reactor = reactor
        self._pool = _Pool(reactor, persistent=True)
        self._pool.maxPersistentPerHost = PER_HOST
        self._pool.cachedConnectionTimeout = IDLE_SECONDS  # type: ignore[assignment]
        self._endpoints = _Endpoints(self._core, reactor)
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

    async def _get(self, url: str, headers: Mapping[str, str], sign: Sign | None, max_bytes: int, other_hosts: bool, cut: bool) -> Reply:
        target = target_of(url)
        for _ in range(MAX_REDIRECTS + 1):
            reply = await self._exchange("GET", target, headers, None, sign, max_bytes, cut)
            location = reply.headers.get("location")
            if reply.status not in (301, 302, 303, 307, 308) or not location:
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
        self, method: str, target: Target, headers: Mapping[str, str], body: bytes | None, sign: Sign | None, max_bytes: int, cut: bool = False
    ) -> Reply:
        self._check(target)
        turns = self._hosts.get(target.netloc)
        if turns is None:
            turns = self._hosts[target.netloc] = _Turns(target.netloc)
        await turns.take()
        try:
            return await self._send(method, target, headers, body, sign, max_bytes, cut)
        finally:
            if not turns.give():
                self._hosts.pop(target.netloc, None)

    async def _send(
        self, method: str, target: Target, headers: Mapping[str, str], body: bytes | None, sign: Sign | None, max_bytes: int, cut: bool = False
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
            producer = _Bytes(body) if body is not None else None
            uri = f"{target.scheme}://{target.netloc}{target.path}".encode("ascii")
            try:
                response = await self._agent.request(
                    method.encode(), uri, Headers({name: [value] for name, value in fields.items()}), producer
                )
                received = {
                    name.decode("ascii", "replace").lower(): b", ".join(values).decode("utf-8", "replace")
                    for name, values in response.headers.getAllRawHeaders()
                }
                content = await _read(response, max_bytes, cut)
            except FAILURES as error:
                if _cancelled(error):
                    raise defer.CancelledError from error
                if not last and _hung_up(error):
                    continue
                raise Unreachable(detail=f"{target.netloc}: {_said(error)}") from error
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


@implementer(IBodyProducer)
class _Bytes:
    """A body that is in memory, written in one go."""

    def __init__(self, body: bytes) -> None:
        self._body = body
        self.length = len(body)

    def startProducing(self, consumer: Any) -> Deferred[None]:
        consumer.write(self._body)
        return defer.succeed(None)

    def pauseProducing(self) -> None: ...

    def resumeProducing(self) -> None: ...

    def stopProducing(self) -> None: ...


class _Body(Protocol):
    """Collects a body, and cuts the connection when it passes its bound. `keep`: what came until then is kept."""

    def __init__(self, max_bytes: int, keep: bool = False) -> None:
        self._room = max_bytes
        self._keep = keep
        self._parts: list[bytes] = []
        self.whole: Deferred[bytes] = Deferred(lambda _: self.cut())

    def dataReceived(self, data: bytes) -> None:
        if self._room < 0:
            return
        self._room -= len(data)
        if self._room >= 0:
            self._parts.append(data)
            return
        if self._keep:
            self._parts.append(data[: self._room])
        else:
            self._parts.clear()
        self.cut()

    def cut(self) -> None:
        abort = getattr(self.transport, "abortConnection", None) or getattr(self.transport, "loseConnection", None)
        if abort is not None:
            abort()

    def connectionLost(self, reason: Any) -> None:  # type: ignore[override]
        if self.whole.called:
            return
        if self._room < 0 and not self._keep:
            self.whole.errback(_TooMuch())
        elif self._room < 0 or reason.check(ResponseDone, PotentialDataLoss):
            self.whole.callback(b"".join(self._parts))
        else:
            self.whole.errback(reason)


class _TooMuch(OSError):
    def __init__(self) -> None:
        super().__init__("sends more than is wanted")


def _read(response: Any, max_bytes: int, cut: bool) -> Deferred[bytes]:
    body = _Body(max_bytes, cut)
    response.deliverBody(body)
    return body.whole


def _hung_up(error: BaseException) -> bool:
    """Was the connection closed before a byte of the answer came?"""
    reasons = getattr(error, "reasons", None) or [error]
    never = isinstance(error, ResponseNeverReceived | RequestTransmissionFailed)
    return never and all(getattr(reason, "check", lambda *_: None)(ConnectionDone, ConnectionLost) for reason in reasons)


def _cancelled(error: BaseException) -> bool:
    """Was it we who gave up? Twisted tells that in the words of whatever was cancelled."""
    reasons = getattr(error, "reasons", None) or ()
    return isinstance(error, ConnectingCancelledError) or any(reason.check(defer.CancelledError) for reason in reasons)


def _said(error: BaseException) -> str:
    """A failure in one line for the log."""
    reasons = getattr(error, "reasons", None)
    if reasons:
        return "; ".join(f"{reason.type.__name__}: {reason.getErrorMessage()}" for reason in reasons)[:300]
    return f"{type(error).__name__}: {error}"[:300]


class _Connection(HTTP11ClientProtocol):
    """Does not collect headers for ever: whoever sends more than MAX_HEAD_BYTES before a body is cut off."""

    _head_bytes = 0

    def request(self, request: Any) -> Any:
        self._head_bytes = 0
        return super().request(request)

    def dataReceived(self, data: bytes) -> None:
        if self._parser is not None and self._parser.state != "BODY":
            self._head_bytes += len(data)
            # A short answer comes together with its headers, and its length is bounded elsewhere.
            if self._head_bytes > MAX_HEAD_BYTES + 2**16:
                self.transport.abortConnection()  # type: ignore[union-attr]
                return
        super().dataReceived(data)


class _Connections(Factory):
    noisy = False

    def __init__(self, quiescent: Any, metadata: str) -> None:
        self._quiescent = quiescent
        self._metadata = metadata

    def __repr__(self) -> str:
        return f"connections to {self._metadata}"

    def buildProtocol(self, addr: Any) -> _Connection:
        return _Connection(self._quiescent)


class _Pool(HTTPConnectionPool):
    _factory = _Connections  # type: ignore[assignment]


@implementer(IAgentEndpointFactory)
class _Endpoints:
    """Says how to connect for a URL: name resolution with only the addresses that are allowed, TLS with checked certificates."""

    def __init__(self, core: Any, reactor: Any) -> None:
        self._core = core
        self._reactor = _GuardedReactor(core, reactor)

    def endpointForURI(self, uri: Any) -> Any:
        host = uri.host.decode("ascii")
        endpoint = HostnameEndpoint(self._reactor, host, uri.port, timeout=CONNECT_SECONDS)
        if uri.scheme == b"http":
            return endpoint
        trust = Trust(self._core.settings.federation.extra_ca_file)
        return wrapClientTLS(optionsForClientTLS(host, trustRoot=trust), endpoint)  # type: ignore[arg-type]

    def close(self) -> None:
        self._reactor.nameResolver.close()


@implementer(IOpenSSLTrustRoot)
class Trust:
    """The platform's certificate authorities, and those of one more file."""

    def __init__(self, extra_ca_file: str) -> None:
        self._extra = extra_ca_file

    def _addCACertsToContext(self, context: Any) -> None:
        platformTrust()._addCACertsToContext(context)
        if self._extra:
            context.load_verify_locations(self._extra)


@implementer(IReactorPluggableNameResolver)
class _GuardedReactor:
    """The reactor, but for its name resolver: what HostnameEndpoint asks, and then connects to just what it was told."""

    def __init__(self, core: Any, reactor: Any) -> None:
        self._reactor = reactor
        self.nameResolver = _GuardedResolver(core, reactor)

    def installNameResolver(self, resolver: Any) -> Any:
        raise NotImplementedError

    def __getattr__(self, name: str) -> Any:
        return getattr(self._reactor, name)


@implementer(IHostnameResolver)
class _GuardedResolver:
    """Leaves out addresses that are not public. Has threads of its own: names that resolve slowly hold up no other work."""

    def __init__(self, core: Any, reactor: Any) -> None:
        self._core = core
        self._threads: ThreadPool | None = None
        self._resolver = GAIResolver(reactor, self._pool)

    def resolveHostName(self, receiver: Any, hostName: str, *args: Any, **kw: Any) -> Any:
        guard: Any = _Guard(self._core, receiver, hostName)
        return self._resolver.resolveHostName(guard, hostName, *args, **kw)

    def _pool(self) -> ThreadPool:
        if self._threads is None:
            self._threads = ThreadPool(minthreads=0, maxthreads=RESOLVER_THREADS, name="names")
            self._threads.start()
        return self._threads

    def close(self) -> None:
        if self._threads is not None:
            self._threads.stop()
            self._threads = None


@implementer(IResolutionReceiver)
class _Guard:
    def __init__(self, core: Any, receiver: Any, name: str) -> None:
        self._core = core
        self._receiver = receiver
        self._name = name

    def resolutionBegan(self, resolution: Any) -> None:
        self._receiver.resolutionBegan(resolution)

    def addressResolved(self, address: Any) -> None:
        if self._core.settings.federation.allow_private_addresses or is_public(address.host):
            self._receiver.addressResolved(address)
        else:
            log.info("{name} is at {address}, which is not called", name=self._name, address=address.host)

    def resolutionComplete(self) -> None:
        self._receiver.resolutionComplete()
