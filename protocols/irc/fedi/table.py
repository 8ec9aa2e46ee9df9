"""The verbs of `fedi`, and what each is given. A verb is `async def name(ask: Ask) -> None` under `@verb(...)`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pleromad.errors import NotFound
from pleromad.model.activity import Activity, Origin, Outcome
from pleromad.text import to_plain
from protocols.irc.message import cut_text, split
from protocols.irc.names import acct_of, nick_of
from protocols.irc.room_backing import note_id_of
from protocols.irc.short_ids import with_id
from protocols.irc.telling import Item, item_lines, note_of

if TYPE_CHECKING:
    from pleromad.core import Core
    from pleromad.model.account import Account
    from pleromad.model.note import Note
    from protocols.irc.network import Network
    from protocols.irc.people import Person
    from protocols.irc.table import Call

NICK = "fedi"
LINE_BYTES = 380


class Mistaken(Exception):
    """What was typed cannot be understood; the text says how it is meant."""


@dataclass(slots=True)
class Ask:
    """One line said to `fedi`: the verb's own text, and ways to answer. `target`: where the answers go."""

    call: Call
    text: str
    target: str

    @property
    def network(self) -> Network:
        return self.call.network

    @property
    def person(self) -> Person:
        return self.call.person

    @property
    def core(self) -> Core:
        return self.call.network.core

    @property
    def account(self) -> Account:
        account = self.person.account
        assert account is not None
        return account

    @property
    def me(self) -> int:
        return self.account.id

    @property
    def words(self) -> list[str]:
        return self.text.split()

    # answers

    def say(self, *lines: str) -> None:
        for line in lines:
            for piece in split(line, LINE_BYTES):
                self.call.replies.add(self.network.line(self.network.service, "NOTICE", self.target, piece))

    def show(self, items: Sequence[Item], *, empty: str = "Nothing") -> None:
        """Notes, oldest first, each with its short id and author."""
        for item in items:
            first, *others = self.labelled(item)
            self.say(first, *(f"    {line}" for line in others))
        if not items:
            self.say(empty)

    def labelled(self, item: Item) -> tuple[str, ...]:
        note = note_of(item)
        first, *others = item_lines(item)
        action = first.startswith("\x01")
        text = first.removeprefix("\x01ACTION ").rstrip("\x01")
        who = nick_of(item.account.acct)
        lines = (f"{who} {text}" if action else f"<{who}> {text}", *others)
        return with_id(self.name(note), lines) if note is not None else lines

    def name(self, note: Note | int) -> str:
        return self.person.shorts.name(note if isinstance(note, int) else note.id)

    # what was typed

    def first(self, what: str) -> tuple[str, str]:
        """The first word and the rest. Raises Mistaken when there is none."""
        word, _, rest = self.text.partition(" ")
        if not word:
            raise Mistaken(f"Which {what}?")
        return word, rest.strip()

    async def note(self, word: str) -> Note:
        """By short id, message id, address, or `^` for the one that was shown last. Raises Mistaken, NotFound."""
        id: int | None
        if word == "^":
            id = self.person.shorts.last
        elif word.startswith(("https://", "http://")):
            seen = await self.core.reading.note_by_uri(self.me, word)
            id = seen.note.id if seen is not None else None
            if id is None and word.startswith(self.core.uris.base + "/"):
                id = note_id_of(word.rstrip("/").rpartition("/")[2])  # a page of ours
            if id is None and self.core.resolver is not None:
                id = await self.core.resolver.note(word, self.me)
        else:
            id = self.person.shorts.find(word.strip("[]")) or note_id_of(word)
        if id is None:
            raise Mistaken(f"{cut_text(word, 100)} is no note: say its short id, its address, or ^ for the one shown last")
        note = (await self.core.reading.note(self.me, id)).note
        return note.boost_of or note

    async def somebody(self, word: str) -> Account:
        """By nick or handle; people of other servers are asked for. Raises NotFound and what the resolver raises."""
        handle = acct_of(word)
        try:
            account = await self.core.reading.account_by_handle(handle)
            if account.group:  # a secret room exists for those who are in it alone
                await self.core.reading.room_of(self.me, account.id)
            return account
        except NotFound:
            if self.core.resolver is None or "@" not in handle:
                raise NotFound(f"Nobody is called {cut_text(word, 100)}") from None
        return await self.core.resolver.account(f"@{handle}")

    async def whom(self) -> tuple[int, str, str]:
        """Id and nick of the person who was named first, and what follows."""
        word, rest = self.first("person")
        account = await self.somebody(word)
        return account.id, nick_of(account.acct), rest

    async def submit(self, activity: Activity) -> Outcome:
        return await self.core.activities.submit(activity, Origin.local(self.me, door="irc"))


def excerpt(note: Note, limit_bytes: int = 60) -> str:
    text = " ".join(to_plain(note.content).split())
    short = cut_text(text, limit_bytes)
    return short + ("…" if short != text else "")


Function = Callable[[Ask], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Verb:
    name: str
    function: Function
    usage: str
    help: str
    names: tuple[str, ...]


VERBS: dict[str, Verb] = {}
STAFF_VERBS: dict[str, Verb] = {}  # for what is typed into &ops


def verb(*names: str, usage: str, help: str, staff: bool = False) -> Callable[[Function], Function]:
    def register(function: Function) -> Function:
        for name in names:
            (STAFF_VERBS if staff else VERBS)[name] = Verb(names[0], function, usage, help, names)
        return function

    return register
