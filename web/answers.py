"""What a route answers with, and which HTTP status a refusal of the core has by default (RFC 9110, section 15)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import quote

import msgspec
from twisted.web.server import Request as TwistedRequest

from pleromad import errors

Headers = tuple[tuple[str, str], ...]

_encoder = msgspec.json.Encoder()

# The first that fits wins: narrower classes stand before wider ones.
STATUSES: tuple[tuple[type[errors.PleromadError], int], ...] = (
    (errors.TooLarge, 413),
    (errors.Invalid, 422),
    (errors.Unauthenticated, 401),
    (errors.Forbidden, 403),
    (errors.Gone, 410),
    (errors.NotFound, 404),
    (errors.Conflict, 409),
    (errors.RateLimited, 429),
    (errors.Rejected, 403),
    (errors.Unreachable, 502),
    (errors.StoreUnavailable, 503),
)


def status_of(error: errors.PleromadError) -> int:
    """The HTTP status of a refusal, 500 for one that is none of the closed set. Doors may differ."""
    for kind, status in STATUSES:
        if isinstance(error, kind):
            return status
    return 500


@dataclass(frozen=True)
class Answer:
    status: int = 200
    body: bytes = b""
    media_type: str = "text/plain; charset=utf-8"  # '' sends no Content-Type
    headers: Headers = ()

    @classmethod
    def json(
        cls,
        value: object,
        *,
        status: int = 200,
        media_type: str = "application/json; charset=utf-8",
        headers: Headers = (),
    ) -> Answer:
        """`value` is ready bytes or anything msgspec encodes (Structs, dataclasses, dicts, Raw ...)."""
        body = value if isinstance(value, bytes) else _encoder.encode(value)
        return cls(status, body, media_type, headers)

    @classmethod
    def html(cls, text: str, status: int = 200, headers: Headers = ()) -> Answer:
        return cls(status, text.encode(), "text/html; charset=utf-8", headers)

    @classmethod
    def plain(cls, text: str, status: int = 200, headers: Headers = ()) -> Answer:
        return cls(status, text.encode(), "text/plain; charset=utf-8", headers)

    @classmethod
    def redirect(cls, url: str, status: int = 302, headers: Headers = ()) -> Answer:
        """`url` may be an IRI: what HTTP cannot carry is percent-encoded."""
        location = quote(url, safe="%/:?#[]@!$&'()*+,;=-._~|")
        return cls(status, b"", "", (("Location", location), *headers))

    @classmethod
    def file(cls, path: Path, media_type: str, headers: Headers = ()) -> Answer:
        """A file on disk, with ranges and Last-Modified (sent by twisted.web.static)."""
        return FileAnswer(media_type=media_type, headers=headers, path=path)

    def with_headers(self, *headers: tuple[str, str]) -> Answer:
        return replace(self, headers=self.headers + headers)


@dataclass(frozen=True)
class FileAnswer(Answer):
    path: Path = field(default=Path())


@dataclass(frozen=True)
class Streamed(Answer):
    """The route takes the connection over: `start` writes to Twisted's request and finishes it (SSE).

    Status and headers are set before `start` runs. A client that hangs up is told by `raw.notifyFinish()`.
    """

    start: Callable[[TwistedRequest], Awaitable[None]] | None = None
