"""IRC over WebSocket at `/irc` (IRCv3 websocket): one line is one message, without its end.

`text.ircv3.net` and `binary.ircv3.net` are answered in the client's order; who asks for neither (gamja) gets text.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from twisted.internet.defer import Deferred
from twisted.python.failure import Failure

from pleromad.errors import RateLimited
from protocols.irc.login import Login
from protocols.irc.message import LineBuffer
from protocols.irc.session import Session
from web.auth import session_token
from web.websocket import check_origin

if TYPE_CHECKING:
    from protocols.irc.adapter import Connections
    from protocols.irc.network import Network
    from web.request import Request
    from web.site import Site
    from web.websocket import WebSocketTransport

PATH = "/irc"
TEXT, BINARY = "text.ircv3.net", "binary.ircv3.net"


def register(site: Site, connections: Connections, *, path: str = PATH) -> None:
    async def enter(request: Request) -> WebConnection:
        check_origin(site, request)
        if connections.crowded(request.address):
            raise RateLimited("Too many connections from your address")
        offered = [name.strip() for name in request.header("sec-websocket-protocol").split(",")]
        chosen = next((name for name in offered if name in (TEXT, BINARY)), TEXT)
        secure = site.core.settings.http.public_url.startswith("https:")
        browser = partial(_browser, site, request) if request.header("origin") else None
        connection = WebConnection(connections.network, request.address, binary=chosen == BINARY, secure=secure, browser=browser)
        connections.enter(connection)
        return connection

    site.websocket(path, enter, subprotocols=(TEXT, BINARY))


async def _browser(site: Site, request: Request) -> Login | None:
    """Who is logged in at the browser whose page this is; for SASL EXTERNAL."""
    token = await session_token(request, site.core)
    if token is None or token.account_id is None:
        return None
    user = await site.core.accounts.user(token.account_id)
    return Login(user.account, token.id) if user.active else None


class WebConnection:
    """What Twisted calls a WebSocketProtocol, and a session's wire."""

    def __init__(self, network: Network, address: str, *, binary: bool, secure: bool, browser: Callable[[], Awaitable[Login | None]] | None) -> None:
        self._network = network
        self.address = address
        self._binary = binary
        self._secure = secure
        self._browser = browser
        self._lines = LineBuffer()
        self._transport: Any = None
        self.session: Session | None = None
        self.gone: Deferred[None] = Deferred()

    # from the network

    def negotiationStarted(self, transport: WebSocketTransport) -> None:
        self._transport = transport

    def negotiationFinished(self) -> None:
        self.session = Session(self._network, self, self.address, secure=self._secure)
        self.session.external = self._browser
        self.session.opened()

    def textMessageReceived(self, message: str) -> None:
        self.bytesMessageReceived(message.encode("utf-8", "surrogatepass"))

    def bytesMessageReceived(self, data: bytes | bytearray) -> None:
        if self.session is not None:
            for line in self._lines.feed(bytes(data) + b"\n"):
                self.session.received(line)

    def pongReceived(self, payload: bytes) -> None:
        pass

    def connectionLost(self, reason: Failure) -> None:
        self._transport = None
        if self.session is not None:
            self.session.lost("Connection closed")
        if not self.gone.called:
            self.gone.callback(None)

    # Wire

    def write(self, data: bytes) -> None:
        if self._transport is None:
            return
        line = data.removesuffix(b"\r\n")
        if self._binary:
            self._transport.sendBytesMessage(line)
        else:
            self._transport.sendTextMessage(line.decode())

    def close(self) -> None:
        if self._transport is not None:
            self._transport.loseConnection()

    def abort(self) -> None:
        if self._transport is not None:
            self._transport.abort()

    def pause(self) -> None:
        if self._transport is not None:
            self._transport.pauseReading()

    def resume(self) -> None:
        if self._transport is not None:
            self._transport.resumeReading()
