"""HTTP without sockets: requests go through the real factory, channel and site over a transport in memory."""

from __future__ import annotations

import json as jsonlib
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from importlib import import_module
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit

import h11
from twisted.internet import defer, reactor
from twisted.internet.address import IPv4Address
from twisted.internet.defer import Deferred
from twisted.internet.error import ConnectionDone
from twisted.internet.testing import StringTransport
from twisted.python.failure import Failure

from tests.support.core import CoreCase
from web.adapter import build_site
from web.site import Site


@dataclass(frozen=True)
class Reply:
    status: int
    headers: dict[str, str]  # lower-case names; several of one name are joined by ", "
    body: bytes
    raw_headers: list[tuple[str, str]] = field(default_factory=list)

    def json(self) -> Any:
        return jsonlib.loads(self.body)

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def location(self) -> str:
        return self.headers["location"]


class MemoryTransport(StringTransport):
    """Tells when the server writes or hangs up."""

    def __init__(self, peer: Any, wrote: Callable[[], None]) -> None:
        super().__init__(peerAddress=peer)
        self._wrote = wrote
        self.lost = False

    def write(self, data: bytes) -> None:
        super().write(data)
        self._wrote()

    def writeSequence(self, data: Any) -> None:
        self.write(b"".join(data))

    def registerProducer(self, producer: Any, streaming: bool) -> None:
        self.producer, self.streaming = producer, streaming
        if not streaming:
            while self.producer is not None:
                producer.resumeProducing()

    def unregisterProducer(self) -> None:
        self.producer = None

    def loseConnection(self) -> None:
        super().loseConnection()
        self.lost = True
        self._wrote()

    def abortConnection(self) -> None:
        self.loseConnection()


class Exchange:
    """One request on a connection of its own; `hang_up()` is what an impatient client does."""

    def __init__(self, factory: Any, address: str = "127.0.0.1") -> None:
        self.wrote: list[Deferred[None]] = []
        self.transport = MemoryTransport(IPv4Address("TCP", address, 40000), self._tell)
        self.protocol = factory.buildProtocol(self.transport.getPeer())
        self.protocol.makeConnection(self.transport)

    def _tell(self) -> None:
        waiting, self.wrote = self.wrote, []
        for one in waiting:
            one.callback(None)

    def send(self, data: bytes) -> None:
        self.protocol.dataReceived(data)

    def hang_up(self) -> None:
        self.protocol.connectionLost(Failure(ConnectionDone()))

    async def until(self, enough: Callable[[bytes], Any]) -> Any:
        """Wait until `enough(all that was written)` is true; returns that."""
        while True:
            result = enough(self.transport.value())
            if result:
                return result
            if self.transport.lost:
                raise AssertionError(f"the server hung up after {self.transport.value()!r}")
            more: Deferred[None] = Deferred()
            self.wrote.append(more)
            await more


def parse_reply(data: bytes, *, ended: bool, method: str = "GET") -> Reply | None:
    """The reply in `data`, or None while there is not all of it."""
    connection = h11.Connection(h11.CLIENT)
    connection.send(h11.Request(method=method, target="/", headers=[("Host", "x")]))
    connection.send(h11.EndOfMessage())
    if data:  # h11 takes nothing for the end
        connection.receive_data(data)
    if ended:
        connection.receive_data(b"")
    head: h11.Response | None = None
    body = b""
    while True:
        event = connection.next_event()
        if event is h11.NEED_DATA or event is h11.PAUSED:
            return None
        if isinstance(event, h11.Response):
            head = event
        elif isinstance(event, h11.Data):
            body += bytes(event.data)
        elif isinstance(event, h11.EndOfMessage):
            assert head is not None
            pairs = [(name.decode(), value.decode("utf-8")) for name, value in head.headers]
            headers: dict[str, str] = {}
            for name, value in pairs:
                headers[name] = f"{headers[name]}, {value}" if name in headers else value
            return Reply(head.status_code, headers, body, pairs)


Form = Mapping[str, Any] | Sequence[tuple[str, Any]]


def encode_form(data: Form) -> bytes:
    pairs = data.items() if isinstance(data, Mapping) else data
    return urlencode([(key, value) for key, value in pairs], doseq=True).encode()


def encode_multipart(data: Form, files: Mapping[str, tuple[str, str, bytes]]) -> tuple[bytes, str]:
    """`files`: field -> (file name, media type, bytes)."""
    boundary = secrets.token_hex(8)
    parts = []
    for key, value in data.items() if isinstance(data, Mapping) else data:
        parts.append(
            f'--{boundary}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n'.encode()
            + str(value).encode()
        )
    for key, (name, media_type, content) in files.items():
        parts.append(
            f'--{boundary}\r\nContent-Disposition: form-data; name="{key}"; filename="{name}"\r\n'
            f"Content-Type: {media_type}\r\n\r\n".encode()
            + content
        )
    return b"\r\n".join(
        parts
    ) + f"\r\n--{boundary}--\r\n".encode(), f"multipart/form-data; boundary={boundary}"


