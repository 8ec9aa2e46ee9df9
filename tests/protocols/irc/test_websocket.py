"""IRC over WebSocket: the same session, one message a line."""

from __future__ import annotations

from typing import Any

from twisted.internet import reactor

from pleromad.errors import Forbidden
from protocols.irc import websocket
from protocols.irc.websocket import WebConnection
from tests.protocols.irc.support import IrcCase
from web.adapter import build_site


class Asked:
    """As much of a request as the door looks at."""

    address = "192.0.2.1"

    def __init__(self, **headers: str) -> None:
        self._headers = headers

    def header(self, name: str) -> str:
        return self._headers.get(name.replace("-", "_"), "")


class Transport:
    def __init__(self) -> None:
        self.sent: list[str | bytes] = []
        self.lost = False

    def sendTextMessage(self, text: str) -> None:
        self.sent.append(text)

    def sendBytesMessage(self, data: bytes) -> None:
        self.sent.append(data)

    def loseConnection(self) -> None:
        self.lost = True


class WebSocketTests(IrcCase):
    DOOR = {"guests": True}

    async def enter(self, **headers: str) -> tuple[WebConnection, Transport]:
        site: Any = build_site(self.core, reactor)
        websocket.register(site, self.house.connections)
        factory, _, _ = site._nodes["/irc"].websocket
        connection: WebConnection = await factory(Asked(**headers))
        transport: Any = Transport()
        connection.negotiationStarted(transport)
        connection.negotiationFinished()
        return connection, transport

    async def test_lines_are_messages(self) -> None:
        web, transport = await self.enter()
        guest = await self.guest("ann")
        await guest.ask("JOIN #hall")
        for line in ("NICK webby", "USER w 0 * :w", "JOIN #hall", "PRIVMSG #hall :grüß dich\r\n"):
            web.textMessageReceived(line)
        await guest.wait(":webby!.* PRIVMSG #hall :grüß dich$")
        await guest.ask("PRIVMSG #hall :welcome")
        self.assertTrue(any(isinstance(one, str) and one.endswith("PRIVMSG #hall :welcome") for one in transport.sent))

    async def test_binary_where_it_was_asked_for_first(self) -> None:
        _, transport = await self.enter(sec_websocket_protocol="binary.ircv3.net, text.ircv3.net")
        guest = await self.guest("ann")
        await guest.ask()
        web, transport = await self.enter(sec_websocket_protocol="binary.ircv3.net, text.ircv3.net")
        web.bytesMessageReceived(b"PING x")
        await guest.ask()
        self.assertIsInstance(transport.sent[0], bytes)

    async def test_a_message_too_long_is_refused_not_taken(self) -> None:
        web, transport = await self.enter()
        guest = await self.guest("ann")
        web.textMessageReceived("PRIVMSG x :" + "y" * 9000)
        await guest.ask()
        self.assertIn(" 417 ", str(transport.sent[0]))

    async def test_another_page_may_not_speak_for_who_looks_at_it(self) -> None:
        with self.assertRaises(Forbidden):
            await self.enter(origin="https://evil.example", host="here.example")
        await self.enter(origin="https://here.example", host="here.example")

    async def test_one_address_has_so_many_connections(self) -> None:
        from pleromad.errors import RateLimited

        connections = [await self.enter() for _ in range(self.house.settings.connections_per_address)]
        with self.assertRaises(RateLimited):
            await self.enter()
        for connection, _ in connections:
            connection.close()
