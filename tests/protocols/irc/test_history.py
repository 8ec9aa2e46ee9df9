"""CHATHISTORY, read markers, redaction and reactions: the notes of the core from both sides."""

from __future__ import annotations

import re

from pleromad.errors import NotFound
from pleromad.model.activity import Delete, EmojiReact
from tests.protocols.irc.support import Client, IrcCase, said

CAPS = (
    "batch",
    "server-time",
    "message-tags",
    "echo-message",
    "draft/chathistory",
    "draft/read-marker",
    "draft/message-redaction",
    "draft/event-playback",
)


def texts(lines: list[str]) -> list[str]:
    """Of what came as history."""
    return [line.rsplit(" :", 1)[1] for line in said([one for one in lines if "batch=" in one], "PRIVMSG")]


def id_of(line: str) -> str:
    found = re.search(r"msgid=([^; ]+)", line)
    assert found is not None, line
    return found[1]


class HistoryCase(IrcCase):
    async def prepare(self) -> None:
        self.alice, self.bob = await self.person("alice"), await self.person("bob")

    async def talk(self, *lines: str) -> tuple[Client, list[str]]:
        """Alice in a room of hers where she said this, and the ids of what she said."""
        client = await self.logged_in(self.alice, caps=CAPS)
        await client.ask("JOIN #tea")
        ids = []
        for line in lines:
            got = await client.ask(f"PRIVMSG #tea :{line}")
            ids.append(id_of(next(one for one in got if " PRIVMSG " in one)))
        return client, ids


class ChatHistoryTests(HistoryCase):
    async def test_every_way_to_ask(self) -> None:
        client, ids = await self.talk("one", "two", "three", "four", "five")

        async def ask(words: str) -> list[str]:
            return texts(await client.ask(f"CHATHISTORY {words}"))

        self.assertEqual(await ask("LATEST #tea * 2"), ["four", "five"])
        self.assertEqual(await ask(f"LATEST #tea msgid={ids[2]} 10"), ["four", "five"])
        self.assertEqual(await ask(f"BEFORE #tea msgid={ids[2]} 1"), ["two"])
        self.assertEqual(await ask(f"AFTER #tea msgid={ids[2]} 1"), ["four"])
        self.assertEqual(await ask(f"AROUND #tea msgid={ids[2]} 3"), ["two", "three", "four"])
        self.assertEqual(await ask(f"BETWEEN #tea msgid={ids[0]} msgid={ids[4]} 2"), ["two", "three"])
        self.assertEqual(await ask(f"BETWEEN #tea msgid={ids[4]} msgid={ids[0]} 2"), ["three", "four"])

    async def test_times_are_places(self) -> None:
        client, _ = await self.talk("one")
        live = (await client.ask("CHATHISTORY LATEST #tea * 1"))[1]
        when = re.search(r"time=([^; ]+)", live)
        assert when is not None
        self.assertEqual(texts(await client.ask(f"CHATHISTORY BEFORE #tea timestamp={when[1]} 5")), [])
        self.assertEqual(texts(await client.ask(f"CHATHISTORY AROUND #tea timestamp={when[1]} 5")), ["one"])

    async def test_it_comes_as_a_batch(self) -> None:
        client, _ = await self.talk("one")
        got = await client.ask("CHATHISTORY LATEST #tea * 1")
        self.assertRegex(got[0], r"BATCH \+\w+ chathistory #tea$")
        self.assertIn("batch=", got[1])
        self.assertRegex(got[-1], r"BATCH -\w+$")

    async def test_who_asks_for_history_is_not_sent_any_unasked(self) -> None:
        await self.talk("one")
        other = await self.logged_in(self.alice, caps=CAPS)
        self.assertEqual(texts(other.take()), [])

    async def test_who_is_not_in_the_room_reads_nothing(self) -> None:
        await self.talk("one")
        bob = await self.logged_in(self.bob, caps=CAPS)
        got = await bob.ask("CHATHISTORY LATEST #tea * 5")
        self.assertIn("FAIL CHATHISTORY INVALID_TARGET LATEST #tea", got[0])

    async def test_what_was_said_among_the_invited_before_one_came_is_theirs(self) -> None:
        client, _ = await self.talk("before")
        await client.ask("MODE #tea +i", "INVITE bob #tea")
        bob = await self.logged_in(self.bob, caps=CAPS)
        await bob.ask("JOIN #tea")
        await client.ask("PRIVMSG #tea :after")
        self.assertEqual(texts(await bob.ask("CHATHISTORY LATEST #tea * 5")), ["after"])

    async def test_nonsense_is_refused_in_words(self) -> None:
        client, _ = await self.talk("one")
        for words in ("LATEST #tea * many", "BEFORE #tea * 5", "BEFORE #tea timestamp=x 5", "FIRST #tea * 1", "BEFORE #tea"):
            self.assertTrue(said(await client.ask(f"CHATHISTORY {words}"), "FAIL"), words)

    async def test_letters_are_read_back_by_both_and_nobody_else(self) -> None:
        alice, bob = await self.logged_in(self.alice, caps=CAPS), await self.logged_in(self.bob, caps=CAPS)
        carol = await self.person("carol")
        await alice.ask("PRIVMSG bob :hello", "PRIVMSG carol :and you")
        await bob.ask("PRIVMSG alice :hello yourself")
        self.assertEqual(texts(await alice.ask("CHATHISTORY LATEST bob * 5")), ["hello", "hello yourself"])
        self.assertEqual(texts(await bob.ask("CHATHISTORY LATEST alice * 5")), ["hello", "hello yourself"])
        client = await self.logged_in(carol, caps=CAPS)
        self.assertEqual(texts(await client.ask("CHATHISTORY LATEST bob * 5")), [])
        self.assertEqual(texts(await client.ask("CHATHISTORY LATEST alice * 5")), ["and you"])

    async def test_targets_are_rooms_and_people(self) -> None:
        client, _ = await self.talk("one")
        await client.ask("PRIVMSG bob :hello")
        got = await client.ask("CHATHISTORY TARGETS timestamp=2020-01-01T00:00:00.000Z timestamp=2100-01-01T00:00:00.000Z 9")
        self.assertEqual([line.split(" ")[3] for line in said(got, "CHATHISTORY")], ["#tea", "bob"])


