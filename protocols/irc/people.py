"""Who can be seen from IRC: people with sessions here, members of rooms who are not connected, people elsewhere."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import TYPE_CHECKING

from protocols.irc.message import casefold
from protocols.irc.names import nick_of
from protocols.irc.preferences import Composing, Preferences
from protocols.irc.short_ids import ShortIds

if TYPE_CHECKING:
    from pleromad.model.account import Account
    from protocols.irc.channels import Channel
    from protocols.irc.session import Session

_numbers = itertools.count(1)
NOT_CONNECTED = "Not connected here"
ELSEWHERE_NOT = "\0"  # no away message: not connected to another daemon either


class Person:
    """A nick with one or more sessions, or with none: an account that is a member of a room.

    Everything a person does in channels counts for all sessions: many connections of an account share one nick.
    """

    __slots__ = (
        "account",
        "away",
        "channels",
        "composing",
        "elsewhere",
        "entering",
        "host",
        "invited",
        "last_spoke_at",
        "metadata",
        "modes",
        "nick",
        "number",
        "preferences",
        "promised",
        "read",
        "realname",
        "sessions",
        "shorts",
        "signed_on_at",
        "staff",
        "user",
    )

    def __init__(
        self, nick: str, user: str, host: str, realname: str, account: Account | None = None, *, now: float = 0.0
    ) -> None:
        self.nick = nick
        self.number = next(_numbers)
        self.user = user
        self.host = host
        self.realname = realname
        self.account = account
        self.staff: Account | None = None  # whose role an operator has: the account named to OPER
        self.away: str | None = None
        self.elsewhere: str | None = ELSEWHERE_NOT  # the away message on another daemon, None: there and not away
        self.modes: set[str] = set()
        self.sessions: list[Session] = []
        self.channels: dict[str, Channel] = {}
        self.invited: set[str] = set()  # keys of channels
        self.preferences = Preferences()
        self.composing = Composing()
        self.shorts = ShortIds()
        self.promised: dict[int, int] = {}  # rooms a guest was invited into, and by whom: theirs once they log in
        self.entering: set[str] = set()  # keys of channels: a JOIN is under way and will tell
        self.metadata: dict[str, str] = {}
        self.read: dict[str, int] = {}  # how far, by place (reading_marks)
        self.signed_on_at = now
        self.last_spoke_at = now

    @property
    def key(self) -> str:
        return casefold(self.nick)

    @property
    def identity(self) -> str:
        """Who this is, whatever the nick: an account, or one guest from coming to going."""
        return str(self.account_id) if self.account_id is not None else f"guest {self.number}"

    @property
    def source(self) -> str:
        return f"{self.nick}!{self.user}@{self.host}"

    @property
    def account_id(self) -> int | None:
        return self.account.id if self.account is not None else None

    @property
    def account_name(self) -> str:
        """The account's handle, '' for a guest."""
        return self.account.acct if self.account is not None else ""

    @property
    def connected(self) -> bool:
        return bool(self.sessions)

    @property
    def remote(self) -> bool:
        return self.account is not None and self.account.domain is not None

    @property
    def operator(self) -> bool:
        return "o" in self.modes

    @property
    def bot(self) -> bool:
        return "B" in self.modes or (self.account is not None and self.account.bot)

    @property
    def away_text(self) -> str | None:
        """Why this person is away, None when here. People of other servers are never said to be away."""
        if self.remote:
            return None
        if self.connected:
            return self.away
        return NOT_CONNECTED if self.elsewhere == ELSEWHERE_NOT else self.elsewhere

    @property
    def present(self) -> bool:
        """Connected to this daemon or to another one."""
        return self.connected or self.elsewhere != ELSEWHERE_NOT

    def settled(self) -> list[Session]:
        """The sessions that know by now what the person is in; the others are about to be told."""
        return [session for session in self.sessions if session.settled]

    def neighbours(self) -> Iterator[Person]:
        """Everybody who shares a channel, each once, without the person."""
        seen = {self}
        for channel in self.channels.values():
            for person in channel.seen_by(self):
                if person not in seen:
                    seen.add(person)
                    yield person


def person_of(account: Account, domain: str) -> Person:
    """An account as somebody on IRC: `name!name@our.domain`, or `name/host!name@host` for those elsewhere."""
    host = account.domain or domain
    return Person(nick_of(account.acct), account.username, host, account.display_name or account.username, account)
