"""Messages of several lines, what was missed, tokens, and small things of IRCv3."""

from __future__ import annotations

import base64

from pleromad.model.page import Page
from tests.protocols.irc.support import IrcCase, said

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
