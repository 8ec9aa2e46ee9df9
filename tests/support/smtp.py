"""A mail server on loopback that keeps what it is given: Twisted's ESMTP, with TLS and log-in when wanted."""

from __future__ import annotations

import datetime
import ipaddress
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from twisted.cred.checkers import InMemoryUsernamePasswordDatabaseDontUse
from twisted.cred.portal import IRealm, Portal
from twisted.internet import reactor
from twisted.internet.defer import Deferred, succeed
from twisted.internet.protocol import ServerFactory
from twisted.internet.ssl import PrivateCertificate
from twisted.mail.imap4 import LOGINCredentials, PLAINCredentials
from twisted.mail.smtp import ESMTP, IMessage, IMessageDelivery, SMTPBadRcpt, SMTPServerError
from zope.interface import implementer


class MailServer:
    """`await start()`; `letters` are (envelope recipient, message). `refuse`: a code with which recipients are refused."""

    def __init__(self, *, user: str = "", password: str = "", tls: str = "") -> None:
        self.letters: list[tuple[str, EmailMessage]] = []
        self.refuse = 0
        self.spoken: list[bytes] = []
        self.secured: list[bool] = []
        self.user, self.password, self.tls = user, password, tls
        self.certificate, self.ca = certificate() if tls else (None, b"")
        self._arrived: list[Deferred[None]] = []
        self._open: set[Any] = set()

    def start(self) -> int:
        """Returns the port."""
        factory = _Factory(self)
        if self.tls == "tls":
            assert self.certificate is not None
            self._port: Any = reactor.listenSSL(0, factory, self.certificate.options(), interface="127.0.0.1")
        else:
            self._port = reactor.listenTCP(0, factory, interface="127.0.0.1")
        return int(self._port.getHost().port)

    async def stop(self) -> None:
        await self._port.stopListening()
        for protocol in list(self._open):
            protocol.transport.abortConnection()
        while self._open:
            pause: Deferred[None] = Deferred()
            reactor.callLater(0, pause.callback, None)
            await pause

    async def letter(self, number: int = 1) -> EmailMessage:
        """The n-th letter, when it has come."""
        while len(self.letters) < number:
            more: Deferred[None] = Deferred()
            self._arrived.append(more)
            await more
        return self.letters[number - 1][1]

    def keep(self, to: str, lines: list[bytes]) -> None:
        message = message_from_bytes(b"\r\n".join(lines) + b"\r\n", policy=policy.default)
        assert isinstance(message, EmailMessage)
        self.letters.append((to, message))
        waiting, self._arrived = self._arrived, []
        for one in waiting:
            one.callback(None)


class _Protocol(ESMTP):
    def connectionMade(self) -> None:
        self.factory.server._open.add(self)
        super().connectionMade()

    def connectionLost(self, reason: Any = None) -> None:
        self.factory.server._open.discard(self)
        super().connectionLost(reason)

    def lineReceived(self, line: bytes) -> Any:
        self.factory.server.spoken.append(line)
        return super().lineReceived(line)


class _Factory(ServerFactory):
    noisy = False

    def __init__(self, server: MailServer) -> None:
        self.server = server

    def buildProtocol(self, address: Any) -> Any:
        server = self.server
        challengers = {b"PLAIN": PLAINCredentials, b"LOGIN": LOGINCredentials} if server.user else {}
        context = server.certificate.options() if server.certificate is not None and server.tls == "starttls" else None
        protocol = _Protocol(challengers, context)
        protocol.factory = self
        if server.user:
            protocol.portal = Portal(_Realm(server), [InMemoryUsernamePasswordDatabaseDontUse(**{server.user: server.password.encode()})])
        else:
            protocol.delivery = _Delivery(server)
        return protocol


@implementer(IRealm)
class _Realm:
    def __init__(self, server: MailServer) -> None:
        self.server = server

    def requestAvatar(self, avatar: Any, mind: Any, *interfaces: Any) -> Any:
        return IMessageDelivery, _Delivery(self.server), lambda: None


@implementer(IMessageDelivery)
class _Delivery:
    def __init__(self, server: MailServer) -> None:
        self.server = server

    def receivedHeader(self, helo: Any, origin: Any, recipients: Any) -> bytes:
        return b"Received: by the test"

    def validateFrom(self, helo: Any, origin: Any) -> Any:
        return origin

    def validateTo(self, user: Any) -> Any:
        code = self.server.refuse
        if code:
            raise SMTPBadRcpt(user, code, "No such mailbox") if code >= 500 else SMTPServerError(code, "Come back later")
        return lambda: _Message(self.server, str(user.dest))


@implementer(IMessage)
class _Message:
    def __init__(self, server: MailServer, to: str) -> None:
        self.server, self.to, self.lines = server, to, []

    def lineReceived(self, line: bytes) -> None:
        self.lines.append(line)

    def eomReceived(self) -> Any:
        self.server.keep(self.to, self.lines)
        return succeed(None)

    def connectionLost(self) -> None: ...


def certificate() -> tuple[PrivateCertificate, bytes]:
    """For 127.0.0.1 and localhost, by itself; and the same as PEM, for who is to trust it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "a mail server of a test")])
    now = datetime.datetime.now(datetime.UTC)
    names = [x509.IPAddress(ipaddress.ip_address("127.0.0.1")), x509.DNSName("localhost")]
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = made.public_bytes(serialization.Encoding.PEM)
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return PrivateCertificate.loadPEM(pem + private), pem


def mail_settings(server: MailServer, folder: str) -> dict[str, dict[str, Any]]:
    """Starts the server; tables of settings with which letters go there."""
    port = server.start()
    Path(folder).mkdir(parents=True, exist_ok=True)
    mail: dict[str, Any] = {"host": "127.0.0.1", "port": port, "security": server.tls or "none", "from": "here@here.example"}
    tables = {"mail": mail}
    if server.user:
        (Path(folder) / "mail-password").write_text(f"{server.password}\n")
        mail |= {"user": server.user, "password_file": str(Path(folder) / "mail-password")}
    if server.ca:
        (Path(folder) / "mail-ca.pem").write_bytes(server.ca)
        tables["federation"] = {"extra_ca_file": str(Path(folder) / "mail-ca.pem")}
    return tables
