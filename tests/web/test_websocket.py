"""WebSockets over a transport in memory, spoken to with wsproto's client side."""

from __future__ import annotations

from typing import Any

from twisted.internet.task import Clock
from wsproto import ConnectionType, WSConnection
from wsproto.events import (
    AcceptConnection,
    BytesMessage,
    CloseConnection,
    Ping,
    Pong,
    RejectConnection,
    TextMessage,
)
from wsproto.events import Request as Handshake

from pleromad.errors import Unauthenticated
from tests.web.test_site import HallCase
from web.site import Answer, Request


class Parrot:
    """Says again what it hears."""

    def __init__(self, request: Request) -> None:
        self.request = request
        self.lost: Any = None
        self.pongs: list[bytes] = []

    def negotiationStarted(self, transport: Any) -> None:
        self.transport = transport

    def negotiationFinished(self) -> None:
        self.transport.sendTextMessage("hello")

    def textMessageReceived(self, message: str) -> None:
        self.transport.sendTextMessage(message)

    def bytesMessageReceived(self, data: bytes) -> None:
        self.transport.sendBytesMessage(data)

    def pongReceived(self, payload: bytes) -> None:
        self.pongs.append(payload)

    def connectionLost(self, reason: Any) -> None:
        self.lost = reason


class WebSocketTests(HallCase):
    def setUp(self):
        super().setUp()
        self.site.reactor = self.clock = Clock()
        self.parrots: list[Parrot] = []

        async def factory(request: Request) -> Parrot:
            if request.first("token") == "wrong":
                raise Unauthenticated
            self.parrots.append(Parrot(request))
            return self.parrots[-1]

        self.site.websocket("/stream/<name>", factory)
        self.site.websocket("/irc", factory, subprotocols=("binary.ircv3.net", "text.ircv3.net"))
        self.factory = self.client.factory
        self.factory.reactor = self.clock

    def open(self, path: str = "/stream/x", subprotocols: list[str] | None = None) -> list[Any]:
        self.exchange = self.client.open()
        self.near = WSConnection(ConnectionType.CLIENT)
        self.exchange.send(self.near.send(Handshake("localhost", path, subprotocols=subprotocols or [])))
        return self.heard()

    def heard(self) -> list[Any]:
        data = self.exchange.transport.value()
        self.exchange.transport.clear()
        self.near.receive_data(data)
        return list(self.near.events())

    def say(self, event: Any) -> list[Any]:
        self.exchange.send(self.near.send(event))
        return self.heard()

    def texts(self, events: list[Any]) -> list[str]:
        return [event.data for event in events if isinstance(event, TextMessage)]

    def test_messages_go_both_ways(self):
        events = self.open()
        self.assertIsInstance(events[0], AcceptConnection)
        self.assertEqual(self.texts(events), ["hello"])
        self.assertEqual(self.parrots[0].request.params, {"name": "x"})
        self.assertEqual(self.texts(self.say(TextMessage("é"))), ["é"])
        [answer] = self.say(BytesMessage(b"\x00\xff"))
        self.assertEqual(bytes(answer.data), b"\x00\xff")

    def test_fragments_are_put_together(self):
        self.open()
        self.say(TextMessage("one ", message_finished=False))
        self.assertEqual(self.texts(self.say(TextMessage("two"))), ["one two"])

    def test_what_the_factory_refuses_is_answered_over_http(self):
        [event, *_] = self.open("/stream/x?token=wrong")
        self.assertIsInstance(event, RejectConnection)
        self.assertEqual(event.status_code, 401)

    def test_a_token_as_subprotocol_is_echoed(self):
        [event, *_] = self.open(subprotocols=["secret-token"])
        self.assertEqual(event.subprotocol, "secret-token")

    def test_the_first_known_subprotocol_is_taken(self):
        [event, *_] = self.open("/irc", subprotocols=["odd", "text.ircv3.net"])
        self.assertEqual(event.subprotocol, "text.ircv3.net")

    def test_a_ping_is_answered(self):
        self.open()
        [pong] = self.say(Ping(b"x"))
        self.assertEqual(bytes(pong.payload), b"x")

    def test_a_message_that_is_too_long_ends_it(self):
        self.open()
        [close] = self.say(TextMessage("x" * 70_000))
        self.assertIsInstance(close, CloseConnection)
        self.assertEqual(close.code, 1009)

    def test_closing_is_answered_and_told(self):
        self.open()
        events = self.say(CloseConnection(1000))
        self.assertIsInstance(events[0], CloseConnection)
        self.assertTrue(self.exchange.transport.lost)
        self.exchange.hang_up()
        self.assertIsNotNone(self.parrots[0].lost)
        self.assertEqual(self.site.streams, set())
        self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_who_does_not_answer_a_close_is_cut(self):
        self.open()
        self.parrots[0].transport.loseConnection(1001)
        [close] = self.heard()
        self.assertEqual(close.code, 1001)
        self.assertFalse(self.exchange.transport.lost)
        self.clock.advance(6)
        self.assertTrue(self.exchange.transport.lost)

    def test_who_is_silent_is_pinged_and_then_cut(self):
        self.open()
        self.say(Pong())
        self.clock.advance(30)
        self.assertIsInstance(self.heard()[0], Ping)
        self.clock.advance(30)
        self.assertTrue(self.exchange.transport.lost)

    def test_a_broken_frame_ends_it(self):
        self.open()
        self.exchange.send(b"\xff\xff\xff\xff")
        self.assertTrue(self.exchange.transport.lost)

    def test_who_does_not_read_is_cut(self):
        self.open()
        self.exchange.transport.producer.pauseProducing()
        for _ in range(30):
            self.parrots[0].transport.sendTextMessage("x" * 50_000)
        self.assertTrue(self.exchange.transport.lost)

    async def test_a_get_without_upgrade_is_told_so_or_goes_to_its_route(self):
        reply = await self.get("/stream/x")
        self.assertEqual((reply.status, reply.headers["upgrade"]), (426, "websocket"))

        async def health(request: Request) -> Answer:
            return Answer.plain("OK")

        self.site.route("GET", "/stream/<any>", health)
        self.assertEqual((await self.get("/stream/x")).body, b"OK")

    async def test_a_broken_handshake_is_refused(self):
        reply = await self.get("/stream/x", headers={"Upgrade": "websocket", "Connection": "Upgrade"})
        self.assertEqual(reply.status, 422)
