"""Commands one by one, as a guest meets them."""

from __future__ import annotations

import base64

from pleromad.model.account import Role
from pleromad.model.page import Page
from tests.protocols.irc.support import Client, IrcCase, said
from tests.support.core import PASSWORD


class CommandCase(IrcCase):
    SETTINGS = {"irc": {"guests": True, "server_name": "irc.here.example"}}

    async def pair(self) -> tuple[Client, Client]:
        """ann, operator of #a, and bob in it."""
        ann, bob = await self.guest("ann"), await self.guest("bob")
        await ann.ask("JOIN #a")
        await bob.ask("JOIN #a")
        await ann.ask()
        return ann, bob


class WhoTests(CommandCase):
    async def test_who_of_a_channel_shows_presence_and_rank(self) -> None:
        ann, bob = await self.pair()
        await bob.ask("AWAY :tea")
        got = said(await ann.ask("WHO #a"), "352")
        self.assertRegex(got[0], r"352 ann #a ~user \S+\.guest irc\.here\.example ann H@ :0 Real Name$")
        self.assertRegex(got[1], r" bob G :0 Real Name$")

    async def test_whox_keeps_its_own_order_of_fields(self) -> None:
        ann, _ = await self.pair()
        got = said(await ann.ask("WHO bob %rant,42"), "354")
        self.assertEqual(got, [":irc.here.example 354 ann 42 bob 0 :Real Name"])

    async def test_the_invisible_are_found_by_name_alone(self) -> None:
        ann, eve = await self.guest("ann"), await self.guest("eve")
        await eve.ask("MODE eve +i")
        self.assertEqual(said(await ann.ask("WHO ev*"), "352"), [])
        self.assertEqual(len(said(await ann.ask("WHO eve"), "352")), 1)

    async def test_whois_and_whowas(self) -> None:
        ann, bob = await self.pair()
        numerics = [line.split(" ")[1] for line in await ann.ask("WHOIS bob")]
        self.assertEqual(numerics, ["311", "319", "312", "317", "318"])
        self.assertEqual([line.split(" ")[1] for line in await ann.ask("WHOIS nobody")], ["401", "318"])
        bob.send("QUIT")
        await ann.wait("QUIT")
        await ann.ask()
        self.assertEqual([line.split(" ")[1] for line in await ann.ask("WHOWAS bob")], ["314", "312", "369"])


class ListTests(CommandCase):
    async def test_list_knows_conditions(self) -> None:
        ann, bob = await self.pair()
        await ann.ask("JOIN #b", "TOPIC #b :about b")
        shown = [line.split(" ")[3] for line in said(await bob.ask("LIST"), "322")]
        self.assertEqual(shown, ["#a", "#b"])
        for condition, wanted in ((">1", ["#a"]), ("<2", ["#b"]), ("#b", ["#b"]), ("*a", ["#a"]), ("!*a", ["#b"]), ("T<5", ["#b"]), ("C>5", [])):
            shown = [line.split(" ")[3] for line in said(await bob.ask(f"LIST {condition}"), "322")]
            self.assertEqual(shown, wanted, condition)

    async def test_a_secret_channel_is_listed_for_its_members_only(self) -> None:
        ann, _ = await self.pair()
        eve = await self.guest("eve")
        await ann.ask("MODE #a +s")
        self.assertEqual(said(await eve.ask("LIST"), "322"), [])
        self.assertEqual(len(said(await ann.ask("LIST"), "322")), 1)


class ModeTests(CommandCase):
    async def test_key_and_limit_keep_the_door(self) -> None:
        ann, _ = await self.pair()
        eve = await self.guest("eve")
        await ann.ask("MODE #a +k secret")
        self.assertTrue(said(await eve.ask("JOIN #a"), "475"))
        await ann.ask("MODE #a -k secret", "MODE #a +l 2")
        self.assertTrue(said(await eve.ask("JOIN #a"), "471"))
        self.assertTrue(said(await ann.ask("MODE #a +k :two words"), "696"))
        self.assertTrue(said(await ann.ask("MODE #a +l many"), "696"))
        self.assertEqual(said(await ann.ask("MODE #a"), "324"), [":irc.here.example 324 ann #a +ntl 2"])

    async def test_an_unknown_mode_is_named(self) -> None:
        ann, _ = await self.pair()
        self.assertEqual(said(await ann.ask("MODE #a +X"), "472"), [":irc.here.example 472 ann X :is not a channel mode known here"])

    async def test_a_ban_list_is_shown_with_who_and_when(self) -> None:
        ann, bob = await self.pair()
        await ann.ask("MODE #a +b eve")
        self.assertRegex(said(await bob.ask("MODE #a b"), "367")[0], r"367 bob #a eve!\*@\* ann!~user@\S+ \d+$")

    async def test_oneself(self) -> None:
        ann, _ = await self.pair()
        self.assertEqual(len(said(await ann.ask("MODE ann +i"), "MODE")), 1)
        self.assertEqual(said(await ann.ask("MODE ann"), "221"), [":irc.here.example 221 ann +i"])
        self.assertTrue(said(await ann.ask("MODE bob +i"), "502"))
        self.assertEqual(said(await ann.ask("MODE ann +o"), "MODE"), [])


