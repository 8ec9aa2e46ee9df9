"""Messages of several lines, what was missed, tokens, and small things of IRCv3."""

from __future__ import annotations

import base64
from datetime import datetime
from io import BytesIO
from typing import Any

from PIL import Image
from twisted.internet import reactor, task

from pleromad.errors import Invalid
from pleromad.model.activity import Update
from pleromad.model.page import Page
from pleromad.model.room import RoomChange
from tests.protocols.irc.support import Client, IrcCase, said
from tests.support.core import PASSWORD

_dot = BytesIO()
Image.new("RGB", (4, 4), (200, 0, 0)).save(_dot, "PNG")
PICTURE = _dot.getvalue()
MULTILINE = ("batch", "message-tags", "echo-message", "labeled-response", "draft/multiline")


class ExtensionCase(IrcCase):
    async def prepare(self) -> None:
        self.alice, self.bob = await self.person("alice"), await self.person("bob")


class MultilineTests(ExtensionCase):
    async def test_several_lines_are_one_note(self) -> None:
        alice = await self.logged_in(self.alice, caps=MULTILINE)
        bob, carol = await self.logged_in(self.bob), await self.logged_in(await self.person("carol"), caps=MULTILINE)
        await alice.ask("JOIN #tea")
        await bob.ask("JOIN #tea")
        await carol.ask("JOIN #tea")
        await alice.ask()
        await bob.ask()
        got = await alice.ask(
            "@label=x BATCH +1 draft/multiline #tea",
            "@batch=1 PRIVMSG #tea :first",
            "@batch=1 PRIVMSG #tea :second,",
            "@batch=1;draft/multiline-concat PRIVMSG #tea : whole",
            "BATCH -1",
        )
        self.assertIn("label=x", got[0])
        self.assertIn("msgid=", got[0])
        room = await self.core.reading.room_by_name("tea")
        assert room is not None
        (seen,) = (await self.core.reading.room(self.alice.id, room.id, Page())).items
        self.assertEqual(seen.note.source, "first\nsecond, whole")
        self.assertEqual([line.rsplit(":", 1)[1] for line in said(await bob.ask(), "PRIVMSG")], ["first", "second, whole"])
        self.assertRegex((await carol.ask())[0], r"BATCH \+\w+ draft/multiline #tea")

    async def test_a_note_of_several_lines_comes_whole(self) -> None:
        bob = await self.logged_in(self.bob, caps=MULTILINE)
        await bob.ask("JOIN &local")
        await self.say(self.alice, "one\ntwo")
        await bob.wait(r"BATCH \+\w+ draft/multiline &local")
        await bob.wait("PRIVMSG &local :two")

    async def test_what_is_too_much_is_refused_once(self) -> None:
        alice = await self.logged_in(self.alice, caps=MULTILINE)
        await alice.ask("JOIN #tea")
        got = await alice.ask(
            "BATCH +1 draft/multiline #tea", *(["@batch=1 PRIVMSG #tea :x"] * 34), "BATCH -1"
        )
        self.assertEqual(len(got), 1)
        self.assertIn("FAIL BATCH MULTILINE_MAX_LINES 32", got[0])
        self.assertIn("INVALID_REFTAG", (await alice.ask("BATCH -1"))[0])
        self.assertIn("UNKNOWN_TYPE", (await alice.ask("BATCH +1 netsplit a b"))[0])


class MissedTests(ExtensionCase):
    async def test_letters_that_came_meanwhile_are_shown_once(self) -> None:
        bob = await self.logged_in(self.bob)
        bob.hang_up()
        alice = await self.logged_in(self.alice)
        await alice.ask("PRIVMSG bob :are you there?")
        again = self.client()
        again.send("PASS :bob:correct horse battery", "NICK bob", "USER x 0 * :x")
        await again.wait(r":alice!alice@here.example PRIVMSG bob :\[..:..\] are you there\?")
        again.hang_up()
        third = self.client()
        third.send("PASS :bob:correct horse battery", "NICK bob", "USER x 0 * :x")
        self.assertEqual(said(await third.ask(), "PRIVMSG"), [])

    async def test_what_was_read_live_was_not_missed(self) -> None:
        bob, alice = await self.logged_in(self.bob), await self.logged_in(self.alice)
        await alice.ask("PRIVMSG bob :hello")
        await bob.ask()
        bob.hang_up()
        again = self.client()
        again.send("PASS :bob:correct horse battery", "NICK bob", "USER x 0 * :x")
        self.assertEqual(said(await again.ask(), "PRIVMSG"), [])


