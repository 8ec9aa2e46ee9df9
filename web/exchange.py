"""Twisted's side of a request: the body is bounded while it arrives, and nothing of it is logged."""

from __future__ import annotations

from io import BytesIO
from tempfile import SpooledTemporaryFile
from typing import IO, TYPE_CHECKING, Any, cast

from twisted.logger import Logger
from twisted.web.server import Request as TwistedRequest
from twisted.web.server import Site as TwistedSite

from pleromad.errors import PleromadError, TooLarge

if TYPE_CHECKING:
    from web.site import Site

IN_MEMORY_BYTES = 1_000_000
# What is too large is read and thrown away up to here, so that the client hears why; then the connection is cut.
DRAIN_BYTES = 200_000_000
SERVER = b"pleromad"

log = Logger(namespace="web")


class Exchange(TwistedRequest):
    """A request that knows the bound of its route before its body is read."""

    bound = 0
    received = 0
    refusal: PleromadError | None = None
    refused_early = False

    @property
    def hall(self) -> Site:
        return cast(HallFactory, cast(Any, self.channel).site).hall

    def gotLength(self, length: int | None) -> None:
        command, path = self._line()
        self.bound = self.hall.bound_of(command, path) if length != 0 else 0
        self.content = _room_for(length, self.bound)
        if length is not None and length > self.bound:
            self._refuse()
            waits = (self.requestHeaders.getRawHeaders(b"expect") or [b""])[0].lower() == b"100-continue"
            if (waits or length > DRAIN_BYTES) and hasattr(self.channel, "persistent"):
                # HTTP/1.1: answer now. A client that waits for 100 Continue hears it before it sends a byte.
                self.requestHeaders.removeHeader(b"expect")
                self.refused_early = True
                channel = cast(Any, self.channel)
                channel.persistent = False
                channel.dataReceived = channel.rawDataReceived = _ignore
                self.responseHeaders.setRawHeaders(b"connection", [b"close"])
                super().requestReceived(command, path, b"HTTP/1.1")

    def handleContentChunk(self, data: bytes) -> None:
        if self.refused_early or self.content is None:
            return
        self.received += len(data)
        if self.received > self.bound:
            self._refuse()
            self.content.seek(0)
            self.content.truncate()
            if self.received > self.bound + DRAIN_BYTES:
                cut = getattr(self.channel, "abortConnection", self.channel.loseConnection)
                cut()
            return
        self.content.write(data)

    def setHeader(self, name: bytes | str, value: bytes | str) -> None:
        super().setHeader(name, SERVER if name == b"Server" else value)

    def getRequestHostname(self) -> bytes:
        # Klein binds its routes to this name; a strange Host header makes that fail, and no route here asks for it.
        return b"localhost"

    def _refuse(self) -> None:
        if self.refusal is None:
            self.refusal = TooLarge(f"The body may have at most {self.bound} bytes")

    def _line(self) -> tuple[bytes, bytes]:
        """Method and target, which HTTPChannel (1.1) and H2Stream know before the body comes."""
        channel = cast(Any, self.channel)
        command = getattr(channel, "_command", None) or getattr(channel, "command", None) or b"POST"
        target = getattr(channel, "_path", None) or getattr(channel, "path", None) or b"/"
        return command, target


def _ignore(data: bytes) -> None:
    """What still comes of a body that was refused."""


def _room_for(length: int | None, bound: int) -> IO[bytes]:
    if length is not None and length <= min(IN_MEMORY_BYTES, bound):
        return BytesIO()
    return cast(IO[bytes], SpooledTemporaryFile(max_size=IN_MEMORY_BYTES))


class HallFactory(TwistedSite):
    """Twisted's factory of HTTP connections. Its log has paths, never queries: those may hold tokens and codes."""

    requestFactory = Exchange

    def __init__(self, hall: Site, resource: Any, **kw: Any) -> None:
        super().__init__(resource, parsePOSTFormSubmission=False, **kw)
        self.hall = hall

    def startFactory(self) -> None:
        pass  # no access log file, and no clock that ticks for one

    def log(self, request: Any) -> None:
        if not self.hall.core.settings.http.access_log:
            return
        log.info(
            "{method} {path} {status} {size}",
            method=request.method.decode("ascii", "replace"),
            path=request.path.decode("ascii", "replace"),
            status=request.code,
            size=request.sentLength,
        )
