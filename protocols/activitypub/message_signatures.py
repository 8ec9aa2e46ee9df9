"""HTTP Message Signatures (RFC 9421) with Content-Digest (RFC 9530): rsa-v1_5-sha256, rsa-pss-sha512 and ed25519.

Whose key it is, is the keyring's to know. Spoken by Mastodon from 4.5, Fedify and Mitra.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, quote

import http_sf
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ed25519, padding, rsa

from protocols.activitypub.signatures import (
    AGE_SECONDS,
    AHEAD_SECONDS,
    MAX_HEADER,
    Message,
    PublicKey,
    refused,
)

RSA = "rsa-v1_5-sha256"
RSA_PSS = "rsa-pss-sha512"
ED25519 = "ed25519"
LABEL = "sig1"
MAX_SIGNATURES = 4
MAX_COMPONENTS = 40

_DIGESTS = {"sha-256": hashlib.sha256, "sha-512": hashlib.sha512}
_DEFAULT_PORTS = {"http": ":80", "https": ":443"}

Component = tuple[str, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature of a request: what its Signature-Input says it covers, and its value."""

    key_id: str
    algorithm: str  # '' when it is left to the key
    components: tuple[Component, ...]
    params: dict[str, Any]
    signature: bytes

    @property
    def names(self) -> frozenset[str]:
        return frozenset(name for name, _ in self.components)


# ---- signing


def sign(
    private: rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey,
    key_id: str,
    *,
    method: str,
    scheme: str,
    host: str,
    path: str,
    body: bytes | None,
    now: datetime,
) -> dict[str, str]:
    """Headers to add to a request. `path` has the query."""
    headers: dict[str, str] = {}
    components: list[Component] = [("@method", {}), ("@target-uri", {})]
    if body is not None:
        headers["Content-Digest"] = digest_of(body)
        components.append(("content-digest", {}))
    algorithm = RSA if isinstance(private, rsa.RSAPrivateKey) else ED25519
    params = {"created": int(now.timestamp()), "keyid": key_id, "alg": algorithm}
    values = {"@method": method.upper(), "@target-uri": f"{scheme}://{host}{path}", "content-digest": headers.get("Content-Digest", "")}
    lines = [f'"{name}": {values[name]}' for name, _ in components]
    inner = _inner_list(components, params)
    text = "\n".join([*lines, f'"@signature-params": {inner}']).encode()
    if isinstance(private, rsa.RSAPrivateKey):
        made = private.sign(text, padding.PKCS1v15(), hashes.SHA256())
    else:
        made = private.sign(text)
    headers["Signature-Input"] = f"{LABEL}={inner}"
    headers["Signature"] = f"{LABEL}=:{base64.b64encode(made).decode()}:"
    return headers


def digest_of(body: bytes) -> str:
    """Content-Digest (RFC 9530)."""
    return f"sha-256=:{base64.b64encode(hashlib.sha256(body).digest()).decode()}:"


# ---- checking


def parse(input_header: str, signature_header: str) -> Signature:
    """The first signature that names its key and is not for something else (`tag`). Raises Unauthenticated."""
    inputs, values = _dictionary(input_header), _dictionary(signature_header)
    if len(inputs) > MAX_SIGNATURES:
        raise refused("too many signatures")
    for label, (components, params) in inputs.items():
        value = values.get(label)
        key_id = params.get("keyid") if isinstance(components, list) else None
        if not isinstance(key_id, str) or not key_id or "tag" in params or value is None or not isinstance(value[0], bytes):
            continue
        covered = tuple((name, dict(given)) for name, given in components)
        if len(covered) > MAX_COMPONENTS or not all(isinstance(name, str) for name, _ in covered):
            raise refused("too much is signed, or it has no name")
        if len({(name, tuple(sorted(given.items()))) for name, given in covered}) != len(covered):
            raise refused("a component is named twice")
        return Signature(key_id, str(params.get("alg", "")), covered, dict(params), value[0])
    raise refused("no signature names its key")


def _dictionary(header: str) -> dict[str, Any]:
    """A structured field (RFC 9651). What is there twice is refused: who reads the first and who reads the last must not differ."""
    if not header or len(header) > MAX_HEADER:
        raise refused("not signed, or too long")
    twice: list[str] = []
    try:
        found = http_sf.parse(header.encode("ascii"), tltype="dictionary", on_duplicate_key=lambda key, _: twice.append(key))
    except (ValueError, RecursionError, OverflowError) as error:
        raise refused("not a structured field") from error
    if twice or not isinstance(found, dict):
        raise refused(f"{twice} is there twice")
    return found


