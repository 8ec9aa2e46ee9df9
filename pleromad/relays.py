"""Which relays this server takes part in, and the actor that stands for it there (`/relay`). Speaking to them is the door's work."""

from __future__ import annotations

from urllib.parse import urlsplit

from pleromad.accounts import Accounts
from pleromad.clock import Clock
from pleromad.errors import Invalid, NotFound
from pleromad.jobs import Jobs
from pleromad.model.account import Account
from pleromad.model.relay import Relay
from store import relays as relay_rows
from store.pool import Database

JOB = "relay"  # {"what": "follow" or "unfollow", "url": ...}
KEPT_SECONDS = 30.0
TRIES = 8


class Relays:
    def __init__(self, database: Database, accounts: Accounts, clock: Clock, jobs: Jobs) -> None:
        self._database = database
        self._accounts = accounts
        self._clock = clock
        self._jobs = jobs
        self._known: tuple[float, list[Relay]] | None = None

    async def actor(self) -> Account:
        return await self._accounts.relay_actor()

    async def list(self) -> list[Relay]:
        """Remembered for half a minute: asked for whenever something public is said."""
        if self._known is None or self._known[0] < self._clock.seconds():
            own = self._accounts.relay_uri
            self._known = (self._clock.seconds() + KEPT_SECONDS, await relay_rows.all_of_them(self._database, own))
        return self._known[1]

    async def subscribe(self, url: str) -> Relay:
        """Take part; the relay is asked by a job. Raises Invalid."""
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.netloc or len(url) > 2_000:
            raise Invalid("The address of a relay's actor or inbox", field="relay_url")
        kind = "mastodon" if parts.path.rstrip("/").endswith("/inbox") else "litepub"
        await relay_rows.add(self._database, url, kind)
        self._known = None
        await self._jobs.add(JOB, {"what": "follow", "url": url}, key=parts.netloc.lower(), max_attempts=TRIES)
        return await self.one(url)

    async def unsubscribe(self, url: str) -> Relay:
        """Leave. Raises NotFound."""
        relay = await self.one(url)
        payload = {"what": "unfollow", "url": url, "kind": relay.kind, "inbox": relay.inbox, "follow_uri": relay.follow_uri, "actor_uri": relay.actor_uri}
        await relay_rows.remove(self._database, url)
        self._known = None
        await self._jobs.add(JOB, payload, key=urlsplit(url).netloc.lower(), max_attempts=TRIES)
        return relay

    async def one(self, url: str) -> Relay:
        """Raises NotFound."""
        relay = next((each for each in await self.list() if each.url == url), None)
        if relay is None:
            raise NotFound
        return relay

    async def asked(self, url: str, *, inbox: str, actor_uri: str | None, follow_uri: str | None) -> None:
        await relay_rows.asked(self._database, url, inbox=inbox, actor_uri=actor_uri, follow_uri=follow_uri)
        self._known = None

    async def answered(self, relay: Relay, accepted: bool, actor_uri: str) -> None:
        await relay_rows.answered(self._database, relay.url, "accepted" if accepted else "refused", actor_uri)
        self._known = None

    def forget(self) -> None:
        self._known = None
