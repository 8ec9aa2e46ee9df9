"""A channel that is a room of the core: JOIN is Follow, PART is Undo, a line is a Note in it (docs/irc.md, the table)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pleromad.errors import NotFound
from pleromad.model.activity import (
    Activity,
    Add,
    Block,
    Create,
    Follow,
    Invite,
    Origin,
    Outcome,
    Reject,
    Remove,
    Undo,
    Update,
)
from pleromad.model.note import Note, NoteDraft
from pleromad.model.page import Page
from pleromad.model.room import FLAGS, RoomChange
from protocols.irc import numerics
from protocols.irc.backing import Said
from protocols.irc.channels import Channel
from protocols.irc.filehost import with_files
from protocols.irc.history import Notes, key_at
from protocols.irc.lines import plain, shown
from protocols.irc.message import split_source
from protocols.irc.modes import Change
from protocols.irc.names import acct_of
from protocols.irc.network import Network
from protocols.irc.people import Person
from protocols.irc.showing import by_absence, show_earlier, wanting_backlog
from protocols.irc.table import Call, Refused, Waiting

if TYPE_CHECKING:
    from protocols.irc.session import Session

MISSED_LINES = 200  # of one room, for a device that was away
ALWAYS = {"C": "CTCP does not go into it", "R": "it is for people with an account"}


class RoomBacking:
    persistent = True

    def __init__(self, network: Network) -> None:
        self._network = network

    async def join(self, channel: Channel, person: Person, password: str) -> None:
        joining = Follow(actor_id=_account(channel, person), target_id=_room(channel), key=password)
        outcome = await self._submit(person, joining)
        if outcome.pending:
            raise Waiting(f"{channel.name}: asked to let you in; you are there as soon as its server says so")

    async def entered(self, channel: Channel, person: Person, sessions: Sequence[Session], call: Call | None) -> None:
        sessions = wanting_backlog(sessions)
        if person.account_id is None or not self._network.settings.backlog_lines or not sessions:
            return
        read, cutoff = await self.history(channel, person)
        assert read is not None
        shown = Page(limit=self._network.settings.backlog_lines, since_id=cutoff)
        for since, those in by_absence(sessions).items():
            page = Page(limit=MISSED_LINES, since_id=max(cutoff, since)) if since else shown
            show_earlier(self._network, those, list(reversed(await read(page))), channel.name, call)

    async def history(self, channel: Channel, person: Person) -> tuple[Notes | None, int]:
        """Who is in a room may read all of it; in one that is secret or for invited people what was said since they came."""
        account_id, room_id, reading = _account(channel, person), _room(channel), self._network.core.reading

        async def notes(page: Page) -> Sequence[Note]:
            return [seen.note for seen in (await reading.room(account_id, room_id, page)).items]

        cutoff = 0
        back = channel.read_back or ("joined" if channel.flags & {"i", "s"} else "all")
        if back == "none":
            return notes, self._network.next_key()
        if back == "joined":
            joined = await reading.joined_at(account_id, room_id)
            cutoff = key_at(joined or self._network.clock.now())
        return notes, cutoff

    async def part(self, channel: Channel, person: Person, reason: str) -> None:
        leaving = Follow(actor_id=_account(channel, person), target_id=_room(channel))
        await self._submit(person, Undo(actor_id=leaving.actor_id, of=leaving))

    async def say(self, channel: Channel, person: Person, text: str, reply_to: str) -> Said:
        author = _account(channel, person)
        kept = plain(text)
        if not kept:
            raise Refused(numerics.ERR_NOTEXTTOSEND, "No text to send")
        outcome = await post(
            self._network, person, NoteDraft(kept, room_id=_room(channel), in_reply_to_id=note_id_of(reply_to))
        )
        note_id = outcome.note_id or 0
        here = {member.account_id for member in channel.members if member.connected and member.account_id is not None}
        audience = await self._network.core.reading.may_see(note_id, here - {author})
        return Said(str(note_id), tuple(shown(line) for line in kept.splitlines()), note_id, frozenset(audience))

    async def topic(self, channel: Channel, person: Person, text: str) -> None:
        await self._change(channel, person, RoomChange(topic=text))

    async def setting(self, channel: Channel, person: Person, change: Change) -> None:
        if change.letter in ALWAYS:
            raise Refused(numerics.ERR_UNKNOWNMODE, change.letter, f"is always on in a room: {ALWAYS[change.letter]}")
        if change.letter == "k":
            wanted = RoomChange(key=(change.param or "") if change.given else "")
        elif change.letter == "l":
            wanted = RoomChange(member_limit=int(change.param or 0) if change.given else 0)
        else:
            field: dict[str, Any] = {FLAGS[change.letter]: change.given}
            wanted = RoomChange(**field)
        await self._change(channel, person, wanted)

    async def rank(self, channel: Channel, person: Person, target: Person, rank: str, given: bool) -> None:
        kind: type[Add | Remove] = Add if given else Remove
        await self._submit(
            person,
            kind(
                actor_id=_account(channel, person),
                collection=rank,
                account_id=_account(channel, target),
                room_id=_room(channel),
            ),
        )

    async def mask(self, channel: Channel, person: Person, kind: str, mask: str, given: bool) -> None:
        actor = _account(channel, person)
        target = await self._meant(mask) if kind == "b" else None
        if target is not None and target != actor:
            ban = Block(actor_id=actor, target_id=target, room_id=_room(channel))
            await self._submit(person, ban if given else Undo(actor_id=actor, of=ban))
            if channel.elsewhere:
                return  # its own server keeps the list
        await self._network.core.personal.set_mask(
            actor, _room(channel), kind, mask, given, set_by=person.account_name
        )

    async def _meant(self, mask: str) -> int | None:
        """The account a ban mask names and nobody else: `nick!*@*` or `~a:name`."""
        nick, user, host = split_source(mask)
        if mask.startswith("~a:"):
            nick, user, host = mask[3:], "*", "*"
        if (user, host) != ("*", "*") or set(nick) & set("*?"):
            return None
        try:
            return (await self._network.core.reading.account_by_handle(acct_of(nick))).id
        except NotFound:
            return None

    async def kick(self, channel: Channel, person: Person, target: Person, reason: str) -> None:
        await self._submit(
            person,
            Reject(
                actor_id=_account(channel, person),
                follower_id=_account(channel, target),
                target_id=_room(channel),
                reason=reason,
            ),
        )

    async def invite(self, channel: Channel, person: Person, target: Person) -> None:
        if target.account_id is None:  # a guest: it holds once they log in
            target.promised[_room(channel)] = _account(channel, person)
            return
        await self._submit(
            person, Invite(actor_id=_account(channel, person), room_id=_room(channel), target_id=target.account_id)
        )

    async def _change(self, channel: Channel, person: Person, change: RoomChange) -> None:
        await self._submit(person, Update(actor_id=_account(channel, person), room_id=_room(channel), room=change))

    async def _submit(self, person: Person, activity: Activity) -> Outcome:
        return await self._network.core.activities.submit(activity, Origin.local(activity.actor_id, door="irc"))


def _account(channel: Channel, person: Person) -> int:
    if person.account_id is None:
        raise Refused(numerics.ERR_NEEDREGGEDNICK, channel.name, "This room is for people with an account")
    return person.account_id


def _room(channel: Channel) -> int:
    assert channel.room_id is not None
    return channel.room_id


def note_id_of(message_id: str) -> int | None:
    """The note a msgid of ours names; those of lines that were not kept have a dash."""
    return int(message_id) if message_id.isascii() and message_id.isdecimal() and len(message_id) < 20 else None


async def post(network: Network, person: Person, draft: NoteDraft) -> Outcome:
    """Submits a note. What it answers may be gone: then it is said without."""
    assert person.account_id is not None
    origin = Origin.local(person.account_id, door="irc")
    draft = await with_files(network.core, person.account_id, draft)
    try:
        return await network.core.activities.submit(Create(actor_id=person.account_id, note=draft), origin)
    except NotFound:
        if draft.in_reply_to_id is None:
            raise
    return await network.core.activities.submit(
        Create(actor_id=person.account_id, note=replace(draft, in_reply_to_id=None)), origin
    )
