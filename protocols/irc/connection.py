"""A TCP connection: bytes to lines for a session, and its lines out, bounded."""

from __future__ import annotations

import hashlib
from typing import Any

from OpenSSL.crypto import FILETYPE_ASN1, dump_certificate
from OpenSSL.SSL import VERIFY_PEER
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IPushProducer, ISSLTransport
from twisted.internet.protocol import Protocol, connectionDone
from twisted.python.failure import Failure
from zope.interface import implementer

from protocols.irc.login import Login, log_in_by_certificate
from protocols.irc.message import LineBuffer
from protocols.irc.network import Network
from protocols.irc.session import Session

LINGER_SECONDS = 10.0


@implementer(IPushProducer)
class Connection(Protocol):
    """Also the producer of what goes out: from when the transport says it is full, what is written is counted."""

    transport: Any

    def __init__(self, network: Network, address: str) -> None:
        self._network = network
        self.address = address
        self._lines = LineBuffer()
        self._behind: int | None = None  # bytes written while the transport was full; None: it is not
        self.gone: Deferred[None] = Deferred()
        self._cut: Any = None  # the call that ends a connection whose other end does not read our last words
        self.session: Session | None = None

    def connectionMade(self) -> None:
        secure = ISSLTransport.providedBy(self.transport)
        if secure:
            # The handshake has not begun. Any certificate will do: what counts is whose its fingerprint is (SASL EXTERNAL).
            self.transport.getHandle().set_verify(VERIFY_PEER, lambda *_: True)
        self.transport.registerProducer(self, True)
        self.session = Session(self._network, self, self.address, secure=secure)
        if secure:
            self.session.external = self._by_certificate
        self.session.opened()

    def dataReceived(self, data: bytes) -> None:
        assert self.session is not None
        for line in self._lines.feed(data):
            self.session.received(line)

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        if self.session is not None:
            self.session.lost("Connection closed")
        if self._cut is not None and self._cut.active():
            self._cut.cancel()
        if not self.gone.called:
            self.gone.callback(None)

    # Wire

    def write(self, data: bytes) -> None:
        assert self.session is not None
        if self._behind is not None:
            self._behind += len(data)
            if self._behind > self._network.settings.send_limit_bytes:
                self.session.overflowed()
                return
        self.transport.write(data)

    def close(self) -> None:
        if self.transport is not None:
            self.transport.unregisterProducer()
            self._cut = self._network.reactor.callLater(LINGER_SECONDS, self.abort)
            self.transport.loseConnection()

    def abort(self) -> None:
        if self.transport is not None:
            self.transport.abortConnection()

    async def _by_certificate(self) -> Login | None:
        """Whose certificate the client has shown; for SASL EXTERNAL."""
        certificate = self.transport.getPeerCertificate()
        if certificate is None:
            return None
        return await log_in_by_certificate(self._network, hashlib.sha256(dump_certificate(FILETYPE_ASN1, certificate)).digest())

    def pause(self) -> None:
        if self.transport is not None:
            self.transport.pauseProducing()

    def resume(self) -> None:
        if self.transport is not None:
            self.transport.resumeProducing()

    # IPushProducer

    def pauseProducing(self) -> None:
        self._behind = 0

    def resumeProducing(self) -> None:
        self._behind = None

    def stopProducing(self) -> None:
        self.close()
