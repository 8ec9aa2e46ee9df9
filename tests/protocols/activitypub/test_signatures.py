"""draft-cavage-http-signatures-12: its own vectors (appendix C), and everything a signature must not be."""

from __future__ import annotations

import base64
import contextlib
import hashlib
from datetime import UTC, datetime, timedelta
from functools import cache

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from hypothesis import given, settings
from hypothesis import strategies as st
from twisted.trial.unittest import TestCase

from pleromad.accounts.keys import Pair, new_pair
from pleromad.errors import Unauthenticated
from protocols.activitypub import signatures
from protocols.activitypub.signatures import Message, PublicKey

NOW = datetime(2014, 1, 5, 21, 32, tzinfo=UTC)
BODY = b'{"hello": "world"}'

# Appendix C: the key, the request, and what it looks like signed.
SPEC_KEY = """-----BEGIN PUBLIC KEY-----
MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDCFENGw33yGihy92pDjZQhl0C3
6rPJj+CvfSC8+q28hxA161QFNUd13wuCTUcq0Qd2qsBe/2hFyc2DCJJg0h1L78+6
Z4UMR7EOcpfdUE9Hf3m/hs+FUR45uBJeDK1HSFHD8bHKD6kv8FPGfJTotc+2xjJw
oYi+1hqp1fIekaxsyQIDAQAB
-----END PUBLIC KEY-----
"""
SPEC_HEADERS = {
    "host": "example.com",
    "date": "Sun, 05 Jan 2014 21:31:40 GMT",
    "content-type": "application/json",
    "digest": "SHA-256=X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=",
    "content-length": "18",
}
SPEC_PATH = "/foo?param=value&pet=dog"
C1 = (
    'keyId="Test",algorithm="rsa-sha256",'
    'signature="SjWJWbWN7i0wzBvtPl8rbASWz5xQW6mcJmn+ibttBqtifLN7Sazz6m79cNfwwb8DMJ5cou1s7uEGKKCs+FLEEaDV5lp7q25WqS+lavg7T8hc0GppauB6hbgEKTwblDHYGEtbGmtdHgVCk9SuS13F0hZ8FD0k/5OxEPXe5WozsbM="'
)
C2 = (
    'keyId="Test",algorithm="rsa-sha256",headers="(request-target) host date",'
    'signature="qdx+H7PHHDZgy4y/Ahn9Tny9V3GP6YgBPyUXMmoxWtLbHpUnXS2mg2+SbrQDMCJypxBLSPQR2aAjn7ndmw2iicw3HMbe8VfEdKFYRqzic+efkb3nndiv/x1xSHDJWeSWkx3ButlYSuBskLu6kd9Fswtemr3lgdDEmn04swr2Os0="'
)
C3 = (
    'keyId="Test",algorithm="rsa-sha256",created=1402170695,expires=1402170699,'
    'headers="(request-target) (created) (expires) host date content-type digest content-length",signature="AAAA"'
)


@cache
def pair(number: int) -> Pair:
    return new_pair()


@cache
def private() -> rsa.RSAPrivateKey:
    return signatures.private_key(pair(0).private)


def public(number: int = 0) -> PublicKey:
    return signatures.public_key(pair(number).public)


def request(headers: dict[str, str], *, method: str = "POST", path: str = "/inbox", body: bytes | None = BODY, host: str = "here.example") -> Message:
    return Message(method, path, signatures.lookup({name.lower(): value for name, value in headers.items()}), (host,), body)


def signed(*, method: str = "POST", path: str = "/inbox", body: bytes | None = BODY, host: str = "here.example", now: datetime = NOW) -> dict[str, str]:
    return signatures.sign(private(), "https://far.example/users/bob#main-key", method=method, host=host, path=path, body=body, now=now)


def check(headers: dict[str, str], message: Message | None = None, now: datetime = NOW) -> bool:
    """As the keyring does, with the key at hand."""
    message = message or request(headers)
    signature = signatures.parse(headers["Signature"])
    signatures.check_frame(signature, message, now)
    return signatures.verifies(signature, message, public())


