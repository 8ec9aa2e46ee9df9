"""Reactions (IRCv3 +draft/react and +draft/unreact on a TAGMSG): EmojiReact in the core, both ways."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from pleromad.errors import NotFound, PleromadError
from pleromad.model import event as events
from pleromad.model.activity import EmojiReact, Origin, Undo
from pleromad.model.event import Event
from protocols.irc.network import Network, deliver
from protocols.irc.people import Person, person_of
from protocols.irc.room_backing import note_id_of
from protocols.irc.tell import sessions_of

if TYPE_CHECKING:
    from protocols.irc.session import Session

EMOJI_LENGTH = 100


class Reactions:
    def __init__(self, network: Network) -> None:
        self._network = network
        # Made by our own sessions, who show them: what the bus says of these is no news.
        self._own: set[tuple[int, int, str]] = set()

    async def keep(self, person: Person, tags: Mapping[str, str]) -> None:
        """A TAGMSG that reacts to a note, or takes that back. What the core does not take is talk and nothing more."""
        note_id = note_id_of(tags.get("+draft/reply") or tags.get("+reply", ""))
        given, taken = tags.get("+draft/react", ""), tags.get("+draft/unreact", "")
        emoji = (given or taken).strip().strip(":")[:EMOJI_LENGTH]
        if note_id is None or not emoji or person.account_id is None:
            return
        reaction = EmojiReact(actor_id=person.account_id, note_id=note_id, emoji=emoji)
        mark = (note_id, person.account_id, emoji if given else f"-{emoji}")
        self._own.add(mark)
        try:
            outcome = await self._network.core.activities.submit(
                reaction if given else Undo(actor_id=person.account_id, of=reaction),
                Origin.local(person.account_id, door="irc"),
            )
        except PleromadError:
            self._own.discard(mark)
            return
        if outcome.duplicate:  # nothing happened, and nothing will be told
            self._own.discard(mark)

    async def heard(self, event: Event) -> None:
        if event.kind != events.NOTE_REACTED:
            return
        mark = (event.note_id, event.account_id, event.text)
        if mark in self._own:
            self._own.discard(mark)
            return
        network = self._network
        if event.other_id:
            channel = network.rooms.live(event.other_id)
            if channel is None:
                return
            async with network.changing(channel):
                here = [one for one in channel.members if one.connected and one.account_id is not None]
                audience = await network.core.reading.may_see(event.note_id, {one.account_id or 0 for one in here})
                people = [one for one in here if one.account_id in audience]
                await self._show(event, channel.name, sessions_of(people))
            return
        for timeline in network.timelines.showing(event.note_id):
            await self._show(event, timeline.name, timeline.sessions())
        for account_id, target in network.directs.shown_to(event.note_id):
            own = account_id == event.account_id
            for person in network.of_account(account_id):
                await self._show(event, target if own else person.nick, person.sessions)

    async def _show(self, event: Event, target: str, sessions: Iterable[Session]) -> None:
        tagged = [session for session in sessions if session.has("message-tags")]
        if not tagged:
            return
        network = self._network
        by = next(iter(network.all_of_account(event.account_id)), None)
        if by is None:
            try:
                account = await network.core.reading.account(event.account_id)
            except NotFound:
                return
            by = person_of(account, network.settings.domain)
        name = "+draft/unreact" if event.text.startswith("-") else "+draft/react"
        emoji = event.text.removeprefix("-")
        tags = {name: emoji if not emoji.isascii() else f":{emoji}:", "+draft/reply": str(event.note_id)}
        deliver(tagged, network.line(by, "TAGMSG", target, message_id=network.next_message_id(), tags=tags))
