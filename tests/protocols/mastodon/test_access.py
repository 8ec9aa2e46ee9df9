"""Every endpoint, asked by everybody: nobody, an app, a token of too little, somebody else, somebody blocked, somebody shut out, an admin.

And what belongs to one person only, looked for by all the others.
"""

from __future__ import annotations

from typing import Any

from pleromad.model.account import Role
from pleromad.model.moderation import Sanction
from protocols.mastodon.door import Access, Row
from protocols.mastodon.table import ROWS
from tests.protocols.mastodon.case import MastodonCase
from tests.protocols.mastodon.test_media import picture

SECRET = "xyzzyplugh"
TAG = "plover"
REPORTED = "frobozz"
# Nothing that could be: so that what is asked for is not there, whoever asks.
NOTHING = {"id": "1", "item": "1", "account_id": "1", "date": "1999-01-01"}


def path_of(row: Row) -> str:
    path = row.path
    while "<" in path:
        name = path.partition("<")[2].partition(">")[0]
        path = path.replace(f"<{name}>", NOTHING.get(name, "nothing"))
    return path


def requests(*, twice: bool = False) -> list[tuple[Row, str, str]]:
    """`twice`: Pleroma's also at their second address, which is made from the same row."""
    return [(row, method, path_of(row)) for row in ROWS if twice or not row.path.startswith("/api/pleroma/") for method in row.method.split()]


class AccessTests(MastodonCase):
    DOORS = ("mastodon", "pages")

    async def asked(self, token: str | None, *, twice: bool = False) -> dict[tuple[str, str], tuple[Row, int, Any]]:
        """Of each endpoint: the row, the status, what came."""
        found = {}
        for row, method, path in requests(twice=twice):
            reply = await self.request(method, path, token=token, headers={"Content-Type": "application/json"})
            self.assertLess(reply.status, 500, f"{method} {path}: {reply.text[:300]}")
            if reply.status >= 400:
                self.assertTrue(reply.headers["content-type"].startswith("application/json"), f"{method} {path}")
            found[method, path] = (row, reply.status, reply.json() if reply.status >= 400 else None)
        return found

    async def test_without_a_token_only_what_is_for_anybody_is_answered(self) -> None:
        for (method, path), (row, status, body) in (await self.asked(None, twice=True)).items():
            if row.access is Access.STAFF:
                self.assertEqual(status, 403, f"{method} {path}")
            elif row.access is not Access.ANYBODY:
                self.assertEqual((status, body["error"]), (401, "The access token is invalid"), f"{method} {path}")
            else:
                self.assertIn(status, (200, 202, 204, 302, 303, 400, 401, 404, 422), f"{method} {path}: {body}")

    async def test_a_wrong_token_is_never_taken_for_none(self) -> None:
        for (method, path), (_, status, body) in (await self.asked("nonsense", twice=True)).items():
            self.assertEqual((status, body["error"]), (401, "The access token is invalid"), f"{method} {path}")

    async def test_an_app_is_no_person(self) -> None:
        for (method, path), (row, status, body) in (await self.asked(await self.token(None))).items():
            if row.access is Access.PERSON:
                self.assertEqual((status, body["error"]), (422, "This method requires an authenticated user"), f"{method} {path}")
            elif row.access is Access.STAFF:
                self.assertEqual(status, 403, f"{method} {path}")

    async def test_a_token_of_too_little_is_refused(self) -> None:
        owner = await self.person("olga", role=Role.OWNER)
        for (method, path), (row, status, body) in (await self.asked(await self.token(owner, "nothing:at_all"))).items():
            if row.scope:
                self.assertEqual((status, body["error"]), (403, "This action is outside the authorized scopes"), f"{method} {path}")

    async def test_reading_scopes_write_nothing(self) -> None:
        owner = await self.person("olga", role=Role.OWNER)
        for (method, path), (row, status, _) in (await self.asked(await self.token(owner, "read", "admin:read"))).items():
            if row.scopes and all("write" in scope for scope in row.scopes):
                self.assertEqual(status, 403, f"{method} {path}")
            if method != "GET" and row.access is Access.PERSON and status == 200:
                self.assertTrue(any(scope.startswith("read") for scope in row.scopes), f"{method} {path} changes things by a scope to read")

    async def test_who_is_no_staff_cannot_do_what_staff_can(self) -> None:
        alice = await self.person("alice")
        token = await self.token(alice, "read", "write", "follow", "push", "admin:read", "admin:write")
        for (method, path), (row, status, _) in (await self.asked(token)).items():
            if row.access is Access.STAFF:
                self.assertEqual(status, 403, f"{method} {path}")

    async def test_an_owner_is_refused_nothing_that_is_for_staff(self) -> None:
        owner = await self.person("olga", role=Role.OWNER)
        for (method, path), (row, status, body) in (await self.asked(await self.token(owner, "admin:read", "admin:write"))).items():
            if row.access is Access.STAFF:
                self.assertIn(status, (200, 400, 404, 422), f"{method} {path}: {body}")

    async def test_somebody_who_is_shut_out_may_nothing(self) -> None:
        for name, what in (("sue", Sanction.SUSPEND), ("dora", Sanction.DISABLE)):
            who = await self.person(name)
            token = await self.token(who)
            await self.core.moderation.sanction(None, who.id, what)
            for (method, path), (_, status, _) in (await self.asked(token)).items():
                self.assertIn(status, (401, 403), f"{method} {path}")


