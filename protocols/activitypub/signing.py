"""Sign what goes out: as the actor whose activity it is, or for fetches as the instance's own actor."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from pleromad.accounts.actors import Keys
from pleromad.clock import Clock
from pleromad.core import Core
from protocols.activitypub import message_signatures, multikey, proofs, signatures
from web.outbound.client import Sign


class Kind(StrEnum):
    """How a request is signed. The values are stored per host."""

    CAVAGE = "cavage"
    RFC9421 = "rfc9421"  # with the RSA key
    ED25519 = "ed25519"  # RFC 9421 with the Ed25519 key


@dataclass(frozen=True, slots=True)
class Pen:
    """The keys of one of ours, ready to sign."""

    keys: Keys
    clock: Clock

    def sign(self, kind: Kind, scheme: str) -> Sign:
        keys = self.keys

        def sign(method: str, host: str, path: str, body: bytes | None) -> Mapping[str, str]:
            now = self.clock.now()
            if kind is Kind.CAVAGE:
                private = signatures.private_key(keys.rsa)
                return signatures.sign(private, keys.rsa_id, method=method, host=host, path=path, body=body, now=now)
            made = {"scheme": scheme, "method": method, "host": host, "path": path, "body": body, "now": now}
            if kind is Kind.RFC9421:
                return message_signatures.sign(signatures.private_key(keys.rsa), keys.rsa_id, **made)  # type: ignore[arg-type]
            return message_signatures.sign(ed25519_key(keys.ed25519), keys.ed25519_id, **made)  # type: ignore[arg-type]

        return sign

    def prove(self, document: Mapping[str, Any]) -> dict[str, Any]:
        """With an object integrity proof (FEP-8b32)."""
        return proofs.prove(document, ed25519_key(self.keys.ed25519), self.keys.ed25519_id, self.clock.now())


@lru_cache(maxsize=500)
def ed25519_key(pem: str) -> Ed25519PrivateKey:
    key = serialization.load_pem_private_key(pem.encode(), None)
    assert isinstance(key, Ed25519PrivateKey)
    return key


def assertion_method(keys: Keys, uri: str) -> dict[str, str]:
    """The Ed25519 key as the actor's document shows it (FEP-521a)."""
    public = multikey.of_key(ed25519_key(keys.ed25519).public_key())
    return {"id": keys.ed25519_id, "type": "Multikey", "controller": uri, "publicKeyMultibase": public}


class Pens:
    def __init__(self, core: Core) -> None:
        self._core = core
        self._instance_id: int | None = None

    async def of(self, account_id: int) -> Pen:
        """Raises NotFound for whom we have no key."""
        return Pen(await self._core.accounts.keys_of(account_id), self._core.clock)

    async def former(self, account_id: int) -> Pen | None:
        """With the keys that were replaced lately."""
        keys = await self._core.accounts.replaced_keys_of(account_id)
        return None if keys is None else Pen(keys, self._core.clock)

    async def instance(self) -> Pen:
        if self._instance_id is None:
            self._instance_id = (await self._core.accounts.instance_actor()).id
        return await self.of(self._instance_id)
