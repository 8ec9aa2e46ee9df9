"""FEP-8b32: the vector of the proposal, and what no proof may get away with."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import TestCase

from protocols.activitypub import multikey, proofs

NOW = datetime(2023, 2, 24, 23, 36, 38, tzinfo=UTC)
CONTEXTS = ["https://www.w3.org/ns/activitystreams", "https://w3id.org/security/data-integrity/v2"]
METHOD = "https://server.example/users/alice#ed25519-key"
SECRET = "z3u2en7t5LR2WtQH5PfFqMqwVHBeXouLzo6haApm8XHqvjxq"
PUBLIC = "z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2"
VALUE = "z42ffGu6AUKPCFcFPiabmUvnGLPJzC7e4DGWC52NUasSSH37UMa9c58tdgVszUcZfytxa4fQ5TYHaJENCxUDe9SdL"
DOCUMENT: dict[str, Any] = {
    "@context": CONTEXTS,
    "id": "https://server.example/activities/1",
    "type": "Create",
    "actor": "https://server.example/users/alice",
    "object": {
        "id": "https://server.example/objects/1",
        "type": "Note",
        "attributedTo": "https://server.example/users/alice",
        "content": "Hello world",
        "location": {"type": "Place", "longitude": -71.184902, "latitude": 25.273962},
    },
}
PRIVATE = Ed25519PrivateKey.from_private_bytes(multikey.decode(SECRET)[2:])


def proved() -> dict[str, Any]:
    return proofs.prove(DOCUMENT, PRIVATE, METHOD, NOW)


class VectorTests(TestCase):
    def test_the_document_of_the_proposal_signed(self) -> None:
        proof = proved()["proof"]
        self.assertEqual(proof["proofValue"], VALUE)
        self.assertEqual((proof["@context"], proof["created"], proof["verificationMethod"]), (CONTEXTS, "2023-02-24T23:36:38Z", METHOD))

    def test_and_checked(self) -> None:
        options = {
            "@context": CONTEXTS,
            "type": "DataIntegrityProof",
            "cryptosuite": "eddsa-jcs-2022",
            "verificationMethod": METHOD,
            "proofPurpose": "assertionMethod",
            "proofValue": VALUE,
            "created": "2023-02-24T23:36:38Z",
        }
        proof = proofs.proof_of({**DOCUMENT, "proof": options}, NOW)
        assert proof is not None
        self.assertEqual(proof.method, METHOD)
        self.assertTrue(proofs.fits(proof, multikey.key_of(PUBLIC)))


class CheckingTests(TestCase):
    def fits(self, document: dict[str, Any], now: datetime = NOW) -> bool:
        proof = proofs.proof_of(document, now)
        return proof is not None and proofs.fits(proof, PRIVATE.public_key())

    def test_anything_that_is_changed_breaks_it(self) -> None:
        document = proved()
        self.assertTrue(self.fits(document))
        for changed in (
            {"actor": "https://server.example/users/eve"},
            {"object": {**DOCUMENT["object"], "content": "Hello"}},
            {"@graph": []},
            {"@context": [*CONTEXTS[:1]]},
            {"@context": [{"content": "https://www.w3.org/ns/activitystreams#summary"}, *CONTEXTS]},
            {"proof": {**document["proof"], "proofPurpose": "authentication"}},
            {"proof": {**document["proof"], "verificationMethod": "https://server.example/users/eve#key"}},
            {"proof": {**document["proof"], "created": "2023-02-24T23:36:39Z"}},
            {"proof": {**document["proof"], "cryptosuite": "eddsa-rdfc-2022"}},
            {"proof": {**document["proof"], "proofValue": "z111"}},
            {"proof": {**document["proof"], "proofValue": "u111"}},
            {"proof": None},
            {"proof": []},
            {"proof": "x"},
        ):
            self.assertFalse(self.fits({**document, **changed}), changed)
        self.assertFalse(self.fits({key: value for key, value in document.items() if key != "object"}))
        self.assertFalse(proofs.fits(proofs.proof_of(document, NOW), Ed25519PrivateKey.generate().public_key()))  # type: ignore[arg-type]

    def test_a_linked_data_signature_beside_it_is_no_part_of_it(self) -> None:
        self.assertTrue(self.fits({**proved(), "signature": {"type": "RsaSignature2017", "signatureValue": "x"}}))

    def test_the_one_of_several_that_we_know(self) -> None:
        document = proved()
        self.assertTrue(self.fits({**document, "proof": [{"type": "DataIntegrityProof", "cryptosuite": "bbs-2023"}, document["proof"]]}))

    def test_time(self) -> None:
        self.assertTrue(self.fits(proved(), NOW + timedelta(days=900)))
        self.assertFalse(self.fits(proved(), NOW - timedelta(hours=2)))
        document = proved()
        self.assertFalse(self.fits({**document, "proof": {**document["proof"], "expires": "2023-02-24T23:36:37Z"}}))

    @given(st.recursive(st.none() | st.booleans() | st.floats() | st.integers() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=20))
    def test_any_tree_is_proof_or_none(self, value: Any) -> None:
        document = proved()
        self.assertFalse(self.fits({**document, "x": value}))
        self.assertFalse(self.fits({**document, "proof": value}))
        self.assertFalse(self.fits({**document, "proof": {**document["proof"], "created": value}}))
