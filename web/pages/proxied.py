"""`/proxy/...`: pictures, films and sound of other servers for readers here, whom those servers do not see (S28)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from twisted.internet.defer import CancelledError, Deferred
from twisted.web.server import Request as TwistedRequest

from pleromad.errors import NotFound, RateLimited, Unreachable
from pleromad.media_proxy import PATH
from web.answers import Answer, Headers, Streamed
from web.limits import Limit
from web.outbound.client import client_of
from web.outbound.flowing import Flow, Head
from web.request import Request
from web.site import Site

if TYPE_CHECKING:
    from pleromad.core import Core

HEAD_SECONDS = 25.0  # until it begins
SECONDS = 600.0  # a whole film, to somebody who reads slowly
AT_ONCE = 100  # files on their way
ASKED = Limit("media proxy", 3_000, 300)

# What a browser shows and never runs: no SVG, no page, nothing that has to be guessed.
IMAGES = "apng avif bmp gif heic jpeg jxl png vnd.microsoft.icon webp x-icon"
AUDIO = "aac flac m4a mp4 mpeg ogg opus vnd.wave wav webm x-flac x-m4a x-wav"
VIDEO = "mp4 mpeg ogg quicktime webm x-m4v x-matroska"
TYPES = frozenset(f"{kind}/{name}" for kind, names in (("image", IMAGES), ("audio", AUDIO), ("video", VIDEO)) for name in names.split())
ACCEPT = "image/avif,image/webp,image/*,video/*,audio/*"
SAFE: Headers = (
    ("Content-Security-Policy", "sandbox; default-src 'none'"),
    ("Content-Disposition", "inline"),
    ("Cross-Origin-Resource-Policy", "cross-origin"),
    ("Access-Control-Allow-Origin", "*"),
    ("Referrer-Policy", "no-referrer"),
)
KEPT = ("Cache-Control", "public, max-age=604800")
PASSED_ON = ("content-range", "accept-ranges", "last-modified", "etag")
_RANGE = re.compile(r"bytes=(?:\d{1,18}-\d{0,18}|-\d{1,18})")


class Proxied:
    def __init__(self, core: Core, site: Site, reactor: Any) -> None:
        self._core = core
        self._site = site
        self._client = client_of(core, reactor)
        self._open = 0
        site.route("GET", PATH + "<signature>/<url>", self.get)

    async def get(self, request: Request) -> Answer:
        """Of the request only the range goes on: no address, no cookie, no User-Agent, no Referer."""
        url = self._core.media_proxy.remote(request.params["signature"], request.params["url"])
        self._check_host(url)
        self._site.limits.take(request, ASKED, None)
        if self._open >= AT_ONCE:
            raise RateLimited("Too many files are being fetched")
        range = request.header("range").strip()
        self._open += 1
        try:
            flow = await self._client.open(
                url,
                accept=ACCEPT,
                headers={"Range": range} if _RANGE.fullmatch(range) else None,
                max_bytes=self._core.settings.media.proxy_max_bytes,
                head_seconds=HEAD_SECONDS,
                deadline_seconds=SECONDS,
            )
        except BaseException:
            self._open -= 1
            raise
        flow.finished.addBoth(self._closed)
        try:
            return self._answer(request, flow)
        except BaseException:
            flow.close()
            raise

    def _closed(self, _: Any) -> None:
        self._open -= 1

    def _check_host(self, url: str) -> None:
        """Raises NotFound where nothing is taken from."""
        policies = self._core.activities.policies
        host = urlsplit(url).hostname or ""
        if policies.host_refused(host) or policies.media_removed(host):
            raise NotFound

    def _answer(self, request: Request, flow: Flow) -> Answer:
        head = flow.head
        assert head is not None
        self._check_host(head.url)
        if head.status == 416:
            flow.close()
            return Answer(416, b"", "", SAFE)
        if head.status not in (200, 206):
            raise _absent(head)
        if head.media_type not in TYPES:
            raise NotFound(detail=f"{head.url[:200]} is {head.media_type[:60] or 'of no type'}")
        headers = [*SAFE, KEPT, *((name.title(), head.headers[name]) for name in PASSED_ON if name in head.headers)]
        if head.length is not None:
            headers.append(("Content-Length", str(head.length)))
        if request.method == "HEAD":
            flow.close()
            return Streamed(head.status, b"", head.media_type, tuple(headers))

        async def start(raw: TwistedRequest) -> None:
            gone: Deferred[None] = Deferred()
            raw.notifyFinish().addErrback(lambda _: flow.close()).addBoth(lambda _: gone.callback(None))
            try:
                await flow.pour(raw)
            except (Unreachable, CancelledError):
                if raw.channel is not None:
                    raw.channel.transport.abortConnection()  # type: ignore[union-attr]
                    await gone

        return Streamed(head.status, b"", head.media_type, tuple(headers), start=start)


def _absent(head: Head) -> NotFound | Unreachable:
    detail = f"{head.url[:200]} answers {head.status}"
    return NotFound(detail=detail) if head.status in (401, 403, 404, 410) else Unreachable(detail=detail)
