"""lynx, curl and a plain socket read the gopher door over loopback."""

from __future__ import annotations

import io
import os
from pathlib import Path

from msgspec.structs import replace
from PIL import Image
from twisted.internet import defer, reactor
from twisted.internet.endpoints import TCP4ClientEndpoint, connectProtocol
from twisted.internet.protocol import Protocol
from twisted.internet.utils import getProcessOutputAndValue
from twisted.python.failure import Failure

from tests.protocols.gopher.support import GopherCase, parse_menu
from tests.support.programs import program


class Plain(Protocol):
    def __init__(self, line: bytes) -> None:
        self.line = line
        self.heard = b""
        self.over: defer.Deferred[bytes] = defer.Deferred()

    def connectionMade(self) -> None:
        assert self.transport is not None
        self.transport.write(self.line)

    def dataReceived(self, data: bytes) -> None:
        self.heard += data

    def connectionLost(self, reason: Failure) -> None:  # type: ignore[override]
        self.over.callback(self.heard)


class GopherClientTests(GopherCase):
    @defer.inlineCallbacks
    def setUp(self):
        yield super().setUp()
        gopher = self.core.settings.gopher
        self.core.settings = replace(self.core.settings, gopher=replace(gopher, advertise_port=self.port))

    async def run_program(self, name: str, *arguments: str) -> bytes:
        environment = {**os.environ, "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8"}
        out, err, code = await getProcessOutputAndValue(program(name), list(arguments), env=environment)
        self.assertEqual(code, 0, err)
        return out

    async def lynx(self, kind: str, selector: str) -> str:
        url = f"gopher://127.0.0.1:{self.port}/{kind}{selector}"
        options = ("-dump", "-width=80", "-nolist", "-assume_charset=utf-8", "-display_charset=utf-8")
        return (await self.run_program("lynx", *options, url)).decode()

    async def test_lynx_reads_timelines_and_a_thread(self) -> None:
        alice, bob = await self.person("alice"), await self.person("bob")
        root = await self.say(alice, "Über Füße, 日本語 und 😀: eine lange Zeile, die bei siebzig Spalten umbrochen wird, damit man sie lesen kann.")
        await self.say(bob, "@alice I agree", in_reply_to_id=root.id)
        self.assertIn("Search for people", await self.lynx("1", "/"))
        timeline = await self.lynx("1", "/main/public")
        self.assertIn("Über Füße, 日本語 und 😀", timeline)
        self.assertIn("@alice", timeline)
        self.assertLessEqual(max(len(line) for line in timeline.split("\n")), 80)
        thread = await self.lynx("1", f"/notices/{root.id}")
        self.assertLess(thread.index("siebzig"), thread.index("I agree"))
        self.assertIn("a server of the fediverse", await self.lynx("0", "/help"))
        self.assertIn("1. Be kind", await self.lynx("0", "/rules"))

    async def test_lynx_searches(self) -> None:
        alice = await self.person("alice")
        await self.say(alice, "a walrus and a carpenter")
        self.assertIn("carpenter", await self.lynx("7", "/search?walrus"))

    async def test_curl_reads_menus_and_pictures(self) -> None:
        alice = await self.person("alice")
        data = io.BytesIO()
        Image.new("RGB", (8, 8), "red").save(data, "PNG")
        media = await self.core.media.upload(alice.id, data.getvalue(), description="red")
        await self.say(alice, "look", media_ids=(media.id,))
        base = f"gopher://127.0.0.1:{self.port}"
        items = parse_menu(await self.run_program("curl", "-s", f"{base}/1/main/public"))
        picture = next(item for item in items if item.kind == "I")
        path, _ = self.core.media.open(picture.selector.removeprefix("/media/"))
        self.assertEqual(await self.run_program("curl", "-s", f"{base}/I{picture.selector}"), Path(path).read_bytes())
        self.assertIn(b"look", await self.run_program("curl", "-s", f"{base}/7/search%09look"))

    async def test_curl_over_http_is_sent_to_the_web(self) -> None:
        head = await self.run_program("curl", "-s", "-i", f"http://127.0.0.1:{self.port}/")
        self.assertIn(b"Location: https://here.example/", head)
        self.assertIn(b"This is the gopher side", head)

    async def test_a_plain_socket_is_enough(self) -> None:
        plain = await connectProtocol(TCP4ClientEndpoint(reactor, "127.0.0.1", self.port), Plain(b"\r\n"))
        self.assertEqual(parse_menu(await plain.over)[0].text, "Here")
