"""Whose signature is it? Keys are looked up by their id: in memory, in the store, and at their own server, once more when one has changed."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

from pleromad.cache import Cache
from pleromad.core import Core
from pleromad.errors import Invalid, NotFound, Unauthenticated
from pleromad.model import event
from pleromad.model.account import Account
from pleromad.model.event import Event
from protocols.activitypub import signatures
from protocols.activitypub.fetching import Fetcher
from protocols.activitypub.origins import same_origin
from protocols.activitypub.people import People
from protocols.activitypub.signatures import Message, Signature
from protocols.activitypub.to_core.pieces import as_id, as_object, prop, type_of
from protocols.activitypub.vocabulary import ACTORS
from web.request import Request

KEYS = 5_000
ASK_AGAIN_SECONDS = 60.0  # after a key that was fetched anew did not fit either

# Counts a fetch for the sake of whoever sent the request; raises RateLimited when they cause too many.
Allow = Callable[[Request], None]


class Keyring:
    def __init__(self, core: Core, fetcher: Fetcher, people: People, allow: Allow) -> None:
        self._core = core
        self._fetcher = fetcher
        self._people = people
        self._allow = allow
        self._known: Cache[str, Account] = Cache(KEYS)
        self._key_ids: Cache[int, str] = Cache(KEYS)
        self._asked: Cache[str, float] = Cache(KEYS)
        core.bus.listen(self._heard)

    async def known(self, key_id: str) -> Account | None:
        """Whose key it is, as far as is known here."""
        account = self._known.get(key_id)
        if account is None:
            account = await self._core.reading.account_by_key_id(key_id)
            if account is not None and (account.local or not account.public_key_pem):
                return None
            if account is not None:
                self._remember(account)
        return account

    async def account(self, id: int) -> Account:
        """A signer again, without asking the database. Raises NotFound, Gone."""
        account = self._known.get(self._key_ids.get(id) or "")
        return account if account is not None and account.id == id else await self._core.reading.account(id)

    async def signer(self, request: Request, *, with_body: bool) -> Account:
        """Who signed the request. Raises Unauthenticated, and what fetching a key raises: Unreachable, Rejected, RateLimited, Gone."""
        signature = signatures.parse(request.header("signature") or request.header("authorization"))
        message = self.message(request, with_body=with_body)
        signatures.check_frame(signature, message, self._core.clock.now())
        account = await self.known(signature.key_id)
        if account is not None:
            if account.deleted:
                raise signatures.refused("the actor was deleted")
            if signatures.verifies(signature, message, signatures.public_key(account.public_key_pem)):
                return account
        account = await self._ask(request, signature)
        if not signatures.verifies(signature, message, signatures.public_key(account.public_key_pem)):
            self._asked.put(signature.key_id, self._core.clock.seconds() + ASK_AGAIN_SECONDS)
            raise signatures.refused("the key does not fit")
        return account

    def message(self, request: Request, *, with_body: bool) -> Message:
        """What was signed. The host is compared with our own names: a proxy may have changed the header, and what was
        signed for another server is not for us."""
        settings = self._core.settings
        hosts = dict.fromkeys([urlsplit(settings.http.public_url).netloc.lower(), settings.domain, settings.hostname])
        return Message(
            method=request.method,
            path=request.raw.uri.decode("ascii", "replace"),
            headers=request.header,
            hosts=tuple(hosts),
            body=request.body if with_body else None,
        )

    async def _ask(self, request: Request, signature: Signature) -> Account:
        """The key's owner as their server tells now (keys rotate)."""
        key_id = signature.key_id
        until = self._asked.get(key_id)
        if until is not None and until > self._core.clock.seconds():
            raise signatures.refused("the key did not fit a while ago")
        self._allow(request)
        try:
            account = await self._fetch(key_id)
        except (NotFound, Invalid) as error:
            raise Unauthenticated("The signature is not valid", detail=f"{key_id[:200]}: {error}", station="authorise") from error
        if account.key_id != key_id or not account.public_key_pem:
            raise signatures.refused(f"{account.uri} does not have the key {key_id[:200]}")
        self._remember(account)
        return account

    async def _fetch(self, key_id: str) -> Account:
        """The key id leads to an actor, to a stub of one (GoToSocial), or to a key alone that names its owner."""
        document = await self._fetcher.document(key_id, fresh=True)
        if type_of(document, ACTORS) not in ACTORS:
            inner = as_object(prop(document, "publicKey")) or document
            owner = as_id(prop(inner, "owner")) or as_id(prop(inner, "controller"))
            if owner is None or not same_origin(owner, key_id):
                raise signatures.refused(f"{key_id[:200]} leads to no actor")
            return await self._people.fetch(owner, key_id=key_id)
        if not same_origin(str(document.get("id")), key_id):
            raise signatures.refused(f"{key_id[:200]} leads to another server")
        return await self._people.keep(document, key_id=key_id)

    def _remember(self, account: Account) -> None:
        self._known.put(account.key_id, account)
        self._key_ids.put(account.id, account.key_id)

    def _heard(self, what: Event) -> None:
        if what.kind in (event.ACCOUNT_UPDATED, event.ACCOUNT_DELETED):
            key_id = self._key_ids.get(what.account_id)
            if key_id is not None:
                self._known.drop(key_id)
                self._key_ids.drop(what.account_id)
