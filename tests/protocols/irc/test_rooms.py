"""Rooms of the core as channels: what is done on IRC is done in the core, what happens elsewhere is shown, once."""

from __future__ import annotations

from pleromad.errors import Forbidden
from pleromad.model.activity import Add, Create, Follow, Reject, Undo, Update
from pleromad.model.note import NoteDraft
from pleromad.model.page import Page
from pleromad.model.room import RoomChange
from pleromad.reading import rooms
from tests.protocols.irc.support import Client, IrcCase, said


class RoomCase(IrcCase):
    async def prepare(self) -> None:
        self.alice, self.bob = await self.person("alice"), await self.person("bob")

    async def room(self, name: str = "tea") -> tuple[Client, int]:
        """A room that alice made, and her client in it."""
        client = await self.logged_in(self.alice, caps=["echo-message", "message-tags"])
        await client.ask(f"JOIN #{name}")
        room = await self.core.reading.room_by_name(name)
        assert room is not None
        return client, room.id

    async def heard(self, client: Client, *lines: str) -> list[str]:
        """What a client gets, when all the bus had to say was said."""
        return await client.ask(*lines)


class LoginTests(RoomCase):
    async def test_the_nick_is_the_account_whatever_was_asked_for(self) -> None:
        client = self.client()
        client.send("PASS :alice:correct horse battery", "NICK whoever", "USER x 0 * :x")
        await client.wait(" 001 alice ")
        self.assertTrue(said(await client.ask("NICK other"), "432"))

    async def test_a_wrong_password_is_told_and_the_line_goes_down(self) -> None:
        client = self.client()
        client.send("PASS alice:wrong", "NICK alice", "USER x 0 * :x")
        await client.wait(" 464 ")
        await client.wait("^ERROR")
        self.assertTrue(client.closed)

    async def test_without_an_account_nobody_comes_in(self) -> None:
        client = self.client()
        client.send("NICK ann", "USER x 0 * :x")
        await client.wait("FAIL \\* ACCOUNT_REQUIRED")
        self.assertTrue(client.closed)

    async def test_a_token_stands_for_the_password_until_it_is_revoked(self) -> None:
        app = await self.core.accounts.add_app(name="a", website=None, redirect_uris=("urn:x",), scopes=frozenset({"read", "write"}))
        grant = await self.core.accounts.issue(app, self.alice.id, frozenset({"read", "write"}))
        client = await self.logged_in(self.alice, password=grant.access_token)
        self.assertTrue(said(await client.ask("VERSION"), "351"))
        await self.core.accounts.revoke(app, grant.access_token)
        await client.wait("ERROR :Closing link: Your token was revoked")

    async def test_a_token_that_may_only_read_is_no_password(self) -> None:
        app = await self.core.accounts.add_app(name="a", website=None, redirect_uris=("urn:x",), scopes=frozenset({"read"}))
        grant = await self.core.accounts.issue(app, self.alice.id, frozenset({"read"}))
        client = self.client()
        client.send(f"PASS alice:{grant.access_token}", "NICK alice", "USER x 0 * :x")
        await client.wait(" 464 ")

    async def test_sasl_that_fails_may_be_tried_again(self) -> None:
        client = self.client()
        got = await client.ask("CAP REQ :sasl", "NICK alice", "USER x 0 * :x", "AUTHENTICATE PLAIN", "AUTHENTICATE !!!!")
        self.assertTrue(said(got, "904"))
        got = await client.ask("AUTHENTICATE SCRAM-SHA-256")
        self.assertTrue(said(got, "908") and said(got, "904"))
        self.assertTrue(said(await client.ask("AUTHENTICATE PLAIN", "AUTHENTICATE *"), "906"))


