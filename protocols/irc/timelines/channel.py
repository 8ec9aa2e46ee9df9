"""A timeline as a channel in which one person is alone; notes are lines from their authors."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from pleromad.model.note import Note, NoteDraft, Visibility
from pleromad.model.page import Page
from protocols.irc import numerics
from protocols.irc.answering import answer_to
from protocols.irc.backing import MemoryBacking, Said
from protocols.irc.channels import Channel, Membership
from protocols.irc.directs import unaddressed
from protocols.irc.history import Notes
from protocols.irc.lines import plain, shown
from protocols.irc.people import Person
from protocols.irc.room_backing import note_id_of, post
from protocols.irc.short_ids import with_id
from protocols.irc.showing import asks_itself, show_earlier, wanting_backlog
from protocols.irc.table import Call, Refused
from protocols.irc.telling import Item, item_lines, note_of
from protocols.irc.timelines.kinds import Kind

if TYPE_CHECKING:
    from protocols.irc.network import Network
    from protocols.irc.session import Session

READ_ONLY = "What is typed here is not posted: /msg fedi post ..., or once and for all /msg fedi set publish on"


class TimelineChannel(Channel):
    """`argument`: what comes after the kind, a tag, the id of a list, words to search for."""

    def __init__(self, name: str, backing: TimelineBacking, kind: Kind, argument: str, opened: dict[int, list[TimelineChannel]]) -> None:
        super().__init__(name, backing)
        self.topic = kind.topic.format(argument=argument)
        self.kind = kind
        self.argument = argument
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


def lines_for(session: Session, item: Item, lines: Sequence[str] = ()) -> Sequence[str]:
    """As this session is shown it: with a short id where the client has no use for message ids."""
    lines = lines or item_lines(item)
    person, note = session.person, note_of(item)
    if person is None or note is None:
        return lines
    name = person.shorts.name(note.id)
    wanted = person.preferences.ids
    return with_id(name, lines) if wanted == "always" or (wanted == "auto" and not asks_itself(session)) else lines


class TimelineBacking(MemoryBacking):
    async def entered(self, channel: Channel, person: Person, sessions: Sequence[Session], call: Call | None) -> None:
        limit = self._network.settings.backlog_lines
        sessions = wanting_backlog(sessions)
        read, _ = await self.history(channel, person)
        if read is None or not limit or not sessions:
            return
        items = list(reversed(await read(Page(limit=limit))))
        self._network.timelines.showed(channel, items)
        show_earlier(self._network, sessions, items, channel.name, call, lines_for)

    async def history(self, channel: Channel, person: Person) -> tuple[Notes | None, int]:
        viewer, network = person.account_id, self._network
        if viewer is None or not isinstance(channel, TimelineChannel):
            return None, 0
        kind, argument = channel.kind, channel.argument

        async def items(page: Page) -> Sequence[Item]:
            return await unfiltered(network, viewer, kind, await kind.read(network.core, viewer, argument, page))

        return items, 0

    async def say(self, channel: Channel, person: Person, text: str, reply_to: str) -> Said:
        kept = plain(text)
        if not kept:
            raise Refused(numerics.ERR_NOTEXTTOSEND, "No text to send")
        assert isinstance(channel, TimelineChannel)
        answered = note_id_of(reply_to)
        if channel.kind.name == "&dm":
            return await self._say_to_all(channel, person, kept, answered)
        publish = channel.kind.writable and person.preferences.publish
        if not publish and answered is None:
            raise Refused(numerics.ERR_CANNOTSENDTOCHAN, channel.name, READ_ONLY)
        core = self._network.core
        if answered is not None:
            parent = (await core.reading.note(person.account_id, answered)).note
            draft = await answer_to(core, person, parent.boost_of or parent, kept)
        else:
            draft = NoteDraft(kept, visibility=Visibility.PUBLIC if channel.kind.name == "&local" else None)
        if core.resolver is not None:
            await core.resolver.mentions(draft.text)
        note_id = (await post(self._network, person, draft)).note_id or 0
        return Said(str(note_id), tuple(shown(line) for line in kept.splitlines()), note_id)

    async def _say_to_all(self, channel: TimelineChannel, person: Person, kept: str, answered: int | None) -> Said:
        """To everybody in the conversation, and to nobody else, whomever the text names."""
        assert person.account_id is not None
        reading, id = self._network.core.reading, int(channel.argument)
        conversation = await reading.conversation(person.account_id, id)
        others = tuple(one.id for one in conversation.people if one.id != person.account_id)
        if answered is not None:
            seen = await reading.note(person.account_id, answered)
            if seen.state.conversation_id != id:
                answered = None
        draft = NoteDraft(
            unaddressed(kept), visibility=Visibility.DIRECT, to=others, in_reply_to_id=answered or conversation.last.note.id
        )
        note_id = (await post(self._network, person, draft)).note_id or 0
        return Said(str(note_id), tuple(shown(line) for line in kept.splitlines()), note_id)

    async def invite(self, channel: Channel, person: Person, target: Person) -> None:
        raise Refused(numerics.ERR_CHANOPRIVSNEEDED, channel.name, "Everybody has timelines of their own")


async def unfiltered(network: Network, viewer: int, kind: Kind, items: Sequence[Item]) -> Sequence[Item]:
    """Without what the viewer's filters hide."""
    notes = {id(item): note for item in items if (note := note_of(item)) is not None}
    if not kind.context or not notes:
        return items
    matches = await network.core.personal.filtered(viewer, kind.context, notes.values())
    hidden = {note_id for note_id, found in matches.items() if any(match.filter.action == "hide" for match in found)}
    return [item for item in items if id(item) not in notes or notes[id(item)].id not in hidden]


def is_public(note: Note) -> bool:
    """As public timelines have it: no boosts, no lines of rooms, no answers to others."""
    return (
        note.boost_of is None
        and note.room_id is None
        and (note.visibility is Visibility.PUBLIC or (note.local and note.visibility is Visibility.LOCAL))
        and (note.in_reply_to_uri is None or note.in_reply_to_account_id == note.account.id)
    )
