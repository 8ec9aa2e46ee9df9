"""Small clients that speak each protocol as a person's program would: the Mastodon API, IRC, gopher."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any

import treq
from twisted.internet import reactor
from twisted.internet.defer import Deferred
from twisted.internet.endpoints import HostnameEndpoint, connectProtocol
from twisted.internet.protocol import Protocol
from twisted.internet.task import deferLater
from twisted.protocols.basic import LineReceiver
from twisted.web.client import Agent, HTTPConnectionPool


async def until(what: Callable[[], Awaitable[Any]], seconds: float = 20.0, every: float = 0.05) -> Any:
    """What another process will show in a moment: its first true value."""
    end = reactor.seconds() + seconds
    while True:
        found = await what()
        if found:
            return found
        if reactor.seconds() > end:
            raise AssertionError(f"not within {seconds} s; last: {found!r}")
        await deferLater(reactor, every, lambda: None)


class Api:
    """Somebody's app on the Mastodon API of one daemon."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.token = ""
        self._pool = HTTPConnectionPool(reactor, persistent=False)
        self._agent = Agent(reactor, connectTimeout=5, pool=self._pool)

    async def call(self, method: str, path: str, data: Any = None, **more: Any) -> Any:
        """The decoded JSON; an answer that is no 2xx fails the test."""
        status, body = await self.try_call(method, path, data, **more)
        assert 200 <= status < 300, f"{method} {path}: {status} {body}"
        return body

    async def try_call(self, method: str, path: str, data: Any = None, headers: dict[str, str] | None = None) -> tuple[int, Any]:
        sent = {**({"Authorization": f"Bearer {self.token}"} if self.token else {}), **(headers or {})}
        body = {} if data is None else {"json": data}
        response = await treq.request(method, self.url + path, headers=sent, agent=self._agent, timeout=20, **body)
        answered = await response.content()
        try:
            return response.code, json.loads(answered)
        except ValueError:
            return response.code, answered.decode(errors="replace")

    async def get(self, path: str) -> Any:
        return await self.call("GET", path)

    async def post(self, path: str, data: Any = None, **more: Any) -> Any:
        return await self.call("POST", path, data or {}, **more)

    async def log_in(self, username: str, password: str, scopes: str = "read write follow push") -> Api:
        app = await self.post(
            "/api/v1/apps", {"client_name": "test", "redirect_uris": "urn:ietf:wg:oauth:2.0:oob", "scopes": scopes}
        )
        grant = await self.post(
            "/oauth/token",
            {
                "grant_type": "password",
                "client_id": app["client_id"],
                "client_secret": app["client_secret"],
                "username": username,
                "password": password,
                "scope": scopes,
            },
        )
        self.token = grant["access_token"]
        return self

    async def events(self, stream: str, heard: Callable[[str, str], None]) -> Callable[[], None]:
        """Server-sent events of a stream: `heard(event, data)`. Returns what ends it."""
        headers = {"Authorization": f"Bearer {self.token}", "Accept": "text/event-stream"}
        response = await treq.get(f"{self.url}/api/v1/streaming/{stream}", headers=headers, agent=self._agent, unbuffered=True)
        assert response.code == 200, response.code
        reader = _Events(heard)
        response.deliverBody(reader)
        return reader.end


class _Events(Protocol):
    def __init__(self, heard: Callable[[str, str], None]) -> None:
        self._heard = heard
        self._rest = b""

    def dataReceived(self, data: bytes) -> None:
        *whole, self._rest = (self._rest + data).split(b"\n\n")
        for block in whole:
            fields = dict(line.split(b": ", 1) for line in block.split(b"\n") if b": " in line)
            if b"event" in fields:
                self._heard(fields[b"event"].decode(), fields.get(b"data", b"").decode())

    def end(self) -> None:
        self.transport.loseConnection()


class IrcClient(LineReceiver):
    """Lines in `lines`; `expect` waits for one that holds a text."""

    delimiter = b"\r\n"
    MAX_LENGTH = 20_000

    def __init__(self) -> None:
        self.lines: list[str] = []
        self._waiting: list[tuple[str, Deferred[str]]] = []

    def lineReceived(self, line: bytes) -> None:
        text = line.decode(errors="replace")
        if text.startswith("PING"):
            self.say("PONG" + text[4:])
        self.lines.append(text)
        for wanted, waiter in list(self._waiting):
            if wanted in text:
                self._waiting.remove((wanted, waiter))
                waiter.callback(text)

    def say(self, line: str) -> None:
        self.sendLine(line.encode())

    async def expect(self, text: str, seconds: float = 20.0) -> str:
        for line in self.lines:
            if text in line:
                return line
        waiter: Deferred[str] = Deferred()
        self._waiting.append((text, waiter))
        waiter.addTimeout(seconds, reactor)
        try:
            return await waiter
        except Exception as error:
            raise AssertionError(f"no line with {text!r} in:\n" + "\n".join(self.lines[-30:])) from error


async def irc(port: int, nick: str, password: str) -> IrcClient:
    """Logged in with `PASS account:password`."""
    client: IrcClient = await connectProtocol(HostnameEndpoint(reactor, b"127.0.0.1", port), IrcClient())
    client.say(f"PASS :{nick}:{password}")
    client.say(f"NICK {nick}")
    client.say(f"USER {nick} 0 * :{nick}")
    await client.expect(" 001 ")
    return client


class _Whole(Protocol):
    def __init__(self, selector: str) -> None:
        self._selector = selector
        self._data = b""
        self.done: Deferred[str] = Deferred()

    def connectionMade(self) -> None:
        self.transport.write(self._selector.encode() + b"\r\n")

    def dataReceived(self, data: bytes) -> None:
        self._data += data

    def connectionLost(self, reason: Any = None) -> None:
        self.done.callback(self._data.decode())


async def gopher(port: int, selector: str) -> str:
    """The whole answer to a selector."""
    client = await connectProtocol(HostnameEndpoint(reactor, b"127.0.0.1", port), _Whole(selector))
    return await client.done