class TalkTests(RoomCase):
    async def test_a_line_is_a_note_in_the_room(self) -> None:
        client, room_id = await self.room()
        echo = said(await client.ask("PRIVMSG #tea :\x02hello\x02 there"), "PRIVMSG")
        self.assertEqual([line.split(" ", 1)[1] for line in echo], ["PRIVMSG #tea :hello there"])
        notes = (await self.core.reading.room(self.alice.id, room_id, Page())).items
        self.assertEqual([(seen.note.account.username, seen.note.source) for seen in notes], [("alice", "hello there")])

    async def test_its_msgid_is_the_notes_id_and_an_answer_names_it(self) -> None:
        client, room_id = await self.room()
        await client.ask("PRIVMSG #tea :one")
        one = (await self.core.reading.room(self.alice.id, room_id, Page())).items[0].note
        echo = await client.ask(f"@+draft/reply={one.id} PRIVMSG #tea :two")
        two = (await self.core.reading.room(self.alice.id, room_id, Page())).items[0].note
        self.assertEqual(two.in_reply_to_id, one.id)
        self.assertIn(f"msgid={two.id}", echo[0])

    async def test_everybody_in_it_hears_it_once(self) -> None:
        alice, _ = await self.room()
        bob = await self.logged_in(self.bob)
        await bob.ask("JOIN #tea")
        await alice.ask("PRIVMSG #tea :hello", "PRIVMSG #tea :again")
        heard = [line.rpartition(" :")[2] for line in said(await bob.ask(), "PRIVMSG")]
        self.assertEqual(heard, ["hello", "again"])

    async def test_what_was_posted_in_another_door_is_heard_too(self) -> None:
        client, room_id = await self.room()
        await self.follow(self.bob, await self.core.reading.account(room_id))
        await self.say(self.bob, "from the web\nin two lines", room_id=room_id)
        await client.wait("in two lines")
        lines = said(client.take(), "PRIVMSG")
        self.assertEqual(lines, [":bob!bob@here.example PRIVMSG #tea :from the web", ":bob!bob@here.example PRIVMSG #tea :in two lines"])

    async def test_a_line_from_another_server_comes_from_user_slash_host(self) -> None:
        client, room_id = await self.room()
        room = await self.core.reading.account(room_id)
        carol = await self.remote("carol")
        await self.follow(carol, room)
        await client.wait(r"^(@\S+ )?:carol/far\.example!carol@far\.example JOIN #tea")
        self.assertIn("carol/far.example", said(await client.ask("NAMES #tea"), "353")[0])

    async def test_who_is_blocked_or_muted_is_not_heard(self) -> None:
        alice, _ = await self.room()
        bob = await self.logged_in(self.bob)
        await bob.ask("JOIN #tea")
        await self.core.personal.mute(self.bob.id, self.alice.id)
        await alice.ask("PRIVMSG #tea :hello")
        self.assertEqual(said(await bob.ask(), "PRIVMSG"), [])

    async def test_a_long_text_is_shown_in_as_many_lines_as_it_needs(self) -> None:
        client, room_id = await self.room()
        await self.say(self.alice, "é" * 500, room_id=room_id)
        await client.wait("PRIVMSG #tea")
        lines = said(await client.ask(), "PRIVMSG")
        self.assertEqual("".join(line.split(" :", 1)[1] for line in lines), "é" * 500)

    async def test_an_edit_is_said_again(self) -> None:
        client, room_id = await self.room()
        note = await self.say(self.alice, "tpyo", room_id=room_id)
        await self.submit(Update(actor_id=self.alice.id, note_id=note.id, note=NoteDraft("typo")), self.alice)
        await client.wait(r"PRIVMSG #tea :\* edited: typo")

    async def test_an_action_is_kept_as_me_and_shown_as_an_action(self) -> None:
        alice, room_id = await self.room()
        bob = await self.logged_in(self.bob)
        await bob.ask("JOIN #tea")
        await alice.ask("PRIVMSG #tea :\x01ACTION waves\x01")
        self.assertTrue(said(await bob.ask(), "PRIVMSG")[0].endswith(":\x01ACTION waves\x01"))
        note = (await self.core.reading.room(self.alice.id, room_id, Page())).items[0].note
        self.assertEqual(note.source, "/me waves")

    async def test_operators_alone_hear_a_statusmsg_and_nobody_keeps_it(self) -> None:
        alice, room_id = await self.room()
        bob = await self.logged_in(self.bob)
        await bob.ask("JOIN #tea")
        await bob.ask("PRIVMSG @#tea :psst")
        self.assertTrue(said(await alice.ask(), "PRIVMSG")[0].endswith("PRIVMSG @#tea :psst"))
        self.assertEqual((await self.core.reading.room(self.alice.id, room_id, Page())).items, ())


