from __future__ import annotations

from unittest import TestCase

from protocols.mastodon.coverage import (
    ANY,
    PAGE,
    PLEROMA_PAGE,
    TESTS,
    is_pleromas,
    page,
    pleroma_page,
    requests_in,
)
from protocols.mastodon.table import ROWS


class CoverageTests(TestCase):
    def test_the_pages_are_what_the_table_makes_of_them(self) -> None:
        for file, made in ((PAGE, page), (PLEROMA_PAGE, pleroma_page)):
            self.assertEqual(file.read_text(), made(ROWS, TESTS), "python -m protocols.mastodon.coverage writes it anew")

    def test_what_is_refused_says_why(self) -> None:
        for row in ROWS:
            if row.entity is object and is_pleromas(row):
                self.assertTrue(row.answer.__doc__, row.path)

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
