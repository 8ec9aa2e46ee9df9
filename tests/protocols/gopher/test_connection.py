"""Every connection is bounded: in bytes, in time, in number."""

from __future__ import annotations

from pathlib import Path

from twisted.internet import defer, reactor
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock

from protocols.gopher import connection
from protocols.gopher.burrow import Burrow
from protocols.gopher.connection import Connections, Full, network_of
from protocols.gopher.request import MAX_LINE
from tests.protocols.gopher.support import GopherCase, Visitor, parse_menu


class ConnectionTests(GopherCase):
    @defer.inlineCallbacks
    def setUp(self):
        yield super().setUp()
        self.clock = Clock()
        self.factory = Connections(self.door.burrow, self.clock)

    def visitor(self, address: str = "192.0.2.1") -> Visitor:
        return Visitor(self.factory, address)

    async def test_a_line_may_come_in_pieces_and_end_as_it_likes(self) -> None:
        whole = await self.ask("/rules")
        for pieces in ((b"/ru", b"les\r", b"\n"), (b"/rules\n",), (b"/rules\r\nand more",)):
            visitor = self.visitor()
            for piece in pieces:
                visitor.send(piece)
            self.assertEqual(await visitor.end(), whole)

    async def test_who_closes_its_side_is_still_answered(self) -> None:
        visitor = self.visitor()
        visitor.send(b"/rules")
        visitor.protocol.readConnectionLost()
        self.assertEqual(await visitor.end(), await self.ask("/rules"))

    async def test_a_selector_that_is_too_long_is_refused(self) -> None:
        for line in (b"x" * (MAX_LINE + 1), b"x" * 5_000 + b"\r\n"):
            visitor = self.visitor()
            visitor.send(line)
            self.assertEqual(parse_menu(await visitor.end())[0].text, "This selector is too long.")

    async def test_who_goes_on_talking_is_cut(self) -> None:
        visitor = self.visitor()
        visitor.send(b"x" * 2_000)
        for _ in range(10):
            visitor.send(b"x" * 10_000)
        self.assertTrue(visitor.wire.aborted)
        visitor.hang_up()

    async def test_who_says_nothing_is_told_and_cut(self) -> None:
        visitor = self.visitor()
        self.clock.advance(connection.SILENT_SECONDS)
        self.assertEqual(parse_menu(visitor.said)[0].text, "This took too long.")
        self.clock.advance(connection.LINGER_SECONDS)
        self.assertTrue(visitor.wire.aborted)
        visitor.hang_up()

    async def test_who_says_a_line_byte_by_byte_is_cut_too(self) -> None:
        visitor = self.visitor()
        for _ in range(5):
            visitor.send(b"x")
            self.clock.advance(connection.SILENT_SECONDS - 1)
        self.assertIn(b"too long", visitor.said)
        visitor.hang_up()

    async def test_who_does_not_take_its_answer_is_cut(self) -> None:
        visitor = self.visitor()
        visitor.send(b"/rules\r\n")
        await visitor.end()
        again = self.visitor()
        again.send(b"/help\r\n")
        self.clock.advance(connection.TAKING_SECONDS)
        self.assertTrue(again.wire.aborted)
        again.hang_up()

    async def test_an_answer_that_is_never_made_does_not_hold_the_connection(self) -> None:
        burrow = Burrow(self.core, reactor)
        burrow.make = lambda request: Deferred()  # type: ignore[method-assign]
        visitor = Visitor(Connections(burrow, self.clock))
        visitor.send(b"/main/public\r\n")
        self.clock.advance(connection.MAKING_SECONDS)
        self.assertTrue(visitor.wire.aborted)
        visitor.hang_up()

    async def test_a_file_that_nobody_takes_is_let_go(self) -> None:
        path = Path(self.mktemp())
        path.write_bytes(b"x" * 200_000)
        burrow = Burrow(self.core, reactor)
        burrow.make = lambda request: defer.succeed(path)  # type: ignore[method-assign]
        visitor = Visitor(Connections(burrow, self.clock))
        visitor.wire.registerProducer = lambda producer, streaming: None  # type: ignore[method-assign]  # it never asks for more
        visitor.send(b"/media/x\r\n")
        self.clock.advance(connection.SILENT_SECONDS)
        self.assertTrue(visitor.wire.aborted)
        visitor.hang_up()
        self.assertEqual(self.clock.getDelayedCalls(), [])

    async def test_nothing_is_left_when_a_connection_ends(self) -> None:
        for line in (b"/rules\r\n", b"/ru", b"/main/public\r\n"):
            visitor = self.visitor()
            visitor.send(line)
            visitor.hang_up()
        self.assertEqual(self.clock.getDelayedCalls(), [])
        self.assertEqual(self.factory.open, set())

    async def test_one_address_has_so_many_connections_and_no_more(self) -> None:
        many = [self.visitor() for _ in range(connection.MAX_PER_ADDRESS)]
        refused = self.visitor()
        self.assertIsInstance(refused.protocol, Full)
        self.assertEqual(parse_menu(refused.said)[0].kind, "3")
        self.assertNotIsInstance(self.visitor("192.0.2.2").protocol, Full)
        many[0].hang_up()
        self.assertNotIsInstance(self.visitor().protocol, Full)

    def test_an_ipv6_network_counts_as_one(self) -> None:
        self.assertEqual(network_of("2001:db8::1"), network_of("2001:db8::ffff"))
        self.assertNotEqual(network_of("2001:db8::1"), network_of("2001:db8:0:1::1"))
        self.assertEqual(network_of("::ffff:192.0.2.1"), "192.0.2.1")

    async def test_a_browser_is_sent_to_the_web(self) -> None:
        visitor = self.visitor()
        visitor.send(b"GET /x HTTP/1.1\r\nHost: gopher\r\n\r\n")
        answer = await visitor.end()
        head, _, body = answer.partition(b"\r\n\r\n")
        self.assertTrue(head.startswith(b"HTTP/1.0 302 "))
        self.assertIn(b"Location: https://here.example/", head)
        self.assertIn(f"Content-Length: {len(body)}".encode(), head)
        visitor = self.visitor()
        visitor.send(b"HEAD / HTTP/1.0\r\n")
        self.assertTrue((await visitor.end()).endswith(b"\r\n\r\n"))

    async def test_tls_is_not_spoken_here(self) -> None:
        visitor = self.visitor()
        visitor.send(b"\x16\x03\x01\x02\x00\x01")
        self.assertTrue(visitor.wire.aborted)
        visitor.hang_up()
