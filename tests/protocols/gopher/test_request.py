"""The one line of a client."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import TestCase

from protocols.gopher.request import Request, is_http, parse


class RequestTests(TestCase):
    def test_slashes_around_a_selector_do_not_matter(self) -> None:
        for line in (b"/main/public", b"main/public", b"/main/public/"):
            self.assertEqual(parse(line), Request("main/public"))
        for line in (b"", b"/"):
            self.assertEqual(parse(line), Request(""))

    def test_a_query_comes_behind_a_tab(self) -> None:
        self.assertEqual(parse(b"/search\t tea and cake "), Request("search", "tea and cake"))
        self.assertEqual(parse(b"/search\t+1 to that"), Request("search", "+1 to that"))

    def test_gopher_plus_is_tolerated(self) -> None:
        for tail in (b"\t+", b"\t$", b"\t!", b"\t+text/plain", b"\t$+VIEWS"):
            self.assertEqual(parse(b"/main/all" + tail), Request("main/all"))
        self.assertEqual(parse(b"/search\ttea\t+"), Request("search", "tea"))
        self.assertEqual(parse(b"/search\t$"), Request("search"))

    def test_an_address_stays_as_it_is(self) -> None:
        self.assertEqual(parse(b"URL:https://x.example/a/"), Request("URL:https://x.example/a/"))
        self.assertEqual(parse(b"/URL:https://x.example/a/"), Request("URL:https://x.example/a/"))

    def test_what_is_not_utf_8_is_latin(self) -> None:
        self.assertEqual(parse(b"/tags/caf\xe9"), Request("tags/café"))
        self.assertEqual(parse("/tags/café".encode()), Request("tags/café"))

    def test_browsers_are_known(self) -> None:
        self.assertTrue(is_http(b"GET / HTTP/1.1"))
        self.assertFalse(is_http(b"GET"))
        self.assertFalse(is_http(b"/search\tGET / HTTP/1.1"))

    @given(st.binary(max_size=1_024))
    def test_any_line_is_a_request(self, line: bytes) -> None:
        request = parse(line)
        self.assertNotIn("\t", request.selector + request.query)
