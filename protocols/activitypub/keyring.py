"""Whose signature is it? Keys are looked up by their id: in memory, in the store, and at their own server, once more when one has changed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from pleromad.cache import Cache
from pleromad.core import Core
from pleromad.errors import Invalid, NotFound, Unauthenticated
from pleromad.model import event
from pleromad.model.account import Account
from pleromad.model.event import Event
from protocols.activitypub import message_signatures, proofs, signatures
from protocols.activitypub.fetching import Fetcher
from protocols.activitypub.origins import same_origin
from protocols.activitypub.people import People
from protocols.activitypub.signatures import Message, PublicKey
from protocols.activitypub.to_core.pieces import as_id, as_object, prop, type_of
from protocols.activitypub.vocabulary import ACTORS
from web.request import Request

KEYS = 5_000
ASK_AGAIN_SECONDS = 60.0  # after a key that was fetched anew did not fit either

# Counts a fetch for the sake of whoever sent the request; raises RateLimited when they cause too many.
Allow = Callable[[Request], None]


@dataclass(frozen=True, slots=True)
class Key:
    owner: Account
    pem: str

    @property
    def public(self) -> PublicKey:
        return signatures.public_key(self.pem)


@dataclass(frozen=True, slots=True)
class Presented:
    """The signature of a request, of whichever kind."""

    key_id: str
    check_frame: Callable[[Message, datetime], None]
    verifies: Callable[[Message, PublicKey], bool]


def presented(request: Request) -> Presented:
    """RFC 9421 where there is a Signature-Input, else draft-cavage. Raises Unauthenticated."""
    described = request.header("signature-input")
    if described:
        new = message_signatures.parse(described, request.header("signature"))
        return Presented(
            new.key_id,
            lambda message, now: message_signatures.check_frame(new, message, now),
            lambda message, key: message_signatures.verifies(new, message, key),
        )
    old = signatures.parse(request.header("signature") or request.header("authorization"))
    return Presented(
        old.key_id,
        lambda message, now: signatures.check_frame(old, message, now),
        lambda message, key: signatures.verifies(old, message, key),
    )


class Keyring:
    def __init__(self, core: Core, fetcher: Fetcher, people: People, allow: Allow) -> None:
        self._core = core
        self._fetcher = fetcher
        self._people = people
        self._allow = allow
        self._known: Cache[str, Key] = Cache(KEYS)
        self._key_ids: Cache[int, tuple[str, ...]] = Cache(KEYS)
        self._asked: Cache[str, float] = Cache(KEYS)
        core.bus.listen(self._heard)

    async def known(self, key_id: str) -> Account | None:
        """Whose key it is, as far as is known here."""
        key = await self._key(key_id)
        return key.owner if key is not None else None

    async def _key(self, key_id: str) -> Key | None:
        key = self._known.get(key_id)
        if key is None:
            found = await self._core.reading.key(key_id)
            if found is None or found[0].local or not found[1]:
                return None
            key = Key(*found)
            self._remember(key_id, key)
        return key

    async def account(self, id: int) -> Account:
        """A signer again, without asking the database. Raises NotFound, Gone."""
        for key_id in self._key_ids.get(id) or ():
            key = self._known.get(key_id)
            if key is not None and key.owner.id == id:
                return key.owner
        return await self._core.reading.account(id)

    async def signer(self, request: Request, *, with_body: bool) -> Account:
        """Who signed the request. Raises Unauthenticated, and what fetching a key raises: Unreachable, Rejected, RateLimited, Gone."""
        signature = presented(request)
        message = self.message(request, with_body=with_body)
        signature.check_frame(message, self._core.clock.now())
        key = await self._key(signature.key_id)
        if key is not None:
            if key.owner.deleted:
                raise signatures.refused("the actor was deleted")
            if signature.verifies(message, key.public):
                return key.owner
        key = await self._ask(signature.key_id, request)
        if not signature.verifies(message, key.public):
            self._did_not_fit(signature.key_id)
            raise signatures.refused("the key does not fit")
        return key.owner

    async def prover(self, document: Mapping[str, Any]) -> Account | None:
        """Who made the proof inside the document (FEP-8b32); None without one that holds. Raises what fetching a key raises."""
        proof = proofs.proof_of(document, self._core.clock.now())
        if proof is None or self._core.uris.ours(proof.method):
            return None
        key = await self._key(proof.method)
        if key is None or not _proves(key, proof):
            try:
                key = await self._ask(proof.method)
            except Unauthenticated:
                return None
            if not _proves(key, proof):
                self._did_not_fit(proof.method)
                return None
        return key.owner if not key.owner.deleted else None

    def message(self, request: Request, *, with_body: bool) -> Message:
        """What was signed. The host is compared with our own names: a proxy may have changed the header, and what was
        signed for another server is not for us."""
        settings = self._core.settings
        public = urlsplit(settings.http.public_url)
        hosts = dict.fromkeys([public.netloc.lower(), settings.domain, settings.hostname])
        return Message(
            method=request.method,
            path=request.raw.uri.decode("ascii", "replace"),
            headers=request.header,
            hosts=tuple(hosts),
            body=request.body if with_body else None,
            scheme=public.scheme,
        )

    async def _ask(self, key_id: str, request: Request | None = None) -> Key:
        """The key as its owner's server tells now (keys rotate)."""
        until = self._asked.get(key_id)
        if until is not None and until > self._core.clock.seconds():
            raise signatures.refused("the key did not fit a while ago")
        if request is not None:
            self._allow(request)
        try:
            account = await self._fetch(key_id)
        except (NotFound, Invalid) as error:
            raise Unauthenticated("The signature is not valid", detail=f"{key_id[:200]}: {error}", station="authorise") from error
        found = (account, account.public_key_pem) if account.key_id == key_id else await self._core.reading.key(key_id)
        if found is None or found[0].id != account.id or not found[1]:
            raise signatures.refused(f"{account.uri} does not have the key {key_id[:200]}")
        key = Key(*found)
        self._remember(key_id, key)
        return key

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

    def _did_not_fit(self, key_id: str) -> None:
        self._asked.put(key_id, self._core.clock.seconds() + ASK_AGAIN_SECONDS)

    def _remember(self, key_id: str, key: Key) -> None:
        self._known.put(key_id, key)
        before = self._key_ids.get(key.owner.id) or ()
        if key_id not in before:
            self._key_ids.put(key.owner.id, (*before, key_id))

    def _heard(self, what: Event) -> None:
        if what.kind in (event.ACCOUNT_UPDATED, event.ACCOUNT_DELETED):
            for key_id in self._key_ids.get(what.account_id) or ():
                self._known.drop(key_id)
            self._key_ids.drop(what.account_id)


def _proves(key: Key, proof: proofs.Proof) -> bool:
    public = key.public
    return isinstance(public, Ed25519PublicKey) and proofs.fits(proof, public)
