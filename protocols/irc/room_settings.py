"""What a room is set to, from the core into its live channel: topic, modes, lists of masks."""

from __future__ import annotations

from collections.abc import Iterable

from pleromad.model.room import FLAGS, MaskEntry, Room
from protocols.irc.channels import Channel, Mask
from protocols.irc.message import casefold
from protocols.irc.names import nick_of, source_of
from protocols.irc.network import Network
from protocols.irc.room_backing import ALWAYS


def describe(channel: Channel, room: Room, host: str) -> None:
    """Topic and settings as the core has them."""
    channel.topic = room.topic
    channel.topic_by = source_of(room.topic_by, host)
    channel.topic_at = int(room.topic_at.timestamp()) if room.topic_at else 0
    channel.created_at = int(room.created_at.timestamp()) if room.created_at else 0
    channel.flags = {*ALWAYS, *(letter for letter, name in FLAGS.items() if getattr(room, name))}
    channel.password = room.key
    channel.limit = room.member_limit
    channel.read_back = room.read_back


async def lists_of(network: Network, room_id: int) -> list[MaskEntry]:
    """The masks, and as masks the accounts that another door or server banned."""
    reading = network.core.reading
    found = await reading.masks(room_id)
    known = {casefold(entry.mask) for entry in found if entry.kind == "b"}
    for account, at in await reading.room_bans(room_id):
        mask = f"{nick_of(account.acct)}!*@*"
        if casefold(mask) not in known and casefold(f"~a:{account.acct}") not in known:
            found.append(MaskEntry("b", mask, "", at))
    return found


def set_masks(channel: Channel, masks: Iterable[MaskEntry], host: str) -> None:
    for entries in channel.lists.values():
        entries.clear()
    for entry in masks:
        if entry.kind in channel.lists:
            set_at = int(entry.set_at.timestamp())
            channel.lists[entry.kind][entry.mask] = Mask(entry.mask, source_of(entry.set_by, host), set_at)


def picture(channel: Channel) -> list[tuple[str, str | None]]:
    """All modes but ranks, as letters with their parameters."""
    found: list[tuple[str, str | None]] = [(letter, None) for letter in sorted(channel.flags)]
    if channel.password:
        found.append(("k", channel.password))
    if channel.limit is not None:
        found.append(("l", str(channel.limit)))
    found += [(kind, mask) for kind, entries in channel.lists.items() for mask in entries]
    return found
