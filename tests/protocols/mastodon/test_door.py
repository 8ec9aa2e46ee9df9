from __future__ import annotations

import base64
import re

from protocols.mastodon.door import Access
from protocols.mastodon.table import ROWS
from tests.protocols.mastodon.case import MastodonCase, row_of
from tests.support.core import PASSWORD


class AccessTests(MastodonCase):
    async def test_each_endpoint_asks_who_it_is(self) -> None:
        alice = await self.person("alice")
        narrow = await self.token(alice, "push:nothing")
        app = await self.token(None)
        for row in ROWS:
            path = re.sub(r"<\w+>", "1", row.path)
            self.assertIs(row_of(row.method.split()[0], path), row, path)
            for method in row.method.split():
                nobody = await self.request(method, path)
                if row.access is Access.ANYBODY:
                    self.assertNotIn(nobody.status, (401, 403, 500), path)
                elif row.access is Access.STAFF:
                    self.assertEqual((nobody.status, nobody.json()["error"]), (403, "This action is not allowed"), path)
                else:
                    self.assertEqual((nobody.status, nobody.json()["error"]), (401, "The access token is invalid"), path)
                    self.assertIn("Bearer", nobody.headers["www-authenticate"])
                if row.scope:
                    wrong = await self.request(method, path, token=narrow)
                    self.assertEqual((wrong.status, wrong.json()["error"]), (403, "This action is outside the authorized scopes"), path)
                if row.access is Access.PERSON:
                    refused = await self.request(method, path, token=app)
                    self.assertIn(refused.status, (403, 422), path)
                broken = await self.request(method, path, token="wrong")
                self.assertEqual((broken.status, broken.json()["error"]), (401, "The access token is invalid"), path)

    async def test_the_old_scope_follow_covers_relations(self) -> None:
        token = await self.token(await self.person("alice"), "follow")
        await self.call("GET", "/api/v1/blocks", token)
        await self.call("GET", "/api/v1/timelines/home", token, 403)

    async def test_name_and_password_are_taken_as_in_pleroma(self) -> None:
        await self.person("alice")
        header = "Basic " + base64.b64encode(f"alice:{PASSWORD}".encode()).decode()
        reply = await self.get("/api/v1/accounts/verify_credentials", headers={"Authorization": header})
        self.assertEqual(reply.json()["acct"], "alice")

    async def test_an_empty_token_is_nobody(self) -> None:
        reply = await self.get("/api/v1/timelines/public", headers={"Authorization": "Bearer "})
        self.assertEqual(reply.status, 200)


class ShapeTests(MastodonCase):
    async def test_an_unknown_path_is_no_record(self) -> None:
        for path in ("/api/v1/nothing", "/api/v9/x/y", "/api/", "/api/v1/accounts/1/nothing"):
            reply = await self.get(path)
            self.assertEqual((reply.status, reply.json()), (404, {"error": "Record not found"}), path)
            self.assertEqual(reply.headers["content-type"], "application/json; charset=utf-8")

    async def test_a_trailing_slash_is_tolerated(self) -> None:
        self.assertEqual((await self.get("/api/v1/instance/")).status, 200)

    async def test_limits_are_told(self) -> None:
        headers = (await self.get("/api/v1/timelines/public")).headers
        self.assertEqual(headers["x-ratelimit-limit"], "7500")
        self.assertEqual(headers["access-control-allow-origin"], "*")
        token = await self.token(await self.person("alice"))
        self.assertEqual((await self.get("/api/v1/timelines/home", token=token)).headers["x-ratelimit-limit"], "1500")

    async def test_too_much_is_refused_for_a_while(self) -> None:
        for _ in range(60):
            await self.post("/api/v1/apps", {"client_name": "x", "redirect_uris": "a://b"}, address="203.0.113.7")
        reply = await self.post("/api/v1/apps", {"client_name": "x", "redirect_uris": "a://b"}, address="203.0.113.7")
        self.assertEqual((reply.status, reply.json()["error"]), (429, "Too many requests, please wait"))
        self.assertIn("retry-after", reply.headers)

    async def test_browsers_of_any_site_may_ask(self) -> None:
        reply = await self.request("OPTIONS", "/api/v1/statuses", headers={"Origin": "https://app.example", "Access-Control-Request-Method": "POST"})
        self.assertEqual(reply.status, 204)
        self.assertIn("POST", reply.headers["access-control-allow-methods"])

    async def test_what_apps_ask_at_start_is_answered(self) -> None:
        token = await self.token(await self.person("alice"))
        lists = [
            "/api/v1/lists", "/api/v1/filters", "/api/v2/filters", "/api/v1/announcements", "/api/v1/conversations",
            "/api/v1/followed_tags", "/api/v1/suggestions", "/api/v2/suggestions", "/api/v1/trends/tags", "/api/v1/trends/links",
            "/api/v1/trends/statuses", "/api/v1/scheduled_statuses", "/api/v1/endorsements", "/api/v1/featured_tags",
            "/api/v1/notifications/requests", "/api/v1/custom_emojis",
        ]  # fmt: skip
        for path in lists:
            self.assertEqual(await self.call("GET", path, token), [], path)
        await self.call("GET", "/api/v1/push/subscription", token, 404)
        policy = await self.call("GET", "/api/v2/notifications/policy", token)
        self.assertEqual(policy["for_not_following"], "accept")
