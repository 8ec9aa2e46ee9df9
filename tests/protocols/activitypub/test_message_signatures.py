"""RFC 9421: its own vectors (appendix B.2), typed in from the specification, and everything a signature must not be."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime, timedelta

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import TestCase

from pleromad.accounts.keys import new_ed25519
from pleromad.errors import Unauthenticated
from protocols.activitypub import message_signatures, multikey, signatures
from protocols.activitypub.signatures import Message, PublicKey
from protocols.activitypub.signing import ed25519_key
from tests.support.federation import another_pair

# Appendix B.1.2, B.1.4, B.2: the keys and the request.
RSA_PSS_KEY = """-----BEGIN PUBLIC KEY-----
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAr4tmm3r20Wd/PbqvP1s2
+QEtvpuRaV8Yq40gjUR8y2Rjxa6dpG2GXHbPfvMs8ct+Lh1GH45x28Rw3Ry53mm+
oAXjyQ86OnDkZ5N8lYbggD4O3w6M6pAvLkhk95AndTrifbIFPNU8PPMO7OyrFAHq
gDsznjPFmTOtCEcN2Z1FpWgchwuYLPL+Wokqltd11nqqzi+bJ9cvSKADYdUAAN5W
Utzdpiy6LbTgSxP7ociU4Tn0g5I6aDZJ7A8Lzo0KSyZYoA485mqcO0GVAdVw9lq4
aOT9v6d+nb4bnNkQVklLQ3fVAvJm+xdDOp9LCNCN48V2pnDOkFV6+U9nV5oyc6XI
2wIDAQAB
-----END PUBLIC KEY-----
"""
ED25519_KEY = """-----BEGIN PUBLIC KEY-----
MCowBQYDK2VwAyEAJrQLj5P/89iXES9+vFgrIy29clF9CC/oPPsw3c5D0bs=
-----END PUBLIC KEY-----
"""
ED25519_PRIVATE = """-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEIJ+DYvh6SEqVTm50DFtMDoQikTmiCqirVv9mWG9qfSnF
-----END PRIVATE KEY-----
"""
BODY = b'{"hello": "world"}'
SPEC_HEADERS = {
    "host": "example.com",
    "date": "Tue, 20 Apr 2021 02:07:55 GMT",
    "content-type": "application/json",
    "content-digest": "sha-512=:WZDPaVn/7XgHaAy8pmojAkGWoRx2UFChF41A2svX+TaPm+AbwAgBWnrIiYllu7BNNyealdVLvRwEmTHWXvJwew==:",
    "content-length": "18",
}
SPEC_MESSAGE = Message("POST", "/foo?param=Value&Pet=dog", signatures.lookup(SPEC_HEADERS), ("example.com",), BODY)
B21_INPUT = 'sig-b21=();created=1618884473;keyid="test-key-rsa-pss";nonce="b3k2pp5k7z-50gnwp.yemd"'
B21 = (
    "sig-b21=:d2pmTvmbncD3xQm8E9ZV2828BjQWGgiwAaw5bAkgibUopemLJcWDy/lkbbHAve4cRAtx31Iq786U7it++wgGxbtRxf8Udx7zFZsckzXaJMkA7ChG52eSkFxykJe"
    "NqsrWH5S+oxNFlD4dzVuwe8DhTSja8xxbR/Z2cOGdCbzR72rgFWhzx2VjBqJzsPLMIQKhO4DGezXehhWwE56YCE+O6c0mKZsfxVrogUvA4HELjVKWmAvtl6UnCh8jYzuVG5WSb/"
    "QEVPnP5TmcAnLH1g+s++v6d4s8m0gCw1fV5/SITLq9mhho8K3+7EPYTU8IU1bLhdxO5Nyt8C8ssinQ98Xw9Q==:"
)
B22_INPUT = (
    'sig-b22=("@authority" "content-digest" "@query-param";name="Pet");created=1618884473;keyid="test-key-rsa-pss";tag="header-example"'
)
B22 = (
    "sig-b22=:LjbtqUbfmvjj5C5kr1Ugj4PmLYvx9wVjZvD9GsTT4F7GrcQEdJzgI9qHxICagShLRiLMlAJjtq6N4CDfKtjvuJyE5qH7KT8UCMkSowOB4+ECxCmT8rtAmj/0PIXx"
    "i0A0nxKyB09RNrCQibbUjsLS/2YyFYXEu4TRJQzRw1rLEuEfY17SARYhpTlaqwZVtR8NV7+4UKkjqpcAoFqWFQh62s7Cl+H2fjBSpqfZUJcsIk4N6wiKYd4je2U/lankenQ99P"
    "ZfB4jY3I5rSV2DSBVkSFsURIjYErOs0tFTQosMTAoxk//0RoKUqiYY8Bh0aaUEb0rQl3/XaVe4bXTugEjHSw==:"
)
B23_INPUT = (
    'sig-b23=("date" "@method" "@path" "@query" "@authority" "content-type" "content-digest" "content-length")'
    ';created=1618884473;keyid="test-key-rsa-pss"'
)
B23 = (
    "sig-b23=:bbN8oArOxYoyylQQUU6QYwrTuaxLwjAC9fbY2F6SVWvh0yBiMIRGOnMYwZ/5MR6fb0Kh1rIRASVxFkeGt683+qRpRRU5p2voTp768ZrCUb38K0fUxN0O0iC59DzY"
    "x8DFll5GmydPxSmme9v6ULbMFkl+V5B1TP/yPViV7KsLNmvKiLJH1pFkh/aYA2HXXZzNBXmIkoQoLd7YfW91kE9o/CCoC1xMy7JA1ipwvKvfrs65ldmlu9bpG6A9BmzhuzF8Ei"
    "m5f8ui9eH8LZH896+QIF61ka39VBrohr9iyMUJpvRX2Zbhl5ZJzSRxpJyoEZAFL2FUo5fTIztsDZKEgM4cUA==:"
)
B26_INPUT = 'sig-b26=("date" "@method" "@path" "@authority" "content-type" "content-length");created=1618884473;keyid="test-key-ed25519"'
B26 = "sig-b26=:wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw==:"
SPEC_NOW = datetime.fromtimestamp(1618884480, UTC)

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
KEY_ID = "https://far.example/users/bob#main-key"


def signed(private: rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey, *, method: str = "POST", path: str = "/inbox", body: bytes | None = BODY) -> dict[str, str]:
    return message_signatures.sign(private, KEY_ID, method=method, scheme="https", host="here.example", path=path, body=body, now=NOW)


def request(headers: dict[str, str], *, method: str = "POST", path: str = "/inbox", body: bytes | None = BODY, host: str = "here.example") -> Message:
    return Message(method, path, signatures.lookup({name.lower(): value for name, value in headers.items()}), (host,), body)


def check(headers: dict[str, str], message: Message, public: PublicKey, now: datetime = NOW) -> bool:
    signature = message_signatures.parse(headers["Signature-Input"], headers["Signature"])
    message_signatures.check_frame(signature, message, now)
    return message_signatures.verifies(signature, message, public)


class VectorTests(TestCase):
    def verifies(self, described: str, value: str, pem: str, message: Message = SPEC_MESSAGE) -> bool:
        signature = message_signatures.parse(described.replace(';tag="header-example"', ""), value)
        if "tag=" in described:  # a signature for something else is not taken from a request; as a vector it is
            signature.params["tag"] = "header-example"
        return message_signatures.verifies(signature, message, signatures.public_key(pem))

    def test_b21_minimal_rsa_pss(self) -> None:
        self.assertTrue(self.verifies(B21_INPUT, B21, RSA_PSS_KEY))

    def test_b22_selected_components_rsa_pss(self) -> None:
        self.assertTrue(self.verifies(B22_INPUT, B22, RSA_PSS_KEY))
        other = Message("POST", "/foo?param=Value&Pet=cat", SPEC_MESSAGE.headers, ("example.com",), BODY)
        self.assertFalse(self.verifies(B22_INPUT, B22, RSA_PSS_KEY, other))

    def test_b23_full_coverage_rsa_pss(self) -> None:
        self.assertTrue(self.verifies(B23_INPUT, B23, RSA_PSS_KEY))
        message_signatures.check_frame(message_signatures.parse(B23_INPUT, B23), SPEC_MESSAGE, SPEC_NOW)

    def test_b26_ed25519(self) -> None:
        self.assertTrue(self.verifies(B26_INPUT, B26, ED25519_KEY))
        self.assertFalse(self.verifies(B26_INPUT, B26, RSA_PSS_KEY))

    def test_b26_the_same_bytes_are_signed(self) -> None:
        signature = message_signatures.parse(B26_INPUT, B26)
        text = message_signatures.signature_base(signature, SPEC_MESSAGE, "example.com")
        self.assertEqual(ed25519_key(ED25519_PRIVATE).sign(text), signature.signature)

    def test_the_digest_of_the_examples(self) -> None:
        message_signatures.check_digest(SPEC_HEADERS["content-digest"], BODY)
        self.assertEqual(message_signatures.digest_of(BODY), "sha-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:")

    def test_vectors_that_cover_too_little_are_not_enough(self) -> None:
        for described, value in ((B21_INPUT, B21), (B26_INPUT, B26)):
            signature = message_signatures.parse(described, value)
            self.assertRaises(Unauthenticated, message_signatures.check_frame, signature, SPEC_MESSAGE, SPEC_NOW)


class SigningTests(TestCase):
    def setUp(self) -> None:
        self.rsa = signatures.private_key(another_pair().private)
        self.ed25519 = ed25519_key(new_ed25519())

    def test_what_is_signed_verifies_with_either_kind_of_key(self) -> None:
        for private in (self.rsa, self.ed25519):
            headers = signed(private)
            self.assertTrue(check(headers, request(headers), private.public_key()))
            got = signed(private, method="GET", path="/users/bob?page=1", body=None)
            self.assertNotIn("Content-Digest", got)
            self.assertTrue(check(got, request(got, method="GET", path="/users/bob?page=1", body=None), private.public_key()))

    def test_nothing_signed_may_differ(self) -> None:
        headers, public = signed(self.rsa), self.rsa.public_key()
        for changed in ({"path": "/users/alice/inbox"}, {"path": "/inbox?x"}, {"method": "PUT"}, {"host": "other.example"}):
            self.assertFalse(check(headers, request(headers, **changed), public), changed)  # type: ignore[arg-type]
        self.assertFalse(check(headers, request(headers), signatures.private_key(another_pair().private).public_key()))
        later = {**headers, "Signature-Input": headers["Signature-Input"].replace(f"created={int(NOW.timestamp())}", f"created={int(NOW.timestamp()) + 1}")}
        self.assertFalse(check(later, request(later), public))

    def test_the_body_must_be_what_the_digest_says(self) -> None:
        headers, public = signed(self.rsa), self.rsa.public_key()
        self.assertRaises(Unauthenticated, check, headers, request(headers, body=BODY + b" "), public)
        other = {**headers, "Content-Digest": message_signatures.digest_of(b"other")}
        self.assertFalse(check(other, request(other, body=b"other"), public))
        bare = signed(self.rsa, body=None)
        self.assertRaises(Unauthenticated, check, bare, request({**bare, "Content-Digest": message_signatures.digest_of(BODY)}), public)

    def test_all_digests_that_are_known_must_fit(self) -> None:
        good = message_signatures.digest_of(BODY)
        message_signatures.check_digest(f"{good}, md5=:AAAA:", BODY)
        for header in (f"{good}, sha-512=:AAAA:", "md5=:AAAA:", "", "sha-256=AAAA", f"{good}, {good}"):
            self.assertRaises(Unauthenticated, message_signatures.check_digest, header, BODY)

    def test_time_has_bounds(self) -> None:
        headers, public = signed(self.rsa), self.rsa.public_key()
        for late in (timedelta(hours=13), -timedelta(hours=2)):
            self.assertRaises(Unauthenticated, check, headers, request(headers), public, NOW + late)
        self.assertTrue(check(headers, request(headers), public, NOW + timedelta(hours=11)))
        for params in ("", ';created="x"', f";created={int(NOW.timestamp())};expires={int(NOW.timestamp()) - 1}"):
            described = f'sig1=("@method" "@target-uri" "content-digest"){params};keyid="k"'
            signature = message_signatures.parse(described, "sig1=:AAAA:")
            self.assertRaises(Unauthenticated, message_signatures.check_frame, signature, request(headers), NOW)

    def test_the_algorithm_must_be_the_keys(self) -> None:
        headers = signed(self.rsa)
        usual = headers["Signature-Input"]
        for algorithm in ("ed25519", "rsa-pss-sha512"):
            headers["Signature-Input"] = usual.replace('alg="rsa-v1_5-sha256"', f'alg="{algorithm}"')
            self.assertFalse(check(headers, request(headers), self.rsa.public_key()))
        headers["Signature-Input"] = usual.replace('alg="rsa-v1_5-sha256"', 'alg="hmac-sha256"')
        self.assertRaises(Unauthenticated, check, headers, request(headers), self.rsa.public_key())

    def test_too_little_is_covered(self) -> None:
        created = f';created={int(NOW.timestamp())};keyid="k"'
        digest = {"Content-Digest": message_signatures.digest_of(BODY)}
        for components, path in (
            ('"@target-uri" "content-digest"', "/inbox"),
            ('"@method" "content-digest"', "/inbox"),
            ('"@method" "@authority" "content-digest"', "/inbox"),
            ('"@method" "@path" "content-digest"', "/inbox"),
            ('"@method" "@authority" "@path" "content-digest"', "/inbox?who=alice"),
            ('"@method" "@target-uri"', "/inbox"),
            ('"@method" "@target-uri" "content-digest";req', "/inbox"),
        ):
            signature = message_signatures.parse(f"sig1=({components}){created}", "sig1=:AAAA:")
            self.assertRaises(Unauthenticated, message_signatures.check_frame, signature, request(digest, path=path), NOW)
        for components in ('"@method" "@authority" "@path" "content-digest"', '"@method" "host" "@request-target" "content-digest"'):
            signature = message_signatures.parse(f"sig1=({components}){created}", "sig1=:AAAA:")
            message_signatures.check_frame(signature, request(digest), NOW)


class ParsingTests(TestCase):
    def test_the_signature_that_names_its_key_is_taken(self) -> None:
        described = 'a=("@method");created=1, b=("@method");created=1;keyid="k";tag="proxy", c=("@method");created=2;keyid="key"'
        self.assertEqual(message_signatures.parse(described, "a=:AAAA:, b=:AAAA:, c=:AAAA:").key_id, "key")

    def test_what_is_there_twice_is_refused(self) -> None:
        one = 'sig1=("@method");created=1;keyid="k"'
        for described, value in ((f"{one}, {one}", "sig1=:AAAA:"), (one, "sig1=:AAAA:, sig1=:BBBB:"), ('sig1=("@method" "@method");keyid="k"', "sig1=:AAAA:")):
            self.assertRaises(Unauthenticated, message_signatures.parse, described, value)

    def test_junk_is_refused(self) -> None:
        good = 'sig1=("@method");created=1;keyid="k"'
        for described, value in (
            ("", ""), (good, ""), ("", "sig1=:AAAA:"), (good, "sig2=:AAAA:"), (good, 'sig1="AAAA"'), (good, 'keyId="k",signature="AAAA"'),
            ('sig1=("@method");created=1', "sig1=:AAAA:"), ('sig1=("@method");keyid=1', "sig1=:AAAA:"), ('sig1=1;keyid="k"', "sig1=:AAAA:"),
            ('sig1=(1);keyid="k"', "sig1=:AAAA:"), ("sig1=(", "sig1=:AAAA:"), ("x" * 9000, "sig1=:AAAA:"), (good, "\u00e9"),
        ):  # fmt: skip
            self.assertRaises(Unauthenticated, message_signatures.parse, described, value)

    @given(st.text(max_size=200), st.text(max_size=200))
    def test_any_text_is_parsed_or_refused(self, described: str, value: str) -> None:
        with contextlib.suppress(Unauthenticated):
            message_signatures.parse(described, value)


class MultikeyTests(TestCase):
    def test_there_and_back(self) -> None:
        key = ed25519_key(new_ed25519()).public_key()
        text = multikey.of_key(key)
        self.assertTrue(text.startswith("z6Mk"), text)
        self.assertEqual(multikey.key_of(text).public_bytes_raw(), key.public_bytes_raw())
        self.assertIsInstance(serialization.load_pem_public_key(multikey.pem_of(text).encode()), ed25519.Ed25519PublicKey)

    @given(st.binary(max_size=64))
    def test_any_bytes(self, data: bytes) -> None:
        self.assertEqual(multikey.decode(multikey.encode(data)), data)

    def test_what_is_none(self) -> None:
        for text in ("", "z", "m123", "z0OIl", "z" + "1" * 2000, multikey.encode(b"\xed\x01short"), multikey.encode(b"\x85\x24" + b"x" * 32)):
            self.assertRaises(ValueError, multikey.key_of, text)
