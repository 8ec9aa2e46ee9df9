"""IRC over WebSocket: the same session, one message a line."""

from __future__ import annotations

import re
from typing import Any

from twisted.internet import reactor
from twisted.internet.defer import Deferred

from pleromad.errors import Forbidden
from protocols.irc import websocket
from protocols.irc.websocket import WebConnection
from tests.protocols.irc.support import IrcCase
from web.adapter import build_site


class Asked:
    """As much of a request as the door looks at."""

    address = "192.0.2.1"

    def __init__(self, cookie: str = "", **headers: str) -> None:
        self._cookie = cookie
        self._headers = headers

    def cookie(self, name: str) -> str:
        return self._cookie if "session" in name else ""

    def header(self, name: str) -> str:
        return self._headers.get(name.replace("-", "_"), "")


class Transport:
    def __init__(self) -> None:
        self.sent: list[str | bytes] = []
        self.lost = False
        self._more: Deferred[None] = Deferred()

    def sendTextMessage(self, text: str) -> None:
        self.sent.append(text)
        self._tell()

    def sendBytesMessage(self, data: bytes) -> None:
        self.sent.append(data)

    def loseConnection(self) -> None:
        self.lost = True
        self._tell()

    def _tell(self) -> None:
        more, self._more = self._more, Deferred()
        more.callback(None)

    async def wait(self, pattern: str) -> str:
        """The first message with this in it; '' when the connection ends before."""
        while True:
            found = next((str(line) for line in self.sent if re.search(pattern, str(line))), None)
            if found is not None or self.lost:
                return found or ""
            await self._more


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

    async def test_a_page_of_ours_speaks_for_who_is_logged_in_at_the_browser(self) -> None:
        account = await self.person("webby")
        cookie = await self.core.accounts.open_session(account.id)
        ours = {"origin": "https://here.example", "host": "here.example"}
        for headers, result in (
            ({"cookie": cookie, **ours}, "903"),
            ({"cookie": cookie}, "904"),  # no page
            (ours, "904"),  # nobody
            ({"cookie": "wrong", **ours}, "904"),
        ):
            web, transport = await self.enter(**headers)
            for line in ("CAP REQ sasl", "AUTHENTICATE EXTERNAL", "AUTHENTICATE +"):
                web.textMessageReceived(line)
            self.assertIn(f" {result} ", await transport.wait(" 90[34] "), headers)

    async def test_who_logs_out_of_the_browser_is_gone_here(self) -> None:
        account = await self.person("webby")
        cookie = await self.core.accounts.open_session(account.id)
        web, transport = await self.enter(cookie=cookie, origin="https://here.example", host="here.example")
        for line in ("CAP REQ sasl", "NICK webby", "USER w 0 * :w", "AUTHENTICATE EXTERNAL", "AUTHENTICATE +", "CAP END"):
            web.textMessageReceived(line)
        await transport.wait(" 001 ")
        await self.core.accounts.close_session(cookie)
        await transport.wait("^ERROR ")
        while not transport.lost:
            await transport.wait("nothing more")
