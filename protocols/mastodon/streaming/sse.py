"""Streams as Server-Sent Events (HTML standard, section 9.2), each on a connection of its own."""

from __future__ import annotations

from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IPushProducer
from twisted.logger import Logger
from twisted.web.server import Request as TwistedRequest
from zope.interface import implementer

from protocols.mastodon.streaming.hub import Hub
from protocols.mastodon.streaming.listener import Listener
from protocols.mastodon.streaming.message import Message
from protocols.mastodon.streaming.streams import Stream
from web.answers import Streamed
from web.auth import Viewer

MAX_WAITING = 1_000_000  # bytes a client may leave unread before it is cut

HEADERS = (("Cache-Control", "private, no-store"), ("X-Accel-Buffering", "no"))  # nginx would hold events back

log = Logger()


def streamed(hub: Hub, viewer: Viewer, secret: str, stream: Stream) -> Streamed:
    """The answer that goes on and on. RateLimited when there are too many."""
    listener = SseListener(hub, viewer, secret, stream)
    hub.check_room(listener)
    return Streamed(media_type="text/event-stream", headers=HEADERS, start=listener.start)


@implementer(IPushProducer)
class SseListener(Listener):
    def __init__(self, hub: Hub, viewer: Viewer, secret: str, stream: Stream) -> None:
        super().__init__(viewer, secret)
        self._hub = hub
        self._stream = stream
        self._raw: Any = None
        self._over: Deferred[None] = Deferred()
        self._full = False
        self._waiting = 0

    async def start(self, raw: TwistedRequest) -> None:
        """Until the client or the server ends it."""
        self._raw = raw
        self._hub.join(self)
        raw.notifyFinish().addBoth(lambda _: self._end())
        raw.registerProducer(self, True)
        self._hub.subscribe(self, self._stream)
        self._write(b":)\n")
        await self._over

    def tell(self, message: Message, stream: Stream) -> None:
        self._write(message.sse())

    def beat(self) -> None:
        self._write(b":thump\n")

    def close(self, reason: str) -> None:
        self._end()

    def _write(self, data: bytes) -> None:
        if self._raw is None:
            return
        if self._full:
            self._waiting += len(data)
            if self._waiting > MAX_WAITING:
                log.info("a client of a stream reads too slowly and is cut")
                self._raw.channel.transport.abortConnection()
                return
        self._raw.write(data)

    def _end(self) -> None:
        raw, self._raw = self._raw, None
        self._hub.leave(self)
        if raw is not None and raw.channel is not None:  # None: the client has hung up
            raw.unregisterProducer()
        if not self._over.called:
            self._over.callback(None)

    # -- IPushProducer: how full the connection is --

    def pauseProducing(self) -> None:
        self._full = True

    def resumeProducing(self) -> None:
        self._full, self._waiting = False, 0

    def stopProducing(self) -> None:
        self._end()