class MembershipTests(RoomCase):
    async def test_members_stay_when_their_clients_go(self) -> None:
        alice, _room_id = await self.room()
        bob = await self.logged_in(self.bob, caps=["away-notify"])
        await bob.ask("JOIN #tea")
        await bob.ask()
        alice.hang_up()
        self.assertEqual(await bob.ask(), [":alice!alice@here.example AWAY :Not connected here"])
        self.assertIn("~alice", said(await bob.ask("NAMES #tea"), "353")[0])
        again = await self.logged_in(self.alice, caps=["away-notify"])
        self.assertIn(":alice!alice@here.example AWAY", await bob.ask())
        self.assertTrue(said(await again.ask("PRIVMSG #tea :back"), "PRIVMSG") == [])
        self.assertTrue(said(await bob.ask(), "PRIVMSG"))

    async def test_a_new_session_is_in_all_rooms_at_once_and_reads_what_was_said(self) -> None:
        client, _room_id = await self.room()
        await client.ask("PRIVMSG #tea :one", "PRIVMSG #tea :\x01ACTION two\x01", "TOPIC #tea :the topic")
        client.hang_up()
        second = self.client()
        second.send("PASS :alice:correct horse battery", "NICK alice", "USER x 0 * :x")
        await second.wait("ACTION")
        got = second.take()
        self.assertEqual(said(got, "JOIN"), [":alice!alice@here.example JOIN #tea"])
        self.assertTrue(said(got, "332") and said(got, "353") and said(got, "366"))
        texts = [line.split(" :", 1)[1] for line in said(got, "PRIVMSG")]
        self.assertRegex(texts[0], r"^\[\d\d:\d\d\] one$")
        self.assertRegex(texts[1], r"^\x01ACTION \[\d\d:\d\d\] two\x01$")

    async def test_a_client_with_time_and_batches_gets_history_as_such(self) -> None:
        client, _ = await self.room()
        await client.ask("PRIVMSG #tea :one")
        second = self.client()
        caps = "CAP REQ :server-time batch message-tags"
        second.send(caps, "PASS :alice:correct horse battery", "NICK alice", "USER x 0 * :x", "CAP END")
        await second.wait("BATCH -")
        got = second.take()
        self.assertTrue(any("BATCH +" in line and "chathistory #tea" in line for line in got))
        line = next(line for line in got if " PRIVMSG #tea " in line)
        self.assertRegex(line, r"^@.*batch=\w+.* :alice!\S+ PRIVMSG #tea :one$")

    async def test_two_clients_of_one_account_are_one_member(self) -> None:
        first, _ = await self.room()
        second = await self.logged_in(self.alice)
        bob = await self.logged_in(self.bob)
        await bob.ask("JOIN #tea")
        self.assertEqual(said(await bob.ask("NAMES #tea"), "353"), [":here.example 353 bob = #tea :~alice bob"])
        await second.ask()
        await second.ask("PRIVMSG #tea :from the second")
        self.assertTrue(said(await first.ask(), "PRIVMSG"))
        await second.ask("PART #tea")
        self.assertEqual(said(await first.ask(), "PART"), [":alice!alice@here.example PART #tea"])

    async def test_joining_and_leaving_are_follow_and_undo(self) -> None:
        _, room_id = await self.room()
        bob = await self.logged_in(self.bob)
        await bob.ask("JOIN #tea")
        self.assertIsNotNone(await self.core.reading.follow_of(self.bob.id, room_id))
        await bob.ask("PART #tea :bye")
        self.assertIsNone(await self.core.reading.follow_of(self.bob.id, room_id))

    async def test_joining_in_another_door_shows_on_irc(self) -> None:
        alice, room_id = await self.room()
        bob = await self.logged_in(self.bob)
        await self.submit(Follow(actor_id=self.bob.id, target_id=room_id), self.bob)
        await bob.wait("366 bob #tea")
        self.assertEqual(said(await alice.ask(), "JOIN"), [":bob!bob@here.example JOIN #tea"])
        await self.submit(Undo(actor_id=self.bob.id, of=Follow(actor_id=self.bob.id, target_id=room_id)), self.bob)
        await alice.wait(":bob!bob@here.example PART #tea$")
        await bob.wait(":bob!bob@here.example PART #tea$")

    async def test_the_door_of_a_room_is_the_cores(self) -> None:
        alice, _ = await self.room()
        bob = await self.logged_in(self.bob)
        for mode, numeric in (("+i", "473"), ("-i+k secret", "475"), ("-k+l secret 1", "471")):
            await alice.ask(f"MODE #tea {mode}")
            self.assertTrue(said(await bob.ask("JOIN #tea"), numeric), mode)
        await alice.ask("INVITE bob #tea")
        self.assertTrue(said(await bob.ask("JOIN #tea"), "366"))

    async def test_a_name_that_is_no_rooms_is_refused(self) -> None:
        alice = await self.logged_in(self.alice)
        self.assertTrue(said(await alice.ask("JOIN #bob"), "479"))
        self.assertTrue(said(await alice.ask("JOIN #no/such"), "403"))
        self.assertTrue(said(await alice.ask("JOIN #far@away.example"), "403"))
        self.assertEqual(self.house.network.channels, {})

    async def test_a_secret_room_is_nowhere_for_those_outside(self) -> None:
        alice, _ = await self.room()
        await alice.ask("MODE #tea +s")
        bob = await self.logged_in(self.bob)
        self.assertEqual(said(await bob.ask("LIST"), "322"), [])
        self.assertTrue(said(await bob.ask("TOPIC #tea"), "403"))
        self.assertEqual(said(await bob.ask("NAMES #tea"), "353"), [])
        self.assertEqual(said(await bob.ask("WHO #tea"), "352"), [])
        alice.hang_up()
        self.assertEqual(said(await bob.ask("LIST"), "322"), [])
        self.assertTrue(said(await bob.ask("MODE #tea"), "403"))


    async def test_a_room_of_many_is_brought_to_life_in_parts(self) -> None:
        self.patch(rooms, "PART", 2)
        _, room_id = await self.room()
        people = [await self.person(f"p{n}") for n in range(4)] + [await self.remote("dora")]
        for person in people:
            await self.submit(Follow(actor_id=person.id, target_id=room_id), person)
        house = await self.another()
        late = await self.logged_in(people[3], house=house)
        self.assertEqual(house.network.channels["#tea"].members.keys(), {*house.network.people.values()} - {house.network.service})
        names = said(await late.ask("NAMES #tea"), "353")
        self.assertEqual(names[0].rsplit(":", 1)[1].split(), ["~alice", "p0", "p1", "p2", "p3", "dora/far.example"])
        away = {line.split(" ")[7]: line.split(" ")[8] for line in said(await late.ask("WHO #tea"), "352")}
        self.assertEqual((away["alice"][0], away["p1"][0], away["p3"][0]), ("H", "G", "H"))


