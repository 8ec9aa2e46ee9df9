"""Magic keys: an RSA key as the address WebFinger hands out (Magic Signatures draft, section 8.1)."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from functools import lru_cache

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key


@lru_cache(maxsize=512)
def magic_key(public_key_pem: str) -> str | None:
    """`RSA.modulus.exponent`, each base64url with its padding, as GNU social and Mastodon wrote it; None for other keys."""
    try:
        key = load_pem_public_key(public_key_pem.encode())
    except (ValueError, UnsupportedAlgorithm):
        return None
    if not isinstance(key, RSAPublicKey):
        return None
    numbers = key.public_numbers()
    return f"RSA.{_number(numbers.n)}.{_number(numbers.e)}"


def _number(value: int) -> str:
    return urlsafe_b64encode(value.to_bytes((value.bit_length() + 7) // 8, "big")).decode()
