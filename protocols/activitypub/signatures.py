"""HTTP Signatures, draft-cavage-http-signatures-12 with RSA-SHA256 (or, as hs2019, Ed25519) and Digest (RFC 3230): what nearly
all of the fediverse signs with. Their successor, RFC 9421, is in `message_signatures`.

`sign` and `check` are pure; whose key it is, is the keyring's to know.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from functools import lru_cache

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, padding, rsa

from pleromad.errors import Unauthenticated
from protocols.activitypub import content_digest

AHEAD_SECONDS = 3_600  # clocks that go wrong
AGE_SECONDS = 12 * 3_600  # a message may wait in a queue; Mastodon's window
MAX_HEADER = 8_000
MIN_KEY_BITS = 1024  # GNU social's
MAX_KEY_BITS = 8192  # beyond that checking is slow

PublicKey = rsa.RSAPublicKey | ed25519.Ed25519PublicKey

_PARAMETER = re.compile(r'\s*([A-Za-z0-9_-]+)\s*=\s*(?:"([^"]*)"|([^,\s"]+))\s*')
_HEADER_NAME = re.compile(r"[a-z0-9!#$%&'*+.^_`|~-]+")


@dataclass(frozen=True, slots=True)
class Signature:
    """A parsed Signature header."""

    key_id: str
    algorithm: str
    headers: tuple[str, ...]
    signature: bytes
    created: int | None
    expires: int | None


@dataclass(frozen=True, slots=True)
class Message:
    """A request as its signature covers it. `hosts`: our own names, one of which must have been signed; never what a proxy wrote."""

    method: str
    path: str  # with query, as it came
    headers: Callable[[str], str]
    hosts: tuple[str, ...]
    body: bytes | None = None  # None: a request without one (GET)
    scheme: str = "https"  # of our public URL; only RFC 9421 signs it


# ---- signing


def sign(
    private: rsa.RSAPrivateKey, key_id: str, *, method: str, host: str, path: str, body: bytes | None, now: datetime
) -> dict[str, str]:
    """Headers to add to a request. (request-target) has the query."""
    headers = {"Date": format_datetime(now.astimezone(UTC), usegmt=True)}
    names = ["(request-target)", "host", "date"]
    if body is not None:
        headers["Digest"] = digest_of(body)
        names.append("digest")
    values = {"host": host, **{name.lower(): value for name, value in headers.items()}}
    text = "\n".join(
        f"{name}: {method.lower()} {path}" if name == "(request-target)" else f"{name}: {values[name]}" for name in names
    )
    made = private.sign(text.encode(), padding.PKCS1v15(), hashes.SHA256())
    headers["Signature"] = (
        f'keyId="{key_id}",algorithm="rsa-sha256",headers="{" ".join(names)}",signature="{base64.b64encode(made).decode()}"'
    )
    return headers


def digest_of(body: bytes) -> str:
    return "SHA-256=" + base64.b64encode(hashlib.sha256(body).digest()).decode()


# ---- checking


def parse(header: str) -> Signature:
    """A Signature header, or an Authorization header of that scheme. Raises Unauthenticated.

    Lenient in form (Takahe leaves an empty parameter, `,,`), strict about parameters that are there twice.
    """
    if not header:
        raise Unauthenticated("The request is not signed")
    if len(header) > MAX_HEADER:
        raise refused("too long")
    text = header.strip()
    if text[:10].lower() == "signature ":
        text = text[10:]
    found: dict[str, str] = {}
    position = 0
    while position < len(text):
        if text[position] in ", \t":
            position += 1
            continue
        match = _PARAMETER.match(text, position)
        if match is None:
            raise refused("not a Signature header")
        name = match[1]
        if name in found:
            raise refused(f"{name} is there twice")
        found[name] = match[2] if match[2] is not None else match[3]
        position = match.end()
        if position < len(text) and text[position] != ",":
            raise refused("not a Signature header")
    try:
        signature = base64.b64decode(found.get("signature", ""), validate=True)
    except (binascii.Error, ValueError) as error:
        raise refused("the signature is not base64") from error
    names = tuple(found.get("headers", "date").lower().split())
    if not found.get("keyId") or not signature:
        raise refused("keyId or signature is missing")
    if len(set(names)) != len(names) or len(names) > 40:
        raise refused("a header is named twice")
    return Signature(
        key_id=found["keyId"],
        algorithm=found.get("algorithm", "").lower(),
        headers=names,
        signature=signature,
        created=_seconds(found.get("created")),
        expires=_seconds(found.get("expires")),
    )


def _seconds(text: str | None) -> int | None:
    if text is None:
        return None
    whole = text.partition(".")[0]
    if not (whole.isascii() and whole.isdigit() and len(whole) < 12):
        raise refused("not a time")
    return int(whole)


def check_frame(signature: Signature, message: Message, now: datetime) -> None:
    """All that can be checked without the key: what is signed, the time, the digest. Raises Unauthenticated."""
    signed = set(signature.headers)
    if "(request-target)" not in signed or "host" not in signed:
        raise refused("(request-target) and host must be signed")
    if not signed & {"date", "(created)"}:
        raise refused("date or (created) must be signed")
    if signature.algorithm not in ("", "rsa-sha256", "hs2019", "rsa-v1_5-sha256"):
        raise refused(f"the algorithm {signature.algorithm[:30]!r} is not known")
    _check_time(signature, message, now, signed)
    if message.body is not None:
        if not signed & {"digest", "content-digest"}:
            raise refused("digest or content-digest must be signed")
        if "digest" in signed:
            check_digest(message.headers("digest"), message.body)
        if "content-digest" in signed and not content_digest.fits(message.headers("content-digest"), message.body):
            raise refused("the digest is not that of the body")


def _check_time(signature: Signature, message: Message, now: datetime, signed: set[str]) -> None:
    moment = now.timestamp()
    times: list[float] = []
    if "(created)" in signed or "(expires)" in signed:
        if signature.algorithm not in ("hs2019", ""):
            raise refused("(created) is for hs2019")
        if "(created)" in signed:
            if signature.created is None:
                raise refused("created is missing")
            times.append(signature.created)
        if signature.expires is not None and signature.expires < moment:
            raise refused("it has expired")
    if "date" in signed:
        try:
            date = parsedate_to_datetime(message.headers("date"))
        except (ValueError, TypeError, IndexError, OverflowError) as error:
            raise refused("the date is none") from error
        times.append((date.replace(tzinfo=UTC) if date.tzinfo is None else date).timestamp())
    if not all(moment - AGE_SECONDS <= time <= moment + AHEAD_SECONDS for time in times):
        raise refused("it is too old, or the clocks differ")


def check_digest(header: str, body: bytes) -> None:
    """SHA-256 of the exact body; other algorithms beside it are not looked at. Raises Unauthenticated."""
    wanted = base64.b64encode(hashlib.sha256(body).digest()).decode()
    given = [item.strip().partition("=") for item in header.split(",")]
    sums = [value for name, _, value in given if name.lower() == "sha-256"]
    if len(sums) != 1 or not hmac.compare_digest(sums[0].encode(), wanted.encode()):
        raise refused("the digest is not that of the body")


def verifies(signature: Signature, message: Message, public: PublicKey) -> bool:
    """Does the key fit? The path is tried with and without its query: some sign it so (older Mastodon)."""
    paths = [message.path]
    if "?" in message.path:
        paths.append(message.path.partition("?")[0])
    for host in message.hosts:
        for path in paths:
            text = _signed_text(signature, message, host, path)
            if fits(public, signature.signature, text):
                return True
    return False


def fits(public: PublicKey, made: bytes, text: bytes) -> bool:
    """RSASSA-PKCS1-v1_5 with SHA-256, or Ed25519: the key says which."""
    try:
        if isinstance(public, rsa.RSAPublicKey):
            public.verify(made, text, padding.PKCS1v15(), hashes.SHA256())
        else:
            public.verify(made, text)
    except InvalidSignature:
        return False
    return True


def _signed_text(signature: Signature, message: Message, host: str, path: str) -> bytes:
    lines = []
    for name in signature.headers:
        match name:
            case "(request-target)":
                value = f"{message.method.lower()} {path}"
            case "(created)":
                value = str(signature.created)
            case "(expires)":
                value = str(signature.expires)
            case "host":
                value = host
            case _:
                if not _HEADER_NAME.fullmatch(name):
                    raise refused("an unknown part is signed")
                value = message.headers(name)
        lines.append(f"{name}: {value}")
    return "\n".join(lines).encode()


@lru_cache(maxsize=4096)
def public_key(pem: str) -> PublicKey:
    """Raises Unauthenticated for what is no usable RSA or Ed25519 key. PKCS#1 (`RSA PUBLIC KEY`) is fine, too."""
    try:
        key = serialization.load_pem_public_key(pem.strip().encode())
    except (ValueError, UnsupportedAlgorithm) as error:
        raise refused("the key cannot be read") from error
    if isinstance(key, ed25519.Ed25519PublicKey):
        return key
    if not isinstance(key, rsa.RSAPublicKey) or not MIN_KEY_BITS <= key.key_size <= MAX_KEY_BITS:
        raise refused("the key is neither RSA nor Ed25519, too short or too long")
    return key


@lru_cache(maxsize=500)
def private_key(pem: str) -> rsa.RSAPrivateKey:
    """One of ours. Its numbers were checked when it was made: checking them again takes a while."""
    key = serialization.load_pem_private_key(pem.encode(), None, unsafe_skip_rsa_key_validation=True)
    assert isinstance(key, rsa.RSAPrivateKey)
    return key


def refused(why: str) -> Unauthenticated:
    """One text for all: whoever guesses learns nothing from it."""
    return Unauthenticated("The signature is not valid", detail=why, station="authorise")


def lookup(headers: Mapping[str, str]) -> Callable[[str], str]:
    """A `Message.headers` over a mapping with names in lower case."""
    return lambda name: headers.get(name.lower(), "")