def check_frame(signature: Signature, message: Message, now: datetime) -> None:
    """All that can be checked without the key: what is signed, the time, the digest. Raises Unauthenticated."""
    names = signature.names
    if "@method" not in names:
        raise refused("@method must be signed")
    if "@target-uri" not in names:
        has_host = "@authority" in names or "host" in names
        has_path = "@request-target" in names or ("@path" in names and ("@query" in names or "?" not in message.path))
        if not (has_host and has_path):
            raise refused("@target-uri must be signed")
    if signature.algorithm not in ("", RSA, RSA_PSS, ED25519):
        raise refused(f"the algorithm {signature.algorithm[:30]!r} is not known")
    moment = now.timestamp()
    created, expires = signature.params.get("created"), signature.params.get("expires")
    if not isinstance(created, int) or isinstance(created, bool):
        raise refused("created is missing")
    if not moment - AGE_SECONDS <= created <= moment + AHEAD_SECONDS:
        raise refused("it is too old, or the clocks differ")
    if expires is not None and (not isinstance(expires, int) or expires < moment):
        raise refused("it has expired")
    if message.body is not None:
        if not any(name == "content-digest" and not given for name, given in signature.components):
            raise refused("content-digest must be signed")
        check_digest(message.headers("content-digest"), message.body)


def check_digest(header: str, body: bytes) -> None:
    """All of the digests we know must be those of the body, and one must be there. Raises Unauthenticated."""
    known = [(_DIGESTS[name], value) for name, value in _dictionary(header).items() if name in _DIGESTS]
    if not known:
        raise refused("no digest that is known")
    for algorithm, value in known:
        if not isinstance(value[0], bytes) or not hmac.compare_digest(value[0], algorithm(body).digest()):
            raise refused("the digest is not that of the body")


def verifies(signature: Signature, message: Message, public: PublicKey) -> bool:
    """Does the key fit?"""
    if isinstance(public, rsa.RSAPublicKey):
        algorithms = [signature.algorithm] if signature.algorithm else [RSA, RSA_PSS]
    else:
        algorithms = [signature.algorithm or ED25519]
    for host in message.hosts:
        text = signature_base(signature, message, host)
        if any(_fits(public, algorithm, signature.signature, text) for algorithm in algorithms):
            return True
    return False


def _fits(public: PublicKey, algorithm: str, made: bytes, text: bytes) -> bool:
    try:
        if isinstance(public, ed25519.Ed25519PublicKey):
            if algorithm != ED25519:
                return False
            public.verify(made, text)
        elif algorithm == RSA:
            public.verify(made, text, padding.PKCS1v15(), hashes.SHA256())
        elif algorithm == RSA_PSS:
            public.verify(made, text, padding.PSS(mgf=padding.MGF1(hashes.SHA512()), salt_length=64), hashes.SHA512())
        else:
            return False
    except InvalidSignature:
        return False
    return True


def signature_base(signature: Signature, message: Message, host: str) -> bytes:
    """RFC 9421, section 2.5. Raises Unauthenticated for components that are not known here."""
    lines = [f"{http_sf.ser((name, given))}: {_value(name, given, message, host)}" for name, given in signature.components]
    return "\n".join([*lines, f'"@signature-params": {_inner_list(list(signature.components), signature.params)}']).encode()


def _inner_list(components: list[Component], params: dict[str, Any]) -> str:
    """As it stands behind the label (RFC 9651, section 4.1.1.1)."""
    inner: Any = [(components, params)]
    return http_sf.ser(inner)


def _value(name: str, given: dict[str, Any], message: Message, host: str) -> str:
    path, _, query = message.path.partition("?")
    if name == "@query-param" and set(given) == {"name"}:
        found = [value for key, value in parse_qsl(query, keep_blank_values=True, max_num_fields=100) if key == given["name"]]
        if len(found) != 1:
            raise refused("a signed parameter is not there once")
        return quote(found[0], safe="*-._")
    if given:
        raise refused("a component with parameters is signed")
    match name:
        case "@method":
            return message.method
        case "@target-uri":
            return f"{message.scheme}://{host}{message.path}"
        case "@authority" | "host":
            return host.removesuffix(_DEFAULT_PORTS.get(message.scheme, ""))
        case "@scheme":
            return message.scheme
        case "@request-target":
            return message.path
        case "@path":
            return path
        case "@query":
            return f"?{query}"
    value = message.headers(name)
    if name.startswith("@") or name != name.lower() or not value:
        raise refused(f"{name[:40]!r} is signed and not there")
    return value.strip()
