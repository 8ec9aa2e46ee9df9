"""The IRC door's wiring: settings, listening ports, the bus, and an end in good order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from twisted.internet.interfaces import IAddress
from twisted.internet.protocol import Factory

from pleromad.config import Settings as CoreSettings
from pleromad.core import Core
from pleromad.ports import PortService
from protocols.irc import assembly, filehost, websocket
from protocols.irc.connection import Connection
from protocols.irc.network import Network, Settings
from protocols.irc.websocket import WebConnection

if TYPE_CHECKING:
    from web.site import Site

OURSELVES = frozenset({"", "127.0.0.1", "::1", "unix"})


def build(core: Core, site: Site, reactor: Any) -> IrcService | None:
    """The service of this door; None when it is switched off. On the site it takes the WebSocket `/irc`."""
    if not core.settings.irc.enabled:
        return None
    service = IrcService(core, reactor)
    websocket.register(site, service.connections)
    filehost.register(site)
    return service


class Connections(Factory):
    noisy = False

    def __init__(self, network: Network) -> None:
        self.network = network
        self.open: set[Connection | WebConnection] = set()
        self._from: Counter[str] = Counter()

    def buildProtocol(self, addr: IAddress | None) -> Connection | None:
        address = getattr(addr, "host", "")
        if self.crowded(address):
            return None
        connection = Connection(self.network, address)
        connection.factory = self
        self.enter(connection)
        return connection

    def crowded(self, address: str) -> bool:
        """Whether nobody more may come from there. This machine itself, which proxies speak from, has no bound."""
        if self.network.core.gatekeeper.shuts_out(address):
            return True
        return self._from[address] >= self.network.settings.connections_per_address and address not in OURSELVES

    def enter(self, connection: Connection | WebConnection) -> None:
        self.open.add(connection)
        self._from[connection.address] += 1
        connection.gone.addCallback(self._left, connection)

    def _left(self, _: None, connection: Connection | WebConnection) -> None:
        self.open.discard(connection)
        self._from[connection.address] -= 1
        if not self._from[connection.address]:
            del self._from[connection.address]


class IrcService(PortService):
    """Everybody is told of the end, and what is on its way to them goes out."""

    def __init__(self, core: Core, reactor: Any, *, settings: Settings | None = None) -> None:
        super().__init__(reactor)
        self._core = core
        self._fixed = settings
        self._known: tuple[CoreSettings, Settings] | None = None
        self.network = assembly.assemble(self._settings, core, reactor)
        self._connections = Connections(self.network)

    def _settings(self) -> Settings:
        if self._fixed is not None:
            return self._fixed
        current = self._core.settings
        if self._known is None or self._known[0] is not current:
            self._known = (current, settings_of(current))
        return self._known[1]

    @property
    def endpoints(self) -> Sequence[str]:
        return self._core.settings.irc.listen

    @property
    def connections(self) -> Connections:
        return self._connections

    def opening(self) -> None:
        self._stop_listening = assembly.listen(self.network)
        self.network.presence.start()

    def closing(self) -> None:
        self._stop_listening()
        self.network.presence.ending = True

    def end(self, connection: Any) -> None:
        if connection.session is not None:
            connection.session.close("The server is stopping")

    def cut(self, connection: Any) -> None:
        connection.abort()

    async def closed(self) -> None:
        await self.network.presence.stop()


def settings_of(settings: CoreSettings) -> Settings:
    return Settings(
        server_name=settings.irc.server_name,
        network_name=settings.name,
        domain=settings.hostname,
        description=settings.instance.description,
        admin_email=settings.instance.contact_email,
        guests=settings.irc.guests,
        motd=settings.irc.motd or _motd(settings),
        filehost=settings.http.public_url + filehost.PATH,
        sts_port=_tls_port(settings.irc.listen),
    )


def _tls_port(listen: Sequence[str]) -> int:
    """The port of the first endpoint that speaks TLS (`tls:/etc/letsencrypt/live:port=6697`, `ssl:6697:...`), 0: there is none."""
    for text in listen:
        kind, *words = text.split(":")
        if kind in ("tls", "ssl"):
            ports = [word.removeprefix("port=") for word in words if word.startswith("port=") or word.isdecimal()]
            if ports and ports[0].isdecimal():
                return int(ports[0])
    return 0


def _motd(settings: CoreSettings) -> tuple[str, ...]:
    """What a newcomer needs to know, where the settings say nothing."""
    return (
        *(line for line in settings.instance.description.splitlines() if line.strip()),
        "Your nick is your account. LIST shows the rooms, JOIN #name enters one or makes it; you stay in it until you PART.",
        "JOIN &home, &local, &notifications ... to read along; /msg fedi help tells how to post, reply and more.",
        "PRIVMSG nick, or user@host, is a direct message.",
    )
