"""METADATA (IRCv3 draft/metadata-3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from pleromad.model.account import ProfileChange
from pleromad.model.activity import Origin, Update
from protocols.irc import metadata, numerics
from protocols.irc.channels import OPERATOR, Channel
from protocols.irc.finding import somebody
from protocols.irc.message import Message, cut_text
from protocols.irc.names import looks_like_channel
from protocols.irc.people import Person
from protocols.irc.table import Call, command


@command("METADATA", minimum=2, cost=2.0, help="METADATA target|* GET|LIST|SET|CLEAR|SYNC|SUB|UNSUB|SUBS\nSmall facts of people and channels.")
async def metadata_command(call: Call) -> None:
    subcommand = call.param(1).upper()
    if subcommand in ("SUB", "UNSUB", "SUBS"):
        _subscriptions(call, subcommand)
        return
    target = await _target(call)
    if target is None:
        call.fail("METADATA", "INVALID_TARGET", cut_text(call.param(0), 100), "There is no such target for you")
        return
    match subcommand:
        case "GET":
            values = metadata.values_of(target)
            lines = []
            for key in call.params[2:]:
                if metadata.KEY.fullmatch(key) is None:
                    lines.append(_invalid(call, key))
                else:
                    lines.append(metadata.line(call.network, call.session, target, key, values.get(key)))
            _batch(call, target, lines)
        case "LIST" | "SYNC":
            _batch(call, target, [_line(call, target, key, value) for key, value in metadata.values_of(target).items()])
        case "SET":
            await _set(call, target, call.param(2), call.params[3] if len(call.params) > 3 else None)
        case "CLEAR":
            await _clear(call, target)
        case _:
            call.fail("METADATA", "SUBCOMMAND_INVALID", cut_text(subcommand, 50), "There is no such subcommand")


async def _target(call: Call) -> Person | Channel | None:
    name = call.param(0)
    if name == "*":
        return call.person
    if looks_like_channel(name):
        channel = call.network.channel(name, call.person)
        if channel is None or (call.person not in channel.members and (channel.private or "i" in channel.flags)):
            return None
        return channel
    found = await somebody(call.network, name)
    if found is not None and not found.connected:
        await metadata.load(call.network, found)
    return found


def _invalid(call: Call, key: str) -> Message:
    return Message("FAIL", ("METADATA", "KEY_INVALID", cut_text(key, 64) or "*", "This is no key"), call.network.server_name)


def _line(call: Call, target: Person | Channel, key: str, value: str | None) -> Message:
    return metadata.line(call.network, call.session, target, key, value)


def _batch(call: Call, target: Person | Channel, lines: Sequence[Message]) -> None:
    if not call.session.has("batch"):
        for line in lines:
            call.replies.add(line)
        return
    name = call.network.next_batch()
    call.replies.add(call.network.server_line("BATCH", f"+{name}", "metadata", metadata.name_of(target)))
    for line in lines:
        call.replies.add(replace(line, tags={**line.tags, "batch": name}))
    call.replies.add(call.network.server_line("BATCH", f"-{name}"))


def _may_change(call: Call, target: Person | Channel, key: str) -> bool:
    allowed = target is call.person
    if isinstance(target, Channel):
        allowed = target.level(call.person) >= OPERATOR
    elif key == "avatar" and target.account is not None:
        allowed = False  # a picture is uploaded, not named
    if not allowed:
        call.fail("METADATA", "KEY_NO_PERMISSION", metadata.name_of(target), key or "*", "You may not change this")
    return allowed


async def _set(call: Call, target: Person | Channel, key: str, value: str | None) -> None:
    if metadata.KEY.fullmatch(key) is None:
        call.replies.add(_invalid(call, key))
        return
    if not _may_change(call, target, key):
        return
    if value is not None and len(value.encode()) > metadata.MAX_BYTES:
        call.fail("METADATA", "INVALID_VALUE", key, "The value is too long")
        return
    if value is not None and key not in target.metadata and len(target.metadata) >= metadata.MAX_KEYS:
        call.fail("METADATA", "LIMIT_REACHED", metadata.name_of(target), "There is no room for more")
        return
    await _keep(call, target, key, value or None)
    call.replies.add(_line(call, target, key, value or None))
    metadata.tell(call.network, target, key, value or None, call.session)


async def _keep(call: Call, target: Person | Channel, key: str, value: str | None) -> None:
    core = call.network.core
    if isinstance(target, Person) and target.account is not None and key == "display-name":
        change = Update(actor_id=target.account.id, profile=ProfileChange(display_name=value or ""))
        await core.activities.submit(change, Origin.local(target.account.id, door="irc"))
        target.account = await core.reading.account(target.account.id)
        return
    id = target.room_id if isinstance(target, Channel) else target.account_id
    if id is not None:
        await core.personal.set_metadata(id, key, value)
    if value is None:
        target.metadata.pop(key, None)
    else:
        target.metadata[key] = value


async def _clear(call: Call, target: Person | Channel) -> None:
    if not _may_change(call, target, "*"):
        return
    keys = list(target.metadata)
    for key in keys:
        await _keep(call, target, key, None)
        metadata.tell(call.network, target, key, None, call.session)
    _batch(call, target, [_line(call, target, key, None) for key in keys])


def _subscriptions(call: Call, subcommand: str) -> None:
    session = call.session
    if subcommand == "SUBS":
        _keys(call, numerics.RPL_METADATASUBS, sorted(session.subscribed))
        return
    done = []
    for key in dict.fromkeys(call.params[2:]):
        if metadata.KEY.fullmatch(key) is None:
            call.replies.add(_invalid(call, key))
        elif subcommand == "UNSUB":
            session.subscribed.discard(key)
            done.append(key)
        elif len(session.subscribed) >= metadata.MAX_SUBSCRIPTIONS and key not in session.subscribed:
            call.fail("METADATA", "TOO_MANY_SUBS", key, "You have too many subscriptions")
            break
        else:
            session.subscribed.add(key)
            done.append(key)
    _keys(call, numerics.RPL_METADATASUBOK if subcommand == "SUB" else numerics.RPL_METADATAUNSUBOK, done)
    if subcommand == "SUB" and done:
        for line in metadata.wanted(call.network, session, [*call.person.channels.values(), *call.person.neighbours()]):
            call.replies.add(line)


def _keys(call: Call, code: str, keys: Sequence[str]) -> None:
    for at in range(0, len(keys), 5):
        call.numeric(code, *keys[at : at + 5])
