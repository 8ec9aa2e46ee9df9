"""A connection: one line in, one answer out, and then it ends. Everything is bounded: bytes, time, how many at once."""

from __future__ import annotations

import ipaddress
from collections import Counter
from pathlib import Path
from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IAddress, IHalfCloseableProtocol
from twisted.internet.protocol import Factory, Protocol, connectionDone
from twisted.logger import Logger
from twisted.protocols.basic import FileSender
from twisted.python.failure import Failure
from zope.interface import implementer

from pleromad.text import escape
from protocols.gopher.burrow import Burrow, Reply
from protocols.gopher.errors import refusal
from protocols.gopher.request import MAX_LINE, is_http, parse

log = Logger(namespace="gopher")

ASKING_SECONDS = 20.0  # for the whole line
SILENT_SECONDS = 10.0  # between two pieces of it, and between two pieces of a file that are taken
MAKING_SECONDS = 30.0  # until an answer has begun
TAKING_SECONDS = 60.0  # for a menu or a text
FILE_SECONDS = 1_800.0
LINGER_SECONDS = 2.0
LINGER_BYTES = 64_000  # of what a client sends behind its line; then it is cut

MAX_CONNECTIONS = 500
MAX_PER_ADDRESS = 32

_TLS_HELLO = 0x16  # the first byte of a TLS record (RFC 8446, section 5.1): some clients try that first


