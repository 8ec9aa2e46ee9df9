"""`core.resolver`: what other doors may ask of other servers (pleromad.resolver)."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote

from twisted.internet.defer import Deferred, DeferredList, TimeoutError
from twisted.logger import Logger

from pleromad import text
from pleromad.daemon import spawn
from pleromad.errors import Forbidden, Gone, Invalid, NotFound, PleromadError
from pleromad.model.account import Account
from protocols.activitypub.door import Door
from protocols.activitypub.finger import split_acct
from protocols.activitypub.origins import origin_of
from protocols.activitypub.to_core.pieces import type_of
from protocols.activitypub.vocabulary import ACTORS

log = Logger(namespace="activitypub")

MAX_MENTIONS = 10
MENTIONS_SECONDS = 12.0
_OUR_NOTE = re.compile(r"/(?:notes|@[^/]{1,200})/(\d{1,18})")
_OUR_PERSON = re.compile(r"/(?:@|users/|rooms/)([^/?#]{1,200})")


class Resolving:
    """Implements `pleromad.resolver.Resolver`."""

    def __init__(self, door: Door, reactor: Any) -> None:
        self._door = door
        self._core = door.core
        self._reactor = reactor

    async def account(self, handle_or_uri: str) -> Account:
        try:
            if origin_of(handle_or_uri) is not None:
                return await self._account_at(handle_or_uri)
            return await self._account_named(handle_or_uri)
        except (Invalid, Forbidden) as error:
            # A document that is no actor, or speaks for somebody else: for a person it is as if there was none.
            raise NotFound(detail=str(error)) from error

    async def fresh(self, account: Account) -> Account:
        if account.local:
            return await self._core.reading.account(account.id)
        try:
            return await self._door.people.fetch(account.uri)
        except (Invalid, Forbidden) as error:
            raise NotFound(detail=str(error)) from error

    async def _account_named(self, handle: str) -> Account:
        name, _, host = handle.removeprefix("acct:").lstrip("@").partition("@")
        try:
            known = await self._core.reading.account_by_handle(f"{name}@{host}" if host else name)
        except Gone:
            raise
        except NotFound:
            if not host:
                raise
        else:
            self._refresh(known)
            return known
        name, host = split_acct(f"{name}@{host}")
        if host == self._core.settings.domain:
            raise NotFound
        account = await self._door.people.by_handle(name, host)
        await self._wish_featured(account)
        return account

    async def _account_at(self, uri: str) -> Account:
        if self._core.uris.ours(uri):
            path = _OUR_PERSON.fullmatch(uri[len(self._core.uris.base) :])
            known = await self._core.reading.account_by_uri(uri)
            if known is None and path is not None:
                known = await self._core.reading.account_by_handle(path[1])
            if known is None:
                raise NotFound
            return known
        known = await self._core.reading.account_by_uri(uri)
        if known is not None:
            if known.deleted:
                raise Gone
            self._refresh(known)
            return known
        document = await self._door.fetcher.document(uri, page=True)
        if type_of(document, ACTORS) not in ACTORS:
            raise NotFound(detail=f"{uri} is no actor")
        account = await self._door.people.keep(document)
        await self._wish_featured(account)
        return account

    async def note(self, uri: str, viewer: int | None) -> int | None:
        id: int | None
        if self._core.uris.ours(uri):
            id = await self._core.reading.note_id_of(uri)
            ours = _OUR_NOTE.fullmatch(uri[len(self._core.uris.base) :])
            id = int(ours[1]) if id is None and ours is not None else id
        else:
            id = await self._note_elsewhere(uri)
        if id is None:
            return None
        return id if await self._core.reading.notes(viewer, [id]) else None

    async def _note_elsewhere(self, uri: str) -> int | None:
        if origin_of(uri) is None:
            return None
        try:
            return await self._door.threads.by_uri(uri, page=True)
        except (NotFound, Invalid, Forbidden) as error:
            log.debug("No note at {uri}: {error}", uri=uri, error=str(error))
            return None

    async def interaction_page(self, handle: str, uri: str) -> str:
        finger = await self._door.fingers.ask(*split_acct(handle))
        page = finger.subscribe.replace("{uri}", quote(uri, safe=""))
        if origin_of(page) is None:
            raise NotFound(detail=f"{finger.host} names no page to follow from")
        return page

    async def mentions(self, text_: str) -> None:
        handles = [handle for handle in text.find_handles(text_) if "@" in handle]
        known = await self._core.reading.known_handles(handles)
        unknown = [handle for handle in handles if handle not in known][:MAX_MENTIONS]
        if not unknown:
            return
        asking: Deferred[Any] = DeferredList([Deferred.fromCoroutine(self._try(handle)) for handle in unknown])
        asking.addTimeout(MENTIONS_SECONDS, self._reactor)
        try:
            await asking
        except TimeoutError:
            log.debug("Not everybody that was named could be found in time")

    async def _try(self, handle: str) -> None:
        try:
            await self.account(handle)
        except PleromadError as error:
            log.debug("{handle} was not found: {error}", handle=handle, error=str(error))

    def _refresh(self, account: Account) -> None:
        """Somebody looked at them: see whether they have changed, while what is known is shown."""
        if account.local or not self._door.people.is_stale(account):
            return
        self._door.people.note_refresh(account)
        spawn(self._fetch(account), "refreshing an actor")

    async def _fetch(self, account: Account) -> None:
        try:
            await self._door.people.fetch(account.uri)
        except PleromadError as error:
            log.debug("{uri} was not refreshed: {error}", uri=account.uri, error=str(error))

    async def _wish_featured(self, account: Account) -> None:
        if account.featured_uri:
            await self._core.jobs.add(
                "fetch",
                {"what": "featured", "account_id": account.id},
                key=account.domain,
                dedupe=f"featured {account.id}",
                max_attempts=3,
            )

