"""A push message sealed for one app (RFC 8291), and signed so that the push service knows whose it is (RFC 8292, VAPID).

Both also in the form of the drafts before them (`aesgcm`, `WebPush`): apps that do not say `standard` read only those.
"""

from __future__ import annotations

import os
from base64 import urlsafe_b64encode
from urllib.parse import urlsplit

import http_ece
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from py_vapid import Vapid01, Vapid02

from pleromad.cache import Cache
from pleromad.model.push import PushSubscription, VapidKey

MAX_PLAIN_BYTES = 3_993  # RFC 8291, section 4: what fits into one record of 4096
TOKEN_SECONDS = 12 * 3600  # RFC 8292: at most a day
KEPT = 500  # push services

Headers = dict[str, str]


def _base64url(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def seal(content: bytes, subscription: PushSubscription) -> tuple[bytes, Headers]:
    """The body, and the headers that say how it is encrypted."""
    ours = ec.generate_private_key(ec.SECP256R1())
    salt = os.urandom(16)
    keys = subscription.keys
    version = "aes128gcm" if subscription.standard else "aesgcm"
    body: bytes = http_ece.encrypt(content, salt=salt, private_key=ours, dh=keys.p256dh, auth_secret=keys.auth, version=version)
    headers = {"Content-Encoding": version}
    if not subscription.standard:
        public = ours.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        headers |= {"Encryption": f"salt={_base64url(salt)}", "Crypto-Key": f"dh={_base64url(public)}"}
    return body, headers


class Signer:
    """Signs for the push services it is asked about; a signature serves for some hours."""

    def __init__(self, key: VapidKey, contact: str) -> None:
        """`contact`: a mailto: or https: URI of whoever runs this server."""
        private = key.private.encode()
        self._contact = contact
        # The libraries' own checks of the contact know no ports.
        self._standard = Vapid02.from_raw(private)
        self._old = Vapid01.from_raw(private)
        self._standard.conf = self._old.conf = {"no-strict": True}
        self._known: Cache[tuple[str, bool], tuple[float, Headers]] = Cache(KEPT)

    def sign(self, endpoint: str, *, standard: bool, now: float) -> Headers:
        """`now` in seconds since 1970. Of the old form, `Crypto-Key` is to be joined with that of the encryption."""
        parts = urlsplit(endpoint)
        origin = f"{parts.scheme}://{parts.netloc}"
        known = self._known.get((origin, standard))
        if known is not None and known[0] > now:
            return known[1]
        claims = {"aud": origin, "exp": int(now) + TOKEN_SECONDS, "sub": self._contact}
        signed: Headers = (self._standard if standard else self._old).sign(claims)
        self._known.put((origin, standard), (now + TOKEN_SECONDS / 2, signed))
        return signed


def joined(one: Headers, other: Headers) -> Headers:
    """Both; of a header that is in both, the values by `;`, as the old form wants it."""
    return {name: ";".join(each[name] for each in (one, other) if name in each) for name in (*one, *other)}
