"""Logging in: the same accounts as everywhere else, by password or by an OAuth token in its place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pleromad.errors import Unauthenticated

if TYPE_CHECKING:
    from pleromad.model.account import Account
    from protocols.irc.network import Network

CREDENTIAL_LIMIT = 1024


async def log_in(network: Network, login: str, secret: str) -> Account:
    """The account of `login` (name, name@our.domain or e-mail). Raises Unauthenticated, RateLimited.

    The token is asked for first: a wrong one costs one look-up, a wrong password counts against the limit on guesses.
    """
    if not login or not secret or len(login) > CREDENTIAL_LIMIT or len(secret) > CREDENTIAL_LIMIT:
        raise Unauthenticated()
    core = network.core
    try:
        token = await core.accounts.token(secret)
    except Unauthenticated:
        return (await core.accounts.check_password(login, secret)).account
    if token.account_id is None or not token.allows("write"):
        raise Unauthenticated("This token may not be used for chat, it needs the scope write")
    user = await core.accounts.user(token.account_id)
    name = login.split("@")[0].lower()
    if not user.active or name not in (user.account.username.lower(), user.email.split("@")[0].lower()):
        raise Unauthenticated()
    return user.account


async def is_reserved(network: Network, nick: str) -> bool:
    """Whether an account has this name: nobody else may use it as a nick."""
    return await network.core.accounts.user_by_name(nick) is not None
