"""Get to know actors of other servers: fetch them, confirm their handles, keep them."""

from __future__ import annotations

from dataclasses import replace

from pleromad.cache import Cache
from pleromad.core import Core
from pleromad.errors import Forbidden, Gone, Invalid, NotFound, Unreachable
from pleromad.model.account import Account, RemoteActor
from protocols.activitypub import to_core
from protocols.activitypub.documents import Document
from protocols.activitypub.fetching import Fetcher, host_key
from protocols.activitypub.finger import Finger, Fingers
from protocols.activitypub.origins import without_fragment

STALE_SECONDS = 24 * 3600.0
REMEMBERED = 10_000


class People:
    def __init__(self, core: Core, fetcher: Fetcher, fingers: Fingers) -> None:
        self._core = core
        self._fetcher = fetcher
        self._fingers = fingers
        self._refreshed: Cache[str, float] = Cache(REMEMBERED)

    async def by_uri(self, uri: str) -> Account:
        """Known, or fetched. Raises Gone, NotFound, Invalid, Forbidden, Rejected, Unreachable."""
        known = await self._core.reading.account_by_uri(uri)
        if known is None:
            return await self.fetch(uri)
        if known.deleted:
            raise Gone
        return known

    async def known(self, uris: list[str]) -> dict[str, Account]:
        """Those of them that are here, in one query."""
        found = await self._core.reading.accounts_by_uris(uris) if uris else {}
        return {uri: account for uri, account in found.items() if not account.deleted}

    async def fetch(self, uri: str, *, key_id: str | None = None, fresh: bool = True) -> Account:
        """The actor with just that id, as its server tells now."""
        document = await self._fetcher.document(uri, fresh=fresh)
        if document.get("id") != uri:
            raise NotFound(detail=f"{uri} is {str(document.get('id'))[:200]}")
        return await self.keep(document, key_id=key_id)

    async def keep(self, document: Document, *, key_id: str | None = None) -> Account:
        """Keep an actor whose document was fetched from where its id says. `key_id`: which of several keys to take."""
        known = await self._core.reading.account_by_uri(str(document.get("id")))
        actor = to_core.actor(document, key_id=key_id or (known.key_id if known is not None else None))
        actor = await self._with_handle(actor, known)
        account = await self._core.accounts.keep_remote(actor)
        self._refreshed.put(actor.uri, self._core.clock.seconds())
        return account

    def is_stale(self, account: Account) -> bool:
        """Was it long ago, as far as this daemon remembers, that this actor was fetched?"""
        at = self._refreshed.get(account.uri)
        return at is None or self._core.clock.seconds() - at > STALE_SECONDS

    def note_refresh(self, account: Account) -> None:
        """It is about to be fetched: not twice."""
        self._refreshed.put(account.uri, self._core.clock.seconds())

    async def by_handle(self, username: str, host: str) -> Account:
        """Ask WebFinger, then the actor; both must say the same. Raises what `by_uri` raises."""
        finger = await self._fingers.ask(username, host)
        if self._core.uris.ours(finger.actor):
            raise NotFound(detail=f"{host} says {username} is one of ours")
        account = await self.fetch(finger.actor, fresh=False)
        if account.domain not in (finger.host, host):
            raise Forbidden("This handle is not its own", detail=f"{username}@{host} is {account.acct}", station="authorise")
        return account

    async def _with_handle(self, actor: RemoteActor, known: Account | None) -> RemoteActor:
        """Which handle an actor may have (S9): the one WebFinger of its id's host confirms; on another host, that host too.

        Whoever answers no WebFinger is known under the host of its id, as long as nobody else has that handle.
        """
        if known is not None and known.username == actor.username and known.domain:
            return replace(actor, domain=known.domain)
        home = host_key(actor.uri) or actor.domain
        try:
            finger = await self._fingers.ask(actor.username, home)
        except (NotFound, Unreachable, Invalid):
            await self._must_be_free(actor, home)
            return replace(actor, domain=home)
        self._must_be(finger, actor)
        if finger.host == self._core.settings.domain:
            raise Forbidden("This handle would be one of ours", detail=actor.uri, station="authorise")
        if finger.host != home:
            there = await self._fingers.ask(finger.username, finger.host)
            self._must_be(there, actor)
            if there.host != finger.host:
                raise Forbidden("This handle is not its own", detail=f"{actor.uri}: {finger.host}, {there.host}", station="authorise")
            finger = there
        return replace(actor, username=finger.username, domain=finger.host)

    def _must_be(self, finger: Finger, actor: RemoteActor) -> None:
        if without_fragment(finger.actor) != actor.uri:
            raise Forbidden("This handle is not its own", detail=f"{actor.uri}: WebFinger says {finger.actor}", station="authorise")

    async def _must_be_free(self, actor: RemoteActor, host: str) -> None:
        try:
            other = await self._core.reading.account_by_handle(f"{actor.username}@{host}")
        except NotFound:
            return
        if other.uri != actor.uri:
            raise Forbidden("This handle is somebody else's", detail=f"{actor.uri}: {other.uri}", station="authorise")

