"""CHATHISTORY (IRCv3 draft/chathistory)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from pleromad.clock import iso
from pleromad.errors import PleromadError
from pleromad.ids import moment_of
from pleromad.model.note import Note
from pleromad.model.page import Page
from protocols.irc.directs import direct_lines
from protocols.irc.finding import somebody
from protocols.irc.history import (
    LIMIT,
    Kept,
    Notes,
    Place,
    Ring,
    key_at,
    not_before,
    page_for,
    parse_time,
    read,
)
from protocols.irc.message import Message, casefold, cut_text
from protocols.irc.multiline import without_concat
from protocols.irc.names import looks_like_channel
from protocols.irc.people import Person
from protocols.irc.showing import note_messages
from protocols.irc.table import Call, command
from protocols.irc.telling import Item, Telling, item_lines

REFERENCES = {"LATEST": 1, "BEFORE": 1, "AFTER": 1, "AROUND": 1, "BETWEEN": 2}


@dataclass(frozen=True, slots=True)
class Source:
    """Where the history of one target is, for one reader. `cutoff`: the key from which on they may read."""

    name: str
    ring: Ring
    notes: Notes | None
    partner: Person | None = None
    cutoff: int = 0

    def render(self, call: Call, note: Item) -> Sequence[Message]:
        if self.partner is None or isinstance(note, Telling):
            return without_concat(list(note_messages(call.network, note, self.name, item_lines(note))))
        reader = call.person
        target = self.partner.nick if note.account.id == reader.account_id else reader.nick
        other = self.partner.account_id if note.account.id == reader.account_id else reader.account_id
        return without_concat(list(note_messages(call.network, note, target, direct_lines(note, other or 0))))


@command(
    "CHATHISTORY",
    minimum=1,
    cost=4.0,
    help="CHATHISTORY LATEST|BEFORE|AFTER|AROUND|BETWEEN target reference [reference] limit\n"
    "CHATHISTORY TARGETS from to limit\nWhat was said before. A reference is msgid=..., timestamp=... or *.",
)
async def chathistory(call: Call) -> None:
    subcommand = call.param(0).upper()
    if subcommand == "TARGETS":
        await _targets(call)
        return
    if subcommand not in REFERENCES:
        call.fail("CHATHISTORY", "INVALID_PARAMS", cut_text(subcommand, 50) or "*", "Unknown command")
        return
    count = REFERENCES[subcommand]
    if len(call.params) < count + 3:
        call.fail("CHATHISTORY", "NEED_MORE_PARAMS", subcommand, "Missing parameters")
        return
    target = call.param(1)
    source = await source_of_target(call, target)
    if source is None:
        call.fail("CHATHISTORY", "INVALID_TARGET", subcommand, cut_text(target, 200) or "*", "There is nothing to read for you")
        return
    limit = _limit(call.param(2 + count))
    places = []
    for reference in call.params[2 : 2 + count]:
        if reference == "*" and subcommand == "LATEST":
            continue
        place = _place(source.ring, reference)
        if place is None:
            code = "INVALID_PARAMS" if reference.partition("=")[0] in ("msgid", "timestamp") else "INVALID_MSGREFTYPE"
            call.fail("CHATHISTORY", code, subcommand, target, cut_text(reference, 100), "This names no message")
            return
        places.append(place)
    if limit is None:
        call.fail("CHATHISTORY", "INVALID_PARAMS", subcommand, target, "The limit is a number")
        return
    page = page_for(subcommand, places, limit)
    if page is not None:
        found = await _read(call, source, page)
    else:
        before = await _read(call, source, Page(limit=limit // 2, max_id=places[0].first))
        found = before + await _read(call, source, Page(limit=limit - len(before), min_id=places[0].first - 1))
    _send(call, target, found)


async def _read(call: Call, source: Source, page: Page) -> list[Kept]:
    if source.cutoff:
        page = not_before(page, source.cutoff)
    return await read(
        source.ring,
        source.notes,
        lambda note: source.render(call, note),
        page,
        events=call.session.has("draft/event-playback"),
    )


def _send(call: Call, target: str, found: Sequence[Kept]) -> None:
    messages = [message for kept in found for message in kept.messages]
    _batch(call, messages, "chathistory", target)


def _batch(call: Call, messages: Sequence[Message], kind: str, *params: str) -> None:
    if not call.session.has("batch"):
        for message in messages:
            call.replies.add(message)
        return
    name = call.network.next_batch()
    call.replies.add(call.network.server_line("BATCH", f"+{name}", kind, *params))
    for message in messages:
        call.replies.add(replace(message, tags={**message.tags, "batch": name}))
    call.replies.add(call.network.server_line("BATCH", f"-{name}"))


def _limit(text: str) -> int | None:
    return min(int(text[:9]), LIMIT) if text.isascii() and text.isdecimal() else None


def _place(ring: Ring, reference: str) -> Place | None:
    kind, _, value = reference.partition("=")
    if kind == "timestamp":
        moment = parse_time(value)
        return Place.of_time(moment) if moment is not None else None
    if kind != "msgid":
        return None
    if value.isascii() and value.isdecimal() and len(value) < 20:
        return Place.of_key(int(value))
    kept = ring.find(value)
    return Place.of_key(kept.key) if kept is not None else None


async def source_of_target(call: Call, target: str) -> Source | None:
    """The history of a channel one is in, or of what one said to somebody and they answered."""
    network, person = call.network, call.person
    if looks_like_channel(target):
        channel = network.channel(target, person)
        if channel is None or person not in channel.members:
            return None
        notes, cutoff = await channel.backing.history(channel, person)
        return Source(channel.name, channel.ring, notes, cutoff=cutoff)
    partner = await somebody(network, target)
    if partner is None:
        return None
    ring = network.letters.between(person.identity, partner.identity)
    viewer, other = person.account_id, partner.account_id
    if viewer is None or other is None:
        return Source(partner.nick, ring, None, partner)

    async def directs(page: Page) -> Sequence[Note]:
        found = await network.core.reading.direct_with(viewer, other, page)
        return [seen.note for seen in found.items]

    return Source(partner.nick, ring, directs, partner)


async def recent_targets(call: Call) -> list[tuple[str, int]]:
    """Where something was said that the person may read, with the place of the last of it, the newest first."""
    person, network = call.person, call.network
    last: dict[str, tuple[int, str]] = {}
    for channel in person.channels.values():
        if channel.ring.last and not channel.backing.persistent:
            last[channel.key] = (channel.ring.last, channel.name)
    for identity, ring in network.letters.of(person.identity):
        other = network.by_identity(identity)
        if other is not None:
            last[casefold(other.nick)] = (ring.last, other.nick)
    if person.account_id is not None:
        for name, key in await network.directs.last_of(person):
            last[casefold(name)] = max((key, name), last.get(casefold(name), (0, "")))
        for channel, key in await network.rooms.last_of(person):
            last[channel.key] = (key, channel.name)
    return [(name, key) for key, name in sorted(last.values(), reverse=True)]


async def send_history(call: Call, target: str, source: Source, page: Page) -> None:
    """One page of it, as the answer to the call."""
    _send(call, target, await _read(call, source, page))


async def _targets(call: Call) -> None:
    """Where something was said whose last line lies between the two times, the oldest first."""
    times: list[datetime | None] = []
    for reference in call.params[1:3]:
        kind, _, value = reference.partition("=")
        times.append(parse_time(value) if kind == "timestamp" else None)
    limit = _limit(call.param(3))
    if len(times) < 2 or None in times or limit is None:
        call.fail("CHATHISTORY", "INVALID_PARAMS", "TARGETS", "There must be two timestamps and a limit")
        return
    lower, upper = sorted(moment for moment in times if moment is not None)
    after, before = Place.of_time(lower).last, key_at(upper)
    try:
        recent = await recent_targets(call)
    except PleromadError as error:
        call.fail("CHATHISTORY", "MESSAGE_ERROR", "TARGETS", error.public)
        return
    found = sorted((key, name) for name, key in recent if after < key < before)[:limit]
    network = call.network
    lines = [network.server_line("CHATHISTORY", "TARGETS", name, iso(moment_of(key))) for key, name in found]
    _batch(call, lines, "draft/chathistory-targets")
