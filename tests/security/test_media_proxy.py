"""What the media proxy does not do for a hostile server, nor for a hostile reader: S28."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import hmac
import re
from collections.abc import Callable, Iterator
from typing import Any

from twisted.internet import reactor
from twisted.internet.defer import Deferred
from twisted.web.client import Agent, PartialDownloadError, ResponseFailed, readBody
from twisted.web.http_headers import Headers

from tests.security.case import HostileCase
from tests.support.core import settings_of
from tests.support.federation import Server
from tests.support.peer import Asked, Page
from web import auth

PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 40
PRIVATE = {
    "X-Forwarded-For": "198.51.100.7", "User-Agent": "Reader's own", "Cookie": "session=secret", "Referer": "http://here/home", "Authorization": "Bearer secret",
    "Accept-Language": "tlh", "If-None-Match": '"track"',
}  # fmt: skip


class ReaderServer(Server):
    DOORS = ("activitypub", "mastodon", "pages")


class ProxyCase(HostileCase):
    SERVER = ReaderServer

    async def set_up(self) -> None:
        await super().set_up()
        self.turn(proxy=True)

    def turn(self, *, private: bool = True, **media: Any) -> None:
        settings = self.here.settings
        tables: dict[str, dict[str, Any]] = {
            "instance": {"domain": settings.domain},
            "http": {"public_url": settings.http.public_url},
            "federation": {"allow_http": True, "allow_private_addresses": private},
            "media": media,
        }
        self.here.core.settings = settings_of(tables, str(settings.data_dir))

    def address(self, url: str) -> str:
        return self.here.core.media_proxy.address(url)

    async def ask(self, address: str, method: str = "GET", **headers: str) -> tuple[int, dict[str, str], bytes]:
        """As a browser. A body that breaks off ends with `(cut)`."""
        given = Headers({"Host": [self.here.domain], **{name.replace("_", "-"): [value] for name, value in headers.items()}})
        response = await Agent(reactor).request(method.encode(), address.replace("//localhost:", "//127.0.0.1:").encode(), given)
        found = {name.decode().lower(): values[-1].decode() for name, values in response.headers.getAllRawHeaders()}
        try:
            body = await readBody(response)
        except (ResponseFailed, PartialDownloadError):
            body = b"(cut)"
        return response.code, found, body

    async def status(self, url: str) -> int:
        """Of what lies at `url`, asked for in the right way."""
        status, headers, body = await self.ask(self.address(url))
        if status >= 400:
            self.assertNotIn(b"evil", body)
            self.assertNotIn("svg", headers.get("content-type", ""))
        return status


class MediaProxyTests(ProxyCase):
    async def test_s28_a_picture_comes_through_and_nothing_of_the_reader_goes_out(self) -> None:
        self.far.pages["/a.png?size=big&x=%20"] = Page(PNG, "image/png; evil=1", 200, {"Set-Cookie": "track=1", "Server": "evil", "Refresh": "0;url=http://evil"})
        status, headers, body = await self.ask(self.address(f"{self.far.url}/a.png?size=big&x=%20"), **PRIVATE)
        self.assertEqual((status, headers["content-type"], body), (200, "image/png", PNG))
        self.assertEqual((headers["content-security-policy"], headers["x-content-type-options"]), ("sandbox; default-src 'none'", "nosniff"))
        self.assertEqual([name for name in ("set-cookie", "refresh", "server") if "evil" in headers.get(name, "") or "track" in headers.get(name, "")], [])
        self.assertIn("max-age", headers["cache-control"])
        [asked] = self.far.asked
        sent = {name.lower(): value for name, value in asked.headers.items()}
        self.assertEqual({name for name in sent if name not in ("host", "user-agent", "accept", "connection")}, set())
        self.assertTrue(sent["user-agent"].startswith("pleromad/"))

    async def test_s28_a_forged_signature(self) -> None:
        """Nobody makes this server fetch what it has not shown."""
        good = self.address(f"{self.far.url}/a.png")
        base, signature, given = good.rsplit("/", 2)
        other = base64.urlsafe_b64encode(f"{self.far.url}/b.png".encode()).decode().rstrip("=")
        keyless = base64.urlsafe_b64encode(hmac.new(b"", f"{self.far.url}/b.png".encode(), hashlib.sha256).digest()).decode().rstrip("=")
        for forged in (
            (signature, other), (keyless, other), (signature[:-1], given), (signature[:-2] + "AA", given), (signature, given + "="), ("", given), ("x" * 500, given),
            (signature, given[:-1]), (signature + "=", given), ("ü", given), (signature, "ü"), (signature.swapcase(), given), (signature, "A" * 9_000),
        ):  # fmt: skip
            status, _, _ = await self.ask(f"{base}/{'/'.join(part.encode().hex() if not part.isascii() else part for part in forged)}")
            self.assertIn(status, (400, 404, 414), forged)
        self.assertEqual(self.far.asked, [])
        self.turn(proxy=False)
        self.assertEqual(((await self.ask(good))[0], self.far.asked), (404, []))

    async def test_s28_only_pictures_films_and_sound(self) -> None:
        evil = b"<svg xmlns='http://www.w3.org/2000/svg'><script>evil()</script></svg>"
        for media_type in (
            "image/svg+xml", "IMAGE/SVG+XML; charset=utf-8", "text/html", "application/xhtml+xml", "text/xml", "application/activity+json", "application/ld+json",
            "application/octet-stream", "application/javascript", "text/css", "application/pdf", "image/", "image/png, text/html", "multipart/x-mixed-replace", "",
        ):  # fmt: skip
            self.far.pages["/x"] = Page(evil, media_type)
            self.assertEqual(await self.status(f"{self.far.url}/x"), 404, media_type)
        self.far.pages["/gzip.png"] = Page(b"evil", "image/png", 200, {"Content-Encoding": "gzip"})
        self.assertEqual(await self.status(f"{self.far.url}/gzip.png"), 502)
        for theirs, ours in ((404, 404), (410, 404), (403, 404), (500, 502), (201, 502), (304, 502)):
            self.far.pages["/x"] = Page(b"evil", "image/png", theirs)
            self.assertEqual(await self.status(f"{self.far.url}/x"), ours, theirs)

    async def test_s28_redirects_are_looked_at_like_the_first_address(self) -> None:
        other = await self.peer()
        other.pages["/real.png"] = Page(PNG, "image/png")
        other.pages["/page"] = Page(b"evil", "text/html")
        for number, (location, status) in enumerate((
            (f"{other.url}/real.png", 200), (f"{other.url}/page", 404), (f"{self.here.url}/media/x.png", 502), ("file:///etc/passwd", 502), ("gopher://x/", 502),
            (f"{self.far.url}/to5", 502), ("https://[", 502),
        )):  # fmt: skip
            self.far.pages[f"/to{number}"] = Page(b"", "", 302, {"Location": location})
            self.assertEqual(await self.status(f"{self.far.url}/to{number}"), status, location)

    async def test_s28_private_addresses(self) -> None:
        """Signed all the same: somebody's note names them. Also of a host name that leads there."""
        self.far.pages["/a.png"] = Page(PNG, "image/png")
        hidden = [self.address(f"{scheme}://{host}/a.png") for scheme in ("http", "https") for host in ("127.0.0.1", "10.0.0.1", "[::1]", "169.254.169.254", "localhost", "0.0.0.0", self.far.domain)]
        self.turn(private=False, proxy=True)
        for address in hidden:
            self.assertEqual((await self.ask(address))[0], 502, address)
        self.assertEqual(self.far.asked, [])
        self.assertEqual(self.address(f"{self.here.url}/admin"), f"{self.here.url}/admin")  # what is ours is not fetched

    async def test_s28_refused_hosts_and_those_without_pictures(self) -> None:
        self.far.pages["/a.png"] = Page(PNG, "image/png")
        address = self.address(f"{self.far.url}/a.png")
        for policy in ("reject", "media_removal"):
            self.turn(proxy=True)
            settings = self.here.core.settings
            tables: dict[str, dict[str, Any]] = {
                "instance": {"domain": settings.domain},
                "http": {"public_url": settings.http.public_url},
                "federation": {"allow_http": True, "allow_private_addresses": True},
                "media": {"proxy": True},
                "policies": {"simple": {policy: ["localhost"]}},
            }
            self.here.core.settings = settings_of(tables, str(settings.data_dir))
            self.assertEqual((await self.ask(address))[0], 404, policy)
        self.assertEqual(self.far.asked, [])

    async def test_s28_a_body_without_end(self) -> None:
        """Too long by its own word: nothing is sent. Too long without a word: the reader's connection breaks, and so does theirs."""
        self.turn(proxy=True, proxy_max_bytes=100_000)
        self.far.pages["/big.png"] = Page(b"x" * 100_001, "image/png")
        self.far.pages["/fits.png"] = Page(b"x" * 100_000, "image/png")
        self.assertEqual(await self.status(f"{self.far.url}/big.png"), 502)
        self.assertEqual(len((await self.ask(self.address(f"{self.far.url}/fits.png")))[2]), 100_000)
        ended: Deferred[None] = Deferred()
        url = await self.endless(lambda: ended.callback(None))
        status, _, body = await self.ask(self.address(url))
        self.assertEqual((status, body), (200, b"(cut)"))
        await ended

    async def test_s28_a_reader_who_goes_away_ends_it_there_too(self) -> None:
        ended: Deferred[None] = Deferred()
        url = await self.endless(lambda: ended.callback(None))
        response = await Agent(reactor).request(b"GET", self.address(url).replace("//localhost:", "//127.0.0.1:").encode(), Headers({"Host": [self.here.domain]}))
        self.assertEqual(response.code, 200)
        response._transport._producer.abortConnection()
        await ended

    async def test_s28_silence_has_an_end(self) -> None:
        self.patch(self.proxy_module(), "HEAD_SECONDS", 0.2)
        self.far.pages["/silent.png"] = lambda _: None
        self.assertEqual(await self.status(f"{self.far.url}/silent.png"), 502)

    async def test_ranges_and_heads(self) -> None:
        def part(asked: Asked) -> Page:
            wanted = asked.headers.get("range", asked.headers.get("Range", ""))
            if wanted == "bytes=2-3":
                return Page(b"cd", "video/mp4", 206, {"Content-Range": "bytes 2-3/6", "Accept-Ranges": "bytes"})
            return Page(b"", "", 416) if wanted == "bytes=9-" else Page(b"abcdef", "video/mp4", 200, {"Accept-Ranges": "bytes"})

        self.far.pages["/film.mp4"] = part
        address = self.address(f"{self.far.url}/film.mp4")
        status, headers, body = await self.ask(address, Range="bytes=2-3")
        self.assertEqual((status, headers["content-range"], body), (206, "bytes 2-3/6", b"cd"))
        self.assertEqual((await self.ask(address, Range="bytes=9-"))[0], 416)
        self.assertEqual((await self.ask(address, Range="bytes=0-1,3-4"))[2], b"abcdef")  # only one range goes on
        status, headers, body = await self.ask(address, "HEAD")
        self.assertEqual((status, headers["content-length"], body), (200, "6", b""))

    def proxy_module(self) -> Any:
        from web.pages import proxied

        return proxied

    async def endless(self, ended: Callable[[], None]) -> str:
        """The address of a picture that does not end. `ended` is called when nobody takes it any more."""
        from twisted.internet.endpoints import serverFromString
        from twisted.internet.protocol import Factory, Protocol
        from twisted.internet.task import TaskFinished, cooperate

        class Endless(Protocol):
            def dataReceived(self, data: bytes) -> None:
                assert self.transport is not None
                self.transport.write(b"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\nTransfer-Encoding: chunked\r\n\r\n")
                self.task = cooperate(self.body())

            def body(self) -> Iterator[None]:
                """8 MB: more than the sockets on the way hold, so that all of it comes only where nobody stops it."""
                assert self.transport is not None
                for _ in range(1_000):
                    self.transport.write(b"2000\r\n" + b"x" * 0x2000 + b"\r\n")
                    yield
                self.transport.write(b"0\r\n\r\n")

            def connectionLost(self, reason: Any) -> None:  # type: ignore[override]
                if hasattr(self, "task"):
                    with contextlib.suppress(TaskFinished):
                        self.task.stop()
                    ended()

        port = await serverFromString(reactor, "tcp:0:interface=127.0.0.1").listen(Factory.forProtocol(Endless))
        self.addCleanup(port.stopListening)
        return f"http://localhost:{port.getHost().port}/endless.png"


