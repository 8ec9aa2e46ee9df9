"""Connections to other servers: kept open, bounded, over TLS, to addresses that may be called."""

from __future__ import annotations

from typing import Any

from twisted.internet._sslverify import IOpenSSLTrustRoot
from twisted.internet.endpoints import HostnameEndpoint, wrapClientTLS
from twisted.internet.protocol import Factory
from twisted.internet.ssl import optionsForClientTLS, platformTrust
from twisted.web._newclient import HTTP11ClientProtocol
from twisted.web.client import HTTPConnectionPool
from twisted.web.iweb import IAgentEndpointFactory
from zope.interface import implementer

from web.outbound.resolving import GuardedReactor

CONNECT_SECONDS = 10.0
MAX_HEAD_BYTES = 64 * 1024


class _Connection(HTTP11ClientProtocol):
    """Does not collect headers for ever: whoever sends more than MAX_HEAD_BYTES before a body is cut off."""

    _head_bytes = 0

    def request(self, request: Any) -> Any:
        self._head_bytes = 0
        return super().request(request)

    def dataReceived(self, data: bytes) -> None:
        if self._parser is not None and self._parser.state != "BODY":
            self._head_bytes += len(data)
            # A short answer comes together with its headers, and its length is bounded elsewhere.
            if self._head_bytes > MAX_HEAD_BYTES + 2**16:
                self.transport.abortConnection()  # type: ignore[union-attr]
                return
        super().dataReceived(data)


class _Connections(Factory):
    noisy = False

    def __init__(self, quiescent: Any, metadata: str) -> None:
        self._quiescent = quiescent
        self._metadata = metadata

    def __repr__(self) -> str:
        return f"connections to {self._metadata}"

    def buildProtocol(self, addr: Any) -> _Connection:
        return _Connection(self._quiescent)


class Pool(HTTPConnectionPool):
    _factory = _Connections  # type: ignore[assignment]


@implementer(IAgentEndpointFactory)
class Endpoints:
    """Says how to connect for a URL: name resolution with only the addresses that are allowed, TLS with checked certificates."""

    def __init__(self, core: Any, reactor: Any) -> None:
        self._core = core
        self._reactor = GuardedReactor(core, reactor)

    def endpointForURI(self, uri: Any) -> Any:
        host = uri.host.decode("ascii")
        endpoint = HostnameEndpoint(self._reactor, host, uri.port, timeout=CONNECT_SECONDS)
        if uri.scheme == b"http":
            return endpoint
        trust = Trust(self._core.settings.federation.extra_ca_file)
        return wrapClientTLS(optionsForClientTLS(host, trustRoot=trust), endpoint)  # type: ignore[arg-type]

    def close(self) -> None:
        self._reactor.nameResolver.close()


@implementer(IOpenSSLTrustRoot)
class Trust:
    """The platform's certificate authorities, and those of one more file."""

    def __init__(self, extra_ca_file: str) -> None:
        self._extra = extra_ca_file

    def _addCACertsToContext(self, context: Any) -> None:
        platformTrust()._addCACertsToContext(context)
        if self._extra:
            context.load_verify_locations(self._extra)
