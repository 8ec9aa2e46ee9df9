"""OAuth 2.0 (RFC 6749, PKCE by RFC 7636): applications, codes, tokens. A web session is a token without an application."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Collection, Sequence
from datetime import timedelta

from pleromad.accounts.desk import Clerk, Desk
from pleromad.accounts.logins import digest
from pleromad.cache import Cache
from pleromad.errors import Invalid, Unauthenticated
from pleromad.model import event
from pleromad.model.event import Event
from pleromad.model.token import App, Grant, Token
from store import tokens as token_rows
from store.pool import Transaction

CODE_SECONDS = 600
SESSION_DAYS = 60
CACHE_SECONDS = 60.0
SESSION = frozenset({"session"})


class Grants(Clerk):
    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._cache: Cache[str, tuple[float, Token]] = Cache(2_000)
        self._hashes: Cache[int, str] = Cache(2_000)
        desk.bus.listen(self._forget)

    def _forget(self, happened: Event) -> None:
        if happened.kind == event.TOKEN_REVOKED:
            secret_hash = self._hashes.get(happened.other_id)
            if secret_hash is not None:
                self._cache.drop(secret_hash)
        elif happened.kind in (event.ACCOUNT_DELETED, event.ACCESS_CHANGED):
            self._cache.clear()

    async def add_app(self, *, name: str, website: str | None, redirect_uris: Sequence[str], scopes: Collection[str]) -> App:
        client_id, client_secret = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
        await token_rows.add_app(
            self._desk.database,
            id=await self._desk.ids.mint(),
            name=name,
            website=website,
            redirect_uris=redirect_uris,
            scopes=scopes,
            client_id=client_id,
            client_secret=client_secret,
        )
        app = await self.app(client_id)
        assert app is not None
        return app

    async def app(self, client_id: str) -> App | None:
        return await token_rows.app(self._desk.database, client_id)

    async def add_code(
        self,
        app: App,
        account_id: int,
        *,
        redirect_uri: str,
        scopes: Collection[str],
        challenge: str | None = None,
        method: str | None = None,
    ) -> str:
        """An authorization code, good for ten minutes and once. `method`: S256 or plain."""
        code = secrets.token_urlsafe(32)
        await token_rows.add_code(
            self._desk.database,
            code_hash=digest(code),
            app_id=app.id,
            account_id=account_id,
            redirect_uri=redirect_uri,
            scopes=scopes,
            challenge=challenge,
            method=(method or "plain") if challenge else None,
            expires_at=self._desk.clock.now() + timedelta(seconds=CODE_SECONDS),
        )
        return code

    async def use_code(self, code: str, app: App, redirect_uri: str, verifier: str | None) -> Grant:
        """Raises Invalid (field `code`, RFC 6749: invalid_grant). A code that is tried wrongly is spent, too."""
        refused = Invalid(
            "The provided authorization grant is invalid, expired, revoked, does not match the redirection URI used in the"
            " authorization request, or was issued to another client.",
            field="code",
        )
        row = await token_rows.use_code(self._desk.database, digest(code))
        if row is None:
            raise refused
        app_id, account_id, wanted_uri, scopes, challenge, method = row
        if app_id != app.id or wanted_uri != redirect_uri or not _verified(challenge, method, verifier):
            raise refused
        return await self.issue(app, account_id, frozenset(scopes))

    async def issue(
        self,
        app: App | None,
        account_id: int | None,
        scopes: Collection[str],
        *,
        seconds: float | None = None,
        secret: str = "",
        name: str = "",
    ) -> Grant:
        """A new token; without `seconds` it does not expire, as Mastodon's do. `secret`: of one's own making."""
        access, refresh = secret or secrets.token_urlsafe(32), secrets.token_urlsafe(32) if account_id is not None and app else None
        id = await self._desk.ids.mint()
        now = self._desk.clock.now()
        expires = now + timedelta(seconds=seconds) if seconds else None
        await token_rows.add_token(
            self._desk.database,
            id=id,
            token_hash=digest(access),
            refresh_hash=digest(refresh) if refresh else None,
            app_id=app.id if app else None,
            account_id=account_id,
            scopes=scopes,
            expires_at=expires,
            name=name,
        )
        return Grant(Token(id, account_id, app, frozenset(scopes), now, expires, name), access, refresh)

    async def refresh(self, app: App, refresh_token: str) -> Grant:
        """A new token for the old one, which ends. Raises Invalid (field refresh_token)."""

        async def work(tx: Transaction) -> Token:
            token = await token_rows.by_refresh(tx, digest(refresh_token))
            if token is None or token.app is None or token.app.id != app.id or token.account_id is None:
                raise Invalid("The refresh token is not valid", field="refresh_token")
            await token_rows.delete(tx, id=token.id, account_id=token.account_id)
            return token

        old = await self._desk.database.transaction(work)
        self._desk.bus.publish([Event(event.TOKEN_REVOKED, 0, old.account_id or 0, old.id)])
        return await self.issue(app, old.account_id, old.scopes)

    async def revoke(self, app: App, token: str) -> None:
        """By the application it was given to (RFC 7009): an unknown token is no error."""
        gone = await token_rows.revoke(self._desk.database, token_hash=digest(token), app_id=app.id)
        if gone is not None:
            self._desk.bus.publish([Event(event.TOKEN_REVOKED, 0, gone[1] or 0, gone[0])])

    async def token(self, secret: str, *, waiting: bool = False) -> Token | None:
        """The token in force with this secret. Remembered for a minute; a revocation is heard at once.

        `waiting`: also of somebody who has not proved their address or was not approved yet (see `Token.waits_for`).
        """
        if not secret or len(secret) > 200:
            return None
        secret_hash = digest(secret)
        now = self._desk.clock.seconds()
        known = self._cache.get(secret_hash)
        if known is not None and known[0] > now:
            return known[1]
        token = await token_rows.token(self._desk.database, secret_hash)
        if token is None:
            self._cache.drop(secret_hash)
            return None
        if token.waits_for:
            return token if waiting else None
        today = self._desk.clock.now().date()
        if token.account_id is not None and token.last_used_on != today:
            await token_rows.used(self._desk.database, token.id, today)
        self._cache.put(secret_hash, (now + CACHE_SECONDS, token))
        self._hashes.put(token.id, secret_hash)
        return token

    async def tokens_of(self, account_id: int) -> list[Token]:
        return await token_rows.of_account(self._desk.database, account_id)

    async def delete_token(self, account_id: int, token_id: int) -> None:
        gone = await token_rows.delete(self._desk.database, id=token_id, account_id=account_id)
        self._desk.bus.publish([Event(event.TOKEN_REVOKED, 0, account_id, id) for id, _ in gone])

    async def delete_app(self, account_id: int, app_id: int) -> None:
        """All tokens that an application has of this person."""
        gone = await token_rows.delete(self._desk.database, app_id=app_id, account_id=account_id)
        self._desk.bus.publish([Event(event.TOKEN_REVOKED, 0, account_id, id) for id, _ in gone])

    # sessions of the web pages

    async def open_session(self, account_id: int, *, name: str = "") -> str:
        """`name`: which browser it is."""
        grant = await self.issue(None, account_id, SESSION, seconds=SESSION_DAYS * 86_400, name=name[:100])
        return grant.access_token

    async def session(self, secret: str) -> int:
        """Whose session it is. Raises Unauthenticated."""
        token = await self.token(secret)
        if token is None or token.account_id is None or token.scopes != SESSION:
            raise Unauthenticated
        return token.account_id

    async def close_session(self, secret: str) -> None:
        token = await self.token(secret)
        if token is not None and token.account_id is not None:
            await self.delete_token(token.account_id, token.id)


def _verified(challenge: str | None, method: str | None, verifier: str | None) -> bool:
    """RFC 7636, section 4.6."""
    if challenge is None:
        return True
    if not verifier:
        return False
    if method == "S256":
        hashed = hashlib.sha256(verifier.encode()).digest()
        verifier = base64.urlsafe_b64encode(hashed).rstrip(b"=").decode()
    return hmac.compare_digest(challenge.encode(), verifier.encode())
