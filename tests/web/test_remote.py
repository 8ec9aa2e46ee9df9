"""People of another server are led home, to follow somebody here or to answer a note."""

from __future__ import annotations

from urllib.parse import quote

from pleromad.model.note import Visibility
from tests.support.federation import FederationCase, Server
from tests.support.http import Client


class Everything(Server):
    DOORS = ("activitypub", "mastodon", "pages")


class RemoteTests(FederationCase):
    SERVER = Everything

    async def set_up(self) -> None:
        self.here, self.there = await self.server(), await self.server()
        self.alice, bob = await self.here.person("alice"), await self.there.person("bob")
        self.bob = f"@{bob.username}@{self.there.domain}"
        self.client = Client(self.here.site)

    def page_of(self, uri: str) -> str:
        return f"{self.there.url}/authorize_interaction?uri={quote(uri, safe='')}"

    async def test_a_form_asks_who_one_is_at_home(self) -> None:
        form = await self.client.get("/main/ostatus?nickname=alice")
        self.assertEqual(form.status, 200)
        self.assertIn("Follow @alice", form.text)
        self.assertIn('name="nickname" value="alice"', form.text)
        led = await self.client.post("/main/ostatus", {"nickname": "alice", "profile": self.bob})
        self.assertEqual((led.status, led.location), (302, self.page_of(self.alice.uri)))
        self.assertIn("http:", form.headers["content-security-policy"].partition("form-action")[2])

    async def test_the_fields_may_be_in_objects_as_pleroma_s_forms_have_them(self) -> None:
        note = await self.here.say(self.alice, "hello")
        led = await self.client.post("/main/ostatus", {"status[status_id]": str(note.id), "status[profile]": self.bob})
        self.assertEqual(led.location, self.page_of(note.uri))
        asked = await self.client.post("/main/ostatus", {"nickname": "alice", "profile": ""})  # Pleroma-FE's button
        self.assertEqual((asked.status, "Follow @alice" in asked.text), (200, True))

    async def test_only_what_anybody_may_see_is_named(self) -> None:
        note = await self.here.say(self.alice, "for friends", visibility=Visibility.FOLLOWERS)
        for query in (f"status_id={note.id}", "nickname=nobody", "status_id=x", "", f"nickname={quote(self.bob)}"):
            self.assertEqual((await self.client.get(f"/main/ostatus?{query}")).status, 404, query)

    async def test_who_cannot_be_found_is_told(self) -> None:
        for handle in (f"nobody@{self.there.domain}", "no handle", "<b>@x"):
            reply = await self.client.post("/main/ostatus", {"nickname": "alice", "profile": handle})
            self.assertEqual(reply.status, 422)
            self.assertIn("is the address right?", reply.text)
        self.assertNotIn("<b>@x", reply.text)

    async def test_front_ends_ask_for_the_address(self) -> None:
        asked = {"ap_id": self.alice.uri, "profile": self.bob}
        reply = await self.client.request("POST", "/api/v1/pleroma/remote_interaction", json=asked)
        self.assertEqual(reply.json(), {"url": self.page_of(self.alice.uri)})
        reply = await self.client.request("POST", "/api/v1/pleroma/remote_interaction", json={**asked, "ap_id": "x"})
        self.assertEqual(reply.status, 422)
