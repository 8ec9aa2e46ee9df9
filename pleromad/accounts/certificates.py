"""Client certificates as a way to log in over IRC (SASL EXTERNAL, RFC 4422 appendix A): known by their SHA-256."""

from __future__ import annotations

import re
from datetime import datetime

from pleromad.accounts.logins import Logins
from pleromad.errors import Conflict, Invalid, NotFound, Unauthenticated
from pleromad.model.account import User
from store import certificates

FINGERPRINT_BYTES = 32
MAX_CERTIFICATES = 20
MAX_NAME = 60
_HEX = re.compile(r"(?:[0-9a-fA-F]{2}:?){32}")


def fingerprint_of(text: str) -> bytes:
    """64 hexadecimal digits, with or without colons. Raises Invalid."""
    if _HEX.fullmatch(text) is None:
        raise Invalid("A fingerprint is the SHA-256 of the certificate: 64 hexadecimal digits", field="fingerprint")
    return bytes.fromhex(text.replace(":", ""))


class Certificates(Logins):
    async def add_certificate(self, account_id: int, fingerprint: bytes, name: str = "") -> None:
        """Raises Conflict when it is somebody's already, Invalid when there are too many."""
        if len(fingerprint) != FINGERPRINT_BYTES or len(name) > MAX_NAME:
            raise Invalid("This is no fingerprint, or its name is too long", field="fingerprint")
        if len(await certificates.of(self._desk.database, account_id)) >= MAX_CERTIFICATES:
            raise Invalid(f"At most {MAX_CERTIFICATES} certificates are kept", field="fingerprint")
        if not await certificates.add(self._desk.database, account_id, fingerprint, name):
            raise Conflict("This certificate is known already")

    async def remove_certificate(self, account_id: int, fingerprint: bytes) -> None:
        """Raises NotFound."""
        if not await certificates.remove(self._desk.database, account_id, fingerprint):
            raise NotFound("There is no such certificate of yours")

    async def certificates(self, account_id: int) -> list[tuple[bytes, str, datetime]]:
        """(fingerprint, name, added at), the oldest first."""
        return await certificates.of(self._desk.database, account_id)

    async def user_by_certificate(self, fingerprint: bytes) -> User:
        """Whose it is. Raises Unauthenticated."""
        owner = await certificates.owner(self._desk.database, fingerprint)
        if owner is None:
            raise Unauthenticated("This certificate is nobody's here")
        user = await self.user(owner)
        if not user.active:
            raise Unauthenticated()
        return user
