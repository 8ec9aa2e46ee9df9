"""The job that fetches a card: through the one client of the daemon, which refuses private addresses and bounds size and time."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from twisted.internet.threads import deferToThreadPool

from pleromad.cards import KIND, may_name
from pleromad.core import Core
from pleromad.errors import PleromadError, StoreUnavailable, Unreachable
from pleromad.jobs import Drop, Job, Later, growing
from pleromad.model.card import Card
from web.cards import oembed, page
from web.outbound.client import Client, Reply

ACCEPT = "text/html, application/xhtml+xml;q=0.9, */*;q=0.1"
ACCEPT_OEMBED = "application/json"
PAGES = ("text/html", "application/xhtml+xml")
LARGE = 32_000  # bytes of HTML from here on are read in a thread
DEADLINE_SECONDS = 15.0


class Fetching:
    def __init__(self, core: Core, client: Client, reactor: Any) -> None:
        self._core = core
        self._client = client
        self._reactor = reactor

    def begin(self) -> None:
        self._core.jobs.work(KIND, self.work, concurrency=4, on_exhausted=self.give_up)

    async def work(self, job: Job) -> None:
        if not self._core.cards.wanted:
            raise Drop("preview cards are switched off")
        id = int(job.payload["card_id"])
        try:
            url = await self._core.cards.address(id)
            if url is not None:
                await self._core.cards.keep(id, await self.fetch(url))
        except StoreUnavailable as error:
            raise Later(5, str(error), counted=False) from error
        except Unreachable as error:
            raise Later(growing(job.attempts), str(error)) from error

    async def give_up(self, job: Job) -> None:
        await self._core.cards.keep(int(job.payload["card_id"]), None)

    async def fetch(self, url: str) -> Card | None:
        """None when the page says nothing of itself. Raises Unreachable for what may be better later."""
        reply = await self._client.get(
            self._secured(url), accept=ACCEPT, max_bytes=page.MAX_PAGE, cut=True, other_hosts=True, deadline_seconds=DEADLINE_SECONDS
        )
        _check(reply)
        if reply.status != 200 or reply.media_type not in PAGES:
            return None
        found = await self._read(reply, url)
        card = found.card if found.oembed is None else await self._embedded(found.card, found.oembed, url)
        return await self._by(card, found.creator, reply.url) if card is not None and found.creator else card

    async def _by(self, card: Card, creator: str, url: str) -> Card:
        """Somebody of the fediverse is named as the author when their profile says that this host may (S27)."""
        if self._core.resolver is None:
            return card
        try:
            account = await self._core.resolver.account(f"@{creator}")
        except StoreUnavailable:
            raise
        except PleromadError:
            return card
        if not may_name(account, urlsplit(url).hostname or ""):
            return card
        return replace(card, author_name=account.display_name or account.username, author_url=account.url)

    async def _read(self, reply: Reply, url: str) -> page.Page:
        given = (reply.body, reply.headers.get("content-type", ""), url, reply.url)
        if len(reply.body) < LARGE:
            return page.read(*given)
        found: page.Page = await deferToThreadPool(self._reactor, self._reactor.getThreadPool(), page.read, *given)
        return found

    async def _embedded(self, card: Card | None, address: str, url: str) -> Card | None:
        try:
            reply = await self._client.get(
                self._secured(address), accept=ACCEPT_OEMBED, max_bytes=oembed.MAX_BYTES, other_hosts=True, deadline_seconds=DEADLINE_SECONDS
            )
        except Unreachable:
            return card  # the page alone is good enough
        return oembed.laid_over(card, reply.body, url, reply.url) if reply.status == 200 else card

    def _secured(self, url: str) -> str:
        """Pages are asked for over TLS, also where a note's link is older than that."""
        return url if self._core.settings.federation.allow_http else url.replace("http://", "https://", 1)


def _check(reply: Reply) -> None:
    if reply.status == 429 or reply.status >= 500:
        raise Unreachable(detail=f"{reply.url[:200]} answers {reply.status}")
