"""IRC without sockets: sessions over transports in memory, on the real core. One case may run several daemons on its database."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Sequence
from itertools import count
from typing import Any

from twisted.internet import defer, reactor
from twisted.internet.address import IPv4Address
from twisted.internet.defer import Deferred
from twisted.internet.error import ConnectionDone
from twisted.internet.testing import StringTransport
from twisted.python.failure import Failure

from pleromad.core import Core
from pleromad.model.account import Account
from protocols.irc import assembly
from protocols.irc.adapter import Connections, settings_of
from protocols.irc.network import Network, Settings
from store.pool import Database
from tests.support.core import PASSWORD, CoreCase
from tests.support.core import settings_of as core_settings_of

_tokens = count(1)
loop: Any = reactor


class MemoryTransport(StringTransport):
    def __init__(self, wrote: Callable[[bytes], None], lost: Callable[[], None]) -> None:
        super().__init__(peerAddress=IPv4Address("TCP", "192.0.2.1", 1))
        self._wrote = wrote
        self._lost = lost

    def write(self, data: bytes) -> None:
        self._wrote(data)

    def loseConnection(self) -> None:
        self.disconnecting = True
        self._lost()

    def abortConnection(self) -> None:
        self.loseConnection()


class Client:
    """`lines` is what has come and was not taken yet, without CR LF."""

    def __init__(self, connections: Connections) -> None:
        self.lines: list[str] = []
        self.closed = False
        self._waiting: list[tuple[Callable[[str], bool], Deferred[str]]] = []
        address: Any = IPv4Address("TCP", "192.0.2.1", 1)
        self.protocol = connections.buildProtocol(address)
        self.transport = MemoryTransport(self._came, self._lost)
        self.protocol.makeConnection(self.transport)

    def _came(self, data: bytes) -> None:
        assert data.endswith(b"\r\n"), data
        for line in data.decode().removesuffix("\r\n").split("\r\n"):
            assert "\n" not in line and "\r" not in line and "\0" not in line, line
            assert len(line.split(" ", 1)[1] if line.startswith("@") else line) <= 510
            self.lines.append(line)
            for wanted, waiter in list(self._waiting):
                if not waiter.called and wanted(line):
                    self._waiting.remove((wanted, waiter))
                    loop.callLater(0, waiter.callback, line)  # not inside the server's own call

    def _lost(self) -> None:
        if not self.closed:
            self.closed = True
            self.protocol.connectionLost(Failure(ConnectionDone()))

    def hang_up(self) -> None:
        self._lost()

    def send(self, *lines: str) -> None:
        for line in lines:
            self.protocol.dataReceived(line.encode() + b"\r\n")

    def take(self) -> list[str]:
        lines, self.lines = self.lines, []
        return lines

    async def wait(self, pattern: str) -> str:
        """The first line, come or to come, in which the pattern is found."""
        found = re.compile(pattern)
        for line in self.lines:
            if found.search(line):
                return line
        waiter: Deferred[str] = Deferred()
        self._waiting.append((lambda line: found.search(line) is not None, waiter))
        return await waiter

    async def ask(self, *lines: str) -> list[str]:
        """Sends, and returns all that came until the server had done with it."""
        token = f"sync{next(_tokens)}"
        self.send(*lines, f"PING {token}")
        await self.wait(f"PONG \\S+ :?{token}$")
        return [line for line in self.take() if token not in line]


class House:
    """One daemon's IRC door."""

    def __init__(self, core: Core, settings: Settings) -> None:
        self.core = core
        self.settings = settings
        self.network: Network = assembly.assemble(lambda: self.settings, core, reactor)
        self.connections = Connections(self.network)
        self.stop_listening = assembly.listen(self.network)

    def close(self) -> None:
        self.stop_listening()
        self.network.presence.ending = True
        for connection in list(self.connections.open):
            if connection.session is not None:
                connection.session.close("over")
            connection.connectionLost(Failure(ConnectionDone()))


class IrcCase(CoreCase):
    """`self.house` is the door of this test; `another()` a second daemon's on the same database."""

    timeout = 30
    DOOR: dict[str, Any] = {}  # settings of the door beyond those of SETTINGS

    @defer.inlineCallbacks
    def setUp(self) -> Any:  # type: ignore[override]
        yield super().setUp()
        self.house = self._house(self.core)
        yield defer.ensureDeferred(self.prepare())

    async def prepare(self) -> None:
        """For test cases."""

    def _house(self, core: Core) -> House:
        from dataclasses import replace

        settings = replace(settings_of(core.settings), **{"flood_per_second": 0.0, **self.DOOR})
        house = House(core, settings)
        self.addCleanup(house.close)
        return house

    async def another(self) -> House:
        database = Database(self.database.dsn, reactor, size=2)
        await database.start()
        self.addCleanup(lambda: defer.ensureDeferred(database.stop()))
        core = Core(core_settings_of(self.SETTINGS, str(self.core.settings.data_dir)), database, reactor)
        await core.start()
        self.addCleanup(lambda: defer.ensureDeferred(core.stop()))
        return self._house(core)

    def client(self, house: House | None = None) -> Client:
        return Client((house or self.house).connections)

    async def guest(self, nick: str, *, caps: Sequence[str] = (), house: House | None = None) -> Client:
        client = self.client(house)
        if caps:
            client.send("CAP LS 302", f"CAP REQ :{' '.join(caps)}")
        client.send(f"NICK {nick}", "USER user 0 * :Real Name", *(["CAP END"] if caps else []))
        await client.ask()
        return client

    async def logged_in(
        self, account: Account, *, caps: Sequence[str] = (), house: House | None = None, password: str = PASSWORD
    ) -> Client:
        """A client that logged in by SASL PLAIN."""
        client = self.client(house)
        blob = base64.b64encode(f"\0{account.username}\0{password}".encode()).decode()
        client.send("CAP LS 302", f"CAP REQ :{' '.join(['sasl', *caps])}", f"NICK {account.username}", "USER u 0 * :x")
        client.send("AUTHENTICATE PLAIN", f"AUTHENTICATE {blob}")
        await client.wait(" 90[34] ")
        client.send("CAP END")
        await client.ask()
        return client


def said(lines: Sequence[str], command: str) -> list[str]:
    """Those of the lines that are this command or numeric, without their tags."""
    bare = [line.split(" ", 1)[1] if line.startswith("@") else line for line in lines]
    return [line for line in bare if line.split(" ")[1 if line.startswith(":") else 0] == command]
