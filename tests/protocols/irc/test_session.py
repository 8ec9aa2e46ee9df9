"""Sessions: registration, capabilities, order, labels, bounds, the end. People without an account, channels in memory."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from twisted.internet import task
from twisted.trial.unittest import SynchronousTestCase

from protocols.irc.assembly import assemble
from protocols.irc.network import Settings
from protocols.irc.session import Session
from protocols.irc.table import COMMANDS
from tests.protocols.irc.support import IrcCase, said

GUESTS = {"irc": {"guests": True, "server_name": "irc.here.example", "motd": ["Welcome", "in"]}}


class RegistrationTests(IrcCase):
    SETTINGS = GUESTS

    async def test_a_guest_is_greeted_in_order(self) -> None:
        client = self.client()
        got = await client.ask("NICK ann", "USER ann 0 * :Ann")
        numerics = [line.split(" ")[1] for line in got]
        self.assertEqual(numerics[:4], ["001", "002", "003", "004"])
        self.assertEqual(numerics[-4:], ["375", "372", "372", "376"])
        self.assertIn("005", numerics)

    async def test_nothing_but_registration_is_heard_before_it(self) -> None:
        client = self.client()
        self.assertEqual(said(await client.ask("JOIN #a"), "451"), [":irc.here.example 451 * :You have not registered"])
        self.assertEqual(said(await client.ask("NONSENSE"), "451"), [":irc.here.example 451 * :You have not registered"])

    async def test_capabilities_wait_for_their_end(self) -> None:
        client = self.client()
        got = await client.ask("CAP LS 302", "NICK ann", "USER ann 0 * :Ann")
        self.assertFalse(said(got, "001"))
        listed = " ".join(said(got, "CAP"))
        for name in ("sasl=PLAIN", "message-tags", "server-time", "echo-message", "batch", "labeled-response"):
            self.assertIn(name, listed)
        got = await client.ask("CAP REQ :server-time nonsense", "CAP REQ :server-time", "CAP END")
        self.assertEqual([line.split(" ")[3] for line in said(got, "CAP")], ["NAK", "ACK"])
        self.assertTrue(said(got, "001"))

    async def test_a_nick_in_use_is_refused(self) -> None:
        await self.guest("ann")
        client = self.client()
        got = await client.ask("NICK Ann", "USER x 0 * :x")
        self.assertEqual(len(said(got, "433")), 1)
        self.assertTrue(said(await client.ask("NICK bob"), "001"))

    async def test_the_name_of_an_account_is_not_for_guests(self) -> None:
        await self.person("alice")
        client = self.client()
        self.assertTrue(said(await client.ask("NICK Alice", "USER x 0 * :x"), "433"))

    async def test_quitting_says_why_and_hangs_up(self) -> None:
        ann, bob = await self.guest("ann"), await self.guest("bob")
        await ann.ask("JOIN #a")
        await bob.ask("JOIN #a")
        bob.send("QUIT :so long")
        await ann.wait(r":bob!~user@\S+ QUIT :Quit: so long")
        self.assertTrue(bob.closed)
        self.assertTrue(said(bob.take(), "ERROR"))

    async def test_a_line_that_is_not_utf8_is_refused_by_name(self) -> None:
        ann = await self.guest("ann")
        ann.protocol.dataReceived(b"PRIVMSG ann :\xe9\r\n")
        self.assertEqual(
            await ann.ask(),
            [":irc.here.example FAIL PRIVMSG INVALID_UTF8 :Message rejected, this server takes UTF-8 only"],
        )

    async def test_a_line_beyond_the_limit_is_refused(self) -> None:
        ann = await self.guest("ann")
        self.assertEqual(said(await ann.ask("PRIVMSG ann :" + "a" * 600), "417"), [":irc.here.example 417 ann :Input line was too long"])


class ReplyTests(IrcCase):
    SETTINGS = GUESTS

    async def test_replies_come_in_the_order_of_commands(self) -> None:
        ann = await self.guest("ann")
        got = await ann.ask("WHOIS nobody", "JOIN #a", "ISON ann", "PING x", "VERSION")
        commands = [line.split(" ")[1] for line in got]
        wanted = ["401", "318", "JOIN", "353", "366", "303", "PONG", "351"]
        self.assertEqual([command for command in commands if command in wanted], wanted)

    async def test_one_reply_carries_the_label_several_come_in_a_batch_none_is_an_ack(self) -> None:
        ann = await self.guest("ann", caps=["labeled-response", "batch", "echo-message"])
        self.assertEqual(await ann.ask("@label=a PING x"), ["@label=a :irc.here.example PONG irc.here.example x"])
        got = await ann.ask("@label=b MOTD")
        self.assertRegex(got[0], r"^@label=b :\S+ BATCH \+(\w+) labeled-response$")
        self.assertTrue(all(line.startswith("@batch=") for line in got[1:-1]))
        self.assertRegex(got[-1], r"BATCH -\w+$")
        self.assertEqual(await ann.ask("@label=c PONG x"), ["@label=c :irc.here.example ACK"])

    async def test_an_echo_is_only_for_those_who_take_it(self) -> None:
        ann, bob = await self.guest("ann", caps=["echo-message"]), await self.guest("bob")
        await ann.ask("JOIN #a")
        await bob.ask("JOIN #a")
        self.assertEqual(len(said(await ann.ask("PRIVMSG #a :hi"), "PRIVMSG")), 1)
        self.assertEqual(said(await bob.ask("PRIVMSG #a :hi"), "PRIVMSG")[0].split(" ")[0].split("!")[0], ":ann")

    async def test_tags_only_go_to_those_who_asked(self) -> None:
        ann = await self.guest("ann", caps=["message-tags"])
        bob = await self.guest("bob", caps=["message-tags", "server-time"])
        eve = await self.guest("eve")
        for client in (ann, bob, eve):
            await client.ask("JOIN #a")
        await ann.ask("@+draft/reply=12;secret=x PRIVMSG #a :hi")
        got = (await bob.ask())[-1]
        self.assertRegex(got, r"^@time=\S+;msgid=\S+;\+draft/reply=12 :ann!")
        self.assertNotIn("secret", got)
        self.assertTrue((await eve.ask())[-1].startswith(":ann!"))
        await ann.ask("@+typing=active TAGMSG #a")
        self.assertTrue(said(await bob.ask(), "TAGMSG"))
        self.assertFalse(said(await eve.ask(), "TAGMSG"))

    async def test_what_cannot_be_passed_on_whole_is_refused_when_nobody_keeps_it(self) -> None:
        ann, bob = await self.guest("ann"), await self.guest("bob")
        self.assertTrue(said(await ann.ask("PRIVMSG bob :" + "a" * 490), "417"))
        self.assertEqual(await bob.ask(), [])


class ChannelTests(IrcCase):
    SETTINGS = GUESTS

    async def test_the_first_one_in_is_operator_and_the_last_one_out_ends_it(self) -> None:
        ann, bob = await self.guest("ann"), await self.guest("bob")
        self.assertIn("@ann", said(await ann.ask("JOIN #a"), "353")[0])
        await bob.ask("JOIN #a")
        await ann.ask("PART #a")
        await bob.ask("PART #a")
        self.assertEqual(self.house.network.channels, {})
        self.assertIn("@bob", said(await bob.ask("JOIN #a"), "353")[0])

    async def test_a_ban_an_exception_and_an_invitation(self) -> None:
        ann, bob = await self.guest("ann"), await self.guest("bob")
        await ann.ask("JOIN #a", "MODE #a +b bob!*@*")
        self.assertTrue(said(await bob.ask("JOIN #a"), "474"))
        await ann.ask("INVITE bob #a")
        self.assertTrue(said(await bob.ask("JOIN #a"), "366"))
        self.assertTrue(said(await bob.ask("PRIVMSG #a :hi"), "404"))
        await ann.ask("MODE #a +e bob!*@*")
        self.assertFalse(said(await bob.ask("PRIVMSG #a :hi"), "404"))

    async def test_a_room_that_is_live_has_one_voice_at_a_time(self) -> None:
        ann, bob = await self.guest("ann"), await self.guest("bob")
        await ann.ask("JOIN #a", "MODE #a +m")
        await bob.ask("JOIN #a")
        self.assertTrue(said(await bob.ask("PRIVMSG #a :hi"), "404"))
        await ann.ask("MODE #a +v bob")
        self.assertFalse(said(await bob.ask("PRIVMSG #a :hi"), "404"))
        self.assertTrue(said(await bob.ask("MODE #a -m"), "482"))

    async def test_a_name_of_an_account_is_no_channel_for_guests(self) -> None:
        await self.person("tea")
        ann = await self.guest("ann")
        self.assertTrue(said(await ann.ask("JOIN #tea"), "477"))

    async def test_guests_have_no_timelines(self) -> None:
        ann = await self.guest("ann")
        self.assertTrue(said(await ann.ask("JOIN &home,&local"), "403"))


class LimitTests(SynchronousTestCase):
    """Time is a task.Clock here, and there is no core: nothing of it is asked for."""

    def setUp(self) -> None:
        self.clock = task.Clock()
        self.network = assemble(
            lambda: Settings(server_name="s", network_name="n", domain="d", guests=True, flood_burst=5, flood_per_second=2.0),
            None,  # type: ignore[arg-type]
            self.clock,
        )
        self.wrote: list[bytes] = []
        self.ended: list[str] = []
        self.paused: list[bool] = []
        self.session = Session(self.network, self, "192.0.2.1")
        self.session.opened()

    def write(self, data: bytes) -> None:
        self.wrote.append(data)

    def close(self) -> None:
        self.ended.append("closed")

    def abort(self) -> None:
        self.ended.append("aborted")

    def pause(self) -> None:
        self.paused.append(True)

    def resume(self) -> None:
        self.paused.append(False)

    def test_who_does_not_register_is_cut(self) -> None:
        self.clock.advance(61)
        self.assertEqual(self.ended, ["closed"])
        self.assertIn(b"ERROR :Closing link: Registration timed out", self.wrote[-1])

    def test_a_flood_is_read_slowly_and_nothing_of_it_is_lost(self) -> None:
        for number in range(10):
            self.session.received(f"USER {number}".encode())
        self.assertEqual(len(self.wrote), 5)
        self.clock.pump([0.5] * 5)
        self.assertEqual(len(self.wrote), 10)

    def test_a_client_far_ahead_is_not_read_from(self) -> None:
        for _ in range(100):
            self.session.received(b"USER x")
        self.assertEqual(self.paused, [True])
        self.clock.pump([0.5] * 100)
        self.assertEqual(self.paused, [True, False])
        self.assertEqual(len(self.wrote), 100)

    def test_who_does_not_read_is_cut(self) -> None:
        self.session.overflowed()
        self.session.overflowed()
        self.assertEqual(self.ended, ["aborted"])


GARBAGE = st.lists(
    st.one_of(
        st.binary(max_size=60).map(lambda data: data.replace(b"\n", b"").replace(b"\r", b"")),
        st.tuples(
            st.sampled_from(sorted(COMMANDS)),
            st.lists(
                st.sampled_from(
                    ["#a", "#b", "&home", "ann", "bob", "*", "+ov", "-b", "+beI", "+k", "", "%tcuihsnfdlaor,1", ":", ":a b", "0", "x" * 200]
                ),
                max_size=4,
            ),
        ).map(lambda parts: " ".join([parts[0], *parts[1]]).encode()),
    ),
    max_size=30,
)


class RandomTests(IrcCase):
    """No bytes of a client break the server, or keep it from answering the next one."""

    SETTINGS = GUESTS

    async def test_random_commands_never_fail_inside(self) -> None:
        examples: list[list[bytes]] = []

        @settings(max_examples=60, database=None, suppress_health_check=list(HealthCheck))
        @given(GARBAGE)
        def collect(lines: list[bytes]) -> None:
            examples.append(lines)

        collect()
        for number, lines in enumerate(examples):
            client, other = await self.guest(f"a{number}"), await self.guest(f"b{number}")
            await client.ask("JOIN #a")
            await other.ask("JOIN #a,#b")
            for line in lines:
                if not client.closed:
                    client.protocol.dataReceived(line + b"\r\n")
            if not client.closed and not any(line.upper().lstrip(b" ").startswith((b"QUIT", b":")) for line in lines):
                await client.ask()
            await other.ask()
            client.hang_up()
            other.hang_up()
        self.assertEqual(self.flushLoggedErrors(), [])
        self.assertEqual(list(self.house.network.people), ["fedi"])
        self.assertEqual(self.house.network.channels, {})
        self.assertEqual(self.house.network.sessions, set())


class RandomAccountTests(IrcCase):
    """The same with accounts, whose channels are rooms of the core."""

    timeout = 100

    async def test_random_commands_in_rooms_never_fail_inside(self) -> None:
        examples: list[list[bytes]] = []

        @settings(max_examples=25, database=None, suppress_health_check=list(HealthCheck))
        @given(GARBAGE)
        def collect(lines: list[bytes]) -> None:
            examples.append(lines)

        collect()
        ann, bob = await self.person("ann"), await self.person("bob")
        for lines in examples:
            client, other = await self.logged_in(ann), await self.logged_in(bob)
            await client.ask("JOIN #a,&home,&local")
            await other.ask("JOIN #a,#b,&local")
            for line in lines:
                if not client.closed:
                    client.protocol.dataReceived(line + b"\r\n")
            if not client.closed and not any(line.upper().lstrip(b" ").startswith((b"QUIT", b":")) for line in lines):
                await client.ask()
            await other.ask()
            client.hang_up()
            other.hang_up()
        self.assertEqual(self.flushLoggedErrors(), [])
        self.assertEqual(list(self.house.network.people), ["fedi"])
        self.assertEqual(self.house.network.channels, {})
