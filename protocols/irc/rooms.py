"""Rooms of the core as live channels: brought to life when somebody connected is in them, forgotten when nobody is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pleromad.errors import NotFound
from pleromad.model.account import Account
from pleromad.model.page import Page
from pleromad.model.room import Member, Room
from protocols.irc import metadata, tell
from protocols.irc.channels import Channel
from protocols.irc.locks import Locks
from protocols.irc.message import casefold
from protocols.irc.names import nick_of
from protocols.irc.network import Network
from protocols.irc.people import Person, person_of
from protocols.irc.room_backing import RoomBacking
from protocols.irc.room_settings import describe, lists_of, set_masks

if TYPE_CHECKING:
    from protocols.irc.session import Session
    from protocols.irc.table import Call

LISTED = 500


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of LIST. Times are seconds since 1970, 0 when there is none."""

    name: str
    members: int
    topic: str
    topic_at: int = 0
    created_at: int = 0

    @property
    def key(self) -> str:
        return casefold(self.name)


class Rooms:
    def __init__(self, network: Network) -> None:
        self._network = network
        self._backing = RoomBacking(network)
        self._opening = Locks()
        self._by_id: dict[int, Channel] = {}

    def live(self, room_id: int) -> Channel | None:
        return self._by_id.get(room_id)

    def forget(self, channel: Channel) -> None:
        if channel.room_id is not None and self._by_id.get(channel.room_id) is channel:
            del self._by_id[channel.room_id]

    # opening

    async def open(self, account: Account, name: str) -> Channel:
        """The live channel of a room, made by `account` when there is no such room; of another server's it is asked.

        Raises Conflict, Invalid, NotFound, Unreachable.
        """
        core = self._network.core
        async with self._opening.hold(name):
            room = await core.reading.room_by_name(name)
            if room is None and "@" in name:
                room = await self._elsewhere(name)
            if room is None:
                room = await core.accounts.open_room(account.id, name)
            return await self.enliven(room)

    async def _elsewhere(self, name: str) -> Room:
        core = self._network.core
        if core.resolver is None:
            raise NotFound("No such room is known here")
        group = await core.resolver.account(f"@{name}")
        if not group.group or group.local:
            raise NotFound("This is no room")
        await core.accounts.know_room(group)
        room = await core.reading.room_by_id(group.id)
        if room is None:
            raise NotFound
        return room

    async def enliven(self, room: Room) -> Channel:
        live = self._by_id.get(room.id)
        if live is not None:
            # Whoever is loading it holds its lock.
            async with self._network.changing(live):
                if self._by_id.get(room.id) is live:
                    return live
        channel = Channel(f"#{room.name}", self._backing, room_id=room.id)
        self._by_id[room.id] = channel  # from here on what the bus tells waits for the lock
        await channel.lock.acquire()
        try:
            await self._load(channel, room.id)
            self._network.channels[channel.key] = channel
        finally:
            channel.lock.release()
            if self._network.channels.get(channel.key) is not channel:
                self.forget(channel)
        return channel

    async def _load(self, channel: Channel, room_id: int) -> None:
        reading = self._network.core.reading
        room = await reading.room_by_id(room_id)
        if room is None:
            raise NotFound
        masks = await lists_of(self._network, room_id)
        describe(channel, room, self._network.settings.domain)
        set_masks(channel, masks, self._network.settings.domain)
        await metadata.load(self._network, channel)
        async for members in reading.members_in_parts(room_id):
            await self._network.presence.load([person for member in members if not member.pending for person in self._put(channel, member)])

    def _put(self, channel: Channel, member: Member) -> list[Person]:
        """Into the live channel: those who are connected as this account, else who stands for it."""
        here = self._network.of_account(member.account.id)
        people = here or [self.absent(member.account)]
        for person in people:
            channel.add(person, {rank.value for rank in member.ranks})
        channel.untold.update(here)
        return people

    def absent(self, account: Account) -> Person:
        """The Person of an account that is not connected here, known to all rooms alike."""
        known = self._network.people.get(casefold(nick_of(account.acct)))
        if known is not None and known.account_id == account.id:
            return known
        person = person_of(account, self._network.settings.domain)
        if known is None:
            self._network.know(person)
        return person

    async def picture(self, viewer: int | None, name: str) -> Channel | None:
        """A room that is not live as it is now: for those who ask about it. Secret ones only for members (who have it live)."""
        reading = self._network.core.reading
        room = await reading.room_by_name(name)
        if room is None or room.secret:
            return None
        channel = Channel(f"#{room.name}", self._backing, room_id=room.id)
        describe(channel, room, self._network.settings.domain)
        set_masks(channel, await lists_of(self._network, room.id), self._network.settings.domain)
        async for members in reading.members_in_parts(room.id):
            for member in members:
                if not member.pending:
                    person = person_of(member.account, self._network.settings.domain)
                    channel.add(person, {rank.value for rank in member.ranks})
        return channel

    async def entries(self, person: Person) -> list[Entry]:
        """Of rooms this person may know of, the largest first."""
        return [
            Entry(
                f"#{room.name}",
                room.account.followers_count,
                room.topic,
                int(room.topic_at.timestamp()) if room.topic_at else 0,
                int(room.created_at.timestamp()) if room.created_at else 0,
            )
            for room in await self._network.core.reading.rooms(person.account_id, Page(limit=LISTED))
        ]

    async def last_of(self, person: Person) -> list[tuple[Channel, int]]:
        """The rooms the person is in, with the id of the last line of each that has any."""
        rooms = {channel.room_id: channel for channel in person.channels.values() if channel.room_id is not None}
        last = await self._network.core.reading.last_in_rooms(rooms)
        return [(rooms[id], key) for id, key in last.items()]

    # coming

    async def attach(self, session: Session, call: Call, *, first: bool) -> None:
        """A session of an account begins: it is in all rooms of its account, and in what its other sessions are in."""
        network, person = self._network, session.person
        assert person is not None and person.account is not None
        for room in await network.core.reading.rooms_of(person.account.id):
            await self.bring_in(room, person)
        if first:
            tell.away_changed(network, person)
        told: set[Channel] = set()
        while not session.closed and (more := [one for one in person.channels.values() if one not in told]):
            for channel in more:
                told.add(channel)
                async with network.changing(channel):
                    if person not in channel.members or session.closed:
                        continue
                    if person.sessions == [session]:
                        channel.untold.discard(person)
                    tell.joined_for(network, channel, person, session, call)
                    await channel.backing.entered(channel, person, (session,), call)
        session.settled = True

    async def bring_in(self, room: Room, person: Person) -> Channel | None:
        """Puts a connected person into a room of its account. The live channel, or None when its sessions know already."""
        while person.connected:
            channel = await self.enliven(room)
            async with self._network.changing(channel):
                if self._by_id.get(room.id) is channel:
                    return channel if await self._take_place(channel, person) else None
        return None

    async def _take_place(self, channel: Channel, person: Person) -> bool:
        """Puts the person where the account is a member; who stood in for it while it was away leaves."""
        if person in channel.members:
            return person in channel.untold
        places = channel.by_account(person.account_id or 0)
        ranks = {rank for place in places for rank in place.ranks}
        if not places and not await self.is_member(person.account_id or 0, channel):
            return False
        for place in places:
            if not place.person.connected:
                tell.parted(self._network, channel, place.person, "")
                channel.remove(place.person)
                self._network.forget_if_unseen(place.person)
        channel.add(person, ranks)
        for other in list(channel.seen_by(person)):
            if other is not person:
                tell.joined_to(self._network, channel, person, other.sessions)
        return True

    async def is_member(self, account_id: int, channel: Channel) -> bool:
        """Asks the core, not the live view."""
        return await self._network.core.reading.is_member(account_id, channel.room_id or 0)
