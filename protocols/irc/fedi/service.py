"""What is said to `fedi` finds its verb here; HELP tells of each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from pleromad.errors import PleromadError
from protocols.irc import fedi
from protocols.irc.fedi.table import NICK, STAFF_VERBS, VERBS, Ask, Mistaken, Verb
from protocols.irc.message import cut_text
from protocols.irc.table import Call, Refused

if TYPE_CHECKING:
    from protocols.irc.network import Network

__all__ = ["answer", "answer_staff", "fedi"]


async def answer(call: Call, text: str) -> None:
    """A line said to the nick, or given to the command FEDI."""
    ask = Ask(call, text.strip(), call.session.shown_nick)
    if call.person.account is None:
        ask.say("You need an account for this: log in, or REGISTER where that is open")
        return
    word, _, rest = ask.text.partition(" ")
    if word.lower() == "ops":
        await answer_staff(call, rest, target=ask.target)
        return
    await _run(ask, VERBS, word, rest)


async def answer_staff(call: Call, text: str, target: str = "&ops") -> None:
    """A line typed into &ops; what each verb needs of the role is asked by the core."""
    ask = Ask(call, text.strip(), target)
    word, _, rest = ask.text.partition(" ")
    await _run(ask, STAFF_VERBS, word, rest)


async def _run(ask: Ask, table: Mapping[str, Verb], word: str, rest: str) -> None:
    word = word.lower().lstrip("/")
    if word in ("", "help", "?"):
        _help(ask, table, rest.strip().lower())
        return
    entry = table.get(word)
    if entry is None:
        ask.say(f"There is no {cut_text(word, 50)} here; help tells what there is")
        return
    ask.text = rest.strip()
    try:
        await entry.function(ask)
    except Mistaken as mistake:
        ask.say(f"{mistake}" if str(mistake) else "", f"Usage: {entry.usage}")
    except Refused as refused:
        ask.say(refused.params[-1])
    except PleromadError as error:
        ask.say(error.public)


def _help(ask: Ask, table: Mapping[str, Verb], subject: str) -> None:
    entry = table.get(subject)
    if subject and entry is None:
        ask.say(f"There is no {cut_text(subject, 50)} here; help tells what there is")
        return
    if entry is not None:
        ask.say(f"{entry.usage}: {entry.help}", *([f"Also: {', '.join(entry.names[1:])}"] if entry.names[1:] else []))
        return
    names = sorted({one.name for one in table.values()})
    ask.say(
        f"Say one of these to {NICK}, help NAME says more: {', '.join(names)}",
        "A note is named by its short id as in [a2], by its address, or by ^ for the one shown last.",
    )


def echo(network: Network, call: Call, text: str) -> None:
    if call.session.has("echo-message"):
        for line in text.splitlines():
            call.replies.add(network.line(call.person, "PRIVMSG", NICK, line))
