"""Direct messages are direct notes."""

from __future__ import annotations

from pleromad.model.note import Visibility
from pleromad.model.page import Page
from tests.protocols.irc.support import IrcCase, said


class DirectTests(IrcCase):
    async def prepare(self) -> None:
        self.alice, self.bob = await self.person("alice"), await self.person("bob")

    async def test_a_message_is_a_note_to_one_account(self) -> None:
        alice, bob = await self.logged_in(self.alice), await self.logged_in(self.bob)
        await alice.ask("PRIVMSG bob :hello @carol")
        self.assertEqual(said(await bob.ask(), "PRIVMSG"), [":alice!alice@here.example PRIVMSG bob :hello @carol"])
        note = (await self.core.reading.direct(self.bob.id, Page())).items[0].note
        self.assertEqual((note.visibility, note.recipients), (Visibility.DIRECT, (self.bob.id,)))

    async def test_nobody_is_addressed_for_being_named(self) -> None:
        carol = await self.person("carol")
        alice, carols = await self.logged_in(self.alice), await self.logged_in(carol)
        await alice.ask("PRIVMSG bob :have you seen @carol?")
        self.assertEqual(said(await carols.ask(), "PRIVMSG"), [])
        self.assertEqual((await self.core.reading.direct(carol.id, Page())).items, ())

    async def test_somebody_not_connected_reads_it_later(self) -> None:
        alice = await self.logged_in(self.alice)
        got = await alice.ask("PRIVMSG bob :later")
        self.assertTrue(said(got, "301"))
        self.assertEqual(len((await self.core.reading.direct(self.bob.id, Page())).items), 1)

    async def test_a_direct_note_of_another_door_arrives_as_a_message(self) -> None:
        bob = await self.logged_in(self.bob)
        await self.say(self.alice, "@bob did you see?", visibility=Visibility.DIRECT)
        await bob.wait(":alice!alice@here.example PRIVMSG bob :did you see\\?")

    async def test_a_note_to_several_shows_to_whom(self) -> None:
        await self.person("carol")
        bob = await self.logged_in(self.bob)
        await self.say(self.alice, "@bob @carol tea?", visibility=Visibility.DIRECT)
        await bob.wait("PRIVMSG bob :@bob @carol tea")

    async def test_a_public_mention_is_no_message(self) -> None:
        bob = await self.logged_in(self.bob)
        await self.say(self.alice, "@bob hello")
        await self.say(self.alice, "@bob and this", visibility=Visibility.DIRECT)
        await bob.wait("and this")
        self.assertEqual(len(said(bob.take(), "PRIVMSG")), 1)

    async def test_what_an_own_other_client_wrote_is_echoed(self) -> None:
        alice = await self.logged_in(self.alice, caps=["echo-message"])
        await self.say(self.alice, "@bob from the web", visibility=Visibility.DIRECT)
        await alice.wait(":alice!alice@here.example PRIVMSG bob :from the web")

    async def test_who_blocks_does_not_hear(self) -> None:
        alice, bob = await self.logged_in(self.alice), await self.logged_in(self.bob)
        await self.core.personal.mute(self.bob.id, self.alice.id)
        await alice.ask("PRIVMSG bob :hello")
        self.assertEqual(said(await bob.ask(), "PRIVMSG"), [])

    async def test_ctcp_reaches_a_client_and_is_never_kept(self) -> None:
        alice, bob = await self.logged_in(self.alice), await self.logged_in(self.bob)
        await alice.ask("PRIVMSG bob :\x01VERSION\x01")
        self.assertTrue(said(await bob.ask(), "PRIVMSG"))
        await bob.ask("NOTICE alice :\x01VERSION irssi\x01")
        self.assertTrue(said(await alice.ask(), "NOTICE"))
        self.assertEqual((await self.core.reading.direct(self.bob.id, Page())).items, ())

    async def test_people_of_other_servers_by_either_name(self) -> None:
        carol = await self.remote("carol")
        alice = await self.logged_in(self.alice)
        self.assertEqual(said(await alice.ask("PRIVMSG carol/far.example :one", "PRIVMSG carol@far.example :two"), "401"), [])
        notes = (await self.core.reading.direct(self.alice.id, Page())).items
        self.assertEqual([seen.note.recipients for seen in notes], [(carol.id,), (carol.id,)])
        whois = said(await alice.ask("WHOIS @carol@far.example"), "330")
        self.assertIn("carol/far.example carol@far.example", whois[0])

    async def test_nobody_is_nobody(self) -> None:
        alice = await self.logged_in(self.alice)
        self.assertTrue(said(await alice.ask("PRIVMSG nobody :x"), "401"))
