"""Codes that change every 30 seconds (TOTP, RFC 6238 over HOTP, RFC 4226): SHA-1 and six digits, what every authenticator app can do."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from urllib.parse import quote, urlencode

STEP_SECONDS = 30
DIGITS = 6
DRIFT = 1  # steps a phone's clock may be off either way


def new_secret() -> str:
    """160 bits in base32."""
    return base64.b32encode(secrets.token_bytes(20)).decode()


def code_at(secret: str, step: int) -> str:
    """RFC 4226, section 5.3."""
    mac = hmac.new(base64.b32decode(secret), step.to_bytes(8, "big"), hashlib.sha1).digest()
    offset = mac[-1] & 15
    number = int.from_bytes(mac[offset : offset + 4], "big") & 0x7FFFFFFF
    return str(number % 10**DIGITS).zfill(DIGITS)


def step_of(secret: str, code: str, now: float) -> int | None:
    """The step this code belongs to, around the moment `now` (seconds since 1970); None when it is wrong."""
    current = int(now // STEP_SECONDS)
    for step in range(current - DRIFT, current + DRIFT + 1):
        if hmac.compare_digest(code_at(secret, step).encode(), code.encode()):
            return step
    return None


def provisioning_uri(secret: str, *, name: str, issuer: str) -> str:
    """What the QR code says (the Key URI format of Google Authenticator, which the others read, too)."""
    label = quote(f"{issuer}:{name}", safe="@:")
    return f"otpauth://totp/{label}?{urlencode({'secret': secret, 'issuer': issuer}, quote_via=quote)}"
