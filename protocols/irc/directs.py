"""Direct messages: PRIVMSG to somebody is a direct note to that one account, and direct notes arrive as PRIVMSG."""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from pleromad.errors import NotFound
from pleromad.model import event as events
from pleromad.model.event import Event
from pleromad.model.note import Note, NoteDraft, Seen, Visibility
from pleromad.model.page import Page
from pleromad.text import find_handles
from protocols.irc import numerics
from protocols.irc.backing import Said
from protocols.irc.filehost import with_files
from protocols.irc.from_core import note_lines
from protocols.irc.lines import plain, shown
from protocols.irc.locks import Locks
from protocols.irc.names import nick_of
from protocols.irc.network import Network, deliver
from protocols.irc.people import Person
from protocols.irc.reading_marks import DELIVERED, delivered
from protocols.irc.redaction import tell_redacted
from protocols.irc.room_backing import note_id_of, post
from protocols.irc.showing import asks_itself, earlier, show_note
from protocols.irc.table import Call, Refused

if TYPE_CHECKING:
    from protocols.irc.session import Session

REMEMBERED = 1000
MISSED = 100  # direct messages that are shown at log-in
ZERO_WIDTH_SPACE = "\u200b"


class Directs:
    def __init__(self, network: Network) -> None:
        self._network = network
        # Note id, id of the account that was shown it -> under which name its clients have it.
        self._shown: OrderedDict[tuple[int, int], str] = OrderedDict()
        self._withdrawn: deque[int] = deque(maxlen=REMEMBERED)
        # While an author's note is being written, what the bus says of it waits: `say` shows it.
        self._writing = Locks()

    async def say(self, person: Person, target: Person, text: str, reply_to: str) -> Said:
        """Keeps it; who calls shows it. Nobody but the target is addressed, whatever the text names."""
        assert person.account_id is not None and target.account_id is not None
        kept = plain(text)
        if not kept:
            raise Refused(numerics.ERR_NOTEXTTOSEND, "No text to send")
        draft = await self._draft(person, target, kept, note_id_of(reply_to))
        async with self._writing.hold(person.account_id):
            outcome = await post(self._network, person, draft)
            note_id = outcome.note_id or 0
            audience = frozenset[int]()
            if target.connected and not target.remote:
                audience = frozenset(await self._network.core.reading.may_see(note_id, {target.account_id}))
            self._seen(note_id, person.account_id, target.nick)
            self._seen(note_id, target.account_id, target.nick)
            if audience:
                await delivered(self._network, target, note_id)
        return Said(str(note_id), tuple(shown(line) for line in kept.splitlines()), note_id, audience)

    async def _draft(self, person: Person, target: Person, text: str, parent_id: int | None) -> NoteDraft:
        """A chat message, which becomes a direct note for those whose server knows no chats; to oneself a direct note."""
        me, other = person.account_id or 0, target.account_id or 0
        if parent_id is not None:
            author = await self._network.core.reading.author_of(parent_id)
            parent_id = parent_id if author in (me, other) else None  # its author would be told
        draft = await with_files(self._network.core, me, NoteDraft(text, to=(other,), in_reply_to_id=parent_id))
        if other == me or len(draft.media_ids) > 1:
            return replace(draft, text=unaddressed(draft.text), visibility=Visibility.DIRECT)
        return replace(draft, chat=True)

    async def heard(self, event: Event) -> None:
        if event.kind == events.NOTIFIED and event.note_id:
            await self._arrived(event.account_id, event.note_id)
        elif event.kind == events.NOTE_CREATED and event.other_id == 0:
            await self._written(event.account_id, event.note_id)
        elif event.kind == events.NOTE_DELETED and event.other_id == 0:
            self._deleted(event.account_id, event.note_id)

    async def last_of(self, person: Person) -> list[tuple[str, int]]:
        """Whom the person exchanged direct notes with, by nick, and the id of the last of each."""
        core = self._network.core
        last = await core.reading.last_directs(person.account_id or 0)
        accounts = await core.reading.accounts(last)
        return [(nick_of(account.acct), last[id]) for id, account in accounts.items()]

    async def replay(self, session: Session, call: Call) -> None:
        """What was said to somebody while no client of theirs was here, for clients that do not ask for it themselves."""
        network, person = self._network, session.person
        if person is None or person.account_id is None:
            return
        account_id, since = person.account_id, session.missed_since or person.read.get(DELIVERED, 0)
        if not since:
            await delivered(network, person, network.next_key())
            return
        if asks_itself(session):
            return
        found = await network.core.reading.direct(account_id, Page(limit=MISSED, min_id=since))
        missed = [seen for seen in reversed(found.items) if seen.note.account.id != account_id]
        for seen in missed:
            if in_group(seen):
                await network.timelines.gather(person, seen)
        notes = [seen.note for seen in missed if not in_group(seen)]
        for note in notes:
            for message in earlier(network, session, note, person.nick, direct_lines(note, account_id)):
                deliver((session,), message, call)
        session.read_back.extend(note.id for note in notes)
        if missed:
            await delivered(network, person, missed[-1].note.id)

    async def _arrived(self, account_id: int, note_id: int) -> None:
        """A direct note for somebody connected here."""
        people = self._network.of_account(account_id)
        if not people or (seen := await self._direct(account_id, note_id)) is None:
            return
        note = seen.note
        if in_group(seen):
            for person in people:
                await self._network.timelines.gather(person, seen)
                await delivered(self._network, person, note_id)
            return
        async with self._writing.hold(note.account.id):
            if self._seen(note_id, account_id, people[0].nick) or note.account.id == account_id:
                return
            lines = direct_lines(note, account_id)
            for person in people:
                show_note(self._network, person.sessions, note, person.nick, lines)
                await delivered(self._network, person, note_id)

    async def _written(self, author_id: int, note_id: int) -> None:
        """A direct note that somebody connected here wrote in another door: their clients that take echoes show it."""
        people = self._network.of_account(author_id)
        if not people or (seen := await self._direct(author_id, note_id)) is None:
            return
        note = seen.note
        if in_group(seen):
            for person in people:
                await self._network.timelines.gather(person, seen)
            return
        sessions = [session for person in people for session in person.sessions if session.has("echo-message")]
        if not sessions:
            return
        async with self._writing.hold(author_id):
            named = {mention.account_id: mention.acct for mention in note.mentions}
            first = next((named[id] for id in note.recipients if id in named), "")
            if self._seen(note_id, author_id, nick_of(first)):
                return
            for account_id in note.recipients[:10]:
                nick = named.get(account_id)
                if nick is not None:
                    show_note(self._network, sessions, note, nick_of(nick), direct_lines(note, account_id))

    async def _direct(self, viewer: int, note_id: int) -> Seen | None:
        try:
            seen = await self._network.core.reading.note(viewer, note_id)
        except NotFound:
            return None
        note = seen.note
        return seen if note.visibility is Visibility.DIRECT and note.room_id is None and note.boost_of is None else None

    def _seen(self, note_id: int, account_id: int, target: str) -> bool:
        key = (note_id, account_id)
        if key in self._shown:
            return True
        self._shown[key] = target
        while len(self._shown) > REMEMBERED:
            self._shown.popitem(last=False)
        return False

    def shown_to(self, note_id: int) -> list[tuple[int, str]]:
        """The accounts that were shown this note lately, with the name of the conversation it was shown in."""
        return [(account_id, target) for (note, account_id), target in self._shown.items() if note == note_id]

    def withdrawing(self, note_id: int) -> None:
        """A session of ours deletes this note and shows it: what the bus says of that is no news."""
        self._withdrawn.append(note_id)

    def _deleted(self, author_id: int, note_id: int) -> None:
        if note_id in self._withdrawn:
            return
        shown = self.shown_to(note_id)
        by = next(iter(self._network.all_of_account(author_id)), None)
        for account_id, target in shown:
            for person in self._network.of_account(account_id):
                tell_redacted(self._network, person.sessions, by, target, str(note_id))


def in_group(seen: Seen) -> bool:
    """Whether it is between more than two people: then it is no letter, and an answer must reach all of them.

    What the viewer's policy keeps back (of strangers, usually) is in no conversation of theirs: that is shown as a letter.
    """
    return len({seen.note.account.id, *seen.note.recipients}) > 2 and seen.state.conversation_id is not None


def unaddressed(text: str) -> str:
    """The text with all it names named no longer: in a direct note whoever is named is addressed."""
    return text.replace("@", f"@{ZERO_WIDTH_SPACE}") if find_handles(text) else text


def direct_lines(note: Note, account_id: int) -> Sequence[str]:
    """The mention that makes a note direct is no part of what is said, when it is the only one."""
    lines = note_lines(note)
    if len(note.mentions) != 1 or note.mentions[0].account_id != account_id:
        return lines
    first, *others = lines
    mention = note.mentions[0]
    for handle in (f"@{mention.acct}", f"@{mention.username}"):
        rest = first[len(handle) :]
        if first.lower().startswith(handle.lower()) and rest[:1] in (" ", ":", ","):
            return rest.lstrip(" :,") or first, *others
    return lines
