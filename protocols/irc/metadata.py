"""Metadata (IRCv3 draft/metadata-3, and -2): small facts of people and channels, and who wants to be told of them.

What an account's profile says (its name and picture) is shown as metadata, too. Values of accounts and rooms are kept; those
of guests and their channels live with them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from protocols.irc import numerics
from protocols.irc.channels import Channel
from protocols.irc.message import Message
from protocols.irc.people import Person

if TYPE_CHECKING:
    from protocols.irc.network import Network
    from protocols.irc.session import Session

CAPABILITY, OLDER = "draft/metadata-3", "draft/metadata-2"
MAX_KEYS, MAX_SUBSCRIPTIONS, MAX_BYTES = 20, 50, 350
OFFER = f"max-keys={MAX_KEYS},max-subs={MAX_SUBSCRIPTIONS},max-value-bytes={MAX_BYTES}"
KEY = re.compile(r"[a-z0-9_./-]{1,64}")
TOLD_AT_ONCE = 500  # values of others that a newcomer is told


def values_of(target: Person | Channel) -> dict[str, str]:
    found: dict[str, str] = {}
    if isinstance(target, Person) and target.account is not None:
        account = target.account
        profile = {"display-name": account.display_name, "avatar": account.avatar_url or ""}
        found = {key: value for key, value in profile.items() if 0 < len(value.encode()) <= MAX_BYTES}
    return {**target.metadata, **found}


def name_of(target: Person | Channel) -> str:
    return target.name if isinstance(target, Channel) else target.nick


def line(network: Network, session: Session, target: Person | Channel, key: str, value: str | None) -> Message:
    """RPL_KEYVALUE, or RPL_KEYNOTSET."""
    head = (session.shown_nick, name_of(target), key)
    if value is None:
        return Message(numerics.RPL_KEYNOTSET, (*head, "key not set"), network.server_name)
    return Message(numerics.RPL_KEYVALUE, (*head, "*", value), network.server_name)


def told(network: Network, session: Session, target: Person | Channel, key: str, value: str | None) -> Message:
    """A change as it is pushed: numerics for draft/metadata-3, METADATA for draft/metadata-2."""
    if session.has(CAPABILITY):
        return line(network, session, target, key, value)
    return Message("METADATA", (name_of(target), key, "*", *([] if value is None else [value])), network.server_name)


def speaks(session: Session) -> bool:
    return session.has(CAPABILITY) or session.has(OLDER)


def wants(session: Session, key: str) -> bool:
    return speaks(session) and key in session.subscribed


def tell(network: Network, target: Person | Channel, key: str, value: str | None, without: Session) -> None:
    """A change, to those who share a channel with the person or are in the channel, and subscribed to the key."""
    people = list(target.members) if isinstance(target, Channel) else [target, *target.neighbours()]
    for person in people:
        for session in person.sessions:
            if session is not without and wants(session, key):
                session.send(told(network, session, target, key, value))


def wanted(network: Network, session: Session, targets: Iterable[Person | Channel]) -> list[Message]:
    """The values of these that the session subscribed to."""
    if not session.subscribed or not speaks(session):
        return []
    found: list[Message] = []
    for target in targets:
        if target is session.person or len(found) >= TOLD_AT_ONCE:
            continue
        values = values_of(target)
        found += [told(network, session, target, key, values[key]) for key in session.subscribed & values.keys()]
    return found


async def load(network: Network, target: Person | Channel) -> None:
    id = target.room_id if isinstance(target, Channel) else target.account_id
    if id is not None:
        target.metadata = await network.core.reading.metadata(id)
