"""Which timelines are open, and what the bus tells of them: notes, edits, deletions, reactions, notifications."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Sequence

from pleromad.errors import NotFound, PleromadError
from pleromad.model import event as events
from pleromad.model.event import Event
from pleromad.model.moderation import Permission, may
from pleromad.model.note import Note, Seen, Visibility
from protocols.irc import tell
from protocols.irc.channels import Channel
from protocols.irc.from_core import edited_lines
from protocols.irc.message import casefold, cut_text
from protocols.irc.names import TOPIC_LENGTH, nick_of
from protocols.irc.network import Network
from protocols.irc.people import Person
from protocols.irc.redaction import tell_redacted
from protocols.irc.showing import show_note
from protocols.irc.telling import Item, note_of, telling_of
from protocols.irc.timelines.channel import TimelineBacking, TimelineChannel, is_public, lines_for, unfiltered
from protocols.irc.timelines.kinds import KINDS, OFFICE, Kind

KEPT = {"bookmark": "&bookmarks", "favourite": "&favourites"}  # as the bus says it
RECENT = 5000  # notes that were shown, whose edits and deletions are told

Opened = dict[int, list[TimelineChannel]]  # by account


class Timelines:
    def __init__(self, network: Network) -> None:
        self._network = network
        self._backing = TimelineBacking(network)
        self._opened: dict[str, Opened] = {name: {} for name in KINDS}
        self._recent: OrderedDict[int, set[TimelineChannel]] = OrderedDict()

    async def open(self, person: Person, name: str) -> Channel | None:
        """The person's channel of this name, new or not; None when there is no such timeline for them."""
        known = person.channels.get(casefold(name))
        if known is not None or person.account is None:
            return known
        word, _, argument = name.partition("-" if casefold(name).startswith("&dm-") else "/")
        kind = KINDS.get(casefold(word))
        if kind is None or kind.argument != bool(argument):
            return None
        if kind.staff and not may(person.account.role, Permission.MANAGE_REPORTS, Permission.MANAGE_USERS):
            return None
        found = await self._argument(person.account.id, kind, argument)
        if found is None:
            return None
        channel = TimelineChannel(casefold(name), self._backing, kind, found, self._opened[kind.name])
        if kind.name == "&dm":
            people = (await self._network.core.reading.conversation(person.account.id, int(found))).people
            names = [nick_of(one.acct) for one in people if one.id != person.account.id]
            channel.topic = cut_text(kind.topic.format(argument=", ".join(names)), TOPIC_LENGTH)
        return channel

    async def gather(self, person: Person, seen: Seen) -> None:
        """A direct note between several people: into the channel of their conversation, which is opened for it."""
        id = seen.state.conversation_id
        if id is None or not person.connected:
            return
        channel = await self.open(person, f"&dm-{id}")
        if not isinstance(channel, TimelineChannel):
            return
        if person in channel.members:
            await self._show(channel, person, seen.note)
            return
        if channel.key in person.channels:  # opened by somebody else of this account meanwhile
            return
        channel.add(person)
        async with self._network.changing(channel):
            tell.joined(self._network, channel, person)
            tell.entered(self._network, channel, person.settled())
            await channel.backing.entered(channel, person, person.settled(), None)
        await self._show(channel, person, seen.note)

    async def _argument(self, viewer: int, kind: Kind, argument: str) -> str | None:
        """What the rest of the name means: `&list/close_friends` is a list by its title, in `&search/a+from=bob` + is a space."""
        if kind.name == "&list":
            wanted = casefold(argument).replace("_", " ")
            for each in await self._network.core.personal.lists(viewer):
                if argument == str(each.id) or casefold(each.title).replace("_", " ") == wanted:
                    return str(each.id)
            return None
        if kind.name == "&dm":
            if not argument.isascii() or not argument.isdecimal() or len(argument) > 18:
                return None
            try:
                return str((await self._network.core.reading.conversation(viewer, int(argument))).id)
            except NotFound:
                return None
        if kind.name == "&search":
            return argument.replace("+", " ").replace("=", ":")
        return casefold(argument).removeprefix("#")

    def opened_by(self, person: Person) -> list[TimelineChannel]:
        return [channel for channel in person.channels.values() if isinstance(channel, TimelineChannel)]

    def showed(self, channel: Channel, items: Iterable[Item]) -> None:
        """From now on what happens to these is told there."""
        assert isinstance(channel, TimelineChannel)
        for item in items:
            note = note_of(item)
            for id in {item.id, *([note.id] if note is not None else [])}:
                self._recent.setdefault(id, set()).add(channel)
                self._recent.move_to_end(id)
        while len(self._recent) > RECENT:
            self._recent.popitem(last=False)

    def showing(self, note_id: int) -> list[TimelineChannel]:
        """Open channels in which it was shown."""
        return [channel for channel in self._recent.get(note_id, ()) if channel.occupied]

    # what the bus tells

    async def heard(self, event: Event) -> None:
        match event.kind:
            case events.NOTE_CREATED:
                if event.other_id == 0:
                    await self._created(event.note_id)
                await self._found(event.note_id)
            case events.NOTE_KEPT:
                await self._kept(event)
            case events.NOTIFIED if event.text != "filtered":
                await self._notified(event.account_id, event.other_id)
            case events.NOTE_UPDATED if event.other_id == 0:
                await self._updated(event.note_id)
            case events.NOTE_DELETED:
                await self._deleted(event)

    async def _created(self, note_id: int) -> None:
        opened, reading = self._opened, self._network.core.reading
        homes = await reading.home_owners(note_id, opened["&home"]) if opened["&home"] else set()
        lists = {int(channel.argument): channel for channels in opened["&list"].values() for channel in channels}
        listed = await reading.lists_holding(note_id, lists) if lists else set()
        wanted = [channel for owner in homes for channel in opened["&home"].get(owner, ())]
        wanted += [channel for channels in opened["&list"].values() for channel in channels if int(channel.argument) in listed]
        public = [channel for name in ("&local", "&federated", "&tag") for channels in opened[name].values() for channel in channels]
        if not wanted and not public:
            return
        owners = {person.account_id or 0 for channel in (*wanted, *public) for person in channel.members}
        viewers = await reading.may_see(note_id, owners)
        if not viewers:
            return
        try:
            note = (await reading.note(min(viewers), note_id)).note
        except NotFound:
            return
        wanted += [channel for channel in public if _belongs(channel, note)]
        for channel in wanted:
            for person in list(channel.members):
                if person.account_id in viewers:
                    await self._show(channel, person, note)

    async def _found(self, note_id: int) -> None:
        """Into the searches that find it."""
        searching: dict[str, dict[int, list[TimelineChannel]]] = {}
        for account_id, channels in self._opened["&search"].items():
            for channel in channels:
                searching.setdefault(channel.argument, {}).setdefault(account_id, []).append(channel)
        reading = self._network.core.reading
        for argument, viewer in await reading.finding(note_id, searching) if searching else ():
            await self._show_in(searching[argument][viewer], viewer, note_id)

    async def _kept(self, event: Event) -> None:
        """A bookmark was put, something liked, by whatever door. What is taken back stays until the channel is entered anew."""
        if event.text in KEPT:
            await self._show_in(self._opened[KEPT[event.text]].get(event.account_id, ()), event.account_id, event.note_id)

    async def _show_in(self, channels: Iterable[TimelineChannel], viewer: int, note_id: int) -> None:
        """Into channels of one account, as it sees the note."""
        wanted = [(channel, person) for channel in channels for person in channel.members]
        if not wanted:
            return
        try:
            note = (await self._network.core.reading.note(viewer, note_id)).note
        except NotFound:
            return
        for channel, person in wanted:
            await self._show(channel, person, note)

    async def _notified(self, account_id: int, id: int) -> None:
        channels = [channel for name in ("&notifications", "&ops") for channel in self._opened[name].get(account_id, ())]
        if not channels:
            return
        try:
            notification = await self._network.core.reading.notification(account_id, id)
        except NotFound:
            return
        item = telling_of(notification)
        for channel in channels:
            if channel.kind.name == "&notifications" or notification.type in (OFFICE.types or ()):
                for person in list(channel.members):
                    await self._show(channel, person, item)

    async def _show(self, channel: TimelineChannel, person: Person, item: Item) -> None:
        network = self._network
        if person.account_id is None or not await unfiltered(network, person.account_id, channel.kind, [item]):
            return
        async with network.changing(channel):
            self.showed(channel, [item])
            if channel.shown(item.id):
                return
            for session in list(person.sessions):
                show_note(network, (session,), item, channel.name, lines_for(session, item))

    async def _updated(self, note_id: int) -> None:
        for channel in self.showing(note_id):
            for person in list(channel.members):
                try:
                    note = (await self._network.core.reading.note(person.account_id, note_id)).note
                except PleromadError:
                    continue
                async with self._network.changing(channel):
                    if note.edited_at is not None and not channel.shown((note_id, note.edited_at)):
                        for session in list(person.sessions):
                            lines = lines_for(session, note, edited_lines(note))
                            show_note(self._network, (session,), note, channel.name, lines)

    async def _deleted(self, event: Event) -> None:
        network = self._network
        by = next(iter(network.all_of_account(event.account_id)), None)
        for channel in self.showing(event.note_id):
            async with network.changing(channel):
                if not channel.shown(("redacted", event.note_id)):
                    tell_redacted(network, channel.sessions(), by, channel.name, str(event.note_id))
        self._recent.pop(event.note_id, None)


def _belongs(channel: TimelineChannel, note: Note) -> bool:
    match channel.kind.name:
        case "&local":
            return note.local and is_public(note)
        case "&federated":
            return is_public(note) and note.visibility is Visibility.PUBLIC
        case _:
            return note.visibility is Visibility.PUBLIC and note.boost_of is None and channel.argument in _folded(note.tags)


def _folded(tags: Sequence[str]) -> set[str]:
    return {tag.lower() for tag in tags}
