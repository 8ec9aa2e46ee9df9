"""The outbound client: whom it calls, what it takes, and when it has had enough. The other side is a socket of ours."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from twisted.internet import reactor
from twisted.internet.defer import Deferred, gatherResults, maybeDeferred
from twisted.internet.endpoints import serverFromString
from twisted.internet.protocol import Factory, Protocol
from twisted.trial.unittest import TestCase

from pleromad.config import Settings
from pleromad.errors import Unreachable
from tests.support.core import settings_of
from web.addresses import is_public, is_usual_port
from web.outbound import client as client_module
from web.outbound import resolving
from web.outbound.client import Client, Reply
from web.outbound.targets import target_of


class Script(Protocol):
    """Answers each request with the next of the factory's answers; None: never."""

    factory: Scripted

    def connectionMade(self) -> None:
        self.factory.connections.append(self)
        self.seen = b""

    def dataReceived(self, data: bytes) -> None:
        self.seen += data
        while b"\r\n\r\n" in self.seen:
            head, _, rest = self.seen.partition(b"\r\n\r\n")
            length = next((int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")), 0)
            if len(rest) < length:
                return
            self.factory.requests.append((head.decode(), rest[:length]))
            self.seen = rest[length:]
            self.factory.answer(self)

    def connectionLost(self, reason: Any) -> None:  # type: ignore[override]
        self.factory.connections.remove(self)


class Scripted(Factory):
    protocol = Script
    noisy = False

    def __init__(self) -> None:
        self.connections: list[Script] = []
        self.requests: list[tuple[str, bytes]] = []
        self.answers: list[Any] = []

    def answer(self, script: Script) -> None:
        answer = self.answers.pop(0) if self.answers else reply(b"ok")
        if callable(answer):
            answer(script)
        elif answer is not None:
            script.transport.write(answer)  # type: ignore[union-attr]


def reply(body: bytes = b"", status: str = "200 OK", **headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *(f"{name.replace('_', '-')}: {value}" for name, value in headers.items())]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


class FakeCore:
    """As much of a core as the client looks at: the settings."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings


class ClientTests(TestCase):
    timeout = 20

    def setUp(self) -> None:
        self.server = Scripted()
        self.port = reactor.listenTCP(0, self.server, interface="127.0.0.1")
        self.host = f"127.0.0.1:{self.port.getHost().port}"
        self.url = f"http://{self.host}"
        self.addCleanup(self.close_server)

    async def close_server(self) -> None:
        await maybeDeferred(self.port.stopListening)
        for script in list(self.server.connections):
            script.transport.abortConnection()  # type: ignore[union-attr]

    def client(self, **federation: Any) -> Client:
        core = FakeCore(settings_of({"federation": {"allow_http": True, "allow_private_addresses": True, **federation}}))
        client = Client(core, reactor)  # type: ignore[arg-type]
        self.cores = [*getattr(self, "cores", []), core]  # the client holds it weakly
        self.addCleanup(lambda: Deferred.fromCoroutine(client.close()))
        return client

    async def get(self, path: str = "/", **more: Any) -> Reply:
        return await self.client().get(self.url + path, **{"accept": "text/plain", **more})

    async def refused(self, work: Any, why: str) -> None:
        try:
            await work
        except Unreachable as error:
            self.assertIn(why, error.detail)
        else:
            self.fail("it was not refused")

    # ---- what it does

    async def test_get(self) -> None:
        self.server.answers = [reply(b"hello", Content_Type="Text/Plain; charset=utf-8", X_More="1")]
        found = await self.get("/a%20b/ü?x=[1]&y=a+b#fragment")
        self.assertEqual((found.status, found.body, found.media_type, found.headers["x-more"]), (200, b"hello", "text/plain", "1"))
        ((head, _),) = self.server.requests
        self.assertTrue(head.startswith("GET /a%20b/%C3%BC?x=[1]&y=a+b HTTP/1.1\r\n"), head)
        self.assertIn(f"Host: {self.host}", head)
        self.assertIn("User-Agent: pleromad/", head)
        self.assertIn("(+https://here.example)", head)

    async def test_post_and_signing(self) -> None:
        signed = []

        def sign(method: str, host: str, path: str, body: bytes | None) -> dict[str, str]:
            signed.append((method, host, path, body))
            return {"X-Signed": "yes"}

        found = await self.client().post(f"{self.url}/inbox?x=1", b"body", media_type="application/json", sign=sign)
        self.assertEqual(found.status, 200)
        ((head, body),) = self.server.requests
        self.assertEqual((body, signed), (b"body", [("POST", self.host, "/inbox?x=1", b"body")]))
        self.assertIn("X-Signed: yes", head)
        self.assertIn("Content-Type: application/json", head)

    async def test_connections_are_kept(self) -> None:
        client = self.client()
        for _ in range(3):
            await client.get(self.url, accept="*/*")
        self.assertEqual((len(self.server.requests), len(self.server.connections)), (3, 1))

    async def test_a_post_on_a_connection_that_was_just_closed_is_sent_again(self) -> None:
        client = self.client()
        await client.get(self.url, accept="*/*")
        self.server.answers = [lambda script: script.transport.loseConnection()]
        self.assertEqual((await client.post(self.url, b"x", media_type="text/plain")).status, 200)
        self.assertEqual(len(self.server.requests), 3)

    async def test_a_server_that_always_hangs_up_is_unreachable(self) -> None:
        self.server.answers = [lambda script: script.transport.loseConnection()] * 5
        await self.refused(self.client().post(self.url, b"x", media_type="text/plain"), "127.0.0.1")
        self.assertEqual(len(self.server.requests), 2)

    async def test_redirects_are_followed_on_the_same_host_and_signed_anew(self) -> None:
        self.server.answers = [reply(b"", "301 Moved", Location="/b"), reply(b"there")]
        paths: list[str] = []

        def sign(method: str, host: str, path: str, body: bytes | None) -> dict[str, str]:
            paths.append(path)
            return {}

        found = await self.get("/a", sign=sign)
        self.assertEqual((found.body, found.url, paths), (b"there", f"{self.url}/b", ["/a", "/b"]))

    async def test_redirects_elsewhere_only_where_that_is_meant(self) -> None:
        port = self.port.getHost().port
        self.server.answers = [reply(b"", "302 Found", Location=f"http://localhost:{port}/"), reply(b"", "302 Found", Location=f"http://localhost:{port}/")]
        await self.refused(self.get(), "redirects to localhost")
        self.assertEqual((await self.get(other_hosts=True)).body, b"ok")

    async def test_redirects_end(self) -> None:
        self.server.answers = [reply(b"", "302 Found", Location="/")] * 10
        await self.refused(self.get(), "too many redirects")
        self.assertEqual(len(self.server.requests), 4)

    async def test_redirects_to_what_is_no_web_address_are_refused(self) -> None:
        for location in ("file:///etc/passwd", "gopher://127.0.0.1/", "https://[", "//user@127.0.0.1/"):
            self.server.answers = [reply(b"", "302 Found", Location=location)]
            await self.refused(self.get(other_hosts=True), "")

    async def test_a_redirect_of_a_post_is_its_answer(self) -> None:
        self.server.answers = [reply(b"", "307 Temporary Redirect", Location="/b")]
        self.assertEqual((await self.client().post(self.url, b"x", media_type="text/plain")).status, 307)

    # ---- what it does not do

    async def test_private_addresses_are_not_called_whatever_their_name(self) -> None:
        client = self.client(allow_private_addresses=False)
        self.patch(client_module, "is_usual_port", lambda port: True)
        for host in ("127.0.0.1", "localhost", "0.0.0.0", "[::1]", "[::ffff:127.0.0.1]", "127.1", "2130706433"):
            await self.refused(client.get(f"http://{host}:{self.port.getHost().port}/", accept="*/*"), "")
        self.assertEqual(self.server.requests, [])

    async def test_a_redirect_to_a_private_address_is_not_followed(self) -> None:
        client = self.client(allow_private_addresses=False)
        self.patch(resolving, "is_public", lambda address: address != "127.0.0.2")
        self.server.answers = [reply(b"", "302 Found", Location=f"http://127.0.0.2:{self.port.getHost().port}/")]
        await self.refused(client.get(self.url, accept="*/*", other_hosts=True), "127.0.0.2")
        self.assertEqual(len(self.server.requests), 1)

    async def test_ports_below_1024_but_the_webs_are_not_called(self) -> None:
        await self.refused(self.client(allow_private_addresses=False).get("http://example.com:25/", accept="*/*"), "port 25")

    async def test_plain_http_only_where_it_is_allowed(self) -> None:
        await self.refused(self.client(allow_http=False).get(self.url, accept="*/*"), "not https")

    async def test_we_do_not_call_ourselves(self) -> None:
        await self.refused(self.client().get("https://here.example/users/alice", accept="*/*"), "itself")

    async def test_what_is_no_address_is_refused(self) -> None:
        client = self.client()
        for url in ("", "x", "ftp://a.example/", "http://", "http://user:pass@a.example/", "http://a.example:99999/", "http://a b/", "http://a.example/\n", "http://" + "a" * 5000):
            await self.refused(client.get(url, accept="*/*"), "")

    async def test_more_than_is_wanted_is_cut_off(self) -> None:
        self.server.answers = [reply(b"x" * 2000)]
        await self.refused(self.get(max_bytes=1000), "more than is wanted")

    async def test_a_body_without_end_is_cut_off(self) -> None:
        def endless(script: Script) -> None:
            script.transport.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"400\r\n" + b"x" * 1024 + b"\r\n")  # type: ignore[union-attr]
            script.transport.registerProducer(Flood(script, b"400\r\n" + b"x" * 1024 + b"\r\n"), False)  # type: ignore[union-attr]

        self.server.answers = [endless]
        await self.refused(self.get(max_bytes=50_000), "more than is wanted")

    async def test_headers_without_end_are_cut_off(self) -> None:
        def endless(script: Script) -> None:
            script.transport.write(b"HTTP/1.1 200 OK\r\n")  # type: ignore[union-attr]
            script.transport.registerProducer(Flood(script, b"X-Header: " + b"x" * 1000 + b"\r\n"), False)  # type: ignore[union-attr]

        self.server.answers = [endless]
        await self.refused(self.get(), "")

    async def test_silence_has_an_end(self) -> None:
        self.server.answers = [None]
        await self.refused(self.get(deadline_seconds=0.1), "no answer")

    async def test_half_an_answer_has_an_end(self) -> None:
        self.server.answers = [b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf"]
        await self.refused(self.get(deadline_seconds=0.1), "no answer")

    async def test_a_cut_answer_is_none(self) -> None:
        def cut(script: Script) -> None:
            script.transport.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")  # type: ignore[union-attr]
            script.transport.loseConnection()  # type: ignore[union-attr]

        self.server.answers = [cut]
        await self.refused(self.get(), "127.0.0.1")

    async def test_what_is_no_http_is_unreachable(self) -> None:
        self.server.answers = [b"220 mail.example ESMTP\r\n\r\n"] * 3
        await self.refused(self.get(), "127.0.0.1")

    async def test_compressed_bodies_were_not_asked_for(self) -> None:
        self.server.answers = [reply(b"\x1f\x8b", Content_Encoding="gzip")]
        await self.refused(self.get(), "not asked for")

    async def test_nobody_there_is_unreachable(self) -> None:
        await self.port.stopListening()
        await self.refused(self.get(), "127.0.0.1")

    async def test_one_host_is_asked_a_few_things_at_a_time(self) -> None:
        client = self.client()
        waiting: list[Script] = []
        self.server.answers = [waiting.append] * 8
        asking = [Deferred.fromCoroutine(client.get(self.url, accept="*/*")) for _ in range(8)]
        while len(waiting) < client_module.PER_HOST:
            await _turn()
        self.assertEqual(len(waiting), client_module.PER_HOST)
        while waiting or not all(one.called for one in asking):
            if waiting:
                waiting.pop().transport.write(reply(b"ok"))  # type: ignore[union-attr]
            await _turn()
        self.assertEqual({found.status for found in await gatherResults(asking)}, {200})

    async def test_closing_ends_what_is_under_way(self) -> None:
        client = self.client()
        self.server.answers = [None]
        asking = Deferred.fromCoroutine(client.get(self.url, accept="*/*"))
        while not self.server.requests:
            await _turn()
        await client.close()
        self.assertTrue(asking.called)
        asking.addErrback(lambda _: None)
        await self.refused(client.get(self.url, accept="*/*"), "stopping")


class TlsTests(TestCase):
    """Certificates are checked: by whom, and for which name."""

    timeout = 20

    def setUp(self) -> None:
        self.folder = Path(self.mktemp())
        self.folder.mkdir()
        authority, authority_key = certificate("an authority", None, None)
        self.authority = self.folder / "authority.pem"
        self.authority.write_bytes(pem(authority))
        self.issue = lambda name: certificate(name, authority, authority_key)

    async def listen(self, name: str) -> str:
        issued, key = self.issue(name)
        (self.folder / "key.pem").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        (self.folder / "cert.pem").write_bytes(pem(issued))
        where = f"ssl:0:privateKey={self.folder}/key.pem:certKey={self.folder}/cert.pem:interface=127.0.0.1"
        port = await serverFromString(reactor, where).listen(Scripted())
        self.addCleanup(port.stopListening)
        return f"https://localhost:{port.getHost().port}/"

    async def get(self, url: str, **federation: Any) -> Reply:
        core = FakeCore(settings_of({"federation": {"allow_private_addresses": True, **federation}}))
        client = Client(core, reactor)  # type: ignore[arg-type]
        try:
            return await client.get(url, accept="*/*")
        finally:
            await client.close()

    async def test_a_certificate_of_an_authority_we_trust(self) -> None:
        url = await self.listen("localhost")
        self.assertEqual((await self.get(url, extra_ca_file=str(self.authority))).body, b"ok")

    async def test_a_certificate_of_an_unknown_authority(self) -> None:
        await self.assertFailure(Deferred.fromCoroutine(self.get(await self.listen("localhost"))), Unreachable)

    async def test_a_certificate_for_another_name(self) -> None:
        url = await self.listen("other.example")
        await self.assertFailure(Deferred.fromCoroutine(self.get(url, extra_ca_file=str(self.authority))), Unreachable)


def pem(made: x509.Certificate) -> bytes:
    return made.public_bytes(Encoding.PEM)


def certificate(name: str, issuer: x509.Certificate | None, issuer_key: Any) -> tuple[x509.Certificate, Any]:
    """Signed by the issuer, or (None) an authority's own."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.subject if issuer is not None else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=issuer is None, path_length=None), critical=True)
    )
    if issuer is not None:
        builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
    return builder.sign(issuer_key or key, hashes.SHA256()), key


class Flood:
    """Writes as fast as the other side reads."""

    def __init__(self, script: Script, data: bytes) -> None:
        self._script = script
        self._data = data

    def resumeProducing(self) -> None:
        self._script.transport.write(self._data * 32)  # type: ignore[union-attr]

    def stopProducing(self) -> None: ...


def _turn() -> Deferred[None]:
    turn: Deferred[None] = Deferred()
    reactor.callLater(0.001, turn.callback, None)
    return turn


class AddressTests(TestCase):
    """S12: only global unicast, by whatever spelling."""

    def test_public(self) -> None:
        for address in ("93.184.216.34", "8.8.8.8", "2606:2800:220:1:248:1893:25c8:1946", "2a01:4f8::1"):
            self.assertTrue(is_public(address), address)

    def test_not_public(self) -> None:
        for address in (
            "0.0.0.0", "0.1.2.3", "10.0.0.1", "100.64.0.1", "127.0.0.1", "127.255.255.254", "169.254.169.254", "172.16.0.1", "192.0.0.8",
            "192.0.2.1", "192.88.99.1", "192.168.1.1", "198.18.0.1", "203.0.113.1", "224.0.0.1", "239.255.255.250", "240.0.0.1",
            "255.255.255.255", "::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:8.8.8.8", "64:ff9b::7f00:1",
            "64:ff9b:1::1", "100::1", "2001::1", "2001:db8::1", "2002:7f00:1::", "3fff::1", "fc00::1", "fd00::1", "fe80::1", "fe80::1%eth0",
            "fec0::1", "ff02::1", "localhost", "", "1.2.3",
        ):  # fmt: skip
            self.assertFalse(is_public(address), address)

    def test_ports(self) -> None:
        self.assertEqual([port for port in (22, 25, 80, 443, 587, 1024, 4000, 8443) if is_usual_port(port)], [80, 443, 1024, 4000, 8443])


class TargetTests(TestCase):
    def test_parts(self) -> None:
        for url, netloc, path in (
            ("https://Far.Example", "far.example", "/"),
            ("https://far.example:443/a", "far.example", "/a"),
            ("http://far.example:443/a", "far.example:443", "/a"),
            ("https://bücher.example/ä?ö=ü", "xn--bcher-kva.example", "/%C3%A4?%C3%B6=%C3%BC"),
            ("https://[2a01:4f8::1]:8443/", "[2a01:4f8::1]:8443", "/"),
            ("https://far.example/?author=1", "far.example", "/?author=1"),
            ("https://far.example/%7Ebob", "far.example", "/%7Ebob"),
        ):
            target = target_of(url)
            self.assertEqual((target.netloc, target.path), (netloc, path))
