"""Find somebody by what was typed for them, connected or not."""

from __future__ import annotations

from pleromad.errors import NotFound
from protocols.irc.names import acct_of
from protocols.irc.network import Network
from protocols.irc.people import Person, person_of

HANDLE_LIMIT = 320


async def somebody(network: Network, typed: str) -> Person | None:
    """Who is known here by this nick or handle; for an account that is in no live channel a Person of the moment."""
    known = network.find(typed)
    if known is not None:
        return known
    if not typed or len(typed) > HANDLE_LIMIT or typed[0] in "#&$" or not typed.isprintable():
        return None
    try:
        account = await network.core.reading.account_by_handle(acct_of(typed))
    except NotFound:
        return None
    if account.group or account.suspended or account.deleted:
        return None
    return person_of(account, network.settings.domain)
