"""Signed requests, in the kind of signature that their host takes: one that answers 401 is asked again with the next kind.

What worked is remembered per host in the database; draft-cavage comes first, since nearly all take it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from pleromad.cache import Cache
from pleromad.core import Core
from protocols.activitypub.origins import host_of, origin_of
from protocols.activitypub.signing import Kind, Pen
from web.outbound.client import Client, Reply, Sign

HOSTS = 20_000
IN_VAIN_SECONDS = 3600.0  # after a host took none of them: asked with the first kind only


class Knocking:
    def __init__(self, core: Core, client: Client) -> None:
        self._core = core
        self._client = client
        self._kinds: Cache[str, Kind] = Cache(HOSTS)
        self._in_vain: Cache[str, float] = Cache(HOSTS)

    async def get(self, url: str, pen: Pen, **how: Any) -> Reply:
        """As `Client.get`. Raises Unreachable."""

        async def ask(sign: Sign) -> Reply:
            return await self._client.get(url, sign=sign, **how)

        return await self._knock(url, pen, ask)

    async def post(self, url: str, body: bytes, pen: Pen, *, media_type: str, headers: Mapping[str, str] | None = None) -> Reply:
        """As `Client.post`. Raises Unreachable."""

        async def ask(sign: Sign) -> Reply:
            return await self._client.post(url, body, media_type=media_type, sign=sign, headers=headers)

        return await self._knock(url, pen, ask)

    async def _knock(self, url: str, pen: Pen, ask: Callable[[Sign], Awaitable[Reply]]) -> Reply:
        host, origin = host_of(url), origin_of(url)
        scheme = origin[0] if origin is not None else "https"
        first = await self._kind_of(host)
        refused: Reply | None = None
        for kind in [first, *(kind for kind in Kind if kind is not first)]:
            sign = pen.sign(kind, scheme)
            reply = await ask(sign)
            if reply.status == 401 and kind is Kind.CAVAGE and "?" in url:
                # Older Mastodon checks (request-target) without the query.
                reply = await ask(_without_query(sign))
            if reply.status != 401:
                if reply.status < 300:
                    await self._took(host, kind, first)
                return reply
            refused = refused or reply
            if (self._in_vain.get(host) or 0.0) > self._core.clock.seconds():
                return refused
        self._in_vain.put(host, self._core.clock.seconds() + IN_VAIN_SECONDS)
        assert refused is not None
        return refused

    async def _kind_of(self, host: str) -> Kind:
        kind = self._kinds.get(host)
        if kind is None:
            stored = await self._core.reading.signature_of(host)
            kind = Kind(stored) if stored in set(Kind) else Kind.CAVAGE
            self._kinds.put(host, kind)
        return kind

    async def _took(self, host: str, kind: Kind, before: Kind) -> None:
        self._in_vain.drop(host)
        if kind is not before:
            self._kinds.put(host, kind)
            await self._core.accounts.remember_signature(host, kind)


def _without_query(sign: Sign) -> Sign:
    return lambda method, host, path, body: sign(method, host, path.partition("?")[0], body)