class SmallTests(ExtensionCase):
    async def test_a_token_by_oauthbearer(self) -> None:
        app = await self.core.accounts.add_app(name="a", website=None, redirect_uris=("urn:x",), scopes=frozenset({"read", "write"}))
        grant = await self.core.accounts.issue(app, self.alice.id, frozenset({"read", "write"}))
        for name, token, answer in (("", grant.access_token, "903"), ("a=bob", grant.access_token, "904"), ("", "nonsense", "904")):
            client = self.client()
            blob = base64.b64encode(f"n,{name},\x01auth=Bearer {token}\x01\x01".encode()).decode()
            got = await client.ask("CAP REQ :sasl", "AUTHENTICATE OAUTHBEARER", f"AUTHENTICATE {blob}")
            self.assertTrue(said(got, answer), got)

    async def test_names_are_not_told_unasked_to_those_who_do_not_want_them(self) -> None:
        alice = await self.logged_in(self.alice, caps=("no-implicit-names",))
        self.assertEqual(said(await alice.ask("JOIN #tea"), "366"), [])
        self.assertTrue(said(await alice.ask("NAMES #tea"), "353"))

    async def test_away_before_coming_in(self) -> None:
        client = self.client()
        client.send("CAP REQ :draft/pre-away", "AWAY :asleep", "PASS :alice:correct horse battery", "NICK alice", "USER x 0 * :x")
        client.send("CAP END")
        bob = await self.logged_in(self.bob)
        await client.ask()
        self.assertIn(":asleep", said(await bob.ask("PRIVMSG alice :hi"), "301")[0])

    async def test_an_account_stays_where_it_is(self) -> None:
        alice = await self.logged_in(self.alice)
        self.assertIn("PERSISTENCE STATUS DEFAULT ON", (await alice.ask("PERSISTENCE GET"))[0])
        self.assertIn("FAIL PERSISTENCE", (await alice.ask("PERSISTENCE SET OFF"))[0])


class PlaybackTests(ExtensionCase):
    async def test_a_client_asks_for_what_it_has_not_seen(self) -> None:
        alice, bob = await self.logged_in(self.alice), await self.logged_in(self.bob)
        await alice.ask("JOIN #tea")
        await bob.ask("JOIN #tea")
        await alice.ask("PRIVMSG #tea :one", "PRIVMSG #tea :two", "PRIVMSG bob :letter")
        client = await self.logged_in(self.bob, caps=["znc.in/playback", "batch", "server-time", "message-tags"])
        self.assertEqual(said(await client.ask(), "PRIVMSG"), [])
        got = await client.ask("PRIVMSG *playback :PLAY * 0")
        self.assertEqual(sorted(line.rsplit(":", 1)[1] for line in said(got, "PRIVMSG")), ["letter", "one", "two"])
        two = next(line for line in got if line.endswith(":one"))
        moment = datetime.fromisoformat(two.split("time=")[1][:23] + "+00:00").timestamp()
        got = await client.ask(f"PRIVMSG *playback :play #tea {moment:.3f}")
        self.assertEqual([line.rsplit(":", 1)[1] for line in said(got, "PRIVMSG")], ["two"])
        self.assertEqual(len(said(await client.ask("PRIVMSG *playback :LIST"), "PRIVMSG")), 2)
        for wrong in ("PLAY", "PLAY #tea x", "PLAY #nowhere", "PLAY #tea nan", "PLAY #tea 1e300", "nonsense"):
            await client.ask(f"PRIVMSG *playback :{wrong}")

    async def test_without_the_capability_there_is_no_such_nick(self) -> None:
        alice = await self.logged_in(self.alice)
        self.assertTrue(said(await alice.ask("PRIVMSG *playback :PLAY *"), "401"))