class MonitorTests(CommandCase):
    async def test_coming_and_going_is_told(self) -> None:
        ann = await self.guest("ann")
        self.assertEqual(said(await ann.ask("MONITOR + eve"), "731"), [":irc.here.example 731 ann eve"])
        eve = await self.guest("eve")
        await ann.wait(r" 730 ann :?eve!")
        eve.send("QUIT")
        await ann.wait(r" 731 ann :?eve$")
        self.assertEqual(said(await ann.ask("MONITOR L"), "732"), [":irc.here.example 732 ann eve"])
        self.assertEqual(said(await ann.ask("MONITOR C", "MONITOR L"), "732"), [])


class OperatorTests(CommandCase):
    async def prepare(self) -> None:
        await self.person("carol", role=Role.MODERATOR)
        await self.person("dave")

    async def test_the_staff_of_the_server_are_its_operators(self) -> None:
        ann, bob = await self.pair()
        self.assertTrue(said(await ann.ask("KILL bob :x"), "481"))
        ann.send("OPER carol wrong")
        await ann.wait(" 464 ")
        ann.send(f"OPER dave :{PASSWORD}")
        await ann.wait(" 491 ")
        ann.send(f"OPER carol :{PASSWORD}")
        await ann.wait(" 381 ")
        await bob.ask("MODE bob +w")
        await ann.ask("WALLOPS :hear ye")
        self.assertEqual(len(said(await bob.ask(), "WALLOPS")), 1)
        await ann.ask("KILL bob :enough")
        self.assertTrue(bob.closed)

    async def oper(self, role: Role = Role.ADMIN) -> Client:
        await self.person("erin", role=role)
        ann = await self.guest("ann")
        ann.send(f"OPER erin :{PASSWORD}")
        await ann.wait(" 381 ")
        ann.take()
        return ann

    async def test_an_account_is_shut_out_and_let_in_again(self) -> None:
        dave = await self.logged_in(await self.core.reading.account_by_handle("dave"))
        ann = await self.oper()
        self.assertTrue(said(await ann.ask("KLINE dave :spam"), "NOTICE"))
        await dave.wait("disabled")
        self.assertTrue(dave.closed)
        self.assertTrue(any(line.endswith(" dave disabled") for line in said(await ann.ask("STATS k"), "216")))
        await ann.ask("UNKLINE dave")
        await self.logged_in(await self.core.reading.account_by_handle("dave"))
        logged = (await self.core.moderation.entries(None, Page())).items
        self.assertEqual({(entry.action, entry.target) for entry in logged}, {("disable", "dave"), ("enable", "dave")})

    async def test_an_address_is_shut_out_of_every_daemon(self) -> None:
        other = await self.another()
        ann = await self.oper()
        there = await self.guest("there", house=other)
        there.protocol.session.address = "198.51.100.7"
        self.assertTrue(said(await ann.ask("KLINE 60 198.51.100.0/24 :flood"), "NOTICE"))
        await there.wait("ERROR .*no access")
        self.assertRegex(said(await ann.ask("STATS k"), "216")[0], r"k 198\.51\.100\.0/24 \* \* :until .*: flood$")
        self.assertTrue(said(await ann.ask("KLINE 60 dave :x"), "400"))
        self.assertTrue(said(await ann.ask("UNKLINE 198.51.100.0/24"), "NOTICE"))
        self.assertEqual(said(await ann.ask("STATS k"), "216"), [])

    async def test_a_server_is_shut_out(self) -> None:
        ann = await self.oper()
        self.assertTrue(said(await ann.ask("KLINE *@bad.example :spam"), "NOTICE"))
        self.assertTrue(any("bad.example" in line for line in said(await ann.ask("STATS k"), "216")))
        self.assertTrue(said(await ann.ask("UNKLINE *@bad.example"), "NOTICE"))
        self.assertTrue(said(await ann.ask("UNKLINE *@bad.example"), "401"))

    async def test_a_moderator_does_what_the_role_allows(self) -> None:
        ann = await self.oper(Role.MODERATOR)
        self.assertTrue(said(await ann.ask("KLINE *@bad.example :x"), "400"))
        bob = await self.guest("bob")
        self.assertTrue(said(await bob.ask("KLINE dave"), "481"))
        self.assertTrue(said(await bob.ask("STATS k"), "481"))