class OperatorTests(RoomCase):
    async def test_a_topic_is_the_rooms_in_the_core(self) -> None:
        alice, room_id = await self.room()
        await alice.ask("TOPIC #tea :green or black?")
        room = await self.core.reading.room_of(self.alice.id, room_id)
        self.assertEqual((room.topic, room.topic_by), ("green or black?", "alice"))

    async def test_modes_are_kept_and_a_restart_knows_them(self) -> None:
        alice, _room_id = await self.room()
        bob = await self.logged_in(self.bob)
        await bob.ask("JOIN #tea")
        got = await alice.ask("MODE #tea +vk-t+lb bob secret 9 *!*@bad.example")
        self.assertEqual(said(got, "MODE"), [":alice!alice@here.example MODE #tea +vk-t+lb bob secret 9 *!*@bad.example"])
        self.house.close()
        self.house = self._house(self.core)
        again = await self.logged_in(self.alice)
        self.assertEqual(said(await again.ask("MODE #tea"), "324"), [":here.example 324 alice #tea +CRnkl secret 9"])
        self.assertIn("+bob", said(await again.ask("NAMES #tea"), "353")[0])
        self.assertIn("*!*@bad.example alice!alice@here.example", said(await again.ask("MODE #tea b"), "367")[0])

    async def test_a_kick_is_a_reject(self) -> None:
        alice, room_id = await self.room()
        bob = await self.logged_in(self.bob)
        await bob.ask("JOIN #tea")
        await alice.ask("KICK #tea bob :enough")
        self.assertEqual(said(await bob.ask(), "KICK"), [":alice!alice@here.example KICK #tea bob :enough"])
        self.assertEqual(said(await alice.ask(), "KICK"), [])
        self.assertIsNone(await self.core.reading.follow_of(self.bob.id, room_id))

    async def test_a_ban_of_an_account_is_one_in_the_core_and_puts_it_out(self) -> None:
        alice, room_id = await self.room()
        bob = await self.logged_in(self.bob)
        await bob.ask("JOIN #tea")
        await alice.ask("MODE #tea +b bob")
        await bob.wait("KICK #tea bob")
        self.assertTrue(await self.core.reading.room_banned(room_id, self.bob.id))
        self.assertTrue(said(await bob.ask("JOIN #tea"), "474"))
        await alice.ask("MODE #tea -b bob!*@*")
        self.assertTrue(said(await bob.ask("JOIN #tea"), "366"))

    async def test_who_is_no_operator_changes_nothing(self) -> None:
        alice, _room_id = await self.room()
        bob = await self.logged_in(self.bob)
        await bob.ask("JOIN #tea")
        for line in ("MODE #tea +m", "MODE #tea +o bob", "KICK #tea alice", "TOPIC #tea :x", "MODE #tea +b alice", "MODE #tea +k x"):
            self.assertTrue(said(await bob.ask(line), "482"), line)
        self.assertEqual(said(await alice.ask(), "MODE"), [])

    async def test_changes_in_another_door_are_shown(self) -> None:
        alice, room_id = await self.room()
        bob = await self.logged_in(self.bob)
        await bob.ask("JOIN #tea")
        await alice.ask()
        change = RoomChange(topic="new", moderated=True, key="k1")
        await self.submit(Update(actor_id=self.alice.id, room_id=room_id, room=change), self.alice)
        await bob.wait("MODE")
        await self.submit(Add(actor_id=self.alice.id, collection="o", account_id=self.bob.id, room_id=room_id), self.alice)
        await bob.wait(r"\+o bob")
        self.assertEqual(
            list(said(await alice.ask(), "MODE") + said(await alice.ask(), "TOPIC")),
            [":alice!alice@here.example MODE #tea +mk k1", ":alice!alice@here.example MODE #tea +o bob"],
        )
        await self.submit(Reject(actor_id=self.alice.id, follower_id=self.bob.id, target_id=room_id, reason="out"), self.alice)
        await bob.wait("alice!alice@here.example KICK #tea bob :out")

    async def test_a_member_above_cannot_be_touched(self) -> None:
        alice, _ = await self.room()
        bob = await self.logged_in(self.bob)
        await bob.ask("JOIN #tea")
        await alice.ask("MODE #tea +o bob")
        self.assertTrue(said(await bob.ask("KICK #tea alice"), "482"))
        self.assertTrue(said(await bob.ask("MODE #tea -q alice"), "482"))


