"""Object integrity proofs (FEP-8b32): eddsa-jcs-2022 (W3C Data Integrity EdDSA Cryptosuites 1.0), JSON canonicalised by RFC 8785."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import rfc8785
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from protocols.activitypub import multikey
from protocols.activitypub.signatures import AHEAD_SECONDS
from protocols.activitypub.to_core.pieces import as_list, as_time

CONTEXT = "https://w3id.org/security/data-integrity/v1"
SUITE = "eddsa-jcs-2022"


@dataclass(frozen=True, slots=True)
class Proof:
    """A proof of a kind we know. `digest` is what was signed: of the proof's options, and of the document without its proofs."""

    method: str  # id of the key
    digest: bytes
    value: bytes


def prove(document: Mapping[str, Any], private: Ed25519PrivateKey, method: str, now: datetime) -> dict[str, Any]:
    """The document with a proof. Its @context should have CONTEXT in it."""
    bare = {key: value for key, value in document.items() if key != "proof"}
    options: dict[str, Any] = {
        "type": "DataIntegrityProof",
        "cryptosuite": SUITE,
        "verificationMethod": method,
        "proofPurpose": "assertionMethod",
        "created": now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
    if "@context" in bare:
        options["@context"] = bare["@context"]
    made = private.sign(_digest(options, bare))
    return {**bare, "proof": {**options, "proofValue": multikey.encode(made)}}


def proof_of(document: Mapping[str, Any], now: datetime) -> Proof | None:
    """The first proof of our suite that has not expired; None when there is none that can be read."""
    # A Linked Data signature was made after the proof, and is no part of what it covers (FEP-8b32, "Backward compatibility").
    bare = {key: value for key, value in document.items() if key not in ("proof", "signature")}
    for proof in as_list(document.get("proof"))[:10]:
        if not isinstance(proof, dict) or proof.get("type") != "DataIntegrityProof" or proof.get("cryptosuite") != SUITE:
            continue
        method, value = proof.get("verificationMethod"), proof.get("proofValue")
        if proof.get("proofPurpose") != "assertionMethod" or not isinstance(method, str) or not isinstance(value, str):
            continue
        if not _is_timely(proof, now) or not _has_context(proof, bare):
            continue
        options = {key: part for key, part in proof.items() if key != "proofValue"}
        secured = {**bare, "@context": proof["@context"]} if "@context" in proof else bare
        try:
            return Proof(method, _digest(options, secured), multikey.decode(value))
        except (ValueError, rfc8785.CanonicalizationError):
            continue
    return None


def fits(proof: Proof, public: Ed25519PublicKey) -> bool:
    try:
        public.verify(proof.value, proof.digest)
    except InvalidSignature:
        return False
    return True


def _digest(options: Mapping[str, Any], document: Mapping[str, Any]) -> bytes:
    parts = (rfc8785.dumps(dict(options)), rfc8785.dumps(dict(document)))
    return b"".join(hashlib.sha256(part).digest() for part in parts)


def _is_timely(proof: Mapping[str, Any], now: datetime) -> bool:
    created, expires = as_time(proof.get("created")), as_time(proof.get("expires"))
    if "expires" in proof and (expires is None or expires < now):
        return False
    return created is None or (created - now).total_seconds() <= AHEAD_SECONDS


def _has_context(proof: Mapping[str, Any], document: Mapping[str, Any]) -> bool:
    """The proof's @context must be what the document's begins with: terms must not mean something else than when it was made."""
    if "@context" not in proof:
        return True
    wanted, given = proof["@context"], document.get("@context")
    wanted = wanted if isinstance(wanted, list) else [wanted]
    given = given if isinstance(given, list) else [given]
    return bool(given[: len(wanted)] == wanted)
