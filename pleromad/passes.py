"""Passes: words that stand for an access token for a day, in places where the token itself should not be written (addresses).

A pass is `TOKEN.ACCOUNT.UNTIL.SIGNATURE`, signed with HMAC-SHA256 and a key of this server. It is worth nothing once the token is revoked.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets

from pleromad.accounts import Accounts
from pleromad.clock import Clock
from pleromad.errors import NotFound, Unauthenticated
from pleromad.model.token import Token
from store import secret_keys
from store.pool import Database

KEY = "passes"  # in `settings`
SECONDS = 86_400
MAX_PASS = 200


class Passes:
    def __init__(self, database: Database, accounts: Accounts, clock: Clock) -> None:
        self._database = database
        self._accounts = accounts
        self._clock = clock
        self._key = b""

    async def start(self) -> None:
        """The key, the same in all daemons."""
        self._key = bytes.fromhex(await secret_keys.kept(self._database, KEY, secrets.token_hex(32)))

    def issue(self, token: Token) -> str:
        """Of a token that is a person's."""
        said = f"{token.id}.{token.account_id}.{int(self._clock.now().timestamp()) + SECONDS}"
        return f"{said}.{self._sign(said)}"

    async def token(self, text: str) -> Token:
        """The token it stands for. Raises Unauthenticated: forged, too old, revoked, or its person may not in."""
        said, _, signature = text.rpartition(".") if len(text) <= MAX_PASS else ("", "", "")
        if not self._key or not hmac.compare_digest(self._sign(said).encode(), signature.encode()):
            raise Unauthenticated
        token_id, account_id, until = (int(part) for part in said.split("."))
        if until < self._clock.now().timestamp():
            raise Unauthenticated
        return await self.still(token_id, account_id)

    async def still(self, token_id: int, account_id: int) -> Token:
        """The token as it is now. Raises Unauthenticated when it is no longer in force."""
        try:
            if not (await self._accounts.user(account_id)).active:
                raise Unauthenticated
        except NotFound:
            raise Unauthenticated from None
        now = self._clock.now()
        for token in await self._accounts.tokens_of(account_id):
            if token.id == token_id and (token.expires_at is None or token.expires_at > now):
                return token
        raise Unauthenticated

    def _sign(self, said: str) -> str:
        return hmac.new(self._key, said.encode(), hashlib.sha256).hexdigest()
