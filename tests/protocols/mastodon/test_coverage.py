from __future__ import annotations

from unittest import TestCase

from protocols.mastodon.coverage import ANY, PAGE, TESTS, page, requests_in
from protocols.mastodon.table import ROWS


class CoverageTests(TestCase):
    def test_the_page_is_what_the_table_makes_of_it(self) -> None:
        self.assertEqual(PAGE.read_text(), page(ROWS, TESTS), "python -m protocols.mastodon.coverage writes it anew")

    def test_what_a_test_asks_is_read_out_of_its_source(self) -> None:
        source = """
LISTS = "/api/v1/lists"
async def test(self):
    await self.call("GET", LISTS, token)
    await self.call("PUT", f"{LISTS}/{id}?x=1", token)
    for method in ("POST", "DELETE"):
        await self.call(method, "/api/v1/" + self.what, token)
    await self.ids(LISTS + "?limit=1")
    self.assertEqual("GET", "no path")
"""
        self.assertEqual(
            set(requests_in(source)),
            {("GET", "/api/v1/lists"), ("PUT", f"/api/v1/lists/{ANY}"), ("POST", f"/api/v1/{ANY}"), ("DELETE", f"/api/v1/{ANY}")},
        )
