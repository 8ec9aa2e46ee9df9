"""Telling sessions what happened: joins, parts, nick changes, away. Each in the form its client asked for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from pleromad.ids import moment_of
from protocols.irc import metadata, numerics
from protocols.irc.channels import HALFOP, Channel
from protocols.irc.history import Kept
from protocols.irc.message import BODY_LIMIT_BYTES, Message
from protocols.irc.modes import Change, compose
from protocols.irc.network import Network, deliver
from protocols.irc.people import Person
from protocols.irc.reading_marks import line as read_line

if TYPE_CHECKING:
    from protocols.irc.session import Session
    from protocols.irc.table import Call


def sessions_of(people: Iterable[Person]) -> Iterator[Session]:
    for person in people:
        yield from person.sessions


def joined(network: Network, channel: Channel, person: Person, call: Call | None = None) -> None:
    """JOIN to everybody who sees it (extended-join where asked), then the person's away message (away-notify)."""
    joined_to(network, channel, person, sessions_of(list(channel.seen_by(person))), call)


def joined_to(
    network: Network, channel: Channel, person: Person, sessions: Iterable[Session], call: Call | None = None
) -> None:
    plain = network.line(person, "JOIN", channel.name)
    extended = network.line(person, "JOIN", channel.name, person.account_name or "*", person.realname)
    away = network.line(person, "AWAY", person.away_text) if person.away_text is not None else None
    for session in list(sessions):
        deliver((session,), extended if session.has("extended-join") else plain, call)
        if session not in person.sessions:
            if away is not None:
                deliver((session,), away, call, "away-notify")
            for line in metadata.wanted(network, session, (person,)):
                deliver((session,), line, call)


def joined_for(network: Network, channel: Channel, person: Person, session: Session, call: Call | None = None) -> None:
    """One session of the person learns that it is in the channel."""
    joined_to(network, channel, person, (session,), call)
    entered(network, channel, (session,), call)


def entered(network: Network, channel: Channel, sessions: Iterable[Session], call: Call | None = None) -> None:
    """Topic and names for those who are now in the channel."""
    for session in sessions:
        end = numeric(network, session, numerics.RPL_ENDOFNAMES, channel.name, "End of /NAMES list")
        marker = [read_line(network, session.person, channel.name)] if session.person and session.has("draft/read-marker") else []
        names = [] if session.has("no-implicit-names") else [*names_lines(network, channel, session), end]
        facts = metadata.wanted(network, session, (channel, *channel.members))
        for line in (*topic_lines(network, channel, session), *marker, *names, *facts):
            deliver((session,), line, call)


def topic_lines(network: Network, channel: Channel, session: Session) -> Iterator[Message]:
    if channel.topic:
        yield numeric(network, session, numerics.RPL_TOPIC, channel.name, channel.topic)
        if channel.topic_by:
            who, when = channel.topic_by, str(channel.topic_at)
            yield numeric(network, session, numerics.RPL_TOPICWHOTIME, channel.name, who, when)


def names_lines(network: Network, channel: Channel, session: Session) -> Iterator[Message]:
    """353. With multi-prefix all prefixes, with userhost-in-names the whole source."""
    person = session.person
    inside = person is not None and person in channel.members
    symbol = "@" if channel.private else "="
    head = len(f":{network.server_name} 353 {session.shown_nick} {symbol} {channel.name} :".encode())
    room = BODY_LIMIT_BYTES - 2 - head
    words: list[str] = []
    size = 0
    if person is not None and channel.shown_to(person):
        for member in channel.seen_by(person):
            if not inside and "i" in member.modes:
                continue
            name = member.source if session.has("userhost-in-names") else member.nick
            word = channel.members[member].prefix(every=session.has("multi-prefix")) + name
            length = len(word.encode()) + 1
            if words and size + length > room:
                yield numeric(network, session, numerics.RPL_NAMREPLY, symbol, channel.name, " ".join(words))
                words, size = [], 0
            words.append(word)
            size += length
    if words:
        yield numeric(network, session, numerics.RPL_NAMREPLY, symbol, channel.name, " ".join(words))


