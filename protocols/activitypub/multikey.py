"""Ed25519 keys as actors show them: Multikey (FEP-521a; Controlled Identifiers 1.0, section 2.2), multibase base58-btc."""

from __future__ import annotations

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

ED25519 = b"\xed\x01"  # multicodec ed25519-pub as a varint
MAX_MULTIBASE = 1_000

_ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_VALUES = {letter: value for value, letter in enumerate(_ALPHABET)}


def encode(data: bytes) -> str:
    """Multibase, base58-btc (`z...`)."""
    number = int.from_bytes(data, "big")
    letters = []
    while number:
        number, rest = divmod(number, 58)
        letters.append(_ALPHABET[rest])
    zeros = len(data) - len(data.lstrip(b"\0"))
    return "z" + "1" * zeros + "".join(reversed(letters))


def decode(text: str) -> bytes:
    """Raises ValueError for what is not multibase base58-btc, or long."""
    if not text.startswith("z") or len(text) > MAX_MULTIBASE:
        raise ValueError("not base58-btc")
    number = 0
    for letter in text[1:]:
        if letter not in _VALUES:
            raise ValueError("not base58-btc")
        number = number * 58 + _VALUES[letter]
    zeros = len(text) - 1 - len(text[1:].lstrip("1"))
    return b"\0" * zeros + number.to_bytes((number.bit_length() + 7) // 8, "big")


def of_key(key: Ed25519PublicKey) -> str:
    """`z6Mk...`"""
    return encode(ED25519 + key.public_bytes_raw())


def key_of(text: str) -> Ed25519PublicKey:
    """Raises ValueError for what is no Ed25519 key."""
    data = decode(text)
    if not data.startswith(ED25519) or len(data) != 34:
        raise ValueError("not an Ed25519 key")
    return Ed25519PublicKey.from_public_bytes(data[2:])


def pem_of(text: str) -> str:
    """The same key as PEM, the form in which all keys are kept. Raises ValueError."""
    key = key_of(text)
    return key.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo).decode()