class DeviceTests(ExtensionCase):
    async def device(self, name: str) -> Client:
        client = self.client()
        client.send(f"PASS :bob@{name}:{PASSWORD}", "NICK bob", "USER x 0 * :x")
        await client.wait(" 376 ")
        return client

    async def test_each_device_is_shown_what_it_missed(self) -> None:
        alice, phone = await self.logged_in(self.alice), await self.device("phone")
        await alice.ask("JOIN #tea")
        await phone.ask("JOIN #tea")
        await alice.ask("PRIVMSG #tea :seen by the phone", "PRIVMSG bob :and this")
        await phone.wait("and this")
        phone.hang_up()
        await self.marked("phone")
        desk = await self.device("desk")
        await desk.ask()
        await alice.ask("PRIVMSG #tea :missed by the phone", "PRIVMSG bob :this, too")
        again = await self.device("phone")
        got = said(await again.ask(), "PRIVMSG")
        self.assertEqual([line.rsplit("] ", 1)[1] for line in got], ["missed by the phone", "this, too"])

    async def marked(self, device: str) -> None:
        while f".irc:{device}" not in await self.core.reading.read_marks(self.bob.id):
            await task.deferLater(reactor, 0.01, lambda: None)


class FileTests(ExtensionCase):
    async def test_a_file_whose_address_is_said_hangs_on_the_note(self) -> None:
        alice, bob = await self.logged_in(self.alice), await self.logged_in(self.bob)
        await alice.ask("JOIN #tea")
        await bob.ask("JOIN #tea")
        media = await self.core.media.upload(self.alice.id, PICTURE, filename="x.png", description="a dot")
        await alice.ask(f"PRIVMSG #tea :look {media.url} here")
        room = await self.core.reading.room_by_name("tea")
        assert room is not None
        note = (await self.core.reading.room(self.alice.id, room.id, Page())).items[0].note
        self.assertEqual((note.source, [one.id for one in note.media]), ("look here", [media.id]))
        await bob.wait(f"PRIVMSG #tea :look {media.url} here")
        await bob.ask(f"PRIVMSG #tea :mine? {media.url}")
        note = (await self.core.reading.room(self.alice.id, room.id, Page())).items[0].note
        self.assertEqual((note.media, note.source), ((), f"mine? {media.url}"))

    async def test_where_to_send_files_is_told(self) -> None:
        alice = await self.logged_in(self.alice)
        got = " ".join(said(await alice.ask("VERSION"), "005"))
        self.assertIn("soju.im/FILEHOST=https://here.example/irc/files ", got)


class RetentionTests(ExtensionCase):
    async def room_of_two(self) -> tuple[Client, int]:
        alice = await self.logged_in(self.alice)
        await alice.ask("JOIN #tea", "PRIVMSG #tea :before")
        room = await self.core.reading.room_by_name("tea")
        assert room is not None
        return alice, room.id

    async def change(self, room_id: int, **change: Any) -> None:
        await self.submit(Update(actor_id=self.alice.id, room_id=room_id, room=RoomChange(**change)), self.alice)

    async def test_a_room_forgets_after_its_days(self) -> None:
        alice, room_id = await self.room_of_two()
        await self.core.upkeep.expire_notes()
        self.assertEqual(len((await self.core.reading.room(self.alice.id, room_id, Page())).items), 1)
        await self.change(room_id, retention_days=7)
        await self.database.execute("UPDATE notes SET created_at = now() - interval '8 days' WHERE room_id = %s", (room_id,))
        await alice.ask("PRIVMSG #tea :new")
        await self.core.upkeep.expire_notes()
        items = (await self.core.reading.room(self.alice.id, room_id, Page())).items
        self.assertEqual([seen.note.source for seen in items], ["new"])

    async def test_who_may_read_what_was_said_before_they_came(self) -> None:
        alice, room_id = await self.room_of_two()
        caps = ["draft/chathistory", "batch", "message-tags", "server-time"]
        for back, expected in (("all", 1), ("joined", 0), ("none", 0), ("", 1)):
            await self.change(room_id, read_back=back)
            bob = await self.logged_in(self.bob, caps=caps)
            await alice.ask()
            await bob.ask("JOIN #tea")
            got = await bob.ask("CHATHISTORY LATEST #tea * 10")
            self.assertEqual(len(said(got, "PRIVMSG")), expected, back)
            await bob.ask("PART #tea")
            bob.hang_up()

    async def test_nonsense_is_refused(self) -> None:
        _, room_id = await self.room_of_two()
        for wrong in ({"read_back": "everybody"}, {"retention_days": -1}, {"retention_days": 10**9}):
            with self.assertRaises(Invalid):
                await self.change(room_id, **wrong)