class MarkerTests(HistoryCase):
    async def test_a_marker_is_told_to_the_other_clients_and_kept(self) -> None:
        client, _ = await self.talk("one")
        other = await self.logged_in(self.alice, caps=CAPS)
        await client.ask("MARKREAD #tea timestamp=2026-01-02T03:04:05.678Z")
        await other.wait("MARKREAD #tea timestamp=2026-01-02T03:04:05.678Z")
        client.hang_up()
        other.hang_up()
        again = await self.logged_in(self.alice, caps=CAPS)
        got = await again.ask("MARKREAD #tea")
        self.assertTrue([line for line in got if "MARKREAD #tea timestamp=2026-01-02T03:04:05.678Z" in line])

    async def test_home_is_read_as_far_as_in_the_api(self) -> None:
        client = await self.logged_in(self.alice, caps=CAPS)
        note = await self.say(self.alice, "hello")
        await self.core.personal.set_marker(self.alice.id, "home", note.id)
        await client.wait("MARKREAD &home timestamp=")
        await client.ask("JOIN &home", "MARKREAD &home timestamp=2100-01-02T03:04:05.678Z")
        (marker,) = await self.core.reading.markers(self.alice.id, ["home"])
        self.assertGreater(marker.last_read_id, note.id)


class RedactionTests(HistoryCase):
    async def test_a_message_taken_back_is_deleted(self) -> None:
        client, ids = await self.talk("oops")
        await client.ask(f"REDACT #tea {ids[0]} :wrong room")
        with self.assertRaises(NotFound):
            await self.core.reading.note(self.alice.id, int(ids[0]))
        self.assertEqual(texts(await client.ask("CHATHISTORY LATEST #tea * 5")), [])

    async def test_a_deletion_elsewhere_is_shown_to_all_in_their_way(self) -> None:
        client, ids = await self.talk("oops")
        bob = await self.logged_in(self.bob)
        await bob.ask("JOIN #tea")
        await self.submit(Delete(actor_id=self.alice.id, note_id=int(ids[0])), self.alice)
        await client.wait(f":alice!alice@here.example REDACT #tea {ids[0]}$")
        await bob.wait("NOTICE #tea :alice deleted a message of ")

    async def test_nobody_takes_back_what_others_said(self) -> None:
        _, ids = await self.talk("mine")
        bob = await self.logged_in(self.bob, caps=CAPS)
        await bob.ask("JOIN #tea")
        self.assertIn("REDACT_FORBIDDEN", (await bob.ask(f"REDACT #tea {ids[0]}"))[0])
        self.assertIn("UNKNOWN_MSGID", (await bob.ask("REDACT #tea 77"))[0])

    async def test_a_letter_taken_back(self) -> None:
        alice, bob = await self.logged_in(self.alice, caps=CAPS), await self.logged_in(self.bob, caps=CAPS)
        got = await alice.ask("PRIVMSG bob :oops")
        message_id = id_of(got[0])
        await alice.ask(f"REDACT bob {message_id}")
        await bob.wait(f"REDACT bob {message_id}")


class ReactionTests(HistoryCase):
    async def test_a_reaction_is_kept_and_told(self) -> None:
        client, ids = await self.talk("one")
        bob = await self.logged_in(self.bob, caps=CAPS)
        await bob.ask("JOIN #tea")
        await bob.ask(f"@+draft/react=🎉;+draft/reply={ids[0]} TAGMSG #tea")
        await client.wait("draft/react=🎉.* TAGMSG #tea")
        note = (await self.core.reading.note(self.alice.id, int(ids[0]))).note
        self.assertEqual([(one.name, one.count) for one in note.reactions], [("🎉", 1)])
        await bob.ask(f"@+draft/unreact=🎉;+draft/reply={ids[0]} TAGMSG #tea")
        self.assertEqual((await self.core.reading.note(self.alice.id, int(ids[0]))).note.reactions, ())
        self.assertEqual(len(said(await client.ask(), "TAGMSG")), 2)

    async def test_a_reaction_of_another_door_is_shown(self) -> None:
        client, ids = await self.talk("one")
        await self.submit(EmojiReact(actor_id=self.alice.id, note_id=int(ids[0]), emoji="🍵"), self.alice)
        line = await client.wait("TAGMSG #tea")
        self.assertIn("+draft/react=🍵", line)
        self.assertIn(f"+draft/reply={ids[0]}", line)

    async def test_typing_is_passed_on_and_not_remembered(self) -> None:
        client, _ = await self.talk("one")
        bob = await self.logged_in(self.bob, caps=CAPS)
        await bob.ask("JOIN #tea", "@+typing=active TAGMSG #tea")
        await client.wait("typing=active.* TAGMSG #tea")
        client.take()
        self.assertEqual(said(await client.ask("CHATHISTORY LATEST #tea * 5"), "TAGMSG"), [])