class MiscellanyTests(CommandCase):
    async def test_help_explains_each_command(self) -> None:
        ann = await self.guest("ann")
        self.assertTrue(said(await ann.ask("HELP"), "704"))
        self.assertTrue(said(await ann.ask("HELP join"), "705"))
        self.assertTrue(said(await ann.ask("HELP nonsense"), "524"))

    async def test_questions_about_the_server(self) -> None:
        ann = await self.guest("ann")
        for line, numeric in (
            ("LUSERS", "255"), ("TIME", "391"), ("INFO", "374"), ("ADMIN", "256"), ("LINKS", "365"), ("STATS u", "242"),
            ("USERHOST ann", "302"), ("ISON ann bob", "303"), ("MOTD", "376"), ("VERSION other.example", "402"),
        ):  # fmt: skip
            self.assertTrue(said(await ann.ask(line), numeric), line)

    async def test_the_server_is_shown_among_links_to_who_names_it(self) -> None:
        ann = await self.guest("ann")
        self.assertEqual(said(await ann.ask("LINKS"), "364"), [])
        self.assertEqual(len(said(await ann.ask("LINKS *"), "364")), 1)

    async def test_commands_are_counted(self) -> None:
        ann = await self.guest("ann")
        self.assertTrue(any(" 212 ann TIME 1" in line for line in await ann.ask("TIME", "STATS m")))

    async def test_a_channel_for_accounts_only(self) -> None:
        ann = await self.guest("ann")
        await ann.ask("JOIN #a", "MODE #a +R")
        bob = await self.guest("bob")
        self.assertTrue(said(await bob.ask("JOIN #a"), "477"))

    async def test_a_nick_may_change_for_guests(self) -> None:
        ann, bob = await self.pair()
        await ann.ask("NICK eve")
        self.assertRegex(said(await bob.ask(), "NICK")[0], r"^:ann!~user@\S+ NICK eve$")
        self.assertTrue(said(await ann.ask("NICK bob"), "433"))
        self.assertTrue(said(await ann.ask("NICK carol x"), "NICK"))

    async def test_kicking_several(self) -> None:
        ann, bob = await self.pair()
        eve = await self.guest("eve")
        await eve.ask("JOIN #a")
        await ann.ask("KICK #a bob,eve :out")
        self.assertEqual(len(said(await bob.ask(), "KICK")), 1)
        self.assertEqual(len(said(await eve.ask(), "KICK")), 2)
        self.assertTrue(said(await ann.ask("KICK #a bob"), "441"))

    async def test_away_is_told_to_those_who_asked(self) -> None:
        ann, _ = await self.pair()
        eve = await self.guest("eve", caps=["away-notify"])
        await eve.ask("JOIN #a")
        await ann.ask("AWAY :gone")
        self.assertRegex(said(await eve.ask(), "AWAY")[0], "AWAY :gone$")
        self.assertTrue(said(await eve.ask("PRIVMSG ann :hi"), "301"))


class GuestInRoomTests(CommandCase):
    """What irctest asks of servers where guests and accounts meet."""

    async def test_a_guest_who_is_invited_hears_of_it_and_may_come_in_with_an_account(self) -> None:
        alice = await self.logged_in(await self.person("alice"))
        await alice.ask("JOIN #tea", "MODE #tea +i")
        await self.person("bob")
        guest = await self.guest("guest", caps=["account-tag", "sasl"])
        self.assertTrue(said(await alice.ask("INVITE guest #tea"), "341"))
        self.assertIn("account=alice", await guest.wait("INVITE guest #tea"))
        self.assertTrue(said(await guest.ask("JOIN #tea"), "477"))
        blob = base64.b64encode(f"\0bob\0{PASSWORD}".encode()).decode()
        guest.send("AUTHENTICATE PLAIN", f"AUTHENTICATE {blob}")
        await guest.wait(" 903 ")
        self.assertTrue(said(await guest.ask("JOIN #tea"), "JOIN"))

    async def test_whois_shows_founders_as_operators_to_old_clients(self) -> None:
        alice = await self.logged_in(await self.person("alice"))
        await alice.ask("JOIN #tea")
        self.assertTrue(said(await alice.ask("WHOIS alice"), "319")[0].endswith("alice :@#tea"))
        modern = await self.guest("modern", caps=["multi-prefix"])
        self.assertTrue(said(await modern.ask("WHOIS alice"), "319")[0].endswith("alice :~#tea"))

    async def test_changes_of_metadata_come_as_the_client_knows_them(self) -> None:
        ann = await self.guest("ann")
        old, new = await self.guest("old", caps=["draft/metadata-2"]), await self.guest("new", caps=["draft/metadata-3"])
        for one in (ann, old, new):
            await one.ask("JOIN #a", "METADATA * SUB color")
        await ann.ask("METADATA * SET color :blue")
        self.assertEqual(said(await old.ask(), "METADATA"), [":irc.here.example METADATA ann color * blue"])
        self.assertEqual(said(await new.ask(), "761"), [":irc.here.example 761 new ann color * blue"])
