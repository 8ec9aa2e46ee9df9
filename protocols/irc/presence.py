"""Who is connected to another daemon on the same database: shown as here, or with the away message they gave there."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from pleromad.daemon import spawn
from pleromad.errors import NotFound, StoreUnavailable
from pleromad.model import event as events
from pleromad.model.event import Event
from protocols.irc import tell
from protocols.irc.people import ELSEWHERE_NOT, Person, person_of

if TYPE_CHECKING:
    from protocols.irc.network import Network

BEAT_SECONDS = 60.0


class Presence:
    def __init__(self, network: Network) -> None:
        self._network = network
        self.daemon = network.boot
        self._beat: Any = None
        self.ending = False  # everybody goes at once: that is told in one word

    # what happens here

    def changed(self, person: Person) -> None:
        """Came, went, is away or back: the other daemons are told, in the order of what happened."""
        if person.account_id is not None and not self.ending:
            spawn(self._keep(person, person.account_id), "telling who is here")

    async def _keep(self, person: Person, account_id: int) -> None:
        personal = self._network.core.personal
        async with self._network.presences.hold(account_id):
            here = [one for one in self._network.of_account(account_id) if one.connected]
            try:
                if here:
                    away = here[0].away if person not in here else person.away
                    await personal.set_present(account_id, self.daemon, away=away)
                else:
                    await personal.set_absent(account_id, self.daemon)
            except StoreUnavailable:
                return  # live news alone: the next change heals it

    # what happens there

    async def load(self, people: Iterable[Person]) -> None:
        """Sets whether they are elsewhere; one query."""
        local = {one.account_id: one for one in people if one.account_id is not None and not one.remote and not one.connected}
        found = await self._network.core.personal.present_elsewhere(self.daemon, local.keys())
        for account_id, person in local.items():
            person.elsewhere = found.get(account_id, ELSEWHERE_NOT)

    async def heard(self, event: Event) -> None:
        if event.kind != events.PRESENCE_CHANGED or event.text == self.daemon:
            return
        network, account_id = self._network, event.account_id
        people = network.all_of_account(account_id)
        if not people and not network.monitors:
            return
        if not people:
            try:
                account = await network.core.reading.account(account_id)
            except NotFound:
                return
            people = [person_of(account, network.settings.domain)]
            if people[0].key not in network.monitors:
                return
        found = await network.core.personal.present_elsewhere(self.daemon, [account_id])
        for person in people:
            before, was_there = person.away_text, person.elsewhere != ELSEWHERE_NOT
            person.elsewhere = found.get(account_id, ELSEWHERE_NOT)
            if person.connected:
                continue
            if person.away_text != before:
                tell.away_changed(network, person)
            there = person.elsewhere != ELSEWHERE_NOT
            if there and not (was_there and person in network.people.values()):
                tell.online(network, person)
            elif not there:
                tell.offline(network, person.key, person.nick)

    # the daemon's own life

    def start(self) -> None:
        self._beat = self._network.reactor.callLater(BEAT_SECONDS, self._again)

    def _again(self) -> None:
        self.start()
        spawn(self._say(), "telling that this daemon is there")

    async def _say(self) -> None:
        try:
            await self._network.core.personal.beat(self.daemon)
        except StoreUnavailable:
            return  # the next minute

    async def stop(self) -> None:
        if self._beat is not None and self._beat.active():
            self._beat.cancel()
        await self._network.core.personal.leave_daemon(self.daemon)
