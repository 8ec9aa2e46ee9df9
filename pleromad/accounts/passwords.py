"""Passwords: argon2id, with parameters a machine of 512 MB can bear (RFC 9106; OWASP's smaller choice: 19 MiB, 2 passes)."""

from __future__ import annotations

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from pleromad.errors import Invalid

MIN_LENGTH = 8
MAX_LENGTH = 256
_hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
# Checked when the name is unknown, so that the time does not tell who is here.
_NOBODY = _hasher.hash("nobody has this password")


def check_quality(password: str) -> None:
    """Raises Invalid."""
    if len(password) < MIN_LENGTH:
        raise Invalid(f"Validation failed: Password is too short (minimum is {MIN_LENGTH} characters)", field="password")
    if len(password) > MAX_LENGTH:
        raise Invalid(f"Validation failed: Password is too long (maximum is {MAX_LENGTH} characters)", field="password")


def hash_password(password: str) -> str:
    """Slow: run it in a thread."""
    return _hasher.hash(password)


def verify_password(stored: str | None, password: str) -> bool:
    """Slow, and as slow for an unknown name (`stored` None): run it in a thread."""
    if len(password) > MAX_LENGTH:
        return False
    try:
        return _hasher.verify(stored or _NOBODY, password) and stored is not None
    except (VerificationError, InvalidHashError):
        return False
