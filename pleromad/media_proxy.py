"""Which address readers are given for a picture, film or sound of another server (S28).

With `[media] proxy` on it is one of this server, which fetches the file for them: `/proxy/SIGNATURE/ADDRESS`, the address in base64url, the
signature an HMAC-SHA256 of it, so that nobody can have anything fetched but what was shown here. The key is made once and kept with the settings.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable

from pleromad.errors import NotFound
from pleromad.sections import Settings
from store import secret_keys
from store.pool import Database

Address = Callable[[str], str]  # where it is -> what readers are given
HERE: Address = str  # of what can only be ours

PATH = "/proxy/"
MAX_URL = 4_000  # as the outbound client takes them
KEY = "media_proxy"  # in `settings`


class MediaProxy:
    def __init__(self, database: Database, settings: Callable[[], Settings]) -> None:
        self._database = database
        self._settings = settings
        self._key = b""

    async def start(self) -> None:
        """The key, the same in all daemons."""
        self._key = bytes.fromhex(await secret_keys.kept(self._database, KEY, secrets.token_hex(32)))

    @property
    def on(self) -> bool:
        return self._settings().media.proxy and self._key != b""

    def address(self, url: str) -> str:
        """What a reader is given for what lies at `url`: the same for what is ours, for what is no address of the web, and while it is off."""
        if not self.on or not url.startswith(("https://", "http://")) or len(url) > MAX_URL:
            return url
        uris = self._settings().uris
        if uris.ours(url):
            return url
        given = url.encode("utf-8", "surrogatepass")
        return f"{uris.base}{PATH}{_text(self._sign(given))}/{_text(given)}"

    def remote(self, signature: str, given: str) -> str:
        """What is to be fetched. Raises NotFound: switched off, or not an address we have given."""
        if not self.on or len(signature) > 100 or len(given) > 2 * MAX_URL:
            raise NotFound
        url = _bytes(given)
        if not hmac.compare_digest(_bytes(signature), self._sign(url)):
            raise NotFound
        return url.decode("utf-8", "replace")

    def _sign(self, url: bytes) -> bytes:
        return hmac.new(self._key, url, hashlib.sha256).digest()


def _text(value: bytes) -> str:
    return urlsafe_b64encode(value).decode("ascii").rstrip("=")


def _bytes(text: str) -> bytes:
    """Only in the one spelling `_text` gives it. Raises NotFound."""
    try:
        value = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError as error:
        raise NotFound from error
    if _text(value) != text:
        raise NotFound
    return value