@implementer(IHalfCloseableProtocol)
class Connection(Protocol):
    transport: Any

    def __init__(self, factory: Connections, address: str) -> None:
        self.factory: Connections = factory
        self.address = address
        self.gone: Deferred[None] = Deferred()
        self._line = bytearray()
        self._asked = False
        self._surplus = 0
        self._linger = False
        self._file: Any = None
        self._reactor = factory.reactor
        self._deadline = 0.0
        self._timer: Any = None

    def connectionMade(self) -> None:
        self._allow(ASKING_SECONDS, SILENT_SECONDS)

    def dataReceived(self, data: bytes) -> None:
        if self._asked:
            self._surplus += len(data)
            if self._surplus > LINGER_BYTES:
                self.transport.abortConnection()
            return
        self._line += data
        end = self._line.find(b"\n")
        if end < 0 and len(self._line) <= MAX_LINE:
            if self._line[0] == _TLS_HELLO:
                self.transport.abortConnection()
                return
            self._again(SILENT_SECONDS)
            return
        line = bytes(self._line[:end] if end >= 0 else self._line).removesuffix(b"\r")
        self._line.clear()
        self._ask(line)

    def readConnectionLost(self) -> None:
        """Half closed (`echo /about | nc -N`): it may still read. A line without an end counts."""
        if not self._asked:
            self._ask(bytes(self._line).removesuffix(b"\r"))
        elif self._linger:
            self.transport.loseConnection()

    def writeConnectionLost(self) -> None:
        pass

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        self._stop_timer()
        self._shut()
        self.gone.callback(None)

    def end(self) -> None:
        """The daemon stops: who has not asked yet, or takes a file, is cut; what was asked is still answered."""
        if not self._asked or self._file is not None:
            self.transport.abortConnection()

    # ---- asking and answering

    def _ask(self, line: bytes) -> None:
        self._asked = True
        burrow = self.factory.burrow
        if is_http(line):
            self._linger = True  # its headers are still coming, and closing now would throw our answer away
            self._say(http_answer(burrow.web_url, head=line.startswith(b"HEAD")))
            return
        if len(line) > MAX_LINE:
            self._linger = True
            self._say(refusal("This selector is too long.", burrow.here))
            return
        request = parse(line)
        body = burrow.ready(request)
        if body is not None:
            self._say(body)
            return
        self._allow(MAKING_SECONDS)
        burrow.make(request).addCallback(self._made)

    def _made(self, reply: Reply) -> None:
        if self.gone.called:
            return
        if isinstance(reply, Path):
            self._send(reply)
        else:
            self._say(reply)

    def _say(self, body: bytes) -> None:
        self._allow(TAKING_SECONDS)
        self.transport.write(body)
        if self._linger:
            self._allow(LINGER_SECONDS)
            self.transport.loseWriteConnection()
        else:
            self.transport.loseConnection()

    def _send(self, path: Path) -> None:
        try:
            self._file = path.open("rb")
        except OSError:
            self._say(refusal("This file is not here any more.", self.factory.burrow.here))
            return
        self._allow(FILE_SECONDS, SILENT_SECONDS)
        sent = FileSender().beginFileTransfer(self._file, self.transport, self._taken)
        sent.addCallbacks(lambda _: self._file_sent(), lambda _: None)  # it fails when the client hangs up

    def _taken(self, data: bytes) -> bytes:
        """A piece of the file is on its way: the client still reads."""
        self._again(SILENT_SECONDS)
        return data

    def _file_sent(self) -> None:
        self._shut()
        self._allow(TAKING_SECONDS)
        self.transport.loseConnection()

    def _shut(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None

    # ---- time

    def _allow(self, seconds: float, silence: float | None = None) -> None:
        """From now on `seconds` in all, and `silence` until something moves."""
        self._stop_timer()
        self._deadline = self._reactor.seconds() + seconds
        self._timer = self._reactor.callLater(seconds if silence is None else min(seconds, silence), self._late)

    def _again(self, silence: float) -> None:
        if self._timer is not None and self._timer.active():
            self._timer.reset(max(0.0, min(silence, self._deadline - self._reactor.seconds())))

    def _stop_timer(self) -> None:
        if self._timer is not None and self._timer.active():
            self._timer.cancel()

    def _late(self) -> None:
        if self._asked or self._linger:
            self.transport.abortConnection()
        else:
            self._asked = True
            self._linger = True
            self._say(refusal("This took too long.", self.factory.burrow.here))


class Full(Protocol):
    """Too many at once: said, and closed."""

    transport: Any

    def __init__(self, burrow: Burrow) -> None:
        self._burrow = burrow

    def connectionMade(self) -> None:
        self.transport.write(refusal("Too many connections at once, please wait.", self._burrow.here))
        self.transport.loseConnection()


class Connections(Factory):
    noisy = False

    def __init__(self, burrow: Burrow, reactor: Any) -> None:
        self.burrow = burrow
        self.reactor = reactor
        self.open: set[Connection] = set()
        self._counts: Counter[str] = Counter()

    def buildProtocol(self, addr: IAddress | None) -> Protocol | None:
        host = getattr(addr, "host", "")
        if self.burrow.shuts_out(host):
            return None
        address = network_of(host)
        if len(self.open) >= MAX_CONNECTIONS or (address and self._counts[address] >= MAX_PER_ADDRESS):
            return Full(self.burrow)
        connection = Connection(self, address)
        self.open.add(connection)
        self._counts[address] += 1
        connection.gone.addCallback(lambda _: self._ended(connection))
        return connection

    def _ended(self, connection: Connection) -> None:
        self.open.discard(connection)
        self._counts[connection.address] -= 1
        if not self._counts[connection.address]:
            del self._counts[connection.address]


def network_of(host: str) -> str:
    """Who counts as one: an IPv4 address, or the /64 network of an IPv6 one. '' (a unix socket) is not counted."""
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return host
    if isinstance(address, ipaddress.IPv6Address):
        return str(address.ipv4_mapped or ipaddress.ip_network((address, 64), strict=False))
    return str(address)


def http_answer(url: str, *, head: bool = False) -> bytes:
    """For a browser that was sent to this port."""
    shown = escape(url)
    body = f'<!DOCTYPE html>\n<title>This is gopher</title>\n<p>This is the gopher side. The web is at <a href="{shown}">{shown}</a>.</p>\n'.encode()
    lines = (
        "HTTP/1.0 302 Found",
        f"Location: {url}",
        "Content-Type: text/html; charset=utf-8",
        f"Content-Length: {len(body)}",
        "Connection: close",
        "",
        "",
    )
    return "\r\n".join(lines).encode() + (b"" if head else body)
