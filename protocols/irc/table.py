"""The table of commands: what each needs before its function is called.

A command is a function `async def name(call: Call) -> None` under `@command("NAME", ...)` in `commands/<subject>.py`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from protocols.irc import numerics
from protocols.irc.message import Message
from protocols.irc.replies import Replies

if TYPE_CHECKING:
    from protocols.irc.network import Network
    from protocols.irc.people import Person
    from protocols.irc.session import Session


class Refused(Exception):
    """Ends a command with one numeric."""

    def __init__(self, numeric: str, *params: str) -> None:
        super().__init__(numeric)
        self.numeric = numeric
        self.params = params


class Waiting(Exception):
    """The command is under way elsewhere: the person is told that in a NOTICE."""


@dataclass(slots=True)
class Call:
    """One command of one session, while it runs."""

    session: Session
    message: Message
    replies: Replies

    @property
    def network(self) -> Network:
        return self.session.network

    @property
    def person(self) -> Person:
        """Who calls. Only for commands that need a registered session."""
        person = self.session.person
        if person is None:
            raise Refused(numerics.ERR_NOTREGISTERED, "You have not registered")
        return person

    @property
    def params(self) -> tuple[str, ...]:
        return self.message.params

    def param(self, index: int, default: str = "") -> str:
        return self.message.params[index] if index < len(self.message.params) else default

    def answer(self, code: str, *params: str) -> Message:
        return Message(code, (self.session.shown_nick, *params), self.network.server_name)

    def numeric(self, code: str, *params: str) -> None:
        self.replies.add(self.answer(code, *params))

    def reply(self, command: str, *params: str, source: str | None = None) -> None:
        self.replies.add(Message(command, params, self.network.server_name if source is None else source))

    def fail(self, command: str, code: str, *context: str) -> None:
        """IRCv3 standard-replies; the last of `context` is the text."""
        self.replies.add(Message("FAIL", (command, code, *context), self.network.server_name))


Function = Callable[[Call], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Command:
    """`cost` in flood-control points: an ordinary command is 1, PONG is free. `help` is what HELP shows."""

    name: str
    function: Function
    minimum: int
    before_login: bool
    cost: float
    help: tuple[str, ...]


COMMANDS: dict[str, Command] = {}


def command(
    *names: str, minimum: int = 0, before_login: bool = False, cost: float = 1.0, help: str = ""
) -> Callable[[Function], Function]:
    """Puts a function into the table under its names. `minimum`: how many parameters it needs (461 below that)."""

    def register(function: Function) -> Function:
        for name in names:
            lines = tuple(help.splitlines()) or (name,)
            COMMANDS[name] = Command(name, function, minimum, before_login, cost, lines)
        return function

    return register
