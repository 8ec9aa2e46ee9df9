"""SASL EXTERNAL: a client certificate over TLS, on a real port."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from OpenSSL import SSL
from OpenSSL.crypto import FILETYPE_PEM, load_certificate, load_privatekey
from twisted.internet import reactor
from twisted.internet.endpoints import SSL4ClientEndpoint, connectProtocol
from twisted.internet.ssl import ClientContextFactory

from pleromad.accounts.certificates import fingerprint_of
from pleromad.config import build
from pleromad.errors import Conflict, Invalid, NotFound, Unauthenticated
from protocols.irc.adapter import IrcService
from tests.protocols.irc.test_adapter import Plain
from tests.support.core import CoreCase


def made(name: str) -> tuple[bytes, bytes, bytes]:
    """Certificate and key as PEM, and the fingerprint."""
    key = ec.generate_private_key(ec.SECP256R1())
    who = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(who)
        .issuer_name(who)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    plain = certificate.public_bytes(serialization.Encoding.DER)
    return certificate.public_bytes(serialization.Encoding.PEM), pem, hashlib.sha256(plain).digest()


class Showing(ClientContextFactory):
    def __init__(self, certificate: bytes, key: bytes) -> None:
        self._certificate, self._key = certificate, key

    def getContext(self) -> SSL.Context:
        context = SSL.Context(SSL.TLS_CLIENT_METHOD)
        if self._certificate:
            context.use_certificate(load_certificate(FILETYPE_PEM, self._certificate))
            context.use_privatekey(load_privatekey(FILETYPE_PEM, self._key))
        return context


class ExternalTests(CoreCase):
    timeout = 20

    async def start(self) -> IrcService:
        certificate, key, _ = made("here.example")
        folder = Path(self.mktemp())
        folder.mkdir()
        (folder / "key.pem").write_bytes(key)
        (folder / "cert.pem").write_bytes(certificate)
        listen = f"ssl:0:privateKey={folder}/key.pem:certKey={folder}/cert.pem:interface=127.0.0.1"
        self.core.settings = build({"instance": {"domain": "here.example"}, "irc": {"listen": [listen]}}, "", Path.cwd())
        service = IrcService(self.core, reactor)
        await service.startService()
        self.addCleanup(service.stopService)
        return service

    async def connect(self, service: IrcService, certificate: bytes = b"", key: bytes = b"") -> Any:
        client: Any = Plain()
        port = service.ports[0].getHost().port
        await connectProtocol(SSL4ClientEndpoint(reactor, "127.0.0.1", port, Showing(certificate, key)), client)
        return client

    async def test_the_certificate_logs_in(self) -> None:
        alice = await self.person("alice")
        certificate, key, fingerprint = made("whoever")
        await self.core.accounts.add_certificate(alice.id, fingerprint, "laptop")
        client = await self.connect(await self.start(), certificate, key)
        client.transport.write(b"CAP LS 302\r\n")
        await client.wait(b"sasl=PLAIN,OAUTHBEARER,EXTERNAL")
        client.transport.write(b"CAP REQ :sasl\r\nNICK alice\r\nUSER a 0 * :a\r\nAUTHENTICATE EXTERNAL\r\nAUTHENTICATE +\r\nCAP END\r\n")
        await client.wait(b" 900 alice alice!a@here.example alice")
        await client.wait(b" 376 alice ")
        client.transport.write(b"WHOIS alice\r\n")
        await client.wait(b" 671 alice alice ")

    async def test_another_certificate_or_name_does_not(self) -> None:
        alice = await self.person("alice")
        await self.person("bob")
        certificate, key, fingerprint = made("x")
        await self.core.accounts.add_certificate(alice.id, fingerprint)
        service = await self.start()
        for shown, answer in (((), b"+"), (made("x")[:2], b"+"), ((certificate, key), b"Ym9i")):
            client = await self.connect(service, *shown)
            client.transport.write(b"CAP LS 302\r\nCAP REQ :sasl\r\nAUTHENTICATE EXTERNAL\r\nAUTHENTICATE " + answer + b"\r\n")
            await client.wait(b" 904 ")

    async def test_whose_they_are_is_kept(self) -> None:
        alice, bob = await self.person("alice"), await self.person("bob")
        accounts, fingerprint = self.core.accounts, fingerprint_of(":".join(["ab"] * 32))
        await accounts.add_certificate(alice.id, fingerprint, "phone")
        with self.assertRaises(Conflict):
            await accounts.add_certificate(bob.id, fingerprint)
        with self.assertRaises(NotFound):
            await accounts.remove_certificate(bob.id, fingerprint)
        self.assertEqual([one[:2] for one in await accounts.certificates(alice.id)], [(b"\xab" * 32, "phone")])
        await accounts.remove_certificate(alice.id, fingerprint)
        with self.assertRaises(Unauthenticated):
            await accounts.user_by_certificate(fingerprint)
        for wrong in ("", "ab" * 31, "zz" * 32):
            with self.assertRaises(Invalid):
                fingerprint_of(wrong)
