"""Answers that are passed on while they come, and never held whole."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.protocol import Protocol
from twisted.python.failure import Failure
from twisted.web.client import ResponseDone
from twisted.web.http import PotentialDataLoss

from pleromad.errors import Unreachable


@dataclass(frozen=True, slots=True)
class Head:
    """Status, headers (names in lower case), where it came from in the end, and how long it says it is."""

    status: int
    headers: dict[str, str]
    url: str
    length: int | None

    @property
    def media_type(self) -> str:
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()


class Flow(Protocol):
    """One answer: `head` is known, and nothing of the body is read until `pour`. Whoever has one pours or closes it."""

    def __init__(self, max_bytes: int) -> None:
        self.begun: Deferred[Head] = Deferred()
        self.over: Deferred[bytes] = Deferred(lambda _: self._cut())
        self.head: Head | None = None
        self.running: Deferred[Any] = Deferred()
        self.finished: Deferred[None] = Deferred()  # however it ended
        self._room = max_bytes
        self._response: Any = None
        self._to: Any = None
        self._delivered = False

    # -- for the client --

    def runs(self, running: Deferred[Any]) -> None:
        """The whole request, redirects and body included."""
        self.running = running
        running.addBoth(self._finished)

    def _finished(self, result: Any) -> Any:
        self.finished.callback(None)
        if isinstance(result, Failure) and not self.begun.called:
            self.begun.errback(result)
            return None
        return result

    def begin(self, response: Any, head: Head) -> Deferred[bytes]:
        """The head has come. Fires when the body has gone."""
        self._response, self.head = response, head
        coding = head.headers.get("content-encoding", "identity").lower()
        wrong = ""
        if head.length is not None and head.length > self._room:
            wrong = f"{head.length} bytes, which is more than is wanted"
        elif coding != "identity":
            wrong = f"{coding[:40]}, which was not asked for"
        if wrong:
            self.over.addErrback(lambda _: None)
            self._cut()
            raise Unreachable(detail=f"{head.url[:200]} sends {wrong}")
        self.begun.callback(head)
        return self.over

    # -- for whoever asked --

    async def pour(self, consumer: Any) -> None:
        """Write the body to Twisted's request, no faster than it takes it. Raises Unreachable when it breaks off or is too long.

        Then the reader's connection is to be broken: nothing else tells that it was not all.
        """
        self._to = consumer
        self._deliver()
        await self.running

    def close(self) -> None:
        """No more is wanted."""
        if self._to is None:
            self.running.addErrback(lambda _: None)  # nobody waits for it
        if self.head is not None:
            self.over.cancel()  # not `running`: its coroutine may be in the middle of telling us of the head
        else:
            self.running.cancel()

    # -- of the connection --

    def connectionMade(self) -> None:
        if self._to is not None:
            self._to.registerProducer(self.transport, True)

    def dataReceived(self, data: bytes) -> None:
        if self._to is None or self._room < 0:
            return
        self._room -= len(data)
        if self._room < 0:
            self._cut()
        else:
            self._to.write(data)

    def connectionLost(self, reason: Any) -> None:  # type: ignore[override]
        if self._to is not None:
            if self._to.channel is not None:  # None: the reader has hung up
                self._to.unregisterProducer()
        if self.over.called:
            return
        if self._room < 0:
            self.over.errback(Failure(OSError("sends more than is wanted")))
        elif self._to is None:
            self.over.errback(Failure(CancelledError()))
        elif reason.check(ResponseDone, PotentialDataLoss):
            self.over.callback(b"")
        else:
            self.over.errback(reason)

    def _deliver(self) -> None:
        if not self._delivered:
            self._delivered = True
            self._response.deliverBody(self)

    def _cut(self) -> None:
        """Also of a body that nobody has begun to read: its connection must not stay open."""
        if self._response is None:
            return
        self._deliver()
        cut = getattr(self.transport, "abortConnection", None) or getattr(self.transport, "loseConnection", None)
        if cut is not None:
            cut()
