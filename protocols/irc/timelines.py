"""`&home` and `&local`: timelines as channels. Each person is alone in theirs; notes are lines from their authors."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from pleromad.errors import NotFound
from pleromad.model import event as events
from pleromad.model.event import Event
from pleromad.model.note import Note, NoteDraft, Visibility
from pleromad.model.page import Page
from protocols.irc import numerics
from protocols.irc.backing import MemoryBacking, Said
from protocols.irc.channels import Channel, Membership
from protocols.irc.history import Notes
from protocols.irc.lines import plain, shown
from protocols.irc.message import casefold
from protocols.irc.network import Network
from protocols.irc.people import Person
from protocols.irc.room_backing import note_id_of, post
from protocols.irc.showing import show_earlier, show_note, wanting_backlog
from protocols.irc.table import Call, Refused

if TYPE_CHECKING:
    from protocols.irc.session import Session

HOME, LOCAL = "&home", "&local"
TOPICS = {
    HOME: "What the people you follow say. What you write here is posted, for whom you usually post",
    LOCAL: "What people on this server say in public. What you write here is posted in public",
}


Opened = dict[int, list[Channel]]  # by account


class TimelineChannel(Channel):
    """`opened` is told which are open, so that a note costs nothing while none is."""

    def __init__(self, name: str, backing: TimelineBacking, opened: Opened) -> None:
        super().__init__(name, backing)
        self.topic = TOPICS[name]
        self._opened = opened

    def add(self, person: Person, ranks: Iterable[str] = ()) -> Membership:
        self._opened.setdefault(person.account_id or 0, []).append(self)
        return super().add(person, ranks)

    def remove(self, person: Person) -> None:
        super().remove(person)
        channels = self._opened.get(person.account_id or 0, [])
        if self in channels:
            channels.remove(self)
            if not channels:
                del self._opened[person.account_id or 0]

    @property
    def listable(self) -> bool:
        return False

    def seen_by(self, person: Person) -> Iterator[Person]:
        return iter((person,) if person in self.members else ())


class TimelineBacking(MemoryBacking):
    """A line is a note: in `&local` a public one, in `&home` one for whom its author usually writes."""

    async def entered(self, channel: Channel, person: Person, sessions: Sequence[Session], call: Call | None) -> None:
        limit = self._network.settings.backlog_lines
        sessions = wanting_backlog(sessions)
        read, _ = await self.history(channel, person)
        if read is None or not limit or not sessions:
            return
        notes = list(reversed(await read(Page(limit=limit))))
        show_earlier(self._network, sessions, notes, channel.name, call)

    async def history(self, channel: Channel, person: Person) -> tuple[Notes | None, int]:
        viewer, reading = person.account_id, self._network.core.reading
        if viewer is None:
            return None, 0

        async def notes(page: Page) -> Sequence[Note]:
            home = channel.key == HOME
            found = await reading.home(viewer, page) if home else await reading.public(viewer, page, local=True)
            return [seen.note for seen in found.items]

        return notes, 0

    async def say(self, channel: Channel, person: Person, text: str, reply_to: str) -> Said:
        kept = plain(text)
        if not kept:
            raise Refused(numerics.ERR_NOTEXTTOSEND, "No text to send")
        visibility = Visibility.PUBLIC if channel.key == LOCAL else None
        draft = NoteDraft(kept, visibility=visibility, in_reply_to_id=note_id_of(reply_to))
        note_id = (await post(self._network, person, draft)).note_id or 0
        return Said(str(note_id), tuple(shown(line) for line in kept.splitlines()), note_id)

    async def invite(self, channel: Channel, person: Person, target: Person) -> None:
        raise Refused(numerics.ERR_CHANOPRIVSNEEDED, channel.name, "Everybody has timelines of their own")


class Timelines:
    def __init__(self, network: Network) -> None:
        self._network = network
        self._backing = TimelineBacking(network)
        self._opened: dict[str, Opened] = {HOME: {}, LOCAL: {}}

    def open(self, person: Person, name: str) -> Channel | None:
        """The person's channel of this name, new or not; None when there is no such timeline, or no account."""
        key = casefold(name)
        if person.account is None or key not in TOPICS:
            return None
        return person.channels.get(key) or TimelineChannel(key, self._backing, self._opened[key])

    async def heard(self, event: Event) -> None:
        """A note or a boost somewhere: into the timelines it belongs to, of those who have them open."""
        if event.kind != events.NOTE_CREATED or event.other_id != 0:
            return
        homes, locals_ = self._opened[HOME], self._opened[LOCAL]
        reading = self._network.core.reading
        if homes:
            owners = await reading.home_owners(event.note_id, homes)
            await self._show(homes, owners, event.note_id)
        if locals_:
            await self._show(locals_, set(locals_), event.note_id, only=_is_local)

    async def _show(
        self, opened: Opened, account_ids: set[int], note_id: int, only: Callable[[Note], bool] | None = None
    ) -> None:
        reading = self._network.core.reading
        viewers = await reading.may_see(note_id, account_ids) if account_ids else set()
        if not viewers:
            return
        try:
            note = (await reading.note(min(viewers), note_id)).note
        except NotFound:
            return
        if only is not None and not only(note):
            return
        for account_id in viewers:
            for channel in list(opened.get(account_id, ())):
                async with self._network.changing(channel):
                    if not channel.shown(note_id):
                        show_note(self._network, channel.sessions(), note, channel.name)


def _is_local(note: Note) -> bool:
    """As the local timeline has it: no boosts, no lines of rooms, no replies to others."""
    return (
        note.local
        and note.boost_of is None
        and note.room_id is None
        and note.visibility in (Visibility.PUBLIC, Visibility.LOCAL)
        and (note.in_reply_to_uri is None or note.in_reply_to_account_id == note.account.id)
    )
