"""What happens when a connection goes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pleromad.daemon import spawn
from protocols.irc import reading_marks, tell
from protocols.irc.people import Person

if TYPE_CHECKING:
    from protocols.irc.network import Network
    from protocols.irc.session import Session


def leave(session: Session, reason: str) -> None:
    """The last session of a guest is a QUIT. An account stays in its rooms and is away from then on: those who share a
    room with it see it part from ephemeral channels, the others there see it quit."""
    network = session.network
    for key in list(session.monitored):
        session.unwatch(key)
    person = session.person
    if person is None or session not in person.sessions:
        return
    person.sessions.remove(session)
    if session.device and person.account_id is not None:
        spawn(reading_marks.left(session, person.account_id), "remembering when a device left")
    if person.sessions:
        return
    network.remember_gone(person)
    network.presence.changed(person)
    _quit(network, person, reason)
    if not person.present:
        tell.offline(network, person.key, person.nick)


def _quit(network: Network, person: Person, reason: str) -> None:
    rooms = [channel for channel in person.channels.values() if channel.backing.persistent]
    others = [channel for channel in person.channels.values() if not channel.backing.persistent]
    staying = {member for channel in rooms for member in channel.seen_by(person) if member is not person}
    line = network.line(person, "QUIT", reason)
    told: set[Person] = {person}
    for channel in others:
        for member in list(channel.seen_by(person)):
            if member in staying:
                tell.parted_for(network, channel, person, reason, member)
            elif member not in told:
                told.add(member)
                for session in member.sessions:
                    session.send(line)
        channel.remove(person)
        network.drop_if_empty(channel)
    person.away = None
    if rooms:
        tell.away_changed(network, person)
    for channel in rooms:
        network.drop_if_empty(channel)
    network.forget_if_unseen(person)
