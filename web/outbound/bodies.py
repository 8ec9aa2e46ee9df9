"""Bodies of requests that are sent, and of the answers to them, which are read up to a bound."""

from __future__ import annotations

from typing import Any

from twisted.internet import defer
from twisted.internet.defer import Deferred
from twisted.internet.protocol import Protocol
from twisted.web.client import ResponseDone
from twisted.web.http import PotentialDataLoss
from twisted.web.iweb import IBodyProducer
from zope.interface import implementer


@implementer(IBodyProducer)
class Bytes:
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


def read(response: Any, max_bytes: int, cut: bool) -> Deferred[bytes]:
    """The body of a response. `cut`: of one that is too large its beginning, rather than an OSError."""
    body = _Body(max_bytes, cut)
    response.deliverBody(body)
    return body.whole
