"""What happened in rooms elsewhere: in another door, on another daemon, on another server. Shown once, live.

What this daemon's own IRC sessions did is on the bus, too. Each change is held against the live channel under its lock,
and where the two differ the core is asked which is right: so nothing is shown twice, whatever the order of arrival.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from pleromad.errors import NotFound
from pleromad.model import event as events
from pleromad.model.event import Event
from pleromad.model.note import Note
from protocols.irc import numerics, tell
from protocols.irc.channels import Channel
from protocols.irc.from_core import edited_lines
from protocols.irc.lines import shown
from protocols.irc.message import casefold, cut_text
from protocols.irc.modes import RANKS, Change
from protocols.irc.names import nick_of
from protocols.irc.network import Network
from protocols.irc.people import Person
from protocols.irc.redaction import tell_redacted
from protocols.irc.room_settings import describe, lists_of, picture, set_masks
from protocols.irc.showing import show_note

REASON_BYTES = 200


class RoomEvents:
    def __init__(self, network: Network) -> None:
        self._network = network
        self._answers: dict[str, Callable[[Event], Awaitable[None]]] = {
            events.NOTE_CREATED: self._said,
            events.NOTE_UPDATED: self._edited,
            events.NOTE_DELETED: self._deleted,
            events.ROOM_JOINED: self._joined,
            events.ROOM_PARTED: self._parted,
            events.ROOM_KICKED: self._kicked,
            events.ROOM_CHANGED: self._changed,
            events.ROOM_INVITED: self._invited,
            events.ROOM_REFUSED: self._refused,
        }

    async def heard(self, event: Event) -> None:
        answer = self._answers.get(event.kind)
        if answer is not None and event.other_id > 0:
            await answer(event)

    # lines

    async def _said(self, event: Event) -> None:
        channel = self._network.rooms.live(event.other_id)
        if channel is None:
            return
        async with self._network.changing(channel):
            if not channel.shown(event.note_id):
                await self._show(channel, event.note_id)

    async def _edited(self, event: Event) -> None:
        channel = self._network.rooms.live(event.other_id)
        if channel is None:
            return
        async with self._network.changing(channel):
            await self._show(channel, event.note_id, edited=True)

    async def _deleted(self, event: Event) -> None:
        channel = self._network.rooms.live(event.other_id)
        if channel is None:
            return
        async with self._network.changing(channel):
            if channel.shown(("redacted", event.note_id)):
                return
            by = self._member(channel, event.text)
            tell_redacted(self._network, channel.sessions(), by, channel.name, str(event.note_id))

    async def _show(self, channel: Channel, note_id: int, *, edited: bool = False) -> None:
        """To those members who may see it and want to hear its author."""
        people = [member for member in channel.members if member.connected and member.account_id is not None]
        reading = self._network.core.reading
        audience = await reading.may_see(note_id, {person.account_id for person in people if person.account_id})
        if not audience:
            return
        try:
            note: Note = (await reading.note(min(audience), note_id)).note
        except NotFound:
            return
        if edited and (note.edited_at is None or channel.shown((note_id, note.edited_at))):
            return
        sessions = [session for person in people if person.account_id in audience for session in person.sessions]
        show_note(self._network, sessions, note, channel.name, edited_lines(note) if edited else ())

    # who

    async def _joined(self, event: Event) -> None:
        network = self._network
        here = network.of_account(event.account_id)
        channel = network.rooms.live(event.other_id)
        if channel is None and not here:
            return
        if not here:
            assert channel is not None
            async with network.changing(channel):
                await self._absent_joined(channel, event.account_id)
            return
        room = await network.core.reading.room_by_id(event.other_id)
        if room is None:
            return
        for person in here:
            if casefold(f"#{room.name}") in person.entering:
                continue
            entered = await network.rooms.bring_in(room, person)
            if entered is None:
                continue
            async with network.changing(entered):
                entered.untold.discard(person)
                for session in person.settled():
                    tell.joined_for(network, entered, person, session)
                await entered.backing.entered(entered, person, person.settled(), None)

    async def _absent_joined(self, channel: Channel, account_id: int) -> None:
        """Somebody who is not connected here: an account of another door or daemon, or of another server."""
        if channel.by_account(account_id) or not await self._network.rooms.is_member(account_id, channel):
            return
        account = await self._network.core.reading.account(account_id)
        person = self._network.rooms.absent(account)
        await self._network.presence.load((person,))
        channel.add(person)
        tell.joined(self._network, channel, person)

    async def _parted(self, event: Event) -> None:
        await self._left(event, lambda channel, person: tell.parted(self._network, channel, person, event.text))

    async def _kicked(self, event: Event) -> None:
        by, _, reason = event.text.partition(" ")

        def tell_kick(channel: Channel, person: Person) -> None:
            tell.kicked(self._network, channel, self._member(channel, by), person, reason or nick_of(by))

        await self._left(event, tell_kick)

    async def _left(self, event: Event, say: Callable[[Channel, Person], None]) -> None:
        channel = self._network.rooms.live(event.other_id)
        if channel is None:
            return
        async with self._network.changing(channel):
            places = channel.by_account(event.account_id)
            if not places or await self._network.rooms.is_member(event.account_id, channel):
                return
            for place in places:
                say(channel, place.person)
                channel.remove(place.person)
                self._network.forget_if_unseen(place.person)

    def _member(self, channel: Channel, acct: str) -> Person | None:
        person = self._network.people.get(casefold(nick_of(acct)))
        return person if person is not None and person in channel.members else None

    # settings

    async def _changed(self, event: Event) -> None:
        channel = self._network.rooms.live(event.other_id)
        if channel is None:
            return
        async with self._network.changing(channel):
            by = next((place.person for place in channel.by_account(event.account_id)), None)
            what, _, whom = event.text.partition(" ")
            if len(what) == 2 and what[0] in "+-" and what[1] in RANKS and whom:
                self._rank(channel, by, Change(what[0] == "+", what[1], nick_of(whom)))
            else:
                await self._settings(channel, by)

    async def _refused(self, event: Event) -> None:
        """Another server's room does not let somebody of ours in, or does not do what they wished: what was shown is put right."""
        network = self._network
        room = await network.core.reading.room_by_id(event.other_id)
        if room is None:
            return
        name, why = f"#{room.name}", shown(cut_text(event.text, REASON_BYTES)) or "refused"
        channel = network.rooms.live(event.other_id)
        if channel is not None:
            async with network.changing(channel):
                await self._settings(channel, None)
                await self._census(channel)
        for person in network.of_account(event.account_id):
            inside = channel is not None and person in channel.members
            code = numerics.ERR_CANNOTSENDTOCHAN if inside else numerics.ERR_INVITEONLYCHAN if room.invite_only else numerics.ERR_BANNEDFROMCHAN
            tell.to_sessions(person.sessions, network.server_line(code, person.nick, name, why))

    async def _census(self, channel: Channel) -> None:
        """Members and ranks as the core has them; what differs is told by the server."""
        members = {one.account.id: one for one in await self._network.core.reading.members(channel.room_id or 0) if not one.pending}
        for member in members.values():
            if not channel.by_account(member.account.id):
                person = self._network.rooms.absent(member.account)
                channel.add(person)
                tell.joined(self._network, channel, person)
        for place in list(channel.members.values()):
            one = members.get(place.person.account_id or 0)
            if one is None:
                tell.parted(self._network, channel, place.person, "")
                channel.remove(place.person)
                continue
            ranks = {rank.value for rank in one.ranks}
            changes = [Change(rank in ranks, rank, place.person.nick) for rank in RANKS if (rank in ranks) != (rank in place.ranks)]
            for change in changes:
                channel.set_rank(place.person, change.letter, change.given)
            tell.modes_changed(self._network, channel, None, changes)

    def _rank(self, channel: Channel, by: Person | None, change: Change) -> None:
        target = self._member(channel, change.param or "")
        if target is None or change.given == (change.letter in channel.members[target].ranks):
            return
        channel.set_rank(target, change.letter, change.given)
        tell.modes_changed(self._network, channel, by, [change])

    async def _settings(self, channel: Channel, by: Person | None) -> None:
        """Reads topic, settings and masks anew and tells what differs."""
        reading = self._network.core.reading
        room = await reading.room_by_id(channel.room_id or 0)
        if room is None:
            return
        masks = await lists_of(self._network, room.id)
        old = picture(channel)
        topic = channel.topic
        describe(channel, room, self._network.settings.domain)
        set_masks(channel, masks, self._network.settings.domain)
        if channel.topic != topic:
            tell.topic_changed(self._network, channel, by)
        new = picture(channel)
        changes = [Change(False, letter, param) for letter, param in old if (letter, param) not in new]
        replaced = {letter for letter, _ in new if letter in "kl"}
        changes = [change for change in changes if change.letter not in replaced]
        changes += [Change(True, letter, param) for letter, param in new if (letter, param) not in old]
        tell.modes_changed(self._network, channel, by, changes)

    async def _invited(self, event: Event) -> None:
        here = self._network.of_account(event.account_id)
        if not here:
            return
        room = await self._network.core.reading.room_by_id(event.other_id)
        if room is None:
            return
        name = f"#{room.name}"
        by = self._network.people.get(casefold(nick_of(event.text)))
        for person in here:
            if casefold(name) not in person.invited:
                person.invited.add(casefold(name))
                line = tell.line_from(self._network, by, "INVITE", person.nick, name)
                tell.to_sessions(person.sessions, line)
