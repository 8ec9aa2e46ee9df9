"""Everything this server knows live: sessions, people, channels, and who was here. One object for all sessions."""

from __future__ import annotations

import hashlib
import secrets
from collections import Counter, deque
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from pleromad.accounts.throttle import Throttle
from pleromad.clock import Clock, iso
from protocols.irc.channels import Channel
from protocols.irc.history import Rings, key_at
from protocols.irc.locks import Locks
from protocols.irc.message import Message, casefold
from protocols.irc.names import as_nick
from protocols.irc.people import Person

if TYPE_CHECKING:
    from pleromad.core import Core
    from protocols.irc.backing import MemoryBacking
    from protocols.irc.directs import Directs
    from protocols.irc.presence import Presence
    from protocols.irc.reactions import Reactions
    from protocols.irc.rooms import Rooms
    from protocols.irc.session import Session
    from protocols.irc.table import Call
    from protocols.irc.timelines import Timelines

VERSION = "pleromad-1"
WHOWAS_ENTRIES = 200
MONITOR_LIMIT = 100
NEWCOMERS = 5  # accounts from one address in five minutes


@dataclass(frozen=True, slots=True)
class Settings:
    """What the door is told by the configuration, with the bounds it keeps to. Times are seconds, sizes bytes."""

    server_name: str
    network_name: str
    domain: str
    description: str = ""
    admin_email: str = ""
    guests: bool = False
    password: str = ""  # guests must give it with PASS
    motd: tuple[str, ...] = ()
    registration_timeout_seconds: float = 60.0
    ping_after_seconds: float = 120.0
    ping_timeout_seconds: float = 60.0
    flood_burst: float = 40.0
    flood_per_second: float = 4.0
    send_limit_bytes: int = 1 << 20
    connections_per_address: int = 50
    channels_per_person: int = 100
    backlog_lines: int = 20
    register_before_connect: bool = True
    filehost: str = ""  # where files are sent to; '': nowhere
    sts_port: int = 0  # where TLS is spoken; 0: nowhere


@dataclass(frozen=True, slots=True)
class Gone:
    """WHOWAS."""

    nick: str
    user: str
    host: str
    realname: str
    account: str
    at: datetime


