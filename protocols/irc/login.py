"""Logging in: the same accounts as everywhere else, by password or by an OAuth token in its place."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from pleromad.errors import Gone, NotFound, Unauthenticated
from pleromad.model.account import Account
from pleromad.model.token import Token
from protocols.irc import names
from protocols.irc.network import Network

CREDENTIAL_LIMIT = 1024
_DEVICE = re.compile(r"[A-Za-z0-9_-]{1,20}")


@dataclass(frozen=True, slots=True)
class Login:
    account: Account
    token_id: int | None = None  # of the token that was given in place of the password
    device: str = ""  # `name@device`: which of one's clients this is


async def log_in(network: Network, login: str, secret: str, address: str) -> Login:
    """Who `login` is (name, name@our.domain or e-mail). Raises Unauthenticated, RateLimited.

    The token is asked for first: a wrong one costs one look-up, a wrong password counts against the limit on guesses.
    """
    if not login or not secret or len(login) > CREDENTIAL_LIMIT or len(secret) > CREDENTIAL_LIMIT:
        raise Unauthenticated()
    accounts = network.core.accounts
    token = await accounts.token(secret)
    name, device = device_of(network, login)
    if token is None:
        return Login((await accounts.log_in(_name(network, name), secret, address=address)).account, device=device)
    return replace(await _by_token(network, token, name), device=device)


def device_of(network: Network, login: str) -> tuple[str, str]:
    """`name@phone` as name and device: what no domain can be, having no dot, and not this server's either."""
    name, at, device = login.rpartition("@")
    if at and name and _DEVICE.fullmatch(device) and device.lower() != network.settings.domain.lower():
        return name, device.lower()
    return login, ""


async def log_in_by_token(network: Network, secret: str, login: str) -> Login:
    """Whose token this is; `login` '': whoever it may be. Raises Unauthenticated."""
    token = await network.core.accounts.token(secret) if 0 < len(secret) <= CREDENTIAL_LIMIT else None
    if token is None:
        raise Unauthenticated("This token is not valid")
    return await _by_token(network, token, login)


async def _by_token(network: Network, token: Token, login: str) -> Login:
    accounts = network.core.accounts
    if token.account_id is None or not token.allows("write"):
        raise Unauthenticated("This token may not be used for chat, it needs the scope write")
    user = await accounts.user(token.account_id)
    if not user.active:
        raise Unauthenticated()
    if login and _name(network, login).lower() not in (user.account.username.lower(), user.email.lower()):
        raise Unauthenticated()
    return Login(user.account, token.id)


async def log_in_by_certificate(network: Network, fingerprint: bytes) -> Login | None:
    """Whose TLS client certificate this is."""
    try:
        return Login((await network.core.accounts.user_by_certificate(fingerprint)).account)
    except Unauthenticated:
        return None


def _name(network: Network, login: str) -> str:
    """`name@our.domain` as `name`."""
    name, _, host = login.removeprefix("@").partition("@")
    return name if host.lower() == network.settings.domain.lower() else login


async def log_in_staff(network: Network, login: str, secret: str, address: str) -> Account | None:
    """The account, None when it is no moderator or more. Raises Unauthenticated, RateLimited."""
    user = await network.core.accounts.log_in(login, secret, address=address)
    return user.account if user.staff else None


async def is_reserved(network: Network, nick: str) -> bool:
    """Whether this is the name of an account or a room, now or once: nobody else may use it as a nick."""
    if not names.is_room_name(nick.lower()):
        return False
    try:
        await network.core.reading.account_by_handle(nick)
    except Gone:
        return True
    except NotFound:
        return False
    return True
