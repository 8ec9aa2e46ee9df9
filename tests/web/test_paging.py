"""Pages and the Link header."""

from __future__ import annotations

from types import SimpleNamespace

from pleromad.ids import Uris
from pleromad.model.page import Page, Slice
from tests.web.test_site import HallCase
from web.paging import link_header, page_of
from web.site import Answer, Request


class PagingTests(HallCase):
    async def page(self, query: str, **kw: int) -> Page:
        pages: list[Page] = []

        async def answer(request: Request) -> Answer:
            pages.append(page_of(request, **kw))
            return Answer()

        path = f"/page{len(self.site._nodes)}"
        self.site.route("GET", path, answer)
        reply = await self.get(f"{path}?{query}")
        self.assertEqual(reply.status, 200, reply.body)
        return pages[0]

    async def test_bounds_are_read(self):
        self.assertEqual(await self.page("max_id=9&since_id=2&min_id=3&limit=5"), Page(5, 9, 2, 3))

    async def test_a_limit_is_cut(self):
        for query, limit in [("", 20), ("limit=0", 1), ("limit=999", 40), ("limit=-5", 1), ("limit=", 20)]:
            self.assertEqual((await self.page(query)).limit, limit)
        self.assertEqual((await self.page("limit=999", default=40, most=80)).limit, 80)

    async def test_words_for_nothing_are_nothing(self):
        self.assertEqual(await self.page("max_id=null&min_id=undefined&since_id="), Page(20))

    async def test_ids_beyond_64_bits_are_cut(self):
        self.assertEqual((await self.page("max_id=" + "9" * 50)).max_id, (1 << 63) - 1)

    async def test_a_word_is_refused_by_name(self):
        async def answer(request: Request) -> Answer:
            page_of(request)
            return Answer()

        self.site.route("GET", "/p", answer)
        for query in ("max_id=abc", "limit=ten", "min_id=%D9%A1"):
            reply = await self.get(f"/p?{query}")
            self.assertEqual(reply.status, 422)
            self.assertIn(query.partition("=")[0], reply.text)

    async def test_the_link_header_keeps_the_query_but_no_token(self):
        core = SimpleNamespace(uris=Uris("https://here.example", "here.example"))

        async def answer(request: Request) -> Answer:
            return Answer(headers=(("Link", link_header(request, core, Slice((1,), 5, 9))),))

        self.site.route("GET", "/api/tag/<name>", answer)
        reply = await self.get("/api/tag/%C3%A9?limit=2&any[]=x&max_id=3&access_token=secret")
        self.assertEqual(
            reply.headers["link"],
            '<https://here.example/api/tag/%C3%A9?limit=2&any%5B%5D=x&max_id=5>; rel="next", '
            '<https://here.example/api/tag/%C3%A9?limit=2&any%5B%5D=x&min_id=9>; rel="prev"',
        )
