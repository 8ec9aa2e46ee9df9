"""Preview cards: what a link of a note leads to. The core says which pages are wanted and keeps what was found; a job of the hall fetches."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from datetime import timedelta
from urllib.parse import urlsplit, urlunsplit

from pleromad.activities.work import Work
from pleromad.clock import Clock
from pleromad.config import Settings
from pleromad.hosts import ascii_host
from pleromad.model.account import Account
from pleromad.model.card import Card
from pleromad.model.note import Visibility
from pleromad.text import Link
from store import cards as card_rows
from store.pool import Database

KIND = "card"  # jobs with {"card_id": id}
MAX_URL = 2_000
FRESH_DAYS = 14  # how long a card is good before a new note has it fetched again
JITTER_SECONDS = 60.0  # a note from elsewhere is on many servers: not all of them ask the page at once
TRIES = 3


class Cards:
    def __init__(self, database: Database, settings: Callable[[], Settings], clock: Clock) -> None:
        self._database = database
        self._settings = settings
        self._clock = clock

    @property
    def wanted(self) -> bool:
        return self._settings().media.preview_cards

    async def address(self, id: int) -> str | None:
        """What is to be fetched; None when that was done by now."""
        return await card_rows.stale(self._database, id, self._clock.now() - timedelta(days=FRESH_DAYS))

    async def keep(self, id: int, card: Card | None) -> None:
        """`card` None: there is nothing to show."""
        if card is None:
            await card_rows.nothing(self._database, id)
        else:
            await self._database.transaction(lambda tx: card_rows.keep(tx, id, card))


def may_name(account: Account, host: str) -> bool:
    """May a page of that host say that it is by them? Their profile has to list it, or a domain above it (S27)."""
    labels = host.lower().split(".")
    return not account.suspended and any(".".join(labels[n:]) in account.attribution_domains for n in range(len(labels)))


def first_link(links: Iterable[Link], base: str) -> str | None:
    """The address of the first one that is neither a mention nor a hashtag nor ours, without its fragment."""
    for link in links:
        if link.kind != "link":
            continue
        url = _plain(link.href)
        if url is not None and url != base and not url.startswith(base + "/"):
            return url
    return None


def _plain(href: str) -> str | None:
    try:
        parts = urlsplit(href)
        host = ascii_host(parts.hostname or "")
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or "." not in host.strip(".") or "@" in parts.netloc:
        return None
    netloc = host if port is None else f"{host}:{port}"
    url = urlunsplit((parts.scheme, netloc, parts.path or "/", parts.query, ""))
    return url if len(url.encode()) <= MAX_URL else None


async def attach(
    work: Work, note_id: int, links: Iterable[Link], *, visibility: Visibility, media: bool, fresh: bool
) -> None:
    """Give a note its card, and have it fetched where it is new. A note with media has none.

    Links in direct notes of others are nobody's business but their readers'.
    """
    private = visibility is Visibility.DIRECT and not work.actor.local
    url = None if media or private else first_link(links, work.uris.base)
    if url is None:
        if not fresh:
            await card_rows.unlink(work.tx, note_id)
        return
    await card_rows.attach(
        work.tx,
        note_id,
        await work.ids.mint(),
        url,
        stale=work.now - timedelta(days=FRESH_DAYS),
        kind=KIND,
        key=urlsplit(url).netloc,
        delay_seconds=0 if work.actor.local else random.uniform(0, JITTER_SECONDS),
        tries=TRIES,
    )
    work.wake.add(KIND)