class VectorTests(TestCase):
    def verifies(self, header: str, path: str = SPEC_PATH) -> bool:
        message = Message("POST", path, signatures.lookup(SPEC_HEADERS), ("example.com",), BODY)
        return signatures.verifies(signatures.parse(header), message, signatures.public_key(SPEC_KEY))

    def test_c1_the_date_alone_is_a_right_signature_that_is_not_enough(self) -> None:
        self.assertTrue(self.verifies(C1))
        message = Message("POST", SPEC_PATH, signatures.lookup(SPEC_HEADERS), ("example.com",), BODY)
        self.assertRaises(Unauthenticated, signatures.check_frame, signatures.parse(C1), message, NOW)

    def test_c2_target_host_and_date(self) -> None:
        self.assertTrue(self.verifies(C2))
        self.assertFalse(self.verifies(C2, "/foo?param=other&pet=dog"))

    def test_c3_parameters_of_every_kind_are_read(self) -> None:
        signature = signatures.parse(C3)
        self.assertEqual((signature.created, signature.expires), (1402170695, 1402170699))
        self.assertEqual(signature.headers[:3], ("(request-target)", "(created)", "(expires)"))

    def test_the_digest_of_the_examples(self) -> None:
        self.assertEqual(signatures.digest_of(BODY), SPEC_HEADERS["digest"])


class SigningTests(TestCase):
    def test_what_is_signed_verifies(self) -> None:
        self.assertTrue(check(signed()))

    def test_a_get_is_signed_with_its_query_and_without_a_digest(self) -> None:
        headers = signed(method="GET", path="/users/bob?page=1", body=None)
        self.assertNotIn("Digest", headers)
        self.assertTrue(check(headers, request(headers, method="GET", path="/users/bob?page=1", body=None)))

    def test_a_query_may_have_been_left_out_by_the_signer(self) -> None:
        headers = signed(method="GET", path="/users/bob", body=None)
        self.assertTrue(check(headers, request(headers, method="GET", path="/users/bob?page=1", body=None)))

    def test_nothing_signed_may_differ(self) -> None:
        headers = signed()
        self.assertFalse(check(headers, request(headers, path="/users/alice/inbox")))
        self.assertFalse(check(headers, request(headers, method="PUT")))
        self.assertFalse(check(headers, request(headers, host="other.example")))
        self.assertFalse(check(headers, request({**headers, "Date": "Sun, 05 Jan 2014 21:32:01 GMT"})))
        self.assertFalse(signatures.verifies(signatures.parse(headers["Signature"]), request(headers), public(1)))

    def test_the_body_must_be_what_the_digest_says(self) -> None:
        headers = signed()
        self.assertRaises(Unauthenticated, check, headers, request(headers, body=BODY + b" "))
        self.assertRaises(Unauthenticated, check, headers, request({**headers, "Digest": signatures.digest_of(b"other")}, body=BODY))

    def test_a_new_digest_for_a_new_body_breaks_the_signature(self) -> None:
        headers = signed()
        self.assertFalse(check(headers, request({**headers, "Digest": signatures.digest_of(b"other")}, body=b"other")))

    def test_a_digest_that_is_not_signed_counts_for_nothing(self) -> None:
        headers = signed(body=None)
        self.assertRaises(Unauthenticated, check, headers, request({**headers, "Digest": signatures.digest_of(BODY)}))

    def test_several_digests_of_which_one_is_ours(self) -> None:
        signatures.check_digest(f"SHA-512=AAAA,{signatures.digest_of(BODY)}", BODY)
        self.assertRaises(Unauthenticated, signatures.check_digest, f"{signatures.digest_of(BODY)},SHA-256=AAAA", BODY)
        self.assertRaises(Unauthenticated, signatures.check_digest, "SHA-512=AAAA", BODY)

    def test_content_digest_may_stand_in_for_digest(self) -> None:
        good, other = (f"sha-256=:{base64.b64encode(hashlib.sha256(body).digest()).decode()}:" for body in (BODY, b"other"))
        parsed = signatures.Signature("k", "hs2019", ("(request-target)", "host", "date", "content-digest"), b"x", None, None)
        date = signed()["Date"]

        def frame(**headers: str) -> None:
            signatures.check_frame(parsed, request({"Date": date, **{name.replace("_", "-"): value for name, value in headers.items()}}, body=BODY), NOW)

        frame(Content_Digest=good)
        for bad in (other, "", "sha-256=x", "md5=:AAAA:", f"{good}, sha-512=:AAAA:", "sha-256=(1 2)"):
            self.assertRaises(Unauthenticated, frame, Content_Digest=bad)
        self.assertRaises(Unauthenticated, frame, Digest=signatures.digest_of(BODY))

    def test_time_has_bounds(self) -> None:
        for late in (timedelta(hours=13), -timedelta(hours=2)):
            self.assertRaises(Unauthenticated, check, signed(), None, NOW + late)
        self.assertTrue(check(signed(), None, NOW + timedelta(hours=11)))
        self.assertTrue(check(signed(), None, NOW - timedelta(minutes=50)))
        self.assertRaises(Unauthenticated, check, {**signed(), "Date": "yesterday"})

    def test_created_in_place_of_a_date_is_for_hs2019(self) -> None:
        from cryptography.hazmat.primitives import hashes
        from cryptography.hazmat.primitives.asymmetric import padding

        moment = int(NOW.timestamp())
        digest = signatures.digest_of(BODY)
        text = f"(request-target): post /inbox\nhost: here.example\n(created): {moment}\ndigest: {digest}"
        value = base64.b64encode(private().sign(text.encode(), padding.PKCS1v15(), hashes.SHA256())).decode()

        def header(algorithm: str, more: str = "") -> dict[str, str]:
            names = "(request-target) host (created) digest"
            return {"Signature": f'keyId="k",algorithm="{algorithm}",created={moment}{more},headers="{names}",signature="{value}"', "Digest": digest}

        self.assertTrue(check(header("hs2019")))
        self.assertRaises(Unauthenticated, check, header("rsa-sha256"))
        self.assertRaises(Unauthenticated, check, header("hs2019", f",expires={moment - 10}"))


    def test_hs2019_leaves_the_algorithm_to_the_key(self) -> None:
        key = ed25519.Ed25519PrivateKey.generate()
        headers = {"Date": "Sun, 05 Jan 2014 21:32:00 GMT", "Digest": signatures.digest_of(BODY)}
        text = f"(request-target): post /inbox\nhost: here.example\ndate: {headers['Date']}\ndigest: {headers['Digest']}"
        value = base64.b64encode(key.sign(text.encode())).decode()
        header = f'keyId="k",algorithm="hs2019",headers="(request-target) host date digest",signature="{value}"'
        signature, message = signatures.parse(header), request(headers)
        signatures.check_frame(signature, message, NOW)
        self.assertTrue(signatures.verifies(signature, message, key.public_key()))
        self.assertFalse(signatures.verifies(signature, request({**headers, "Date": "Sun, 05 Jan 2014 21:32:01 GMT"}), key.public_key()))


