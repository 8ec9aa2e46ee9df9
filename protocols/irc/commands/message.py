"""PRIVMSG, NOTICE, TAGMSG."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace

from pleromad.errors import PleromadError
from pleromad.ids import moment_of
from protocols.irc import names, numerics, playback
from protocols.irc.channels import PREFIXES, Channel
from protocols.irc.errors import refusal
from protocols.irc.fedi import service
from protocols.irc.finding import somebody
from protocols.irc.history import Kept
from protocols.irc.lines import pieces
from protocols.irc.message import Message, cut_text
from protocols.irc.modes import RANKS
from protocols.irc.multiline import CONCAT, Gathering, gather, show, without_concat
from protocols.irc.network import deliver
from protocols.irc.opening import look
from protocols.irc.people import Person
from protocols.irc.session import Session
from protocols.irc.table import Call, Refused, command

TARGET_LIMIT = 4
# STATUSMSG; & begins a channel's name here.
RANK_OF_PREFIX = {prefix: rank for rank, prefix in PREFIXES.items() if prefix != "&"}


@dataclass(frozen=True, slots=True)
class Line:
    """What is to be said, before it is known to whom."""

    command: str
    text: str
    tags: dict[str, str]  # client-only ones, to be passed on as they are
    parts: tuple[tuple[str, bool], ...] = ()  # of a message of several lines: as `multiline.Gathering` has them

    @property
    def ctcp(self) -> bool:
        """Client-to-client, but for ACTION, which is talk."""
        return self.text.startswith("\x01") and not self.text.startswith("\x01ACTION")

    @property
    def passing(self) -> bool:
        """Of the moment, nothing to remember: somebody is typing."""
        return self.command == "TAGMSG" and self.tags.keys() <= {"+typing", "+draft/typing"}

    @property
    def reacts(self) -> bool:
        return self.command == "TAGMSG" and bool({"+draft/react", "+draft/unreact"} & self.tags.keys())

    @property
    def reply_to(self) -> str:
        return self.tags.get("+draft/reply") or self.tags.get("+reply", "")


@command("PRIVMSG", help="PRIVMSG #room|nick :text\nSays something in a room or to somebody.")
async def privmsg(call: Call) -> None:
    await _say(call)


@command("NOTICE", help="NOTICE #room|nick :text\nLike PRIVMSG, and nothing answers by itself.")
async def notice(call: Call) -> None:
    await _say(call)


@command("TAGMSG", help="TAGMSG #room|nick\nPasses on client-only tags (IRCv3 message-tags).")
async def tagmsg(call: Call) -> None:
    if not call.session.has("message-tags"):
        raise Refused(numerics.ERR_UNKNOWNCOMMAND, "TAGMSG", "Unknown command")
    await _say(call)


async def say_gathered(call: Call, gathering: Gathering) -> None:
    """A message of several lines, complete."""
    line = Line(gathering.command, gathering.text, gathering.tags, tuple(gathering.lines))
    if not line.text.strip():
        raise Refused(numerics.ERR_NOTEXTTOSEND, "No text to send")
    call.person.last_spoke_at = call.network.clock.seconds()
    try:
        await _to(call, gathering.target, line)
    except PleromadError as error:
        call.numeric(*refusal(error, replace(call.message, command=line.command), gathering.target))


async def _say(call: Call) -> None:
    command_name = call.message.command
    if call.session.gathering is not None and "batch" in call.message.tags:
        gather(call, command_name, call.param(0), call.param(1))
        return
    quiet = command_name == "NOTICE"  # RFC 2812 section 3.3.2: nothing may answer a NOTICE
    targets = list(dict.fromkeys(call.param(0).split(","))) if call.param(0) else []
    text = call.param(1)
    if not targets:
        raise Refused(numerics.ERR_NORECIPIENT, f"No recipient given ({command_name})")
    if not text and command_name != "TAGMSG":
        if quiet:
            return
        raise Refused(numerics.ERR_NOTEXTTOSEND, "No text to send")
    tags = {key: value for key, value in call.message.tags.items() if key.startswith("+")}
    line = Line(command_name, text, tags)
    call.person.last_spoke_at = call.network.clock.seconds()
    for target in targets[:TARGET_LIMIT]:
        if target.lower() in playback.NAMES and call.session.has(playback.CAPABILITY):
            await playback.answer(call, text)
            continue
        try:
            await _to(call, target, line)
        except Refused as refused:
            if not quiet:
                call.numeric(refused.numeric, *refused.params)
        except PleromadError as error:
            if not quiet:
                call.numeric(*refusal(error, call.message, target))
    if len(targets) > TARGET_LIMIT and not quiet:
        raise Refused(numerics.ERR_TOOMANYTARGETS, targets[TARGET_LIMIT], "Too many targets")


async def _to(call: Call, target: str, line: Line) -> None:
    if target[:1] in RANK_OF_PREFIX and target[1:2] == "#":
        await _to_channel(call, target[1:], target[0], line)
    elif names.looks_like_channel(target):
        await _to_channel(call, target, "", line)
    else:
        await _to_person(call, target, line)


# channels


async def _to_channel(call: Call, name: str, mark: str, line: Line) -> None:
    network, person = call.network, call.person
    channel = await look(network, person, name)
    if channel is None:
        raise Refused(numerics.ERR_NOSUCHCHANNEL, cut_text(name, names.CHANNEL_LENGTH), "No such channel")
    async with network.changing(channel):
        if not channel.may_speak(person):
            raise Refused(numerics.ERR_CANNOTSENDTOCHAN, channel.name, "Cannot send to channel")
        if line.ctcp and "C" in channel.flags and line.command != "NOTICE":
            raise Refused(numerics.ERR_CANNOTSENDTOCHAN, channel.name, "Cannot send CTCP to channel (+C)")
        if channel.key == "&ops" and line.command == "PRIVMSG":
            await service.answer_staff(call, line.text)
            return
        message_id, key = network.next_message_id(), 0
        lines: Sequence[str] = (line.text,)
        audience: Collection[int] | None = None
        if line.command != "TAGMSG" and not line.ctcp and not mark:
            said = await channel.backing.say(channel, person, line.text, line.reply_to)
            message_id, lines, audience = said.message_id, said.lines, said.audience
            if said.note_id:
                channel.shown(said.note_id)
                key = said.note_id
            else:
                _fits(person, line, mark + channel.name)
        elif line.reacts and (channel.backing.persistent or channel.name.startswith("&")):
            await network.reactions.keep(person, line.tags)
        recipients = _hearing(channel, person, mark, audience)
        shown = mark + channel.name
        kept = _relay(call, [*recipients, *_own_others(call)], shown, line, message_id, lines, key)
        if not key and not mark and not line.ctcp and not line.passing:
            channel.ring.add(kept)


def _fits(person: Person, line: Line, target: str) -> None:
    """What is not kept goes out as one line or not at all; what is kept is shown in as many as it needs."""
    if line.command != "TAGMSG" and not line.parts and len(list(pieces(line.text, person.source, line.command, target))) > 1:
        raise Refused(numerics.ERR_INPUTTOOLONG, "This line is too long to be passed on whole")


def _hearing(channel: Channel, person: Person, mark: str, audience: Collection[int] | None) -> Iterator[Session]:
    """Who is told of a line: the members a STATUSMSG mark names, without those who do not want to hear the speaker."""
    level = len(RANKS) - RANKS.index(RANK_OF_PREFIX[mark]) if mark else 0
    for member in list(channel.seen_by(person)):
        if member is person or channel.level(member) < level:
            continue
        if audience is None or member.account_id is None or member.account_id in audience:
            yield from member.sessions


def _own_others(call: Call) -> Iterator[Session]:
    return (session for session in call.person.sessions if session is not call.session)


def _relay(
    call: Call, sessions: Sequence[Session], target: str, line: Line, message_id: str, lines: Sequence[str], key: int = 0
) -> Kept:
    """Shows it to all of them, and to who said it where they want to hear themselves. `key`: its place, 0: now."""
    network, person = call.network, call.person
    keyed, key = bool(key), key or network.next_key()
    at = moment_of(key)
    if line.command == "TAGMSG":
        message = network.line(person, "TAGMSG", target, message_id=message_id, at=at, tags=line.tags)
        deliver(sessions, message, None, "message-tags")
        if call.session.has("echo-message"):
            call.replies.add(message)
        return Kept(key, message_id, (message,), False, person)
    messages: list[Message] = []
    for text, goes_on in line.parts if line.parts and not keyed else ((text, False) for text in lines):
        for number, piece in enumerate(pieces(text, person.source, line.command, target)):
            tags = {**line.tags, CONCAT: ""} if number or goes_on else line.tags
            first = "" if messages else message_id
            messages.append(network.line(person, line.command, target, piece, message_id=first, at=at, tags=tags))
    show(network, sessions, messages)
    if call.session.has("echo-message"):
        show(network, [call.session], messages, call)
    messages = without_concat(messages)
    return Kept(key, message_id, tuple(messages), line.command != "TAGMSG", person)


# people


async def _to_person(call: Call, nick: str, line: Line) -> None:
    network, person = call.network, call.person
    if network.find(nick) is network.service:
        if line.command == "PRIVMSG" and not line.ctcp:
            service.echo(network, call, line.text)
            await service.answer(call, line.text)
        return
    target = await somebody(network, nick, fetch=person.account is not None)
    if target is None:
        raise Refused(numerics.ERR_NOSUCHNICK, cut_text(nick, names.NICK_LENGTH), "No such nick/channel")
    talk = line.command != "TAGMSG" and not line.ctcp
    # A NOTICE is only kept when it would be lost otherwise: what bots answer is no letter.
    keep = talk and bool(person.account and target.account) and (line.command == "PRIVMSG" or not target.connected)
    if line.reacts:
        await network.reactions.keep(person, line.tags)
    if not keep and not target.connected:
        if line.reacts and target.account is not None:
            return
        raise Refused(numerics.ERR_NOSUCHNICK, target.nick, "Is not connected")
    message_id, key = network.next_message_id(), 0
    lines: Sequence[str] = (line.text,)
    sessions = list(target.sessions)
    if keep:
        said = await network.directs.say(person, target, line.text, line.reply_to)
        message_id, lines, key = said.message_id, said.lines, said.note_id
        if said.audience is not None and target.account_id not in said.audience:
            sessions = []
    else:
        _fits(person, line, target.nick)
    own = [session for session in _own_others(call) if session.has("echo-message")] if target is not person else ()
    kept = _relay(call, [*sessions, *own], target.nick, line, message_id, lines, key)
    if not key and not line.ctcp and not line.passing:
        network.letters.between(person.identity, target.identity).add(kept)
    if line.command == "PRIVMSG" and target.away_text is not None:
        call.numeric(numerics.RPL_AWAY, target.nick, target.away_text)
