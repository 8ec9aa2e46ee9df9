"""What the parts of this door share."""

from __future__ import annotations

from dataclasses import dataclass

from pleromad.core import Core
from pleromad.model.page import Page
from protocols.activitypub.fetching import Fetcher
from protocols.activitypub.finger import Fingers
from protocols.activitypub.knocking import Knocking
from protocols.activitypub.people import People
from protocols.activitypub.quoting import Stamps
from protocols.activitypub.relays import Relaying
from protocols.activitypub.signing import Pens
from protocols.activitypub.threads import Threads
from web.outbound.client import Client


@dataclass(frozen=True)
class Door:
    core: Core
    client: Client
    knocking: Knocking
    pens: Pens
    fetcher: Fetcher
    fingers: Fingers
    people: People
    threads: Threads
    relaying: Relaying
    stamps: Stamps

    @classmethod
    def of(cls, core: Core, client: Client) -> Door:
        pens = Pens(core)
        knocking = Knocking(core, client)
        fetcher = Fetcher(core, knocking, pens.instance)
        fingers = Fingers(core, client)
        people = People(core, fetcher, fingers)
        stamps = Stamps(core, fetcher)
        threads = Threads(core, fetcher, people, stamps)
        return cls(core, client, knocking, pens, fetcher, fingers, people, threads, Relaying(core, knocking, pens, people), stamps)

    async def followed_here(self, account_id: int) -> bool:
        """Does anybody here follow this account of another server? Cheap: asked before anything is fetched for its sake."""
        return bool((await self.core.reading.listed(account_id, "followers", account_id, Page(limit=1))).items)