class SeveralDaemonTests(RoomCase):
    """Two daemons on one database: what is done on the one is seen on the other, and nowhere twice."""

    async def test_they_are_one_server(self) -> None:
        alice, _room_id = await self.room()
        other = await self.another()
        bob = await self.logged_in(self.bob, house=other)
        await bob.ask("JOIN #tea")
        await alice.wait("bob!bob@here.example JOIN #tea")
        await alice.ask("PRIVMSG #tea :one")
        await bob.ask("PRIVMSG #tea :two")
        await bob.wait(":one")
        await alice.wait(":two")
        here = await alice.ask("MODE #tea +v bob", "TOPIC #tea :hot", "PRIVMSG #tea :last")
        await bob.wait(":last")
        told = bob.take()
        self.assertEqual([line.split(" :", 1)[1] for line in said(told, "PRIVMSG")], ["one", "last"])
        self.assertEqual(said(told, "MODE"), [":alice!alice@here.example MODE #tea +v bob"])
        self.assertEqual(said(told, "TOPIC"), [":alice!alice@here.example TOPIC #tea :hot"])
        await bob.ask("PART #tea")
        await alice.wait("bob!bob@here.example PART #tea")
        here += alice.take()
        self.assertEqual(len(said(here, "PART")), 1)
        self.assertEqual(len([line for line in said(here, "PRIVMSG") if line.endswith(":two")]), 1)

    async def test_a_direct_message_crosses_over_once(self) -> None:
        alice = await self.logged_in(self.alice)
        other = await self.another()
        bob = await self.logged_in(self.bob, house=other)
        await alice.ask("PRIVMSG bob :psst")
        await bob.wait("PRIVMSG bob :psst")
        self.assertEqual(len(said(await bob.ask(), "PRIVMSG")), 1)


class CreateTests(RoomCase):
    async def test_a_note_by_somebody_outside_is_refused_by_the_core(self) -> None:
        _, room_id = await self.room()
        bob = await self.logged_in(self.bob)
        self.assertTrue(said(await bob.ask("PRIVMSG #tea :hi"), "404"))
        with self.assertRaises(Forbidden):
            await self.submit(Create(actor_id=self.bob.id, note=NoteDraft("hi", room_id=room_id)), self.bob)
