"""Direct messages are direct notes."""

from __future__ import annotations

from pleromad.model.note import Visibility
from pleromad.model.page import Page
from tests.protocols.irc.support import IrcCase, said


class DirectTests(IrcCase):
    timeout = 10

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

    async def test_what_is_between_several_is_a_channel_of_its_own(self) -> None:
        carol = await self.person("carol")
        for one in (self.bob, carol):
            for other in (self.alice, self.bob, carol):
                if one is not other:
                    await self.follow(one, other)  # else it waits among the requests
        bob, carols = await self.logged_in(self.bob), await self.logged_in(carol, caps=["message-tags"])
        first = await self.say(self.alice, "@bob @carol tea?", visibility=Visibility.DIRECT)
        line = await bob.wait(":alice!alice@here.example PRIVMSG &dm-\\d+ :.*tea\\?")
        name = line.split(" ")[2]
        self.assertTrue(any(topic.endswith(":Between alice, carol and you; what you say here is for all of them") for topic in said(bob.take(), "332")))
        await carols.wait("PRIVMSG &dm-")
        carols.take()
        await bob.ask(f"PRIVMSG {name} :yes, and ask @dave")
        await carols.wait(":bob!bob@here.example PRIVMSG &dm-\\d+ :.*yes, and ask")
        note = (await self.core.reading.direct(carol.id, Page())).items[0].note
        self.assertEqual(set(note.recipients), {self.alice.id, carol.id})
        self.assertEqual((note.in_reply_to_id, note.visibility), (first.id, Visibility.DIRECT))
        self.assertEqual(len((await self.core.reading.conversations(self.bob.id, Page())).items), 1)
        self.assertEqual(said(await bob.ask(), "PRIVMSG"), [])
        bob.hang_up()
        await self.say(carol, "@alice @bob with milk", visibility=Visibility.DIRECT, in_reply_to_id=note.id)
        again = await self.logged_in(self.bob)
        self.assertTrue(any("with milk" in line for line in said(again.take() + await again.ask(f"PART {name}", f"JOIN {name}"), "PRIVMSG")))
        stranger = await self.logged_in(await self.person("dave"))
        self.assertTrue(said(await stranger.ask(f"JOIN {name}", "JOIN &dm-x", "JOIN &dm-99999"), "403"))

    async def test_what_strangers_write_to_several_shows_to_whom(self) -> None:
        await self.person("carol")
        bob = await self.logged_in(self.bob)
        await self.say(self.alice, "@bob @carol tea?", visibility=Visibility.DIRECT)
        await bob.wait("PRIVMSG bob :@bob @carol tea")

    async def test_it_is_a_chat_in_the_other_doors(self) -> None:
        await self.follow(self.bob, self.alice)
        alice = await self.logged_in(self.alice)
        await alice.ask("PRIVMSG bob :hello bob")
        (chat,) = (await self.core.reading.chats(self.bob.id, Page())).items
        assert chat.last is not None
        self.assertEqual((chat.other.id, chat.last.note.source, chat.unread), (self.alice.id, "hello bob", 1))
        (conversation,) = (await self.core.reading.conversations(self.bob.id, Page())).items
        self.assertEqual(conversation.last.note.id, chat.last.note.id)

    async def test_an_answer_to_something_of_a_third_person_does_not_reach_them(self) -> None:
        carol = await self.person("carol")
        note = await self.say(carol, "something")
        alice = await self.logged_in(self.alice, caps=["message-tags"])
        await alice.ask(f"@+draft/reply={note.id} PRIVMSG bob :look at her")
        sent = (await self.core.reading.direct(self.bob.id, Page())).items[0].note
        self.assertEqual((sent.recipients, sent.in_reply_to_id), ((self.bob.id,), None))

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
