"""LIST, with the conditions of ELIST=CMNTU."""

from __future__ import annotations

from collections.abc import Callable

from protocols.irc import numerics
from protocols.irc.channels import Channel
from protocols.irc.message import casefold, match
from protocols.irc.rooms import Entry
from protocols.irc.table import Call, command

Condition = Callable[[Entry], bool]


@command("LIST", cost=4.0, help="LIST [#room{,#room} | >N | <N | T<minutes | C<minutes | mask | !mask]\nThe rooms of this server.")
async def list_channels(call: Call) -> None:
    network, person = call.network, call.person
    words = [word for word in call.param(0).split(",") if word]
    conditions = [made for word in words if (made := _condition(word, network.now_seconds())) is not None]
    plain = {casefold(word) for word in words if _is_name(word)}
    entries = {entry.key: entry for entry in await network.rooms.entries(person)}
    for channel in network.channels.values():
        if channel.listable and channel.shown_to(person):
            entries[channel.key] = _entry(channel)
        else:
            entries.pop(channel.key, None)
    call.numeric(numerics.RPL_LISTSTART, "Channel", "Users  Name")
    for entry in entries.values():
        if (not plain or entry.key in plain) and all(condition(entry) for condition in conditions):
            call.numeric(numerics.RPL_LIST, entry.name, str(entry.members), entry.topic)
    call.numeric(numerics.RPL_LISTEND, "End of /LIST")


def _entry(channel: Channel) -> Entry:
    return Entry(channel.name, len(channel.members), channel.topic, channel.topic_at, channel.created_at)


def _is_name(word: str) -> bool:
    return word[0] in "#&" and not set(word) & set("*?")


def _condition(word: str, now: int) -> Condition | None:
    """One condition of modern.ircdocs.horse's ELIST; None for the name of a channel, or what is not understood."""
    head, number = word[:1], word[1:]
    if head in "<>" and number.isdecimal():
        bound = int(number[:9])
        return (lambda entry: entry.members > bound) if head == ">" else (lambda entry: entry.members < bound)
    if head in "CT" and number[:1] in ("<", ">") and number[1:].isdecimal():
        seconds = int(number[1:10]) * 60
        newer = number[0] == "<"
        at: Callable[[Entry], int] = (lambda entry: entry.created_at) if head == "C" else (lambda entry: entry.topic_at)
        return lambda entry: bool(at(entry)) and (now - at(entry) < seconds) == newer
    if head == "!":
        return lambda entry: not match(number, entry.name)
    if not _is_name(word):
        return lambda entry: match(word, entry.name)
    return None