class ParsingTests(TestCase):
    def test_an_empty_parameter_is_forgiven(self) -> None:
        """Takahe."""
        self.assertEqual(signatures.parse('keyId="k",headers="host",,signature="AAAA"').key_id, "k")

    def test_spaces_order_and_the_authorization_header(self) -> None:
        signature = signatures.parse('Signature signature="AAAA", headers="Host DATE" , keyId="k"')
        self.assertEqual(signature.headers, ("host", "date"))

    def test_a_parameter_that_is_there_twice_is_refused(self) -> None:
        self.assertRaises(Unauthenticated, signatures.parse, 'keyId="a",keyId="b",headers="host",signature="AAAA"')
        self.assertRaises(Unauthenticated, signatures.parse, 'keyId="a",headers="host host",signature="AAAA"')

    def test_junk_is_refused(self) -> None:
        for header in ("", "junk", 'keyId="k"', 'signature="AAAA"', 'keyId="k",signature="!"', 'keyId="k" signature="AAAA"', "x" * 9000):
            self.assertRaises(Unauthenticated, signatures.parse, header)

    def test_keys_that_are_none_are_refused(self) -> None:
        other = ec.generate_private_key(ec.SECP256R1()).public_key()
        pem = other.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo).decode()
        for key in ("", "junk", pem):
            self.assertRaises(Unauthenticated, signatures.public_key, key)

    @given(st.text(max_size=200))
    def test_any_text_is_parsed_or_refused(self, text: str) -> None:
        with contextlib.suppress(Unauthenticated):
            signatures.parse(text)

    @settings(max_examples=50)
    @given(
        st.sampled_from(["GET", "POST"]),
        st.text(st.characters(codec="ascii", exclude_characters=" ", exclude_categories=["Cc"]), max_size=60).map(lambda t: "/" + t),
        st.binary(max_size=200),
        st.integers(-3000, 40_000),
    )
    def test_a_round_trip(self, method: str, path: str, body: bytes, seconds: int) -> None:
        sent = body if method == "POST" else None
        headers = signed(method=method, path=path, body=sent)
        message = request(headers, method=method, path=path, body=sent)
        self.assertTrue(check(headers, message, NOW + timedelta(seconds=seconds)))
