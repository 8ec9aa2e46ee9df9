"""REDACT (IRCv3 draft/message-redaction)."""

from __future__ import annotations

from pleromad.errors import NotFound, PleromadError
from pleromad.model.activity import Delete, Origin
from pleromad.model.note import Note, Visibility
from protocols.irc import names
from protocols.irc.channels import HALFOP
from protocols.irc.finding import somebody
from protocols.irc.history import Ring
from protocols.irc.message import cut_text
from protocols.irc.names import looks_like_channel
from protocols.irc.people import Person
from protocols.irc.redaction import tell_redacted
from protocols.irc.room_backing import note_id_of
from protocols.irc.session import Session
from protocols.irc.table import Call, command


@command("REDACT", minimum=2, cost=2.0, help="REDACT target msgid [:reason]\nTakes back a message: your own, or as an operator another's.")
async def redact(call: Call) -> None:
    target, message_id = call.param(0), cut_text(call.param(1), 100)
    reason = cut_text(call.param(2), names.KICK_LENGTH)
    if looks_like_channel(target):
        await _in_channel(call, target, message_id, reason)
    else:
        await _in_directs(call, target, message_id, reason)


def _unknown(call: Call, target: str, message_id: str) -> None:
    call.fail("REDACT", "UNKNOWN_MSGID", target, message_id, "This message is not known, or not here")


def _forbidden(call: Call, target: str, message_id: str, text: str = "This message is not yours") -> None:
    call.fail("REDACT", "REDACT_FORBIDDEN", target, message_id, text)


async def _note(call: Call, message_id: str) -> Note | None:
    id, account_id = note_id_of(message_id), call.person.account_id
    if id is None or account_id is None:
        return None
    try:
        return (await call.network.core.reading.note(account_id, id)).note
    except NotFound:
        return None


async def _delete(call: Call, target: str, note: Note) -> bool:
    actor = call.person.account_id or 0
    try:
        await call.network.core.activities.submit(
            Delete(actor_id=actor, note_id=note.id), Origin.local(actor, door="irc")
        )
    except PleromadError as error:
        _forbidden(call, target, str(note.id), error.public)
        return False
    return True


async def _in_channel(call: Call, target: str, message_id: str, reason: str) -> None:
    network, person = call.network, call.person
    channel = network.channel(target, person)
    if channel is None or person not in channel.members:
        call.fail("REDACT", "INVALID_TARGET", cut_text(target, names.CHANNEL_LENGTH), "You're not on that channel")
        return
    async with network.changing(channel):
        moderating = channel.level(person) >= HALFOP
        kept = channel.ring.find(message_id)
        if kept is not None:
            if kept.by is not person and not moderating:
                _forbidden(call, target, message_id)
                return
            channel.ring.remove(kept)
        else:
            note = await _note(call, message_id)
            if note is None or (note.room_id != channel.room_id and channel.room_id is not None):
                _unknown(call, target, message_id)
                return
            if note.account.id != person.account_id and not moderating:
                _forbidden(call, target, message_id)
                return
            channel.shown(("redacted", note.id))
            if not await _delete(call, target, note):
                return
        tell_redacted(network, _sessions(list(channel.seen_by(person))), person, channel.name, message_id, reason, call)


async def _in_directs(call: Call, target: str, message_id: str, reason: str) -> None:
    network, person = call.network, call.person
    partner = await somebody(network, target)
    if partner is None:
        call.fail("REDACT", "INVALID_TARGET", cut_text(target, names.NICK_LENGTH), "No such nick")
        return
    ring: Ring = network.letters.between(person.identity, partner.identity)
    kept = ring.find(message_id)
    if kept is not None:
        if kept.by is not person:
            _forbidden(call, target, message_id)
            return
        ring.remove(kept)
    else:
        note = await _note(call, message_id)
        if note is None or note.visibility is not Visibility.DIRECT or note.room_id is not None:
            _unknown(call, target, message_id)
            return
        if note.account.id != person.account_id:
            _forbidden(call, target, message_id)
            return
        network.directs.withdrawing(note.id)
        if not await _delete(call, target, note):
            return
    people = [person] if partner is person else [person, partner]
    tell_redacted(network, _sessions(people), person, partner.nick, message_id, reason, call)


def _sessions(people: list[Person]) -> list[Session]:
    return [session for person in people for session in person.sessions]