class PrivacyTests(MastodonCase):
    """What alice keeps to herself, or tells bob only, is found by nobody else."""

    DOORS = ("mastodon", "pages", "activitypub")

    async def furnish(self) -> None:
        self.alice, self.bob, self.eve, self.mallory = [await self.person(name) for name in ("alice", "bob", "eve", "mallory")]
        admin = await self.person("olga", role=Role.OWNER)
        for one in (self.bob, self.mallory):
            await self.follow(one, self.alice)
        self.by_alice = await self.token(self.alice)
        files = {"file": ("a.png", "image/png", picture())}
        self.media = await self.call("POST", "/api/v2/media", self.by_alice, data={"description": SECRET}, files=files)
        direct = {"status": f"@bob {SECRET} #{TAG}", "visibility": "direct", "media_ids": [self.media["id"]]}
        self.direct = await self.call("POST", "/api/v1/statuses", self.by_alice, json=direct)
        friends = {"status": f"{SECRET} #{TAG}", "visibility": "private", "poll": {"options": [SECRET, "no"], "expires_in": 3600}}
        self.friends = await self.call("POST", "/api/v1/statuses", self.by_alice, json=friends)
        self.list = await self.call("POST", "/api/v1/lists", self.by_alice, data={"title": SECRET})
        given = {"title": SECRET, "context": ["home"], "keywords_attributes": [{"keyword": SECRET}]}
        self.filter = await self.call("POST", "/api/v2/filters", self.by_alice, json=given)
        await self.call("POST", f"/api/v2/filters/{self.filter['id']}/statuses", self.by_alice, data={"status_id": self.friends["id"]})
        self.filter = await self.call("GET", f"/api/v2/filters/{self.filter['id']}", self.by_alice)
        await self.call("POST", f"/api/v1/accounts/{self.eve.id}/note", self.by_alice, data={"comment": SECRET})
        await self.call("POST", f"/api/v1/accounts/{self.mallory.id}/block", self.by_alice)
        await self.call("POST", "/api/v1/reports", self.by_alice, data={"account_id": str(self.eve.id), "comment": REPORTED})
        [self.conversation] = await self.call("GET", "/api/v1/conversations", self.by_alice)
        self.others = {
            "nobody": None,
            "an app": await self.token(None),
            "eve, a stranger": await self.token(self.eve),
            "mallory, who is blocked": await self.token(self.mallory),
            "olga, an admin": await self.token(admin),
        }

    def ids(self) -> dict[str, list[str]]:  # type: ignore[override]
        """All ids of what is alice's, for each placeholder."""
        keyword, status = self.filter["keywords"][0]["id"], self.filter["statuses"][0]["id"]
        own = [
            self.direct["id"], self.friends["id"], self.friends["poll"]["id"], self.media["id"], self.list["id"], self.filter["id"], keyword,
            status, self.conversation["id"], str(self.alice.id),
        ]  # fmt: skip
        return {"id": own, "hashtag": [TAG], "name": [TAG], "account_id": [str(self.alice.id)]}

    async def test_nothing_that_is_read_leaks(self) -> None:
        await self.furnish()
        ids = self.ids()
        # For those that take any of it; the others do not mind.
        direct, friends = self.direct["id"], self.friends["id"]
        query = f"?q={SECRET}&acct=alice&url={self.direct['uri']}&id[]={direct}&id[]={friends}&tagged={TAG}"
        for row, method, _ in requests():
            if method != "GET" or row.access is Access.STAFF:
                continue
            name = row.path.partition("<")[2].partition(">")[0]
            for value in ids.get(name, ["nothing"]) if name else [""]:
                path = row.path.replace(f"<{name}>", value) if name else row.path
                path = path_of(Row("GET", path, row.answer, row.access, "", None)) if "<" in path else path
                for who, token in self.others.items():
                    reply = await self.request("GET", path + query, token=token)
                    self.assertLess(reply.status, 500, path)
                    self.assertNotIn(SECRET, reply.text, f"{path}{query} tells {who}")
                    if "admin" not in who:
                        self.assertNotIn(REPORTED, reply.text, f"{path}{query} tells {who}")

    async def test_nobody_else_changes_it(self) -> None:
        await self.furnish()
        before = await self.all_of_it()
        everything = {"status": "x", "title": "x", "keyword": "x", "description": "x", "choices[]": "0", "account_ids[]": str(self.bob.id)}
        for row, method, _ in requests():
            name = row.path.partition("<")[2].partition(">")[0]
            if method == "GET" or row.access is Access.STAFF or name != "id" or "/accounts/" in row.path:
                continue
            for value in self.ids()["id"][:-1]:
                path = path_of(Row(method, row.path.replace("<id>", value), row.answer, row.access, "", None))
                for who, token in self.others.items():
                    reply = await self.request(method, path, token=token, data=everything)
                    if not harmless(row):
                        self.assertEqual(reply.status // 100, 4, f"{method} {path} by {who}: {reply.text[:200]}")
                    self.assertNotIn(SECRET, reply.text, f"{method} {path} tells {who}")
        self.assertEqual(await self.all_of_it(), before)

    async def all_of_it(self) -> list[Any]:
        paths = [
            f"/api/v1/statuses/{self.direct['id']}", f"/api/v1/statuses/{self.friends['id']}", f"/api/v1/lists/{self.list['id']}",
            f"/api/v1/lists/{self.list['id']}/accounts", f"/api/v2/filters/{self.filter['id']}", "/api/v1/conversations",
            f"/api/v1/polls/{self.friends['poll']['id']}",
        ]  # fmt: skip
        return [await self.call("GET", path, self.by_alice) for path in paths]

    async def test_the_one_it_is_for_reads_it(self) -> None:
        await self.furnish()
        by_bob = await self.token(self.bob)
        for one in (self.direct, self.friends):
            self.assertIn(SECRET, (await self.call("GET", f"/api/v1/statuses/{one['id']}", by_bob))["content"])
        self.assertIn(SECRET, (await self.get(f"/api/v2/search?q={SECRET}", token=by_bob)).text)

    async def test_pages_and_documents_leak_nothing_either(self) -> None:
        await self.furnish()
        for id in (self.direct["id"], self.friends["id"]):
            for path in (f"/notes/{id}", f"/@alice/{id}", f"/users/alice/statuses/{id}", f"/api/oembed?url=https://here.example/notes/{id}"):
                for accept in ("text/html", "application/activity+json"):
                    for token in self.others.values():
                        reply = await self.request("GET", path, token=token, headers={"Accept": accept})
                        self.assertNotIn(SECRET, reply.text, f"{path} as {accept}")
        for path in ("/@alice", "/users/alice/outbox?page=true", f"/tags/{TAG}", f"/tags/{TAG}.atom"):
            self.assertNotIn(SECRET, (await self.get(path)).text, path)

    async def test_the_address_of_a_picture_cannot_be_guessed(self) -> None:
        """Files are not asked who wants them, as on Mastodon: what keeps them is that their names are random."""
        await self.furnish()
        name = self.media["url"].rpartition("/")[2].partition(".")[0]
        self.assertGreaterEqual(len(name), 16)
        for part in (self.media["id"], self.direct["id"], str(self.alice.id)):
            self.assertNotIn(part, self.media["url"])
        self.assertEqual((await self.get("/media/")).status, 404)


def harmless(row: Row) -> bool:
    """What does not touch what the id names: answers as if it had been done already."""
    return row.path.startswith(("/api/v1/tags", "/api/v1/announcements", "/api/v1/suggestions", "/api/oauth_tokens"))
