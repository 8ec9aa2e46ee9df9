"""Find somebody by what was typed for them, connected or not."""

from __future__ import annotations

from collections.abc import Sequence

from pleromad.errors import NotFound
from protocols.irc.names import acct_of, is_room_name
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
