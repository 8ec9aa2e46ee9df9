"""Wiring: the table's routes, the streams, and what an app may expect around them."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import msgspec
from twisted.internet.threads import deferToThreadPool

from pleromad.core import Core
from pleromad.errors import Unauthenticated
from pleromad.model.push import PUSH
from protocols.mastodon import errors, openapi
from protocols.mastodon.door import Access, Door
from protocols.mastodon.errors import INVALID_TOKEN
from protocols.mastodon.from_core.accounts import AVATAR, HEADER
from protocols.mastodon.push.sender import Sender
from protocols.mastodon.shoutbox import box
from protocols.mastodon.streaming.hub import Hub
from protocols.mastodon.streaming.sse import streamed
from protocols.mastodon.streaming.streams import NEEDS_PERSON, parse
from protocols.mastodon.streaming.websocket import Doorstep
from protocols.mastodon.table import ROWS
from web.answers import Answer
from web.auth import bearer_of
from web.outbound.client import client_of
from web.request import Request
from web.site import Site

STREAMING = "/api/v1/streaming"
_PICTURES = Path(__file__).parent / "pictures"

# Streams that are Server-Sent Events at an address of their own.
SSE = {
    "user": "user",
    "user/notification": "user:notification",
    "public": "public",
    "public/media": "public:media",
    "public/local": "public:local",
    "public/remote": "public:remote",
    "hashtag": "hashtag",
    "hashtag/local": "hashtag:local",
    "list": "list",
    "direct": "direct",
}


def build(core: Core, site: Site, reactor: Any) -> Hub:
    door = Door(core, site)
    site.errors("/api", errors.render)
    site.errors("/auth/password", errors.render)
    site.cors("/api", "/auth/password")
    for row in ROWS:
        door.open(row)
    for path in (openapi.PATH, "/api/openapi"):  # the second is Pleroma's
        site.route("GET", path, _document(reactor))
    for path, name in ((AVATAR, "avatar.png"), (HEADER, "header.png")):
        site.route("GET", path, _picture(name))
    core.jobs.work(PUSH, Sender(core, client_of(core, reactor), door.render).send, concurrency=16, per_key=4)
    hub = Hub(core, door.render, reactor)
    site.websocket(STREAMING, Doorstep(core, hub).enter)
    site.websocket(box.PATH, box.Shoutbox(site, door.render).enter)
    site.route("GET", STREAMING, _sse(door, hub, None))
    for path in ("/health", f"{STREAMING}/health"):
        site.route("GET", path, _health)
    for path, name in SSE.items():
        site.route("GET", f"{STREAMING}/{path}", _sse(door, hub, name))
    return hub


def _sse(door: Door, hub: Hub, name: str | None) -> Any:
    """`name` None: the parameter `stream` says which."""

    async def answer(request: Request) -> Answer:
        wanted = name or request.first("stream") or ""
        media = (request.first("only_media") or "").lower() in ("true", "1")
        viewer = await door.admit(Access.ANYBODY, (), request)
        if viewer.token is None and wanted in NEEDS_PERSON:
            raise Unauthenticated(INVALID_TOKEN)
        stream = parse(wanted, tag=request.first("tag") or "", list=request.first("list") or "", only_media=media)
        await hub.admit(viewer, stream)
        return streamed(hub, viewer, bearer_of(request), stream)

    return answer


async def _health(request: Request) -> Answer:
    return Answer.plain("OK")


@cache
def _written() -> bytes:
    return msgspec.json.encode(openapi.document(ROWS))


def _document(reactor: Any) -> Any:
    """Made when it is first asked for, in a thread: it takes a third of a second."""

    async def answer(request: Request) -> Answer:
        body = await deferToThreadPool(reactor, reactor.getThreadPool(), _written)
        return Answer.json(body, headers=(("Cache-Control", "public, max-age=3600"),))

    return answer


def _picture(name: str) -> Any:
    body = (_PICTURES / name).read_bytes()

    async def answer(request: Request) -> Answer:
        return Answer(200, body, "image/png", (("Cache-Control", "public, max-age=86400"),))

    return answer
