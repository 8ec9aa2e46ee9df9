"""Rate limits."""

from __future__ import annotations

from twisted.internet.task import Clock

from tests.web.test_site import HallCase
from web.limits import Limit, Limits, group_of
from web.site import Answer, Request

FEW = Limit("few", 2, 60)


class LimitTests(HallCase):
    def setUp(self):
        super().setUp()
        self.clock = Clock()
        self.clock.advance(1_700_000_000)
        self.site.limits = Limits(self.clock.seconds)

        async def answer(request: Request) -> Answer:
            self.site.limits.take(request, FEW)
            return Answer.plain("ok")

        self.site.route("GET", "/few", answer)

    async def few(self, address: str = "192.0.2.1"):
        return await self.get("/few", address=address)

    async def test_the_headers_tell_what_is_left(self):
        reply = await self.few()
        self.assertEqual(reply.headers["x-ratelimit-limit"], "2")
        self.assertEqual(reply.headers["x-ratelimit-remaining"], "1")
        self.assertEqual(reply.headers["x-ratelimit-reset"], "2023-11-14T22:14:20.000Z")

    async def test_one_too_many_is_429_until_the_window_ends(self):
        await self.few()
        await self.few()
        reply = await self.few()
        self.assertEqual(
            (reply.status, reply.headers["x-ratelimit-remaining"], reply.headers["retry-after"]),
            (429, "0", "60"),
        )
        self.clock.advance(60)
        self.assertEqual((await self.few()).status, 200)

    async def test_everybody_has_a_count_of_their_own(self):
        for _ in range(3):
            await self.few("192.0.2.1")
        self.assertEqual((await self.few("192.0.2.2")).status, 200)

    async def test_a_network_of_ipv6_addresses_is_one(self):
        self.assertEqual(group_of("2001:db8::1"), group_of("2001:db8::ffff"))
        self.assertNotEqual(group_of("2001:db8::1"), group_of("2001:db8:0:1::1"))

    async def test_this_machine_is_counted_but_never_refused(self):
        for _ in range(5):
            reply = await self.few("127.0.0.1")
        self.assertEqual((reply.status, reply.headers["x-ratelimit-remaining"]), (200, "0"))
