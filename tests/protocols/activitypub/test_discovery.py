"""WebFinger, host-meta and NodeInfo."""

from __future__ import annotations

from urllib.parse import quote

from lxml import etree

from tests.support.http import Reply, SiteCase

XRD = "{http://docs.oasis-open.org/ns/xri/xrd-1.0}"


class DiscoveryTests(SiteCase):
    DOORS = ("activitypub", "pages")
    SETTINGS = {"instance": {"domain": "here.example:4000"}, "http": {"public_url": "https://here.example:4000"}}

    async def finger(self, resource: str, accept: str = "", more: str = "") -> Reply:
        return await self.get(f"/.well-known/webfinger?resource={quote(resource)}{more}", headers={"Accept": accept} if accept else {})

    async def test_a_handle_a_profile_and_an_id_lead_to_the_actor(self):
        alice = await self.person("alice")
        for resource in ("acct:alice@here.example:4000", "acct:Alice@HERE.example:4000", alice.uri, alice.url, "alice@here.example:4000"):
            reply = await self.finger(resource)
            self.assertEqual((reply.status, reply.headers["content-type"]), (200, "application/jrd+json; charset=utf-8"), resource)
            document = reply.json()
            self.assertEqual(document["subject"], "acct:alice@here.example:4000")
            self.assertEqual(document["aliases"], [alice.uri, alice.url])
            self.assertIn({"rel": "self", "type": "application/activity+json", "href": alice.uri}, document["links"])
            self.assertEqual(reply.headers["access-control-allow-origin"], "*")

    async def test_xrd_for_those_who_ask_for_it(self):
        alice = await self.person("alice")
        reply = await self.finger(alice.uri, "application/xrd+xml")
        self.assertEqual(reply.headers["content-type"], "application/xrd+xml; charset=utf-8")
        tree = etree.fromstring(reply.body)
        self.assertEqual(tree.findtext(f"{XRD}Subject"), "acct:alice@here.example:4000")
        self.assertIn(alice.uri, [link.get("href") for link in tree.findall(f"{XRD}Link") if link.get("rel") == "self"])
        self.assertEqual((await self.finger(alice.uri, "application/jrd+json, application/json;q=.9, application/xrd+xml;q=.8")).json()["aliases"][0], alice.uri)

    async def test_only_the_wanted_links(self):
        alice = await self.person("alice")
        links = (await self.finger(alice.uri, more="&rel=self")).json()["links"]
        self.assertEqual({link["rel"] for link in links}, {"self"})

    async def test_other_doors_add_links(self):
        alice = await self.person("alice")
        self.site.webfinger_links.append(lambda account: [{"rel": "salmon", "href": f"{account.uri}/salmon?a=1&b=<2>"}])
        self.assertIn({"rel": "salmon", "href": f"{alice.uri}/salmon?a=1&b=<2>"}, (await self.finger(alice.uri)).json()["links"])
        tree = etree.fromstring((await self.finger(alice.uri, "application/xrd+xml")).body)
        self.assertIn(f"{alice.uri}/salmon?a=1&b=<2>", [link.get("href") for link in tree.findall(f"{XRD}Link")])

    async def test_the_server_itself(self):
        for resource in ("https://here.example:4000", "https://here.example:4000/", "https://here.example:4000/actor"):
            links = (await self.finger(resource)).json()["links"]
            self.assertIn("https://here.example:4000/actor", [link.get("href") for link in links])

    async def test_who_is_not_here(self):
        await self.remote("bob", "far.example")
        for resource, status in (
            ("acct:nobody@here.example:4000", 404),
            ("acct:bob@far.example", 404),
            ("https://far.example/users/bob", 404),
            ("acct:alice", 404),
            ("acct:alice@[::1", 404),
            ("x" * 2000, 400),
            ("", 400),
        ):
            self.assertEqual((await self.finger(resource)).status, status, resource)
        self.assertEqual((await self.get("/.well-known/webfinger")).status, 400)

    async def test_who_was_deleted_is_gone(self):
        alice = await self.person("alice")
        await self.core.accounts.delete_user(alice.id)
        self.assertEqual((await self.finger("acct:alice@here.example:4000")).status, 410)

    async def test_rooms_have_handles(self):
        alice = await self.person("alice")
        room = await self.core.accounts.open_room(alice.id, "garden")
        self.assertEqual((await self.finger("acct:garden@here.example:4000")).json()["aliases"][0], room.account.uri)

    async def test_host_meta_names_the_port(self):
        template = "https://here.example:4000/.well-known/webfinger?resource={uri}"
        tree = etree.fromstring((await self.get("/.well-known/host-meta")).body)
        self.assertEqual([link.get("template") for link in tree.findall(f"{XRD}Link")], [template])
        self.assertEqual((await self.get("/.well-known/host-meta.json")).json()["links"][0]["template"], template)

    async def test_nodeinfo(self):
        await self.person("alice")
        links = (await self.get("/.well-known/nodeinfo")).json()["links"]
        self.assertEqual([link["href"].rpartition("/")[2] for link in links[:2]], ["2.0", "2.1"])
        for version in ("2.0", "2.1"):
            reply = await self.get(f"/nodeinfo/{version}")
            self.assertIn(f'profile="http://nodeinfo.diaspora.software/ns/schema/{version}#"', reply.headers["content-type"])
            document = reply.json()
            self.assertEqual((document["version"], document["software"]["name"]), (version, "pleromad"))
            self.assertEqual((document["protocols"], document["usage"]["users"]["total"]), (["activitypub"], 1))
        self.assertEqual((await self.get("/nodeinfo/1.0")).status, 404)


class WithoutFederationTests(SiteCase):
    DOORS = ("activitypub",)
    SETTINGS = {"federation": {"enabled": False}}

    async def test_handles_are_found_and_nothing_else(self):
        alice = await self.person("alice")
        self.assertEqual((await self.get("/.well-known/webfinger?resource=acct:alice@here.example")).status, 200)
        self.assertEqual((await self.client.post("/inbox", json={})).status, 404)
        self.assertIsNone(self.core.resolver)
        self.assertEqual((await self.get(f"/users/{alice.username}", headers={"Accept": "application/activity+json"})).status, 404)
