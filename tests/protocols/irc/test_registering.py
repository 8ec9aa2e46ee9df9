"""REGISTER, RENAME, METADATA, sts: what a client may change of its own standing."""

from __future__ import annotations

from dataclasses import replace

from protocols.irc.adapter import _tls_port
from tests.protocols.irc.support import IrcCase, said


class RegisterTests(IrcCase):
    SETTINGS = {"instance": {"registrations": "open"}}

    async def test_somebody_new_makes_an_account_and_is_in(self) -> None:
        client = self.client()
        got = await client.ask("CAP LS 302", "NICK dora", "USER d 0 * :d", "REGISTER * * :a long enough secret", "CAP END")
        self.assertIn("draft/account-registration=before-connect,custom-account-name", " ".join(said(got, "CAP")))
        self.assertTrue(said(got, "REGISTER") and "SUCCESS dora" in said(got, "REGISTER")[0])
        self.assertTrue(said(got, "001"))
        account = await self.core.reading.account_by_handle("dora")
        again = await self.logged_in(account, password="a long enough secret")
        self.assertTrue(said(await again.ask("JOIN #tea"), "366"))

    async def test_what_cannot_be_is_said_in_words(self) -> None:
        await self.person("alice")
        for words, code in (
            ("alice * :a long enough secret", "ACCOUNT_EXISTS"),
            ("what-ever * :a long enough secret", "BAD_ACCOUNT_NAME"),
            ("erin * :x", "WEAK_PASSWORD"),
            ("* * :a long enough secret", "NEED_NICK"),
        ):
            self.assertIn(f"FAIL REGISTER {code}", (await self.client().ask(f"REGISTER {words}"))[0])

    async def test_an_address_makes_so_many(self) -> None:
        for number in range(5):
            self.house.network.newcomers.failed("10.0.0.1", self.house.network.clock.seconds())
            self.assertLess(number, 5)
        client = self.client()
        assert client.protocol.session is not None
        client.protocol.session.address = "10.0.0.1"
        self.assertIn("TEMPORARILY_UNAVAILABLE", (await client.ask("REGISTER erin * :a long enough secret"))[0])


class ClosedTests(IrcCase):
    SETTINGS = {"instance": {"registrations": "closed"}}

    async def test_where_nobody_is_let_in_nothing_is_offered(self) -> None:
        got = await self.client().ask("CAP LS 302", "REGISTER dora * :a long enough secret")
        self.assertNotIn("account-registration", " ".join(got))
        self.assertIn("FAIL REGISTER TEMPORARILY_UNAVAILABLE dora", " ".join(got))


class NameTests(IrcCase):
    DOOR = {"guests": True}

    async def test_a_channel_of_guests_takes_another_name(self) -> None:
        ann, bea = await self.guest("ann", caps=["draft/channel-rename"]), await self.guest("bea")
        await ann.ask("JOIN #one")
        await bea.ask("JOIN #one")
        self.assertTrue(said(await ann.ask("RENAME #one #two :moved"), "RENAME"))
        got = await bea.ask()
        self.assertTrue(said(got, "PART") and said(got, "JOIN"))
        await bea.ask("PRIVMSG #two :here")
        self.assertTrue(said(await ann.ask(), "PRIVMSG"))

    async def test_a_room_keeps_its_name(self) -> None:
        alice = await self.logged_in(await self.person("alice"))
        await alice.ask("JOIN #tea")
        self.assertIn("FAIL RENAME CANNOT_RENAME #tea #coffee", (await alice.ask("RENAME #tea #coffee"))[0])


class MetadataTests(IrcCase):
    async def test_values_are_kept_and_told(self) -> None:
        caps = ("batch", "draft/metadata-3")
        alice = await self.logged_in(await self.person("alice"), caps=caps)
        bob = await self.logged_in(await self.person("bob"), caps=caps)
        await alice.ask("JOIN #tea")
        await bob.ask("JOIN #tea", "METADATA * SUB color display-name")
        await alice.ask("METADATA * SET color :#ff0000", "METADATA * SET display-name :Alice A.")
        got = said(await bob.ask(), "761")
        self.assertEqual(next(line.rsplit(" ", 1)[0] for line in got), ":here.example 761 bob alice color *")
        self.assertEqual((await self.core.reading.account_by_handle("alice")).display_name, "Alice A.")
        alice.hang_up()
        self.assertTrue(said(await bob.ask("METADATA alice GET color"), "761"))
        self.assertIn("KEY_NO_PERMISSION", (await bob.ask("METADATA #tea SET color :x"))[0])


class StsTests(IrcCase):
    def test_the_port_of_tls_is_found(self) -> None:
        self.assertEqual(_tls_port(["tcp:6667", "tls:/etc/certificates:port=6697"]), 6697)
        self.assertEqual(_tls_port(["ssl:6697:privateKey=x"]), 6697)
        self.assertEqual(_tls_port(["tcp:6667"]), 0)

    async def test_it_is_told_where_tls_is_spoken(self) -> None:
        self.house.settings = replace(self.house.settings, sts_port=6697)
        client = self.client()
        self.assertIn("sts=port=6697", " ".join(await client.ask("CAP LS 302")))
        self.assertIn(" NAK ", " ".join(await client.ask("CAP REQ :sts")))
