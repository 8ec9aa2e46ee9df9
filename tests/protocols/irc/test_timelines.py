"""`&home` and `&local`."""

from __future__ import annotations

from pleromad.model.activity import Announce
from pleromad.model.note import Visibility
from pleromad.model.page import Page
from tests.protocols.irc.support import IrcCase, said


class TimelineTests(IrcCase):
    async def prepare(self) -> None:
        self.alice, self.bob = await self.person("alice"), await self.person("bob")

    async def test_local_shows_what_is_said_here_in_public(self) -> None:
        client = await self.logged_in(self.alice)
        got = await client.ask("JOIN &local")
        self.assertEqual(said(got, "353"), [":here.example 353 alice = &local :alice"])
        await self.say(self.bob, "for friends", visibility=Visibility.FOLLOWERS)
        await self.say(self.bob, "hello everybody")
        await client.wait(":bob!bob@here.example PRIVMSG &local :hello everybody")
        self.assertEqual(len(said(client.take(), "PRIVMSG")), 1)

    async def test_home_shows_whom_one_follows(self) -> None:
        carol = await self.remote("carol")
        await self.follow(self.alice, self.bob)
        client = await self.logged_in(self.alice, caps=["message-tags"])
        await client.ask("JOIN &home")
        note = await self.say(self.bob, "hi", visibility=Visibility.FOLLOWERS)
        line = await client.wait("PRIVMSG &home :hi")
        self.assertIn(f"msgid={note.id}", line)
        del carol

    async def test_a_boost_says_whose_it_is(self) -> None:
        carol = await self.person("carol")
        await self.follow(self.alice, self.bob)
        client = await self.logged_in(self.alice)
        await client.ask("JOIN &home")
        note = await self.say(carol, "look")
        await self.submit(Announce(actor_id=self.bob.id, note_id=note.id), self.bob)
        await client.wait(":bob!bob@here.example PRIVMSG &home :RT carol: look")

    async def test_what_is_typed_there_is_posted_and_not_shown_twice(self) -> None:
        client = await self.logged_in(self.alice, caps=["echo-message"])
        bob = await self.logged_in(self.bob)
        await client.ask("JOIN &local")
        await bob.ask("JOIN &local")
        got = await client.ask("PRIVMSG &local :posted #tea")
        got += await client.ask()
        self.assertEqual(len(said(got, "PRIVMSG")), 1)
        await bob.wait(":alice!alice@here.example PRIVMSG &local :posted #tea")
        note = (await self.core.reading.public(None, Page())).items[0].note
        self.assertEqual((note.visibility, note.tags), (Visibility.PUBLIC, ("tea",)))

    async def test_the_last_notes_are_read_on_coming_in(self) -> None:
        await self.say(self.bob, "earlier")
        client = await self.logged_in(self.alice)
        got = await client.ask("JOIN &local")
        self.assertTrue(said(got, "PRIVMSG")[0].endswith("] earlier"))

    async def test_each_is_alone_there(self) -> None:
        alice, bob = await self.logged_in(self.alice), await self.logged_in(self.bob)
        await alice.ask("JOIN &local")
        got = await bob.ask("JOIN &local", "NAMES &local", "WHO &local")
        self.assertNotIn("alice", " ".join(said(got, "353") + said(got, "352")))
        self.assertEqual(await alice.ask(), [])
        self.assertEqual(said(await bob.ask("LIST"), "322"), [])
        self.assertTrue(said(await bob.ask("MODE &local +m"), "482"))
        self.assertTrue(said(await bob.ask("INVITE alice &local"), "482"))
        self.assertTrue(said(await bob.ask("PART &local"), "PART"))
        self.assertTrue(said(await bob.ask("PRIVMSG &local :x"), "403"))

    async def test_a_warning_and_a_picture_read_well(self) -> None:
        client = await self.logged_in(self.alice)
        await client.ask("JOIN &local")
        await self.say(self.bob, "text\r\nQUIT :forged", spoiler_text="spiders")
        await client.wait("QUIT")
        self.assertEqual(
            [line.split(" :", 1)[1] for line in said(client.take(), "PRIVMSG")], ["[CW: spiders] text", "QUIT :forged"]
        )
