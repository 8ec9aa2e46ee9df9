"""Channels as this server sees them live: who is in, with which ranks, which modes are set.

The rules (who may speak, join, set what) are the same for rooms of the core and for the ephemeral channels of guests; what
differs is where a change is kept: see `backing.py`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from twisted.internet.defer import DeferredLock

from protocols.irc.history import Ring
from protocols.irc.message import casefold, match
from protocols.irc.modes import LIST_MODES, RANKS, Change
from protocols.irc.people import Person

if TYPE_CHECKING:
    from protocols.irc.backing import Backing
    from protocols.irc.session import Session

PREFIXES = dict(zip(RANKS, "~&@%+", strict=True))
VOICE, HALFOP, OPERATOR, ADMIN, OWNER = range(1, 6)
LIST_LIMIT = 100
SHOWN_LIMIT = 200


@dataclass(slots=True)
class Membership:
    person: Person
    ranks: set[str] = field(default_factory=set)

    def prefix(self, *, every: bool = False) -> str:
        """`@`, or with `every` (multi-prefix) all of them, highest first."""
        marks = "".join(PREFIXES[rank] for rank in RANKS if rank in self.ranks)
        return marks if every else marks[:1]

    @property
    def level(self) -> int:
        """0 for nobody, 1 voice, 2 half-operator, 3 operator, 4 admin, 5 owner."""
        return max((len(RANKS) - RANKS.index(rank) for rank in self.ranks), default=0)


@dataclass(frozen=True, slots=True)
class Mask:
    mask: str
    set_by: str
    set_at: int  # seconds since 1970


class Channel:
    """`name` as first written; `key` folded. `room_id` is the Group actor's id, None for what lives in memory only."""

    def __init__(self, name: str, backing: Backing, *, created_at: int = 0, room_id: int | None = None) -> None:
        self.name = name
        self.backing = backing
        self.created_at = created_at
        self.room_id = room_id
        self.topic = ""
        self.topic_by = ""
        self.topic_at = 0
        self.flags: set[str] = {"n", "t"}
        self.password = ""
        self.read_back = ""  # of a room: who may read what was said before they came
        self.metadata: dict[str, str] = {}
        self.limit: int | None = None
        self.lists: dict[str, dict[str, Mask]] = {kind: {} for kind in LIST_MODES}
        self.members: dict[Person, Membership] = {}
        # Connected members whose sessions have not been told yet that they are in: the room was just brought to life.
        self.untold: set[Person] = set()
        # One thing at a time happens in a channel: our own changes and what the bus tells keep their order.
        self.lock = DeferredLock()
        self.ring = Ring()  # what is not kept elsewhere, as long as the channel lives
        self._shown: deque[object] = deque(maxlen=SHOWN_LIMIT)

    @property
    def key(self) -> str:
        return casefold(self.name)

    @property
    def elsewhere(self) -> bool:
        """A room of another server: that one decides what happens in it."""
        return self.room_id is not None and "@" in self.name

    @property
    def private(self) -> bool:
        return "s" in self.flags

    @property
    def listable(self) -> bool:
        return True

    # who

    def add(self, person: Person, ranks: Iterable[str] = ()) -> Membership:
        membership = Membership(person, set(ranks))
        self.members[person] = membership
        person.channels[self.key] = self
        return membership

    def remove(self, person: Person) -> None:
        self.members.pop(person, None)
        self.untold.discard(person)
        person.channels.pop(self.key, None)

    def level(self, person: Person) -> int:
        membership = self.members.get(person)
        return membership.level if membership is not None else 0

    def of_account_of(self, person: Person) -> list[Person]:
        """The members who are the same account: more than one only where a nick need not be the account's name."""
        if person.account_id is None:
            return [person]
        return [member for member in self.members if member.account_id == person.account_id]

    def set_rank(self, person: Person, rank: str, given: bool) -> None:
        for member in self.of_account_of(person):
            ranks = self.members[member].ranks
            (ranks.add if given else ranks.discard)(rank)

    def by_account(self, account_id: int) -> list[Membership]:
        return [member for member in self.members.values() if member.person.account_id == account_id]

    def seen_by(self, person: Person) -> Iterator[Person]:
        """The members that a person in this channel can see."""
        return iter(self.members)

    def sessions(self) -> Iterator[Session]:
        for person in list(self.members):
            yield from person.sessions

    @property
    def occupied(self) -> bool:
        """Somebody connected here is in it."""
        return any(person.connected for person in self.members)

    def shown_to(self, person: Person) -> bool:
        return not self.private or person in self.members or person.operator

    # what

    def modes(self, *, secrets: bool) -> tuple[str, ...]:
        """`+klnt`, and the parameters; the key only for those inside."""
        letters = sorted(self.flags)
        params: list[str] = []
        if self.password:
            letters.append("k")
            params.append(self.password if secrets else "*")
        if self.limit is not None:
            letters.append("l")
            params.append(str(self.limit))
        return ("+" + "".join(letters), *params)

    def set(self, change: Change) -> None:
        """A flag, the key or the limit."""
        if change.letter == "k":
            self.password = (change.param or "") if change.given else ""
        elif change.letter == "l":
            self.limit = int(change.param or 0) if change.given else None
        else:
            (self.flags.add if change.given else self.flags.discard)(change.letter)

    def shown(self, what: object) -> bool:
        """Whether this (a note's id, or that with the time of its edit) was shown here already; remembered from now on."""
        if what in self._shown:
            return True
        self._shown.append(what)
        return False

    # may they

    def listed(self, kind: str, person: Person, *, speaking: bool = False) -> bool:
        """Whether one of the masks of this list (b, e, I) meets the person; `speaking`: those against speech (`~m:`) too."""
        return any(_meets(mask, person, speaking) for mask in self.lists[kind])

    def banned(self, person: Person, *, speaking: bool = False) -> bool:
        return self.listed("b", person, speaking=speaking) and not self.listed("e", person, speaking=speaking)

    def may_speak(self, person: Person) -> bool:
        level = self.level(person)
        if level > 0:
            return True
        if person not in self.members and "n" in self.flags:
            return False
        return "m" not in self.flags and not self.banned(person, speaking=True)


def _meets(mask: str, person: Person, speaking: bool) -> bool:
    if mask.startswith("~m:"):  # EXTBAN: may come in and not speak
        return speaking and _meets(mask[3:], person, False)
    if mask.startswith("~a:"):  # EXTBAN: by account
        return person.account is not None and match(mask[3:], person.account_name)
    return match(mask, person.source)


def normal_mask(typed: str) -> str:
    """`nick` -> `nick!*@*`, `*@host` -> `*!*@host`; `user/host` and `user@host` of a person elsewhere are left to match."""
    if typed.startswith("~a:"):
        return typed
    if typed.startswith("~m:"):
        return "~m:" + normal_mask(typed[3:].removeprefix("~m:"))
    nick, bang, rest = typed.partition("!")
    if bang:
        user, _, host = rest.partition("@")
        return f"{nick or '*'}!{user or '*'}@{host or '*'}"
    user, at, host = typed.partition("@")
    if at:
        return f"*!{user or '*'}@{host or '*'}"
    return f"{typed}!*@*"
