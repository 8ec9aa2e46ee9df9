"""Who asks: tokens (RFC 6750), HTTP Basic as old clients do, and the sessions of people in front of a browser."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from pleromad.accounts.logins import WAITS
from pleromad.errors import Forbidden, Unauthenticated
from pleromad.model.account import Account
from pleromad.model.token import Token
from web.request import Request

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pleromad.core import Core

SESSION_SCOPE = "session"
SESSION_SECONDS = 30 * 86400
CSRF_FIELD = "csrf"
# What a log-in by password over HTTP Basic may do: everything a person may.
BASIC_SCOPES = frozenset({"read", "write", "follow", "push", "profile"})

# What Mastodon's old scope `follow` stands for.
FOLLOW = frozenset(f"{verb}:{noun}" for verb in ("read", "write") for noun in ("blocks", "follows", "mutes"))


@dataclass(frozen=True)
class Viewer:
    """Who looks. Nobody: both None. An application without a person: only `token`."""

    account: Account | None = None
    token: Token | None = None

    @property
    def id(self) -> int | None:
        return self.account.id if self.account is not None else None

    def allows(self, *scopes: str) -> bool:
        """Whether the token covers one of `scopes`. A person without a token (a session) may everything."""
        if self.token is None:
            return self.account is not None
        return any(
            self.token.allows(scope) or (scope in FOLLOW and self.token.allows("follow")) for scope in scopes
        )

    def need(self, *scopes: str) -> Account:
        """The person, when they may do one of these. Unauthenticated without one, Forbidden when the token is too narrow."""
        if self.token is not None and not self.allows(*scopes):
            raise Forbidden("This action is outside the authorized scopes")
        if self.account is None:
            raise Unauthenticated("This method requires an authenticated user")
        return self.account

    def need_token(self, *scopes: str) -> Token:
        """The token of a person or an application. Unauthenticated, Forbidden as `need`."""
        if self.token is None:
            raise Unauthenticated("This method requires an authenticated user")
        if scopes and not self.allows(*scopes):
            raise Forbidden("This action is outside the authorized scopes")
        return self.token


NOBODY = Viewer()


def bearer_of(request: Request) -> str:
    """The access token a request carries, '' when none: header first, then `?access_token=` (streams, feeds)."""
    kind, _, secret = request.header("authorization").partition(" ")
    if kind.lower() == "bearer":
        return secret.strip()
    return (request.first("access_token") or "").strip()


async def viewer_of(request: Request, core: Core, *, waiting: bool = False) -> Viewer:
    """Unauthenticated when a token or password is given and wrong; nobody when none is given.

    `waiting`: also who has not confirmed their address or is not approved yet; else Forbidden for them.
    """
    secret = bearer_of(request)
    if secret:
        return await viewer_of_token(secret, core, waiting=waiting)
    kind, _, credentials = request.header("authorization").partition(" ")
    if kind.lower() == "basic" and credentials.strip():
        return await _by_password(credentials.strip(), request, core)
    return NOBODY


async def viewer_of_token(secret: str, core: Core, *, waiting: bool = False) -> Viewer:
    token = await core.accounts.token(secret, waiting=True) if len(secret) < 500 else None
    if token is None or SESSION_SCOPE in token.scopes:
        raise Unauthenticated("The access token is invalid")
    if token.waits_for and not waiting:
        raise Forbidden(WAITS[token.waits_for])
    if token.account_id is None:
        return Viewer(None, token)
    account = await core.reading.account(token.account_id)
    await _seen(account.id, core)
    return Viewer(account, token)


_seen_on: dict[int, date] = {}


async def _seen(account_id: int, core: Core) -> None:
    """Once a day and person, from this daemon."""
    today = core.clock.now().date()
    if _seen_on.get(account_id) != today:
        if len(_seen_on) > 10_000:
            _seen_on.clear()
        _seen_on[account_id] = today
        await core.accounts.seen(account_id)


def basic_of(credentials: str) -> tuple[str, str]:
    """Name and password of an HTTP Basic credential (RFC 7617). Unauthenticated when it is none."""
    try:
        text = base64.b64decode(credentials, validate=True).decode("utf-8")
    except (binascii.Error, UnicodeDecodeError):
        raise Unauthenticated("The credentials are not readable") from None
    name, colon, password = text.partition(":")
    if not colon:
        raise Unauthenticated("The credentials are not readable")
    return name, password


async def _by_password(credentials: str, request: Request, core: Core) -> Viewer:
    """The password, or in its place an app password or a token of theirs."""
    name, password = basic_of(credentials)
    given = await core.accounts.token(password)
    if given is not None and given.account_id is not None and SESSION_SCOPE not in given.scopes:
        if not await core.accounts.is_login_of(name, given.account_id):
            raise Unauthenticated("Invalid username, e-mail address or password")
        return Viewer(await core.reading.account(given.account_id), given)
    user = await core.accounts.log_in(name, password, address=request.address)
    token = Token(0, user.account.id, None, BASIC_SCOPES, user.created_at)
    return Viewer(user.account, token)


# -- sessions --


def secure(core: Core) -> bool:
    return core.settings.http.public_url.startswith("https:")


def _name(core: Core, what: str) -> str:
    """__Host-: browsers take it over TLS only, from this host only (RFC 6265bis). Ports do not part cookies: names do."""
    if secure(core):
        return f"__Host-{what}"
    return what + "_" + "".join(c if c.isalnum() else "_" for c in core.settings.instance.domain)


async def session_of(request: Request, core: Core) -> Account | None:
    """The person whose browser this is, None when nobody is logged in."""
    token = await session_token(request, core)
    if token is None or token.account_id is None:
        return None
    account = await core.reading.account(token.account_id)
    await _seen(account.id, core)
    return account


async def open_session(request: Request, core: Core, account_id: int) -> None:
    """Log a browser in: the cookie goes out with the answer."""
    secret = await core.accounts.open_session(account_id, name=browser_of(request.header("user-agent")))
    request.send_cookie(_name(core, "session"), secret, secure=secure(core), max_age_seconds=SESSION_SECONDS)
    request.send_cookie(_name(core, "form"), "", secure=secure(core), max_age_seconds=0)


def browser_of(user_agent: str) -> str:
    """`Firefox, Linux`, for a person who looks at the list of their sessions; '' when nothing is known."""
    names = (("Firefox/", "Firefox"), ("Edg/", "Edge"), ("OPR/", "Opera"), ("Chrome/", "Chrome"), ("Safari/", "Safari"), ("Lynx/", "Lynx"), ("w3m/", "w3m"), ("curl/", "curl"))
    systems = (("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"), ("Mac OS X", "macOS"), ("Linux", "Linux"))
    found = [next((name for mark, name in marks if mark in user_agent), "") for marks in (names, systems)]
    if not found[0]:
        found[0] = "".join(c for c in user_agent[:40] if c.isprintable()).strip()
    return ", ".join(part for part in found if part)


async def session_token(request: Request, core: Core) -> Token | None:
    """The session this browser sits at."""
    secret = request.cookie(_name(core, "session"))
    token = await core.accounts.token(secret) if secret and len(secret) <= 200 else None
    return token if token is not None and SESSION_SCOPE in token.scopes else None


async def close_session(request: Request, core: Core) -> None:
    secret = request.cookie(_name(core, "session"))
    if secret:
        await core.accounts.close_session(secret)
    request.send_cookie(_name(core, "session"), "", secure=secure(core), max_age_seconds=0)


# -- forged forms --


def csrf(request: Request, core: Core) -> str:
    """What a form of this browser carries in its hidden field: bound to the session, or to a cookie made for it."""
    own = request.cookie(_name(core, "session")) or request.cookie(_name(core, "form"))
    if not own:
        own = request.form_cookie
        if not own:
            own = request.form_cookie = secrets.token_urlsafe(18)
            request.send_cookie(_name(core, "form"), own, secure=secure(core))
    return _sign(own)


def check_csrf(request: Request, core: Core, form: Iterable[tuple[str, object]]) -> None:
    """Forbidden when the form was not made for this browser, or is sent by another site's page."""
    origin = request.header("origin")
    if origin and origin != "null":
        ours = {urlsplit(core.settings.http.public_url).netloc, request.header("host")}
        if urlsplit(origin).netloc not in ours:
            raise Forbidden("This form came from another site")
    given = next((value for name, value in form if name == CSRF_FIELD), "")
    for name in ("session", "form"):
        own = request.cookie(_name(core, name))
        if own and isinstance(given, str) and hmac.compare_digest(_sign(own).encode(), given.encode()):
            return
    raise Forbidden(
        "This form has expired: go back, load the page again and send it once more (cookies must be on)"
    )


def _sign(secret: str) -> str:
    return hmac.new(secret.encode(), b"form", hashlib.sha256).hexdigest()[:40]