def numeric(network: Network, session: Session, code: str, *params: str) -> Message:
    return Message(code, (session.shown_nick, *params), network.server_name)


def parted(network: Network, channel: Channel, person: Person, reason: str, call: Call | None = None) -> None:
    """To be called while the person is still a member."""
    line = network.line(person, "PART", channel.name, *([reason] if reason else []))
    deliver(sessions_of(list(channel.seen_by(person))), line, call)


def parted_for(network: Network, channel: Channel, person: Person, reason: str, member: Person) -> None:
    deliver(member.sessions, network.line(person, "PART", channel.name, reason))


def away_changed(network: Network, person: Person, call: Call | None = None) -> None:
    text = person.away_text
    line = network.line(person, "AWAY", *([text] if text is not None else []))
    deliver(sessions_of(_watchers(network, person)), line, call, "away-notify")


def account_changed(network: Network, person: Person, call: Call | None = None) -> None:
    line = network.line(person, "ACCOUNT", person.account_name or "*")
    deliver(sessions_of([*_watchers(network, person), person]), line, call, "account-notify")


def realname_changed(network: Network, person: Person, call: Call | None = None) -> None:
    line = network.line(person, "SETNAME", person.realname)
    deliver(sessions_of([*_watchers(network, person), person]), line, call, "setname")


def _watchers(network: Network, person: Person) -> Iterator[Person]:
    """Neighbours, and those who MONITOR the nick and took extended-monitor. Each once."""
    seen = set()
    for neighbour in person.neighbours():
        seen.add(neighbour)
        yield neighbour
    for session in network.monitors.get(person.key, ()):
        if session.has("extended-monitor") and session.person is not None and session.person not in seen:
            seen.add(session.person)
            yield session.person


def online(network: Network, person: Person) -> None:
    """MONITOR: this nick is here now."""
    for session in list(network.monitors.get(person.key, ())):
        session.send(numeric(network, session, numerics.RPL_MONONLINE, person.source))


def offline(network: Network, nick_key: str, nick: str) -> None:
    for session in list(network.monitors.get(nick_key, ())):
        session.send(numeric(network, session, numerics.RPL_MONOFFLINE, nick))


def to_sessions(sessions: Iterable[Session], message: Message, call: Call | None = None) -> None:
    deliver(sessions, message, call)


def line_from(network: Network, by: Person | None, command: str, *params: str, key: int = 0) -> Message:
    """From somebody, or from the server. With a `key` it can be asked for again: it has that time, and a msgid."""
    if by is None:
        return network.server_line(command, *params)
    if not key:
        return network.line(by, command, *params)
    return network.line(by, command, *params, message_id=network.next_message_id(), at=moment_of(key))


def topic_changed(network: Network, channel: Channel, by: Person | None, call: Call | None = None) -> None:
    key = network.next_key()
    line = line_from(network, by, "TOPIC", channel.name, channel.topic, key=key)
    deliver(sessions_of(list(channel.members)), line, call)
    channel.ring.add(Kept(key, line.tags.get("msgid", ""), (line,), talk=False))


def kicked(
    network: Network, channel: Channel, by: Person | None, target: Person, reason: str, call: Call | None = None
) -> None:
    """To be called while the target is still a member. `by` None: the server says so."""
    line = line_from(network, by, "KICK", channel.name, target.nick, reason)
    deliver(sessions_of(list(channel.members)), line, call)


def modes_changed(
    network: Network, channel: Channel, by: Person | None, changes: Sequence[Change], call: Call | None = None
) -> None:
    """`by` None: the server says so."""
    for words in compose(changes):
        line = line_from(network, by, "MODE", channel.name, *words)
        deliver(sessions_of(list(channel.members)), line, call)


def invited(
    network: Network, channel: Channel, by: Person | None, target: Person, call: Call | None = None
) -> None:
    """INVITE to the one, and to the operators who took invite-notify."""
    line = line_from(network, by, "INVITE", target.nick, channel.name)
    deliver(target.sessions, line, call)
    for membership in list(channel.members.values()):
        if membership.level >= HALFOP and membership.person is not by:
            deliver(membership.person.sessions, line, call, "invite-notify")
