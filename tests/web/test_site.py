"""The hall: routes, representations, refusals, CORS, bounds, and a client that hangs up."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from twisted.internet import reactor
from twisted.internet.address import UNIXAddress
from twisted.internet.defer import Deferred
from twisted.trial.unittest import TestCase

from pleromad.errors import Forbidden, Gone, Invalid, NotFound, RateLimited, StoreUnavailable
from pleromad.sections import Http, Settings
from tests.support.http import Client, parse_reply
from web.site import Answer, Request, Site, Streamed, current_request_id, status_of


class HallCase(TestCase):
    """A site over settings alone."""

    TRUSTED: tuple[str, ...] = ("10.0.0.0/8",)

    def setUp(self):
        settings = Settings(http=Http(public_url="https://here.example", trusted_proxies=self.TRUSTED))
        self.site = Site(SimpleNamespace(settings=settings, gatekeeper=SimpleNamespace(shuts_out=lambda address: False)), reactor)
        self.client = Client(self.site)

    async def get(self, path: str, **kw: Any):
        return await self.client.get(path, **kw)


async def hello(request: Request) -> Answer:
    return Answer.plain("hello")


async def echo(request: Request) -> Answer:
    return Answer(200, request.body, "application/octet-stream")


def told(request: Request, error: Exception) -> Answer:
    return Answer.json({"error": error.public}, status=status_of(error))


class RoutingTests(HallCase):
    async def test_a_route_answers(self):
        self.site.route("GET", "/hello", hello)
        reply = await self.get("/hello")
        self.assertEqual((reply.status, reply.body), (200, b"hello"))
        self.assertEqual(reply.headers["content-length"], "5")
        self.assertEqual(reply.headers["server"], "pleromad")
        self.assertEqual(reply.headers["x-content-type-options"], "nosniff")

    async def test_a_trailing_slash_is_tolerated(self):
        self.site.route("GET", "/hello", hello)
        self.assertEqual((await self.get("/hello/")).status, 200)

    async def test_placeholders_are_decoded(self):
        async def answer(request: Request) -> Answer:
            return Answer.json(request.params)

        self.site.route("GET", "/@<name>/<id>", answer)
        reply = await self.get("/@al%C3%ADce/7")
        self.assertEqual(reply.json(), {"name": "alíce", "id": "7"})

    async def test_doors_may_name_a_placeholder_differently(self):
        async def one(request: Request) -> Answer:
            return Answer.json(request.params)

        self.site.route("GET", "/things/<id>", one)
        self.site.route("DELETE", "/things/<thing_id>", one)
        self.assertEqual((await self.get("/things/5")).json(), {"id": "5"})
        self.assertEqual((await self.client.request("DELETE", "/things/5")).json(), {"thing_id": "5"})

    async def test_a_path_placeholder_takes_the_rest(self):
        async def answer(request: Request) -> Answer:
            return Answer.plain(request.params["path"])

        self.site.route("GET", "/media/<path:path>", answer)
        self.assertEqual((await self.get("/media/a/b/c.png")).body, b"a/b/c.png")

    async def test_the_same_method_cannot_be_taken_twice(self):
        self.site.route("GET POST", "/hello", hello)
        self.assertRaises(ValueError, self.site.route, "POST", "/hello", hello)

    async def test_head_follows_get_without_a_body(self):
        self.site.route("GET", "/hello", hello)
        reply = await self.client.request("HEAD", "/hello")
        self.assertEqual((reply.status, reply.body, reply.headers["content-length"]), (200, b"", "5"))

    async def test_a_wrong_method_is_told_the_right_ones(self):
        self.site.route("GET", "/hello", hello)
        reply = await self.client.request("DELETE", "/hello")
        self.assertEqual((reply.status, reply.headers["allow"]), (405, "GET, HEAD, OPTIONS"))

    async def test_queries_are_pairs_in_order(self):
        async def answer(request: Request) -> Answer:
            return Answer.json({"query": request.query, "first": request.first("a")})

        self.site.route("GET", "/q", answer)
        reply = await self.get("/q?a=1&b=&a=%C3%A9+x%00")
        self.assertEqual(reply.json(), {"query": [["a", "1"], ["b", ""], ["a", "é x"]], "first": "1"})

    async def test_an_address_that_is_not_utf8_is_refused(self):
        self.site.route("GET", "/@<name>", hello)
        self.assertEqual((await self.get("/@%ff")).status, 422)
        self.assertEqual((await self.get("/@a%00b")).status, 422)

    async def test_a_strange_host_header_does_no_harm(self):
        self.site.route("GET", "/hello", hello)
        for host in ("a..b", "[", "x" * 300, "\u00e9".encode().decode("latin-1")):
            self.assertEqual((await self.get("/hello", headers={"Host": host})).status, 200)


class RefusalTests(HallCase):
    def refusing(self, path: str, error: Exception) -> None:
        async def answer(request: Request) -> Answer:
            raise error

        self.site.route("GET POST", path, answer)

    async def test_a_refusal_speaks_the_words_of_the_longest_prefix(self):
        self.site.errors("/api", told)
        self.site.errors("/api/odd", lambda request, error: Answer.json(["odd"], status=400))
        self.refusing("/api/one", Forbidden("No way"))
        self.refusing("/api/odd/one", Forbidden())
        self.refusing("/page", NotFound())
        self.assertEqual((await self.get("/api/one")).json(), {"error": "No way"})
        self.assertEqual((await self.get("/api/odd/one")).json(), ["odd"])
        self.assertEqual((await self.get("/page")).body, b"Record not found\n")

    async def test_what_has_no_route_is_not_found_in_the_prefixs_words(self):
        self.site.errors("/api", told)
        reply = await self.get("/api/nothing")
        self.assertEqual((reply.status, reply.json()), (404, {"error": "Record not found"}))

    async def test_the_statuses(self):
        for number, (error, status) in enumerate(
            [
                (Invalid(), 422),
                (Gone(), 410),
                (StoreUnavailable(), 503),
                (RateLimited(retry_after_seconds=7), 429),
            ]
        ):
            self.refusing(f"/{number}", error)
            reply = await self.get(f"/{number}")
            self.assertEqual(reply.status, status)
        self.assertEqual(reply.headers["retry-after"], "7")

    async def test_any_other_exception_is_500_and_logged_with_the_request_id(self):
        self.site.errors("/api", told)
        self.refusing("/api/broken", KeyError("secret"))
        reply = await self.get("/api/broken")
        self.assertEqual((reply.status, reply.json()), (500, {"error": "Something went wrong"}))
        self.assertNotIn("secret", reply.text)
        self.assertEqual(len(self.flushLoggedErrors(KeyError)), 1)

    async def test_a_renderer_that_fails_is_500(self):
        self.site.errors("/api", lambda request, error: 1 / 0)
        self.refusing("/api/x", NotFound())
        reply = await self.get("/api/x")
        self.assertEqual(reply.status, 500)
        self.flushLoggedErrors(ZeroDivisionError)

    async def test_the_request_id_is_in_the_header_and_the_context(self):
        async def answer(request: Request) -> Answer:
            return Answer.plain(f"{request.id} {current_request_id.get()}")

        self.site.route("GET", "/id", answer)
        reply = await self.get("/id")
        self.assertEqual(reply.text, f"{reply.headers['x-request-id']} {reply.headers['x-request-id']}")

    async def test_headers_cannot_be_forged(self):
        async def answer(request: Request) -> Answer:
            return Answer.redirect("https://x.example/\r\nSet-Cookie: a=b", headers=(("X-Odd", "a\r\nb: c"),))

        self.site.route("GET", "/r", answer)
        reply = await self.get("/r")
        self.assertEqual(reply.headers["location"], "https://x.example/%0D%0ASet-Cookie:%20a=b")
        self.assertNotIn("set-cookie", reply.headers)
        self.assertNotIn("b", reply.headers)


class RepresentationTests(HallCase):
    def setUp(self):
        super().setUp()

        def says(what: str):
            async def answer(request: Request) -> Answer:
                return Answer.plain(what)

            return answer

        self.site.represent("/@<name>", "application/activity+json, application/ld+json", says("activity"))
        self.site.represent("/@<name>", "text/html", says("html"), default=True)
        self.site.represent("/@<name>", "application/atom+xml", says("atom"))
        self.site.represent("/notes/<id>", "application/activity+json", says("activity"))
        self.site.represent("/notes/<id>", "text/html", says("html"))

    async def said(self, path: str, accept: str | None) -> str:
        reply = await self.get(path, headers={"Accept": accept} if accept is not None else {})
        self.assertIn("Accept", reply.headers["vary"])
        return reply.text

    async def test_accept_decides(self):
        for accept, said in [
            (None, "html"),
            ("*/*", "html"),
            ("application/activity+json", "activity"),
            ('application/ld+json; profile="https://www.w3.org/ns/activitystreams"', "activity"),
            (
                'application/ld+json; profile="https://www.w3.org/ns/activitystreams", application/activity+json',
                "activity",
            ),
            ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "html"),
            ("application/atom+xml", "atom"),
            ("application/atom+xml;q=0.9, text/html;q=0.5", "atom"),
            ("text/html;q=0.2, */*;q=0.9, application/atom+xml;q=0.1", "activity"),
            ("image/png", "html"),
            ("text/html;q=0, application/*", "activity"),
            ("text/html, text/plain, text/sgml, */*;q=0.01", "html"),
            ("application/activity+json, text/html", "html"),
            ("garbage;;;,,,q", "html"),
        ]:
            self.assertEqual(await self.said("/@alice", accept), said, accept)

    async def test_without_a_default_the_first_one_stands(self):
        self.assertEqual(await self.said("/notes/1", "*/*"), "activity")
        self.assertEqual(await self.said("/notes/1", "text/html"), "html")

    async def test_other_methods_may_be_routed_under_the_same_path(self):
        self.site.route("POST", "/notes/<note>", hello)
        self.assertEqual((await self.client.post("/notes/1")).body, b"hello")
        self.assertEqual(await self.said("/notes/1", "text/html"), "html")

    async def test_refusals_vary_too(self):
        async def answer(request: Request) -> Answer:
            raise NotFound

        self.site.represent("/gone", "text/html", answer)
        reply = await self.get("/gone")
        self.assertEqual((reply.status, reply.headers["vary"]), (404, "Accept"))


class CorsTests(HallCase):
    def setUp(self):
        super().setUp()
        self.site.cors("/api", "/oauth/token")
        self.site.route("GET POST", "/api/x", hello)
        self.site.route("GET", "/page", hello)

    async def test_preflight_is_answered(self):
        reply = await self.client.request(
            "OPTIONS",
            "/api/x",
            headers={
                "Origin": "https://app.example",
                "Access-Control-Request-Headers": "authorization, x-odd",
            },
        )
        self.assertEqual(reply.status, 204)
        self.assertEqual(reply.headers["access-control-allow-origin"], "*")
        self.assertEqual(reply.headers["access-control-allow-headers"], "authorization, x-odd")
        self.assertIn("PATCH", reply.headers["access-control-allow-methods"])

    async def test_answers_and_refusals_carry_the_headers(self):
        for path in ("/api/x", "/api/nothing"):
            reply = await self.get(path)
            self.assertEqual(reply.headers["access-control-allow-origin"], "*")
            self.assertIn("Link", reply.headers["access-control-expose-headers"])

    async def test_pages_are_not_open_to_other_origins(self):
        self.assertNotIn("access-control-allow-origin", (await self.get("/page")).headers)
        reply = await self.client.request("OPTIONS", "/page")
        self.assertEqual(reply.status, 204)
        self.assertNotIn("access-control-allow-origin", reply.headers)


class BoundTests(HallCase):
    def setUp(self):
        super().setUp()
        self.site.errors("/api", told)
        self.site.route("POST", "/api/echo", echo, max_body=1000)

    async def test_a_body_comes_whole(self):
        self.assertEqual((await self.client.request("POST", "/api/echo", body=b"x" * 1000)).body, b"x" * 1000)

    async def test_a_body_over_the_bound_is_413(self):
        reply = await self.client.request("POST", "/api/echo", body=b"x" * 1001)
        self.assertEqual(
            (reply.status, reply.json()), (413, {"error": "The body may have at most 1000 bytes"})
        )

    async def test_a_chunked_body_over_the_bound_is_413(self):
        exchange = self.client.open()
        exchange.send(b"POST /api/echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
        for _ in range(5):
            exchange.send(b"12c\r\n" + b"x" * 300 + b"\r\n")
        exchange.send(b"0\r\n\r\n")
        reply = await exchange.until(lambda data: parse_reply(data, ended=False))
        self.assertEqual(reply.status, 413)

    async def test_who_waits_for_100_continue_is_refused_before_the_body(self):
        exchange = self.client.open()
        exchange.send(
            b"POST /api/echo HTTP/1.1\r\nHost: x\r\nContent-Length: 5000\r\nExpect: 100-continue\r\n\r\nxxx"
        )
        reply = await exchange.until(lambda data: parse_reply(data, ended=False))
        self.assertEqual((reply.status, reply.headers["connection"]), (413, "close"))
        self.assertNotIn(b"100 Continue", exchange.transport.value())
        exchange.send(b"x" * 5000)
        self.assertTrue(exchange.transport.lost)

    async def test_a_huge_body_is_refused_at_once(self):
        exchange = self.client.open()
        exchange.send(b"POST /api/echo HTTP/1.1\r\nHost: x\r\nContent-Length: 5000000000000\r\n\r\nxxx")
        reply = await exchange.until(lambda data: parse_reply(data, ended=False))
        self.assertEqual(reply.status, 413)
        self.assertTrue(exchange.transport.lost)

    async def test_a_connection_is_used_again_after_a_refusal(self):
        self.site.route("GET", "/hello", hello)
        exchange = self.client.open()
        exchange.send(b"POST /api/echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1500\r\n\r\n" + b"x" * 1500)
        await exchange.until(lambda data: parse_reply(data, ended=False))
        exchange.transport.clear()
        exchange.send(b"GET /hello HTTP/1.1\r\nHost: x\r\n\r\n")
        reply = await exchange.until(lambda data: parse_reply(data, ended=False))
        self.assertEqual(reply.body, b"hello")

    async def test_paths_without_a_route_have_a_bound_too(self):
        self.assertEqual(self.site.bound_of(b"POST", b"/nowhere?x"), 100_000)
        self.assertEqual(self.site.bound_of(b"POST", b"/api/echo?x=/y"), 1000)


class HangUpTests(HallCase):
    async def test_a_handler_runs_to_its_end_when_the_client_hangs_up(self):
        gate: Deferred[None] = Deferred()
        done: Deferred[str] = Deferred()

        async def slow(request: Request) -> Answer:
            await gate
            done.callback("done")
            return Answer.plain("late")

        self.site.route("GET", "/slow", slow)
        exchange = self.client.open()
        exchange.send(b"GET /slow HTTP/1.1\r\nHost: x\r\n\r\n")
        exchange.hang_up()
        gate.callback(None)
        self.assertEqual(await done, "done")
        self.assertEqual(exchange.transport.value(), b"")
        self.assertEqual(self.site.running, set())

    async def test_a_stream_writes_until_it_ends(self):
        gate: Deferred[None] = Deferred()

        async def start(raw: Any) -> None:
            raw.write(b"data: 1\n\n")
            await gate
            raw.write(b"data: 2\n\n")

        async def answer(request: Request) -> Answer:
            return Streamed(media_type="text/event-stream", start=start)

        self.site.route("GET", "/stream", answer)
        exchange = self.client.open()
        exchange.send(b"GET /stream HTTP/1.1\r\nHost: x\r\n\r\n")
        await exchange.until(lambda data: b"data: 1" in data)
        self.assertEqual(len(self.site.streams), 1)
        self.assertEqual(self.site.running, set())
        gate.callback(None)
        reply = await exchange.until(lambda data: parse_reply(data, ended=False))
        self.assertEqual(reply.body, b"data: 1\n\ndata: 2\n\n")
        self.assertEqual(reply.headers["content-type"], "text/event-stream")
        self.assertEqual(self.site.streams, set())


class FileTests(HallCase):
    def setUp(self):
        super().setUp()
        self.path = self.mktemp()
        with open(self.path, "wb") as file:
            file.write(b"0123456789")

        async def answer(request: Request) -> Answer:
            return Answer.file(self.path, "image/png", (("Cache-Control", "max-age=5"),))

        self.site.route("GET", "/media/<path:path>", answer)

    async def test_a_file_is_sent(self):
        reply = await self.get("/media/a/b/c")
        self.assertEqual((reply.status, reply.body), (200, b"0123456789"))
        self.assertEqual(reply.headers["content-type"], "image/png")
        self.assertEqual(reply.headers["cache-control"], "max-age=5")

    async def test_a_range_of_it_is_sent(self):
        reply = await self.get("/media/a/b/c", headers={"Range": "bytes=2-4"})
        self.assertEqual((reply.status, reply.body), (206, b"234"))
        self.assertEqual(reply.headers["content-range"], "bytes 2-4/10")

    async def test_head_has_no_body(self):
        reply = await self.client.request("HEAD", "/media/a")
        self.assertEqual((reply.status, reply.body, reply.headers["content-length"]), (200, b"", "10"))

    async def test_who_has_it_is_told_so(self):
        stamp = (await self.get("/media/a")).headers["last-modified"]
        reply = await self.get("/media/a", headers={"If-Modified-Since": stamp})
        self.assertEqual((reply.status, reply.body), (304, b""))


class AddressTests(HallCase):
    TRUSTED = ("10.0.0.0/8", "::1")

    async def address(self, peer: str, forwarded: str | None = None) -> str:
        headers = {"X-Forwarded-For": forwarded} if forwarded is not None else {}
        if "/address" not in self.site._nodes:

            async def answer(request: Request) -> Answer:
                return Answer.plain(request.address)

            self.site.route("GET", "/address", answer)
        return (await self.get("/address", headers=headers, address=peer)).text

    async def test_only_trusted_proxies_speak_for_others(self):
        for peer, forwarded, address in [
            ("192.0.2.1", None, "192.0.2.1"),
            ("192.0.2.1", "198.51.100.7", "192.0.2.1"),
            ("10.0.0.1", "198.51.100.7", "198.51.100.7"),
            ("10.0.0.1", "1.2.3.4, 198.51.100.7", "198.51.100.7"),
            ("10.0.0.1", "198.51.100.7, 10.2.2.2", "198.51.100.7"),
            ("10.0.0.1", "198.51.100.7, garbage", "10.0.0.1"),
            ("10.0.0.1", "[2001:db8::1]:443", "2001:db8::1"),
            ("10.0.0.1", "::ffff:198.51.100.7", "198.51.100.7"),
            ("10.0.0.1", None, "10.0.0.1"),
            ("::1", "198.51.100.7:1234", "198.51.100.7"),
        ]:
            self.assertEqual(await self.address(peer, forwarded), address, (peer, forwarded))

    async def test_a_unix_socket_is_trusted(self):
        await self.address("192.0.2.1")
        exchange = self.client.open()
        exchange.transport.peerAddr = UNIXAddress(None)
        exchange.send(b"GET /address HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 198.51.100.7\r\n\r\n")
        reply = await exchange.until(lambda data: parse_reply(data, ended=False))
        self.assertEqual(reply.text, "198.51.100.7")
