"""What lists cost: a fixed number of SQL statements, one item or twenty. All rows of the table that are paged."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from pleromad.model.account import Account, Role
from pleromad.model.note import Visibility
from protocols.mastodon.table import ROWS
from tests.protocols.mastodon.test_discovery import DiscoveryCase

MANY = 20
ADMIN = "/api/v1/admin"
# What is asked for beside the page.
QUERIES = {
    "/api/v1/accounts/search": "q=p",
    "/api/v1/peers/search": "q=host",
    "/api/v1/search": "q=word",
    "/api/v1/timelines/link": "url=https://site.example/0",
    "/api/v2/search": "q=word",
}
# Lists that are not longer here: at most ten collections; answers are no trend.
FEWEST = {
    "/api/v1/accounts/<id>/collections": 10,
    "/api/v1/trends/statuses": 10,
    f"{ADMIN}/trends/statuses": 10,
}
# Numbers, not lists.
COUNTS = {"/api/v1/notifications/unread_count", "/api/v2/notifications/unread_count"}


class CostTests(DiscoveryCase):
    async def furnish(self) -> None:
        """alice has some of everything."""
        self.alice = await self.person("alice", role=Role.OWNER)
        self.people_here = await self.people(*(f"p{n}" for n in range(MANY)))
        self.token_of = {one.id: await self.token(one) for one in (self.alice, *self.people_here)}
        self.mine = await self.token(self.alice, "read", "write", "follow", "admin:read", "admin:write")
        first = await self.say(self.alice, "@p0 the first #tea", visibility=Visibility.PUBLIC)
        self.list = (await self.do("POST", "/api/v1/lists", title="friends"))["id"]
        for n, one in enumerate(self.people_here):
            await self.with_person(n, one, first.id)
        await self.do("POST", f"/api/v1/lists/{self.list}/accounts", account_ids=[str(one.id) for one in self.people_here])
        await self.staff_things()
        for n in range(MANY):
            await self.know_page(f"https://site.example/{n}", "A page")
        await self.core.discovery.count_trends()
        await self.core.discovery.count_people()
        conversations = await self.call("GET", "/api/v1/conversations", self.mine)
        for n in range(MANY):
            await self.say(self.people_here[0], f"@alice more {n}", visibility=Visibility.DIRECT, in_reply_to_id=int(conversations[-1]["last_status"]["id"]))
        groups = (await self.call("GET", "/api/v2/notifications?types[]=favourite", self.mine))["notification_groups"]
        self.ids_of = {
            "/statuses/<id>": str(first.id),
            "/lists/<id>": self.list,
            "/list/<id>": self.list,
            "/conversations/<id>": conversations[-1]["id"],
            "/accounts/<id>": str(self.alice.id),
            "<hashtag>": "tea",
            "<group_key>": max(groups, key=lambda group: group["notifications_count"])["group_key"],
        }

    async def do(self, method: str, path: str, token: str = "", **form: Any) -> Any:
        return await self.call(method, path, token or self.mine, json=form)

    async def with_person(self, n: int, one: Account, first: int) -> None:
        token = self.token_of[one.id]
        await self.follow(self.alice, one)
        await self.follow(one, self.alice)
        far = await self.remote(f"p_far{n}", f"host{n}.example")
        await self.follow(one, far)
        said = await self.say(one, f"@alice word #tea #tag{n} https://site.example/{n}", in_reply_to_id=first if n % 2 else None)
        await self.say(self.alice, f"word #tea #tag{n} https://site.example/{n} https://site.example/0")
        await self.say(one, f"word https://site.example/0 #tag{n}")
        await self.say(one, "@alice psst", visibility=Visibility.DIRECT)
        for action in ("favourite", "bookmark"):
            await self.do("POST", f"/api/v1/statuses/{said.id}/{action}")
        await self.do("POST", f"/api/v1/statuses/{said.id}/favourite", self.token_of[self.people_here[n - 1].id])
        for action in ("favourite", "reblog"):
            await self.do("POST", f"/api/v1/statuses/{first}/{action}", token)
        await self.do("POST", "/api/v1/statuses", token, status="look at this", quoted_status_id=str(first))
        await self.do("POST", f"/api/v1/accounts/{one.id}/endorse")
        await self.do("POST", f"/api/v1/tags/tag{n}/follow")
        await self.do("POST", "/api/v1/pleroma/scrobble", title=f"song {n}")
        await self.do("POST", "/api/v1/domain_blocks", domain=f"bad{n}.example")
        later = self.core.clock.now() + timedelta(days=1)
        await self.do("POST", "/api/v1/statuses", status=f"later {n}", scheduled_at=later.isoformat())
        await self.do("POST", "/api/v1/collections", token, name="Mine", account_ids=[str(self.alice.id)])
        if n < 10:
            await self.do("POST", "/api/v1/collections", name=f"Number {n}", account_ids=[str(each.id) for each in self.people_here[:5]])

    async def staff_things(self) -> None:
        for n, one in enumerate(self.people_here):
            await self.do("POST", "/api/v1/reports", account_id=str(one.id), comment="x")
            await self.do("POST", f"{ADMIN}/domain_blocks", domain=f"worse{n}.example")
            await self.do("POST", f"{ADMIN}/domain_allows", domain=f"good{n}.example")
            await self.do("POST", f"{ADMIN}/email_domain_blocks", domain=f"mail{n}.example")
            await self.do("POST", f"{ADMIN}/canonical_email_blocks", email=f"x{n}@mail.example")
            await self.do("POST", f"{ADMIN}/ip_blocks", ip=f"192.0.2.{n}", severity="no_access")

    async def shut_out(self) -> None:
        """What would end what the other lists are made of: measured on others."""
        self.dora = await self.person("dora")
        self.by_dora = await self.token(self.dora)
        await self.call("PATCH", "/api/v1/accounts/update_credentials", self.by_dora, json={"locked": True})
        for one in self.people_here:
            await self.do("POST", f"/api/v1/accounts/{self.dora.id}/follow", self.token_of[one.id])
            await self.say(one, "@dora hello", visibility=Visibility.DIRECT)
        self.carl = await self.person("carl")
        self.by_carl = await self.token(self.carl)
        for one in self.people_here:
            for action in ("mute", "block"):
                await self.do("POST", f"/api/v1/accounts/{one.id}/{action}", self.by_carl)

        self.erin = await self.person("erin")
        self.by_erin = await self.token(self.erin)
        await self.follow(self.erin, self.people_here[0])
        for one in self.people_here[1:]:
            await self.follow(self.people_here[0], one)

    async def test_no_list_asks_per_item(self) -> None:
        await self.furnish()
        await self.shut_out()
        apart = {
            "/api/v1/follow_requests": self.by_dora, "/api/v1/notifications/requests": self.by_dora, "/api/v1/blocks": self.by_carl,
            "/api/v1/mutes": self.by_carl, "/api/v1/suggestions": self.by_erin, "/api/v2/suggestions": self.by_erin,
        }  # fmt: skip
        wrong = []
        short_ones = {}
        for row in ROWS:
            if row.paging is None or row.method != "GET" or "/chats" in row.path or row.path.startswith("/api/pleroma/"):
                continue
            path = row.path
            for part, id in self.ids_of.items():
                path = path.replace(part, part.partition("<")[0] + id)
            path += f"?{QUERIES.get(row.path, '')}&"
            token = apart.get(row.path, self.mine)
            whole = (await self.reply("GET", f"{path}limit={MANY}", token)).json()
            length = len(whole) if isinstance(whole, list) else max((len(one) for one in whole.values() if isinstance(one, list)), default=0)
            if row.path not in COUNTS and length < FEWEST.get(row.path, min(MANY, row.paging[1])):
                short_ones[row.path] = length
            await self.reply("GET", f"{path}limit={MANY}", token)  # what is remembered costs nothing later
            one, many = [min([await self.cost("GET", f"{path}limit={limit}", token) for _ in range(2)]) for limit in (1, MANY)]
            if one != many:
                wrong.append((row.path, one, many))
        self.assertEqual(wrong, [])
        self.assertEqual(short_ones, {})
