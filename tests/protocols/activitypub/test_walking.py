"""Threads are made complete from the servers that have the rest of them, within bounds."""

from __future__ import annotations

import json
from typing import Any

from protocols.activitypub import walking
from tests.protocols.activitypub.test_inbox import InboxCase
from tests.support.federation import Server
from tests.support.peer import Page


class WalkingCase(InboxCase):
    async def set_up(self) -> None:
        self.patch(Server, "DOORS", ("activitypub", "mastodon"))
        await super().set_up()
        core = self.here.core
        app = await core.accounts.add_app(name="App", website=None, redirect_uris=["urn:ietf:wg:oauth:2.0:oob"], scopes={"read"})
        self.token = (await core.accounts.issue(app, self.alice.id, ("read",))).access_token

    def collection(self, path: str, items: list[Any], **more: Any) -> str:
        return self.far.put(path, {"id": self.far.url + path, "type": "Collection", "items": items, **more})

    async def context(self, id: int, *, token: bool = True) -> tuple[dict[str, str], Any]:
        from twisted.internet import reactor
        from twisted.web.client import Agent, readBody
        from twisted.web.http_headers import Headers

        given = Headers({"Authorization": [f"Bearer {self.token}"]} if token else {})
        response = await Agent(reactor).request(b"GET", f"http://127.0.0.1:{self.here.url.rpartition(':')[2]}/api/v1/statuses/{id}/context".encode(), given)
        headers = {name.decode().lower(): values[0].decode() for name, values in response.headers.getAllRawHeaders()}
        return headers, json.loads(await readBody(response))

    async def root(self, **more: Any) -> int:
        await self.follow_bob()
        await self.send(self.create(1, **more))
        note = await self.here.note(f"{self.far.url}/notes/1", self.alice)
        assert note is not None
        return note.id

    async def uris(self, id: int) -> set[str]:
        return {one["uri"] for one in (await self.context(id))[1]["descendants"]}


class WalkingTests(WalkingCase):
    async def test_any_door_that_shows_a_thread_has_it_completed(self) -> None:
        """But not for strangers."""
        self.collection("/notes/1/replies", [self.far.note(self.bob, 2, inReplyTo=f"{self.far.url}/notes/1")["id"]])
        id = await self.root(replies=f"{self.far.url}/notes/1/replies")
        core = self.here.core
        seen = await core.reading.note(self.alice.id, id)
        await core.walks.shown(None, seen.note, [])
        await self.quiet(self.here)
        self.assertEqual(self.far.asked_for("/notes/1/replies"), 0)
        await core.walks.shown(self.alice.id, seen.note, [])
        await self.quiet(self.here)
        _, below = await core.reading.thread(self.alice.id, id)
        self.assertEqual([one.note.uri for one in below], [f"{self.far.url}/notes/2"])

    async def test_replies_of_replies_on_several_servers(self) -> None:
        third = await self.peer()
        joe = third.person("joe")
        far = self.far.url
        reply = third.note(joe, 2, inReplyTo=f"{far}/notes/1", replies={"id": f"{third.url}/notes/2/replies", "type": "Collection", "first": f"{third.url}/2/page"})
        page = {"id": f"{third.url}/2/page", "type": "CollectionPage", "partOf": f"{third.url}/notes/2/replies", "items": [f"{far}/notes/3"]}
        third.put("/2/page", page)
        self.far.note(self.bob, 3, inReplyTo=f"{third.url}/notes/2")
        self.collection("/notes/1/replies", [reply["id"], {"id": f"{far}/notes/404", "type": "Note", "content": "made up"}])
        id = await self.root(replies=f"{far}/notes/1/replies")
        self.assertEqual((await self.context(id, token=False))[0].get("mastodon-async-refresh"), None)
        headers, before = await self.context(id)
        self.assertEqual((before["descendants"], headers["mastodon-async-refresh"]), ([], f'id="thread-{id}", retry=3, result_count=0'))
        await self.quiet(self.here)
        headers, after = await self.context(id)
        self.assertEqual([one["uri"] for one in after["descendants"]], [f"{third.url}/notes/2", f"{far}/notes/3"])
        self.assertNotIn("mastodon-async-refresh", headers)
        walk = await self.here.core.walks.of(id)
        assert walk is not None
        self.assertEqual((walk.running, walk.found), (False, 2))
        self.assertEqual(self.far.asked_for("/notes/1/replies"), 1)

    async def test_a_context_is_a_collection_of_the_thread(self) -> None:
        """FEP-7888; the second page is on another server and is not asked for."""
        far = self.far.url
        for number in (2, 3):
            self.far.note(self.bob, number, inReplyTo=f"{far}/notes/1")
        self.collection("/threads/1", [f"{far}/notes/1", f"{far}/notes/2"], next=f"{far}/threads/1?page=2")
        self.far.pages["/threads/1?page=2"] = Page(
            json.dumps({"id": f"{far}/threads/1?page=2", "type": "CollectionPage", "items": [f"{far}/notes/3"], "next": "http://other.example/more"}).encode()
        )
        id = await self.root(context=f"{far}/threads/1")
        await self.context(id)
        await self.quiet(self.here)
        self.assertEqual(await self.uris(id), {f"{far}/notes/2", f"{far}/notes/3"})

    async def test_what_is_not_public_is_not_walked(self) -> None:
        self.collection("/notes/1/replies", [])
        id = await self.root(replies=f"{self.far.url}/notes/1/replies", to=[f"{self.bob}/followers"], cc=[])
        headers, _ = await self.context(id)
        await self.quiet(self.here)
        self.assertNotIn("mastodon-async-refresh", headers)
        self.assertEqual(self.far.asked_for("/notes/1/replies"), 0)

    async def test_a_thread_without_end_ends(self) -> None:
        """Every note has a reply, every page a next one."""
        self.patch(walking, "MAX_REQUESTS", 12)
        far = self.far.url

        def endless(asked: Any) -> Page:
            number = int(asked.path.rpartition("=")[2] or 0) if "=" in asked.path else 0
            items = [f"{far}/notes/{number + 100}"]
            self.far.note(self.bob, number + 100, inReplyTo=f"{far}/notes/1", replies=f"{far}/endless?n={number + 1}")
            uri = far + asked.path
            return Page(json.dumps({"id": uri, "type": "CollectionPage", "items": items, "next": f"{far}/endless?n={number + 1}"}).encode())

        self.far.pages["/endless"] = endless
        id = await self.root(replies=f"{far}/endless")
        await self.context(id)
        await self.quiet(self.here)
        self.assertLess(sum(1 for one in self.far.asked if one.path.startswith("/endless")), 14)
        walk = await self.here.core.walks.of(id)
        assert walk is not None
        self.assertFalse(walk.running)
