"""Find somebody by what was typed for them, connected or not."""

from __future__ import annotations

from collections.abc import Sequence

from pleromad.errors import NotFound, PleromadError
from protocols.irc.names import acct_of, is_room_name
from protocols.irc.network import Network
from protocols.irc.people import Person, person_of

HANDLE_LIMIT = 320


async def somebody(network: Network, typed: str, *, fetch: bool = False) -> Person | None:
    """Who is known here by this nick or handle; for an account that is in no live channel a Person of the moment.

    `fetch`: of people of other servers who are not known yet, that server is asked.
    """
    known = network.find(typed)
    if known is not None:
        return known
    if not typed or len(typed) > HANDLE_LIMIT or typed[0] in "#&$" or not typed.isprintable():
        return None
    try:
        account = await network.core.reading.account_by_handle(acct_of(typed))
    except NotFound:
        resolver = network.core.resolver
        if not fetch or resolver is None or "@" not in acct_of(typed):
            return None
        try:
            account = await resolver.account(f"@{acct_of(typed)}")
        except PleromadError:
            return None
    if account.group or account.suspended or account.deleted:
        return None
    person = person_of(account, network.settings.domain)
    await network.presence.load((person,))
    return person


async def present(network: Network, nicks: Sequence[str]) -> dict[str, Person]:
    """Those of them who are connected, to this daemon or to another. Two queries at most."""
    found = {nick: person for nick in nicks if (person := network.connected(nick)) is not None}
    others = {nick: nick.lower() for nick in nicks if nick not in found and is_room_name(nick.lower()) and "@" not in nick}
    if others:
        accounts = await network.core.reading.known_handles(list(others.values()))
        people = {name: person_of(account, network.settings.domain) for name, account in accounts.items()}
        await network.presence.load(people.values())
        found |= {nick: people[name] for nick, name in others.items() if name in people and people[name].present}
    return found