class ShownTests(ProxyCase):
    """With the proxy on, nothing that a browser fetches by itself lies on another server."""

    async def test_s28_no_page_and_no_entity_sends_readers_elsewhere(self) -> None:
        pictures = {"icon": {"type": "Image", "url": f"{self.far.url}/icon.png"}, "image": {"type": "Image", "url": f"{self.far.url}/header.png"}}
        smile = {"type": "Emoji", "name": ":smile:", "icon": {"type": "Image", "url": f"{self.far.url}/smile.png?a=1&b=2"}}
        self.far.person("bob", nameMap={"en": "Bob :smile:"}, tag=[smile], **pictures)
        await self.follow_bob()
        film = {"type": "Document", "mediaType": "video/mp4", "url": f"{self.far.url}/film.mp4", "icon": {"type": "Image", "url": f"{self.far.url}/still.png"}}
        files = [{"type": "Document", "mediaType": "image/png", "url": f"{self.far.url}/photo.png"}, film]
        said = await self.here.say(self.alice, "react to me")
        await self.send(self.create(1, content="<p>hello :smile:</p>", tag=[smile], attachment=files))
        await self.send(self.activity("EmojiReact", said.uri, 5, content=":smile:", tag=[smile]))
        note = await self.here.note(f"{self.far.url}/notes/1")
        assert note is not None
        bob = note.account
        app = await self.here.core.accounts.add_app(name="x", website=None, redirect_uris=["urn:ietf:wg:oauth:2.0:oob"], scopes=["read"])
        token = (await self.here.core.accounts.issue(app, self.alice.id, ["read"])).access_token
        cookie = f"{auth._name(self.here.core, 'session')}={await self.here.core.accounts.open_session(self.alice.id)}"
        fetched = ("icon.png", "header.png", "smile.png", "photo.png", "film.mp4", "still.png")
        seen: set[str] = set()
        pages = b""
        for on in (False, True, False):  # what was rendered before is not shown again
            self.turn(proxy=on)
            for path in (f"/api/v1/statuses/{note.id}", f"/api/v1/accounts/{bob.id}", "/api/v1/timelines/home", "/api/v1/notifications?include_types[]=pleroma:emoji_reaction", f"/api/v1/statuses/{said.id}"):
                _, _, body = await self.ask(self.here.url + path, Authorization=f"Bearer {token}")
                shown = [name for name in fetched if f'"{self.far.url}/{name}'.encode() in body.replace(b'"remote_url":"', b"")]
                if on:
                    self.assertEqual(shown, [], path)
                seen.update(shown)
            for path in (f"/@{bob.acct}", f"/@{bob.acct}/{note.id}", f"/@alice/{said.id}", "/home", "/notifications"):
                status, headers, body = await self.ask(self.here.url + path, Accept="text/html", Cookie=cookie)
                self.assertEqual(status, 200, path)
                policy = headers["content-security-policy"]
                images = policy.partition("img-src ")[2].partition(";")[0]
                self.assertEqual((images, "media-src 'self';" in policy), ("'self' data:", True) if on else ("'self' data: https: http:", False), path)
                if on:
                    self.assertEqual(re.findall(rb'(?:src|poster)="https?://[^"]*', body.replace(self.here.url.encode(), b"")), [], path)
                pages += body
        self.assertEqual(seen, set(fetched))
        self.assertEqual({name for name in fetched if f'="{self.far.url}/{name}'.encode() in pages}, set(fetched))  # while it was off
        self.turn(proxy=True)
        # What the page shows is what can be fetched: the `&` of an address came through HTML and back.
        self.far.pages["/smile.png?a=1&b=2"] = Page(PNG, "image/png")
        _, _, body = await self.ask(f"{self.here.url}/@{bob.acct}/{note.id}", Accept="text/html", Cookie=cookie)
        emoji = body.decode().partition('<img class="emoji" src="')[2].partition('"')[0]
        self.assertEqual((await self.ask(emoji))[2], PNG)