class Client:
    """Asks a site. Keeps no cookies: see Browser."""

    def __init__(self, site: Site, address: str = "127.0.0.1", host: str = "localhost:4000") -> None:
        self.site = site
        self.address = address
        self.host = host
        self.factory = site.factory()
        self.factory.timeOut = None  # no timers left behind on the real reactor

    def open(self, address: str | None = None) -> Exchange:
        return Exchange(self.factory, address or self.address)

    async def request(
        self,
        method: str,
        path: str,
        *,
        headers: Mapping[str, str] | None = None,
        token: str | None = None,
        body: bytes | None = None,
        data: Form | None = None,
        json: Any = None,
        files: Mapping[str, tuple[str, str, bytes]] | None = None,
        address: str | None = None,
    ) -> Reply:
        given = {"Host": self.host, **(headers or {})}
        if token is not None:
            given["Authorization"] = f"Bearer {token}"
        media_type = None
        if files is not None:
            body, media_type = encode_multipart(data or {}, files)
        elif data is not None:
            body, media_type = encode_form(data), "application/x-www-form-urlencoded"
        elif json is not None:
            body, media_type = jsonlib.dumps(json).encode(), "application/json"
        if media_type is not None:
            given.setdefault("Content-Type", media_type)
        if body is not None:
            given["Content-Length"] = str(len(body))
        head = f"{method} {path} HTTP/1.1\r\n" + "".join(
            f"{name}: {value}\r\n" for name, value in given.items()
        )
        exchange = self.open(address)
        exchange.send(head.encode() + b"\r\n" + (body or b""))
        reply = await exchange.until(
            lambda data: parse_reply(data, ended=exchange.transport.lost, method=method)
        )
        assert isinstance(reply, Reply)
        return reply

    async def get(self, path: str, **kw: Any) -> Reply:
        return await self.request("GET", path, **kw)

    async def post(self, path: str, data: Form | None = None, **kw: Any) -> Reply:
        return await self.request("POST", path, data=data, **kw)


class Browser(Client):
    """Keeps cookies and follows redirects on this site, like a person's browser without JavaScript."""

    def __init__(self, site: Site, **kw: Any) -> None:
        super().__init__(site, **kw)
        self.cookies: dict[str, str] = {}
        self.path = "/"

    async def request(self, method: str, path: str, *, follow: bool = True, **kw: Any) -> Reply:
        kw["headers"] = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8", **(kw.get("headers") or {})}
        for _ in range(10):
            headers = dict(kw["headers"])
            if self.cookies:
                headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
            reply = await super().request(method, path, **{**kw, "headers": headers})
            self.path = path
            for name, value in reply.raw_headers:
                if name == "set-cookie":
                    for cookie in SimpleCookie(value).values():
                        if cookie.value and cookie["max-age"] != "0":
                            self.cookies[cookie.key] = cookie.value
                        else:
                            self.cookies.pop(cookie.key, None)
            if not follow or reply.status not in (301, 302, 303):
                return reply
            target = urlsplit(urljoin(f"http://{self.host}{path}", reply.location))
            if (
                target.netloc != self.host
                and target.netloc != urlsplit(self.site.core.settings.http.public_url).netloc
            ):
                return reply
            method, path = "GET", target.path + (f"?{target.query}" if target.query else "")
            for body in ("data", "json", "body", "files"):
                kw.pop(body, None)
        raise AssertionError("too many redirects")


MODULES = {"pages": "web.pages.adapter", "oauth": "web.pages.adapter", "cards": "web.cards.adapter"}


def build_doors(core: Any, site: Site, doors: Sequence[str]) -> list[Any]:
    """Register HTTP doors by name: a folder of `protocols`, or "pages" (with OAuth) of the hall itself."""
    services = []
    for module in dict.fromkeys(MODULES.get(door, f"protocols.{door}.adapter") for door in doors):
        services.append(import_module(module).build(core, site, reactor))
    return [service for service in services if service is not None]


class SiteCase(CoreCase):
    """A real core with the HTTP doors in DOORS, asked over memory transports."""

    DOORS: Sequence[str] = ()

    @defer.inlineCallbacks
    def setUp(self):
        yield super().setUp()
        self.site = build_site(self.core, reactor)
        for service in build_doors(self.core, self.site, self.DOORS):
            yield service.startService()
            self.addCleanup(service.stopService)
        self.client = Client(self.site)

    async def get(self, path: str, **kw: Any) -> Reply:
        return await self.client.get(path, **kw)

    async def post(self, path: str, data: Form | None = None, **kw: Any) -> Reply:
        return await self.client.post(path, data, **kw)

    async def request(self, method: str, path: str, **kw: Any) -> Reply:
        return await self.client.request(method, path, **kw)

    def browser(self) -> Browser:
        return Browser(self.site)
