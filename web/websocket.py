"""WebSocket connections (RFC 6455) for the doors, in the shapes of `twisted.web.websocket`.

A door's protocol is what Twisted calls a WebSocketProtocol, and it is given a WebSocketTransport. The wire between the
two is ours, on the same wsproto, because Twisted's (26.10) takes messages of any size, never answers a subprotocol
(browsers hang up then) and lets what a slow client does not read grow without end.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlsplit

from twisted.internet.error import ConnectionDone
from twisted.internet.interfaces import IPushProducer
from twisted.logger import Logger
from twisted.python.failure import Failure
from twisted.web.websocket import WebSocketProtocol, WebSocketTransport
from wsproto import ConnectionType
from wsproto.connection import ConnectionState
from wsproto.events import AcceptConnection, BytesMessage, CloseConnection, Ping, Pong, TextMessage
from wsproto.events import Request as Handshake
from wsproto.handshake import H11Handshake
from wsproto.utilities import LocalProtocolError, RemoteProtocolError
from zope.interface import implementer

from pleromad.errors import Forbidden, Invalid, TooLarge
from web.request import Request
from web.site import Answer, Site, Taken

__all__ = ["WebSocketFactory", "WebSocketProtocol", "WebSocketTransport", "check_origin", "upgrade"]

MAX_MESSAGE = 64_000  # bytes or characters of one incoming message
MAX_WAITING = 1_000_000  # bytes a client may leave unread before it is cut
PING_SECONDS = 30.0
CLOSE_SECONDS = 5.0  # how long the other side may take to answer a close

NORMAL, GOING_AWAY, POLICY, TOO_BIG, TRY_AGAIN = 1000, 1001, 1008, 1009, 1013

log = Logger(namespace="web.websocket")

WebSocketFactory = Callable[[Request], Awaitable[WebSocketProtocol]]


async def upgrade(
    site: Site, request: Request, factory: WebSocketFactory, subprotocols: tuple[str, ...]
) -> Answer:
    """Turn a GET into a WebSocket. What `factory` raises is answered over HTTP; a broken handshake is Invalid."""
    raw: Any = request.raw
    channel = raw.channel
    if request.method != "GET" or not hasattr(channel, "_protocolUpgradeForWebsockets"):
        raise Invalid("WebSocket needs a GET over HTTP/1.1")
    headers = [(name, value) for name, values in raw.requestHeaders.getAllRawHeaders() for value in values]
    handshake = H11Handshake(ConnectionType.SERVER)
    try:
        handshake.initiate_upgrade_connection(headers, raw.path.decode("ascii", "replace"))
        offered = next(event for event in handshake.events() if isinstance(event, Handshake)).subprotocols
    except (RemoteProtocolError, LocalProtocolError) as error:
        raise Invalid("This is no WebSocket handshake", detail=str(error)) from None
    protocol = await factory(request)
    if raw._disconnected:
        protocol.connectionLost(Failure(ConnectionDone()))
        return Taken()
    if subprotocols:
        chosen = next((name for name in offered if name in subprotocols), None)
    else:
        chosen = offered[0] if offered else None
    accepted = handshake.send(
        AcceptConnection(subprotocol=chosen, extra_headers=[(b"X-Request-Id", request.id.encode())])
    )
    wire = _Wire(site, handshake.connection, protocol)
    transport = channel.transport
    transport.write(accepted)
    # Twisted's own (private) way to hand a connection over to its WebSocket code.
    channel._protocolUpgradeForWebsockets(wire)
    pending, channel._dataBuffer = b"".join(channel._dataBuffer), []
    if pending:
        wire.dataReceived(pending)
    return Taken()


def check_origin(site: Site, request: Request) -> None:
    """Browsers say whose page it is; only our own may speak for who looks at it. Other programs say nothing. Raises Forbidden."""
    origin = request.header("origin")
    if not origin:
        return
    theirs, ours = urlsplit(origin).netloc.lower(), urlsplit(site.core.settings.http.public_url).netloc.lower()
    if theirs not in (ours, request.header("host").lower()):
        raise Forbidden("This page may not speak for you here", detail=origin[:200])


@implementer(IPushProducer)
class _Wire:
    """Frames on one side, messages on the other."""

    def __init__(self, site: Site, connection: Any, protocol: WebSocketProtocol) -> None:
        self._site = site
        self._connection = connection
        self._protocol = protocol
        self._text: list[str] = []
        self._bytes: list[bytes] = []
        self._size = 0
        self._full = False  # the transport has more than it can send just now
        self._waiting = 0
        self._producer: Any = None
        self._timer: Any = None
        self._alive = True
        self._heard = True
        self._lost = False
        self.transport: Any = None

    # -- from the network --

    def makeConnection(self, transport: Any) -> None:
        self.transport = transport
        transport.unregisterProducer()  # the HTTP channel's
        transport.registerProducer(self, True)
        self._site.streams.add(self)
        self._protocol.negotiationStarted(self)
        self._protocol.negotiationFinished()
        self._timer = self._site.reactor.callLater(PING_SECONDS, self._keep_alive)

    def dataReceived(self, data: bytes) -> None:
        if self._lost:
            return
        self._heard = True
        try:
            self._connection.receive_data(data)
            for event in self._connection.events():
                self._happened(event)
        except RemoteProtocolError as error:
            log.debug("broken frame: {error}", error=str(error))
            self._write(error.event_hint)
            self._hang_up()

    def connectionLost(self, reason: Failure) -> None:
        if self._timer is not None and self._timer.active():
            self._timer.cancel()
        self._site.streams.discard(self)
        if not self._lost:
            self._lost = True
            self._protocol.connectionLost(reason)

    def _happened(self, event: Any) -> None:
        match event:
            case TextMessage():
                if self._take(self._text, event) and event.message_finished:
                    whole, self._text, self._size = "".join(self._text), [], 0
                    self._protocol.textMessageReceived(whole)
            case BytesMessage():
                if self._take(self._bytes, event) and event.message_finished:
                    data, self._bytes, self._size = b"".join(self._bytes), [], 0
                    self._protocol.bytesMessageReceived(data)
            case Ping():
                self._write(event.response())
            case Pong():
                self._protocol.pongReceived(bytes(event.payload))
            case CloseConnection():
                if self._connection.state is not ConnectionState.CLOSED:
                    self._write(event.response())
                self._hang_up()

    def _take(self, parts: list[Any], event: Any) -> bool:
        self._size += len(event.data)
        if self._size > MAX_MESSAGE:
            self.loseConnection(TOO_BIG, TooLarge.default)
            return False
        parts.append(event.data if isinstance(event.data, str) else bytes(event.data))
        return True

    def _keep_alive(self) -> None:
        if not self._heard or not self._alive:
            self.transport.abortConnection()
            return
        self._heard = False
        self.ping()
        self._timer = self._site.reactor.callLater(PING_SECONDS, self._keep_alive)

    # -- WebSocketTransport: what a door calls --

    def sendTextMessage(self, text: str) -> None:
        self._send(TextMessage(text))

    def sendBytesMessage(self, data: bytes) -> None:
        self._send(BytesMessage(data))

    def ping(self, payload: bytes = b"") -> None:
        self._write(Ping(payload))

    def loseConnection(self, code: int = NORMAL, reason: str = "") -> None:
        """Say goodbye; who does not answer within a few seconds is cut."""
        if not self._alive:
            return
        self._write(CloseConnection(code, reason or None))
        self._alive = False
        if self._timer is not None and self._timer.active():
            self._timer.cancel()
        self._timer = self._site.reactor.callLater(CLOSE_SECONDS, self._hang_up)

    def abort(self) -> None:
        self.transport.abortConnection()

    def pauseReading(self) -> None:
        """Take nothing from the client for now."""
        if not self._lost:
            self.transport.pauseProducing()

    def resumeReading(self) -> None:
        if not self._lost:
            self.transport.resumeProducing()

    def attachProducer(self, producer: Any) -> None:
        self._producer = producer

    def detachProducer(self) -> None:
        self._producer = None

    def _send(self, event: Any) -> None:
        if self._alive:
            self._write(event)

    def _write(self, event: Any) -> None:
        if self._lost or self.transport is None or event is None:
            return
        try:
            data = self._connection.send(event)
        except LocalProtocolError:
            return  # the other side has closed meanwhile
        if self._full:
            self._waiting += len(data)
            if self._waiting > MAX_WAITING:
                log.info("a WebSocket client reads too slowly and is cut")
                self._alive = False
                self.transport.abortConnection()
                return
        self.transport.write(data)

    def _hang_up(self) -> None:
        self._alive = False
        if not self._lost:
            self.transport.loseConnection()

    # -- IPushProducer: how full the transport is --

    def pauseProducing(self) -> None:
        self._full = True
        if self._producer is not None:
            self._producer.pauseProducing()

    def resumeProducing(self) -> None:
        self._full, self._waiting = False, 0
        if self._producer is not None:
            self._producer.resumeProducing()

    def stopProducing(self) -> None:
        if self._producer is not None:
            self._producer.stopProducing()
