"""Who is connected to another daemon of the same database is here, too."""

from __future__ import annotations

from protocols.irc.presence import Presence
from tests.protocols.irc.support import Client, IrcCase, said


class PresenceTests(IrcCase):
    async def prepare(self) -> None:
        self.alice, self.bob = await self.person("alice"), await self.person("bob")
        self.there = await self.another()

    async def watch(self, alice: Client) -> None:
        """MONITOR, and bob is seen."""
        if not said(await alice.ask("MONITOR + bob"), "730"):
            await alice.wait(" 730 alice :?bob!")

    async def test_away_is_told_across_daemons(self) -> None:
        alice = await self.logged_in(self.alice, caps=["away-notify"])
        await alice.ask("JOIN #tea")
        bob = await self.logged_in(self.bob, house=self.there)
        await bob.ask("JOIN #tea")
        await alice.wait("JOIN #tea")
        await alice.wait(":bob!bob@here.example AWAY$|JOIN #tea")
        alice.take()
        await bob.ask("AWAY :at the dentist")
        await alice.wait(":bob!bob@here.example AWAY :at the dentist")
        self.assertTrue(said(await alice.ask("WHOIS bob"), "301")[0].endswith("bob :at the dentist"))
        bob.send("QUIT")
        await alice.wait(":bob!bob@here.example AWAY :Not connected here")

    async def test_monitor_sees_people_of_other_daemons(self) -> None:
        alice = await self.logged_in(self.alice)
        self.assertTrue(said(await alice.ask("MONITOR + bob"), "731"))
        bob = await self.logged_in(self.bob, house=self.there)
        await alice.wait(" 730 alice :?bob!")
        self.assertTrue(said(await alice.ask("MONITOR S"), "730"))
        self.assertEqual(said(await alice.ask("ISON bob carol"), "303"), [":here.example 303 alice bob"])
        bob.send("QUIT")
        await alice.wait(" 731 alice :?bob$")

    async def test_what_is_said_to_somebody_there_arrives_once(self) -> None:
        alice, bob = await self.logged_in(self.alice), await self.logged_in(self.bob, house=self.there)
        await alice.ask("PRIVMSG bob :hello over there")
        await bob.wait("PRIVMSG bob :hello over there")
        self.assertEqual(len(said(bob.take() + await bob.ask(), "PRIVMSG")), 1)

    async def test_who_was_on_a_daemon_that_died_is_gone(self) -> None:
        alice = await self.logged_in(self.alice)
        await self.logged_in(self.bob, house=self.there)
        await self.watch(alice)
        await self.database.execute("UPDATE irc_presence SET seen_at = now() - interval '1 hour' WHERE daemon = %s", (self.there.network.boot,))
        await self.core.personal.beat(self.house.network.presence.daemon)
        await alice.wait(" 731 alice :?bob$")

    async def test_a_daemon_that_stops_says_so(self) -> None:
        alice = await self.logged_in(self.alice)
        await self.logged_in(self.bob, house=self.there)
        await self.watch(alice)
        presence: Presence = self.there.network.presence
        await presence.stop()
        await alice.wait(" 731 alice :?bob$")
