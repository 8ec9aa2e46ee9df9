"""`&home` and `&local`."""

from __future__ import annotations

from pleromad.model.account import Role
from pleromad.model.activity import Announce, Delete, EmojiReact, Flag, Follow, Like, Update
from pleromad.model.note import NoteDraft, Visibility
from pleromad.model.page import Page
from pleromad.personal.filters import KeywordChange
from protocols.irc import preferences
from tests.protocols.irc.support import IrcCase, said


class TimelineTests(IrcCase):
    timeout = 8

    async def prepare(self) -> None:
        self.alice, self.bob = await self.person("alice"), await self.person("bob")

    async def test_local_shows_what_is_said_here_in_public(self) -> None:
        client = await self.logged_in(self.alice)
        got = await client.ask("JOIN &local")
        self.assertEqual(said(got, "353"), [":here.example 353 alice = &local :alice"])
        await self.say(self.bob, "for friends", visibility=Visibility.FOLLOWERS)
        await self.say(self.bob, "hello everybody")
        await client.wait(r":bob!bob@here.example PRIVMSG &local :\[..\] hello everybody")
        self.assertEqual(len(said(client.take(), "PRIVMSG")), 1)

    async def test_home_shows_whom_one_follows(self) -> None:
        carol = await self.remote("carol")
        await self.follow(self.alice, self.bob)
        client = await self.logged_in(self.alice, caps=["message-tags"])
        await client.ask("JOIN &home")
        note = await self.say(self.bob, "hi", visibility=Visibility.FOLLOWERS)
        line = await client.wait("PRIVMSG &home :.*hi")
        self.assertIn(f"msgid={note.id}", line)
        del carol

    async def test_a_boost_says_whose_it_is(self) -> None:
        carol = await self.person("carol")
        await self.follow(self.alice, self.bob)
        client = await self.logged_in(self.alice)
        await client.ask("JOIN &home")
        note = await self.say(carol, "look")
        await self.submit(Announce(actor_id=self.bob.id, note_id=note.id), self.bob)
        await client.wait(r":bob!bob@here.example PRIVMSG &home :\[..\] RT carol: look")

    async def test_what_is_typed_there_is_not_posted(self) -> None:
        client = await self.logged_in(self.alice)
        await client.ask("JOIN &local,&home,&federated")
        for name in ("&local", "&home", "&federated"):
            self.assertIn("not posted", said(await client.ask(f"PRIVMSG {name} :oops"), "404")[0])
        self.assertEqual((await self.core.reading.public(None, Page())).items, ())

    async def test_who_turned_it_on_posts_and_is_not_shown_it_twice(self) -> None:
        client = await self.logged_in(self.alice, caps=["echo-message"])
        (person,) = self.house.network.of_account(self.alice.id)
        await preferences.change(self.house.network, person, publish=True)
        bob = await self.logged_in(self.bob)
        await client.ask("JOIN &local")
        await bob.ask("JOIN &local")
        got = await client.ask("PRIVMSG &local :posted #tea")
        got += await client.ask()
        self.assertEqual(len(said(got, "PRIVMSG")), 1)
        await bob.wait(":alice!alice@here.example PRIVMSG &local :.*posted #tea")
        note = (await self.core.reading.public(None, Page())).items[0].note
        self.assertEqual((note.visibility, note.tags), (Visibility.PUBLIC, ("tea",)))

    async def test_the_last_notes_are_read_on_coming_in(self) -> None:
        await self.say(self.bob, "earlier")
        client = await self.logged_in(self.alice)
        got = await client.ask("JOIN &local")
        self.assertRegex(said(got, "PRIVMSG")[0], r":\[..:..\] \[a2\] earlier$")

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
            [line.split(" :", 1)[1] for line in said(client.take(), "PRIVMSG")], ["[a2] [CW: spiders] text", "QUIT :forged"]
        )

    async def test_federated_has_what_is_said_elsewhere(self) -> None:
        client = await self.logged_in(self.alice)
        await client.ask("JOIN &federated,&local")
        await self.say(self.bob, "from here")
        await client.wait("PRIVMSG &federated :.*from here")
        await client.wait("PRIVMSG &local :.*from here")

    async def test_a_tag_and_a_list(self) -> None:
        close = await self.core.personal.add_list(self.alice.id, "Close friends")
        await self.follow(self.alice, self.bob)
        await self.core.personal.add_members(self.alice.id, close.id, [self.bob.id])
        carol = await self.person("carol")
        client = await self.logged_in(self.alice)
        await client.ask("JOIN &tag/Tea", "JOIN &list/close_friends")
        self.assertTrue(said(await client.ask("JOIN &list/enemies", "JOIN &tag", "JOIN &home/x", "JOIN &nonsense"), "403"))
        await self.say(carol, "black #TEA please")
        await client.wait("carol!carol@here.example PRIVMSG &tag/tea :.*black")
        await self.say(self.bob, "for friends", visibility=Visibility.FOLLOWERS)
        await client.wait("bob!bob@here.example PRIVMSG &list/close_friends :.*for friends")
        self.assertEqual(len(said(client.take(), "PRIVMSG")), 2)

    async def test_what_concerns_somebody(self) -> None:
        note = await self.say(self.alice, "my fine note")
        client = await self.logged_in(self.alice, caps=["message-tags"])
        await client.ask("JOIN &notifications")
        await self.submit(Like(actor_id=self.bob.id, note_id=note.id), self.bob)
        line = await client.wait("PRIVMSG &notifications :\x01ACTION .*likes your note: my fine note")
        self.assertIn(f"msgid={note.id}", line)
        await self.submit(Follow(actor_id=self.bob.id, target_id=self.alice.id), self.bob)
        await client.wait("ACTION follows you")
        await self.say(self.bob, "@alice hello")
        await client.wait("PRIVMSG &notifications :.*@alice hello")
        again = await self.logged_in(self.alice)
        self.assertEqual(len(said(await again.ask("PART &notifications", "JOIN &notifications"), "PRIVMSG")), 3)

    async def test_bookmarks_and_search_are_read_on_coming_in(self) -> None:
        note = await self.say(self.bob, "remember the milk")
        await self.core.personal.bookmark(self.alice.id, note.id)
        client = await self.logged_in(self.alice)
        self.assertIn("remember the milk", said(await client.ask("JOIN &bookmarks"), "PRIVMSG")[0])
        self.assertEqual(said(await client.ask("JOIN &search/nothing+of=bob"), "PRIVMSG"), [])

    async def test_bookmarks_and_favourites_come_live_and_as_history(self) -> None:
        first, second = await self.say(self.bob, "the milk"), await self.say(self.bob, "the bread")
        client = await self.logged_in(self.alice, caps=["message-tags", "batch", "server-time", "draft/chathistory", "draft/read-marker"])
        await client.ask("JOIN &bookmarks,&favourites")
        await self.core.personal.bookmark(self.alice.id, second.id)
        await self.core.personal.bookmark(self.bob.id, first.id)  # nobody else's business
        await self.core.personal.bookmark(self.alice.id, first.id)
        await client.wait("PRIVMSG &bookmarks :the milk")
        await self.submit(Like(actor_id=self.alice.id, note_id=second.id), self.alice)
        self.assertIn(f"msgid={second.id}", await client.wait("PRIVMSG &favourites :the bread"))
        self.assertEqual([line.rsplit(":", 1)[1] for line in said(client.take(), "PRIVMSG")], ["the bread", "the milk", "the bread"])
        got = said(await client.ask("CHATHISTORY LATEST &bookmarks * 10"), "PRIVMSG")
        self.assertEqual([line.rsplit(":", 1)[1] for line in got], ["the milk", "the bread"])  # in the order of the notes, as msgid has it
        got = said(await client.ask(f"CHATHISTORY BEFORE &bookmarks msgid={second.id} 10"), "PRIVMSG")
        self.assertEqual([line.rsplit(":", 1)[1] for line in got], ["the milk"])
        other = await self.logged_in(self.alice, caps=["draft/read-marker"])
        await client.ask("MARKREAD &bookmarks timestamp=2026-01-02T03:04:05.000Z")
        await other.wait("MARKREAD &bookmarks timestamp=2026-01-02T03:04:05")

    async def test_searches_find_what_is_said_later(self) -> None:
        carol = await self.person("carol")
        client = await self.logged_in(self.alice, caps=["message-tags", "batch", "server-time", "draft/chathistory", "draft/read-marker"])
        await client.ask("JOIN &search/green+tea,&search/from=bob+is=reply", "JOIN &search/nothing")
        await self.say(self.bob, "black coffee")
        await self.say(carol, "green tea, whispered", visibility=Visibility.FOLLOWERS)
        asked = await self.say(carol, "a cup of tea? a green one")
        line = await client.wait("carol!carol@here.example PRIVMSG &search/green\\+tea :a cup")
        self.assertIn(f"msgid={asked.id}", line)
        await self.say(self.bob, "yes", in_reply_to_id=asked.id)
        await client.wait("bob!bob@here.example PRIVMSG &search/from=bob\\+is=reply :yes")
        self.assertEqual(len(said(client.take(), "PRIVMSG")), 2)
        got = said(await client.ask("CHATHISTORY LATEST &search/green+tea * 10"), "PRIVMSG")
        self.assertEqual([line.rsplit(":", 1)[1] for line in got], ["a cup of tea? a green one"])
        await client.ask("PART &search/green+tea", "MARKREAD &search/from=bob+is=reply timestamp=2026-01-02T03:04:05.000Z")
        await self.say(carol, "more green tea")
        await self.say(self.bob, "thanks", in_reply_to_id=asked.id)
        await client.wait("PRIVMSG &search/from=bob\\+is=reply :thanks")
        self.assertEqual(len(said(client.take(), "PRIVMSG")), 1)

    async def test_edits_deletions_and_reactions_are_told(self) -> None:
        client = await self.logged_in(self.alice, caps=["message-tags", "draft/message-redaction"])
        await client.ask("JOIN &local")
        note = await self.say(self.bob, "firts")
        await client.wait("firts")
        await self.submit(EmojiReact(actor_id=self.bob.id, note_id=note.id, emoji="🍵"), self.bob)
        self.assertIn(f"+draft/reply={note.id}", await client.wait("TAGMSG &local"))
        await self.submit(Update(actor_id=self.bob.id, note_id=note.id, note=NoteDraft("first")), self.bob)
        await client.wait(r"PRIVMSG &local :\[a2\] \* edited: first")
        await self.submit(Delete(actor_id=self.bob.id, note_id=note.id), self.bob)
        await client.wait(f"REDACT &local {note.id}")

    async def test_a_client_answers_and_reacts_by_tags(self) -> None:
        note = await self.say(self.bob, "question?")
        client = await self.logged_in(self.alice, caps=["message-tags"])
        await client.ask("JOIN &local", f"@+draft/reply={note.id} PRIVMSG &local :answer")
        (answer,) = [seen.note for seen in (await self.core.reading.thread(self.alice.id, note.id))[1]]
        self.assertEqual((answer.source, answer.in_reply_to_id), ("@bob answer", note.id))
        await client.ask(f"@+draft/reply={note.id};+draft/react=🍵 TAGMSG &local")
        seen = await self.core.reading.note(self.alice.id, note.id)
        self.assertEqual(seen.state.reactions, ("🍵",))

    async def test_what_a_filter_hides_is_not_shown(self) -> None:
        word = KeywordChange(None, "spoiler", False)
        await self.core.personal.put_filter(self.alice.id, title="x", contexts=["public"], action="hide", keywords=[word])
        client = await self.logged_in(self.alice)
        await client.ask("JOIN &local")
        await self.say(self.bob, "a spoiler")
        await self.say(self.bob, "harmless")
        await client.wait("harmless")
        self.assertEqual(len(said(client.take(), "PRIVMSG")), 1)

    async def test_markers_are_those_of_the_other_doors(self) -> None:
        client = await self.logged_in(self.alice, caps=["draft/read-marker"])
        await client.ask("JOIN &notifications", "JOIN &home")
        note = await self.say(self.bob, "x")
        for place in ("notifications", "home"):
            await self.core.personal.set_marker(self.alice.id, place, note.id)
            await client.wait(f"MARKREAD &{place} timestamp=")

    async def test_staff_is_told_of_reports(self) -> None:
        moderator = await self.person("carla", role=Role.MODERATOR)
        client, other = await self.logged_in(moderator), await self.logged_in(self.alice)
        self.assertTrue(said(await other.ask("JOIN &ops"), "403"))
        await client.ask("JOIN &ops")
        await self.submit(Flag(actor_id=self.alice.id, target_id=self.bob.id, comment="rude"), self.alice)
        await client.wait(r"alice!alice@here.example PRIVMSG &ops :.*reports bob: rude \(report \d+\)")
