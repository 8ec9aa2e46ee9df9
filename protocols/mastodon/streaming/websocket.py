"""Streams over a WebSocket: many on one connection, by messages; or one, named in the address."""

from __future__ import annotations

from typing import Any

import msgspec
from twisted.python.failure import Failure

from pleromad.core import Core
from pleromad.daemon import spawn
from pleromad.errors import Forbidden, Invalid, PleromadError, Unauthenticated
from protocols.mastodon.errors import status_of
from protocols.mastodon.streaming.hub import Hub
from protocols.mastodon.streaming.listener import Listener
from protocols.mastodon.streaming.message import Message
from protocols.mastodon.streaming.streams import LIST, Stream, check, parse
from web.auth import Viewer, bearer_of, viewer_of, viewer_of_token
from web.request import Request
from web.websocket import POLICY, WebSocketTransport

UNAUTHORISED = POLICY  # the close code of a connection whose token ended


class Order(msgspec.Struct):
    """What a client says. Unknown fields are ignored."""

    type: str
    stream: str = ""
    tag: str = ""
    list: str | int = ""
    token: str = ""


_decoder = msgspec.json.Decoder(Order)


class Doorstep:
    """Lets WebSockets in: `enter` is the factory for `Site.websocket`."""

    def __init__(self, core: Core, hub: Hub) -> None:
        self._core = core
        self._hub = hub

    async def enter(self, request: Request) -> WebSocketListener:
        """Unauthenticated for a wrong token, Forbidden for a narrow one: answered over HTTP."""
        secret = bearer_of(request)
        viewer = await viewer_of(request, self._core)
        if not secret and viewer.token is None:
            # Browsers cannot set headers: Mastodon's web client sends the token as the only subprotocol.
            secret = request.header("sec-websocket-protocol").partition(",")[0].strip()
            if secret:
                viewer = await viewer_of_token(secret, self._core)
        listener = WebSocketListener(self._core, self._hub, viewer, secret)
        name = request.first("stream") or ""
        if name:
            media = (request.first("only_media") or "").lower() in ("true", "1")
            listener.wanted = parse(
                name, tag=request.first("tag") or "", list=request.first("list") or "", only_media=media
            )
            await self._hub.admit(viewer, listener.wanted)
        self._hub.check_room(listener)
        self._hub.join(listener)
        return listener


class WebSocketListener(Listener):
    """Also what twisted.web.websocket calls a WebSocketProtocol."""

    def __init__(self, core: Core, hub: Hub, viewer: Viewer, secret: str) -> None:
        super().__init__(viewer, secret)
        self.wanted: Stream | None = None  # from the first moment on
        self._core = core
        self._hub = hub
        self._transport: Any = None

    # -- the connection --

    def negotiationStarted(self, transport: WebSocketTransport) -> None:
        self._transport = transport

    def negotiationFinished(self) -> None:
        if self.wanted is not None:
            self._hub.subscribe(self, self.wanted)

    def textMessageReceived(self, message: str) -> None:
        try:
            order = _decoder.decode(message)
        except msgspec.DecodeError:
            return  # Mastodon says nothing to what it cannot read
        try:
            self._obey(order)
        except PleromadError as error:
            self._refuse(error)

    def bytesMessageReceived(self, data: bytes | bytearray) -> None:
        pass

    def pongReceived(self, payload: bytes) -> None:
        pass

    def connectionLost(self, reason: Failure) -> None:
        self._transport = None
        self._hub.leave(self)

    # -- orders --

    def _obey(self, order: Order) -> None:
        match order.type:
            case "subscribe":
                stream = parse(order.stream, tag=order.tag, list=str(order.list))
                check(stream, self.viewer)
                if stream.name == LIST:
                    spawn(self._subscribe(stream), "a subscription to a list")
                else:
                    self._hub.subscribe(self, stream)
            case "unsubscribe":
                self._hub.unsubscribe(self, parse(order.stream, tag=order.tag, list=str(order.list)))
            case "pleroma:authenticate":
                spawn(self._authenticate(order.token), "a log-in over a WebSocket")

    async def _subscribe(self, stream: Stream) -> None:
        """Where the store must be asked first."""
        try:
            await self._hub.admit(self.viewer, stream)
            if self._transport is not None:
                self._hub.subscribe(self, stream)
        except PleromadError as error:
            self._refuse(error)

    async def _authenticate(self, secret: str) -> None:
        """Pleroma: the token comes after the connection. It cannot be changed for another."""
        try:
            if self.viewer.token is not None:
                raise Invalid("already_authenticated")
            try:
                viewer = await viewer_of_token(secret, self._core)
            except (Unauthenticated, Forbidden):
                raise Unauthenticated("unauthorized") from None
        except PleromadError as error:
            self._respond("error", error.public)
            return
        if self._transport is None:
            return
        streams = tuple(self.streams)
        self._hub.leave(self)
        self.viewer, self.secret = viewer, secret
        self._hub.join(self)
        for stream in streams:
            self._hub.subscribe(self, stream)
        self._respond("success")

    def _respond(self, result: str, error: str | None = None) -> None:
        payload = {"type": "pleroma:authenticate", "result": result, **({"error": error} if error else {})}
        quoted = msgspec.json.encode(payload).decode()
        self._send(msgspec.json.encode({"event": "pleroma:respond", "payload": quoted}).decode())

    def _refuse(self, error: PleromadError) -> None:
        status = 400 if isinstance(error, Invalid) else status_of(error)
        self._send(msgspec.json.encode({"error": error.public, "status": status}).decode())

    # -- Listener --

    def tell(self, message: Message, stream: Stream) -> None:
        self._send(message.frame(stream))

    def close(self, reason: str) -> None:
        if self._transport is not None:
            self._transport.loseConnection(UNAUTHORISED, reason)
        self._hub.leave(self)

    def _send(self, text: str) -> None:
        if self._transport is not None:
            self._transport.sendTextMessage(text)