class Network:
    # Put in by `assembly.assemble`: each of them needs the network itself.
    memory: MemoryBacking
    rooms: Rooms
    timelines: Timelines
    directs: Directs
    reactions: Reactions
    presence: Presence
    service: Person  # the nick `fedi`

    def __init__(self, settings: Callable[[], Settings], core: Core, reactor: Any) -> None:
        self._settings = settings
        self.core = core
        self.reactor = reactor
        self.clock = Clock(reactor)
        self.started_at = self.clock.now()
        self.sessions: set[Session] = set()
        self.people: dict[str, Person] = {}  # by nick; changed by `know` and `forget` alone
        self._by_account: dict[int, list[Person]] = {}
        self.channels: dict[str, Channel] = {}
        self.gone: deque[Gone] = deque(maxlen=WHOWAS_ENTRIES)
        self.monitors: dict[str, set[Session]] = {}
        self.most_people = 0
        self.used: Counter[str] = Counter()  # commands, since the start
        self._batches = 0
        self._messages = 0
        self._last_key = 0
        self.newcomers = Throttle(NEWCOMERS, "Too many new accounts from your address, please wait a few minutes")
        self.letters = Rings()  # what people said to each other that nobody keeps
        self.presences = Locks()  # by account: what is told of one keeps its order
        self.boot = secrets.token_hex(4)
        self._cloak_secret = secrets.token_bytes(16)

    @property
    def settings(self) -> Settings:
        """As they are now: a reload may change them."""
        return self._settings()

    @property
    def server_name(self) -> str:
        return self.settings.server_name

    # names and numbers

    def next_batch(self) -> str:
        self._batches += 1
        return f"{self._batches:x}"

    def next_message_id(self) -> str:
        """For what is not kept: unique over restarts, never the id of a note."""
        self._messages += 1
        return f"{self.boot}-{self._messages:x}"

    def next_key(self) -> int:
        """A place in time for what is not kept, after all those before."""
        self._last_key = max(self._last_key + 1, key_at(self.clock.now()))
        return self._last_key

    def cloak(self, address: str) -> str:
        """A guest's host: the same for one address until the next start, and nothing to be learnt from it."""
        return hashlib.blake2s(address.encode(), key=self._cloak_secret, digest_size=5).hexdigest() + ".guest"

    def now_seconds(self) -> int:
        return int(self.clock.seconds())

    # who

    def find(self, typed: str) -> Person | None:
        """Somebody by nick, `user@host` and `@user@host` too; only people who are connected or in a live channel."""
        return self.people.get(casefold(typed)) or self.people.get(casefold(as_nick(typed)))

    def connected(self, typed: str) -> Person | None:
        person = self.find(typed)
        return person if person is not None and person.connected else None

    def connected_people(self) -> Iterator[Person]:
        return (person for person in list(self.people.values()) if person.connected)

    def know(self, person: Person) -> None:
        """From now on this person is found by nick and by account."""
        self.people[person.key] = person
        if person.account_id is not None:
            people = self._by_account.setdefault(person.account_id, [])
            if person not in people:
                people.append(person)

    def forget(self, person: Person) -> None:
        if self.people.get(person.key) is person:
            del self.people[person.key]
        people = self._by_account.get(person.account_id or 0, [])
        if person in people:
            people.remove(person)
            if not people:
                del self._by_account[person.account_id or 0]

    def all_of_account(self, account_id: int) -> list[Person]:
        return list(self._by_account.get(account_id, ()))

    def of_account(self, account_id: int) -> list[Person]:
        """The connected people of an account: one, but for guests-allowed servers, where a nick need not be the account."""
        return [person for person in self._by_account.get(account_id, ()) if person.connected]

    def by_identity(self, identity: str) -> Person | None:
        return next((person for person in self.people.values() if person.identity == identity), None)

    def count_people(self) -> int:
        count = sum(1 for _ in self.connected_people())
        self.most_people = max(self.most_people, count)
        return count

    def remember_gone(self, person: Person) -> None:
        self.gone.appendleft(
            Gone(person.nick, person.user, person.host, person.realname, person.account_name, self.clock.now())
        )

    # channels

    def channel(self, name: str, person: Person | None = None) -> Channel | None:
        """The live channel of this name; with `person` also one that only they are in (a timeline)."""
        key = casefold(name)
        own = person.channels.get(key) if person is not None else None
        return own or self.channels.get(key)

    @asynccontextmanager
    async def changing(self, channel: Channel) -> AsyncIterator[None]:
        """One thing at a time happens in a channel."""
        await channel.lock.acquire()
        try:
            yield
        finally:
            channel.lock.release()
            self.drop_if_empty(channel)

    def rename(self, channel: Channel, name: str) -> None:
        """Of a channel that lives here alone."""
        del self.channels[channel.key]
        for person in channel.members:
            person.channels.pop(channel.key, None)
        channel.name = name
        self.channels[channel.key] = channel
        for person in channel.members:
            person.channels[channel.key] = channel

    def drop_if_empty(self, channel: Channel) -> None:
        """Forgets what nobody connected is in; a room of the core stays there, only the live view goes."""
        if channel.occupied or channel.lock.locked:
            return
        if self.channels.get(channel.key) is channel:
            del self.channels[channel.key]
        self.rooms.forget(channel)
        for person in list(channel.members):
            channel.remove(person)
            self.forget_if_unseen(person)

    def forget_if_unseen(self, person: Person) -> None:
        """People without sessions are only kept while a live channel shows them."""
        if not person.connected and not person.channels:
            self.forget(person)

    # lines

    def line(
        self,
        person: Person,
        command: str,
        *params: str,
        message_id: str = "",
        at: datetime | None = None,
        tags: dict[str, str] | None = None,
    ) -> Message:
        """A line from somebody, with the tags that clients may have asked for."""
        full = {"time": iso(at or self.clock.now())}
        if person.account is not None:
            full["account"] = person.account_name
        if message_id:
            full["msgid"] = message_id
        if person.bot:
            full["bot"] = ""
        full.update(tags or {})
        return Message(command, params, person.source, full)

    def server_line(self, command: str, *params: str) -> Message:
        return Message(command, params, self.server_name, {"time": iso(self.clock.now())})


def deliver(sessions: Iterable[Session], message: Message, call: Call | None = None, capability: str = "") -> None:
    """Sends to all sessions (with `capability`); the one whose command this is gets it among its replies."""
    for session in list(sessions):
        if capability and not session.has(capability):
            continue
        if call is not None and session is call.session:
            call.replies.add(message)
        else:
            session.send(message)
