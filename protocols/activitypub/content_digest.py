"""Content-Digest (RFC 9530): what came after Digest, and signed in its place by some who still sign draft-cavage."""

from __future__ import annotations

import hashlib
import hmac

import http_sf

_KNOWN = {"sha-256": hashlib.sha256, "sha-512": hashlib.sha512}


def fits(header: str, body: bytes) -> bool:
    """All of the digests we know are those of the body, and there is one."""
    try:
        found = http_sf.parse(header.encode(), tltype="dictionary")
    except (ValueError, UnicodeError):
        return False
    if not isinstance(found, dict):
        return False
    known = [(_KNOWN[name], value[0] if isinstance(value, tuple) else value) for name, value in found.items() if name in _KNOWN]
    return bool(known) and all(isinstance(made, bytes) and hmac.compare_digest(made, algorithm(body).digest()) for algorithm, made in known)
