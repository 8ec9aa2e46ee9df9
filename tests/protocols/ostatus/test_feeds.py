"""Feeds and entries over HTTP."""

from __future__ import annotations

import io

from PIL import Image

from pleromad.model.account import ProfileChange
from pleromad.model.activity import Announce, Delete, Update
from pleromad.model.note import PollDraft, Visibility
from tests.protocols.ostatus.atom import NS, check, parse
from tests.support.http import Reply, SiteCase

ATOM = {"Accept": "application/atom+xml"}


def titles(reply: Reply) -> list[str]:
    return [entry.findtext("atom:title", namespaces=NS) for entry in check(reply.body).findall("atom:entry", NS)]


class FeedTests(SiteCase):
    DOORS = ("ostatus",)

    async def test_a_person_has_a_feed(self) -> None:
        alice = await self.person("alice")
        await self.submit(Update(actor_id=alice.id, profile=ProfileChange(display_name="Alice", note="Curious")), alice)
        note = await self.say(alice, "hello #world")
        for path in ("/users/alice/feed.atom", "/@alice.atom", "/users/alice/feed"):
            reply = await self.get(path)
            self.assertEqual((reply.status, reply.headers["content-type"]), (200, "application/atom+xml; charset=utf-8"))
            feed = check(reply.body)
            self.assertEqual(feed.findtext("atom:id", namespaces=NS), "https://here.example/users/alice/feed.atom")
            self.assertEqual(feed.findtext("atom:author/poco:displayName", namespaces=NS), "Alice")
            self.assertEqual(feed.findtext("atom:entry/atom:id", namespaces=NS), note.uri)
            self.assertEqual(feed.find("atom:entry/atom:category", NS).get("term"), "world")
            self.assertEqual(feed.findtext("activity:subject/atom:id", namespaces=NS), alice.uri)
        for path in ("/users/alice", "/@alice"):
            self.assertEqual((await self.get(path, headers=ATOM)).status, 200)

    async def test_only_what_is_public_is_told(self) -> None:
        alice, bob = await self.person("alice"), await self.person("bob")
        for visibility in Visibility:
            note = await self.say(alice, f"said {visibility.value} #tag @bob", visibility=visibility)
            for path in (f"/notes/{note.id}", f"/@alice/{note.id}"):
                self.assertEqual((await self.get(path, headers=ATOM)).status, 200 if visibility is Visibility.PUBLIC else 404)
        quiet = await self.say(bob, "quiet", visibility=Visibility.UNLISTED)
        await self.submit(Announce(actor_id=alice.id, note_id=quiet.id), alice)
        for path in ("/users/alice/feed.atom", "/tags/tag.atom"):
            self.assertEqual(titles(await self.get(path)), ["said public #tag @bob"])

    async def test_a_hashtag_has_a_feed(self) -> None:
        alice, bob = await self.person("alice"), await self.person("bob")
        await self.say(alice, "one #Café")
        await self.say(bob, "two #café")
        reply = await self.get("/tags/caf%C3%A9.atom")
        self.assertEqual(titles(reply), ["two #café", "one #Café"])
        self.assertEqual((await self.get("/tags/Café".replace("é", "%C3%A9"), headers=ATOM)).status, 200)
        self.assertEqual(titles(await self.get("/tags/nobody.atom")), [])

    async def test_pages_lead_on(self) -> None:
        alice = await self.person("alice")
        for number in range(45):
            await self.say(alice, f"number {number}")
        path: str | None = "/users/alice/feed.atom"
        seen: list[str] = []
        while path:
            reply = await self.get(path)
            seen += titles(reply)
            links = {link.get("rel"): link.get("href") for link in check(reply.body).findall("atom:link", NS)}
            self.assertEqual(links["self"], f"https://here.example{path}")
            path = links.get("next", "").removeprefix("https://here.example") or None
        self.assertEqual(seen, [f"number {number}" for number in reversed(range(45))])

    async def test_what_has_not_changed_is_not_sent_again(self) -> None:
        alice = await self.person("alice")
        note = await self.say(alice, "once")
        for path, headers in (("/users/alice/feed.atom", {}), (f"/notes/{note.id}", ATOM), ("/tags/none.atom", {})):
            first = await self.get(path, headers=headers)
            tag, date = first.headers["etag"], first.headers["last-modified"]
            for given in ({"If-None-Match": tag}, {"If-None-Match": f'"other", W/{tag}'}, {"If-Modified-Since": date}):
                again = await self.get(path, headers={**headers, **given})
                self.assertEqual((again.status, again.body, again.headers["etag"]), (304, b"", tag), path)
            for given in ({"If-None-Match": '"other"', "If-Modified-Since": date}, {"If-Modified-Since": "yesterday"}):
                self.assertEqual((await self.get(path, headers={**headers, **given})).status, 200, path)
        tag = (await self.get("/users/alice/feed.atom")).headers["etag"]
        await self.say(alice, "twice")
        self.assertEqual((await self.get("/users/alice/feed.atom", headers={"If-None-Match": tag})).status, 200)

    async def test_a_note_is_an_entry_for_who_asks_for_atom(self) -> None:
        alice, bob = await self.person("alice"), await self.person("bob")
        data = io.BytesIO()
        Image.new("RGB", (8, 8), "red").save(data, "PNG")
        media = await self.core.media.upload(alice.id, data.getvalue(), description="red")
        root = await self.say(bob, "root")
        note = await self.say(alice, "@bob look", in_reply_to_id=root.id, media_ids=(media.id,))
        reply = await self.get(f"/notes/{note.id}", headers=ATOM)
        self.assertIn("Accept", reply.headers["vary"])
        entry = check(reply.body)
        self.assertEqual(entry.find("thr:in-reply-to", NS).get("ref"), root.uri)
        links = [(link.get("rel"), link.get("href")) for link in entry.findall("atom:link", NS)]
        self.assertIn(("mentioned", bob.uri), links)
        self.assertIn(("mentioned", "http://activityschema.org/collection/public"), links)
        enclosure = next(link for link in entry.findall("atom:link", NS) if link.get("rel") == "enclosure")
        self.assertEqual((enclosure.get("type"), enclosure.get("title")), ("image/png", "red"))
        self.assertGreater(int(enclosure.get("length")), 0)
        self.assertEqual((await self.get(f"/@bob/{note.id}", headers=ATOM)).status, 404)

    async def test_a_boost_is_in_the_feed_as_a_share(self) -> None:
        alice, carol = await self.person("alice"), await self.person("carol")
        note = await self.say(carol, "worth it")
        await self.submit(Announce(actor_id=alice.id, note_id=note.id), alice)
        feed = check((await self.get("/users/alice/feed.atom")).body)
        self.assertEqual(feed.findtext("atom:entry/activity:verb", namespaces=NS), "http://activitystrea.ms/schema/1.0/share")
        self.assertEqual(feed.findtext("atom:entry/activity:object/atom:content", namespaces=NS), "<p>worth it</p>")

    async def test_a_poll_names_its_options(self) -> None:
        alice = await self.person("alice")
        await self.say(alice, "Tea?", poll=PollDraft(("yes", "<no>"), 3600))
        content = check((await self.get("/users/alice/feed.atom")).body).findtext("atom:entry/atom:content", namespaces=NS)
        self.assertIn("<li>yes</li><li>&lt;no&gt;</li>", content)

    async def test_who_is_not_here_has_no_feed(self) -> None:
        alice = await self.person("alice")
        await self.remote("bob")
        await self.core.accounts.open_room(alice.id, "tea")
        for path in ("/users/nobody/feed.atom", "/users/bob@far.example/feed.atom", "/users/tea/feed.atom", "/notes/1", "/notes/x", "/tags/%20.atom"):
            self.assertEqual((await self.get(path, headers=ATOM)).status, 404, path)

    async def test_a_line_of_a_room_is_not_told(self) -> None:
        alice = await self.person("alice")
        room = await self.core.accounts.open_room(alice.id, "tea")
        note = await self.say(alice, "in the room", room_id=room.id)
        self.assertEqual((await self.get(f"/notes/{note.id}", headers=ATOM)).status, 404)
        self.assertEqual(titles(await self.get("/users/alice/feed.atom")), [])

    async def test_a_deleted_note_is_gone_from_the_feed(self) -> None:
        alice = await self.person("alice")
        note = await self.say(alice, "regret")
        await self.submit(Delete(actor_id=alice.id, note_id=note.id), alice)
        self.assertEqual(titles(await self.get("/users/alice/feed.atom")), [])
        self.assertEqual((await self.get(f"/notes/{note.id}", headers=ATOM)).status, 404)

    async def test_a_page_costs_a_fixed_number_of_statements(self) -> None:
        alice = await self.person("alice")
        for number in range(20):
            await self.say(alice, f"number {number}")
        await self.get("/users/alice/feed.atom")
        before = self.core.statements
        await self.get("/users/alice/feed.atom")
        self.assertLessEqual(self.core.statements - before, 3)


class FingerTests(SiteCase):
    DOORS = ("activitypub", "ostatus")

    async def test_webfinger_gets_links_for_people_here(self) -> None:
        alice, bob = await self.person("alice"), await self.remote("bob")
        links = {link["rel"]: link for finder in self.site.webfinger_links for link in finder(alice)}
        self.assertEqual(links["http://schemas.google.com/g/2010#updates-from"]["href"], "https://here.example/users/alice/feed.atom")
        self.assertEqual(links["http://salmon-protocol.org/ns/salmon-replies"]["href"], "https://here.example/users/alice/salmon")
        self.assertTrue(links["magic-public-key"]["href"].startswith("data:application/magic-public-key,RSA."))
        self.assertEqual([link for finder in self.site.webfinger_links for link in finder(bob)], [])

    async def test_webfinger_says_it_in_both_its_forms(self) -> None:
        alice = await self.person("alice")
        path = "/.well-known/webfinger?resource=acct:alice@here.example"
        jrd = (await self.get(path)).json()
        rels = {link["rel"] for link in jrd["links"]}
        self.assertLessEqual({"magic-public-key", "salmon", "http://ostatus.org/schema/1.0/subscribe"}, rels)
        reply = await self.get(path, headers={"Accept": "application/xrd+xml"})
        links = {link.get("rel"): link.get("href") for link in parse(reply.body).iter("{http://docs.oasis-open.org/ns/xri/xrd-1.0}Link")}
        self.assertEqual(links["http://schemas.google.com/g/2010#updates-from"], f"{alice.uri}/feed.atom")
        self.assertEqual(links["http://salmon-protocol.org/ns/salmon-replies"], f"{alice.uri}/salmon")
        self.assertTrue(links["magic-public-key"].startswith("data:application/magic-public-key,RSA."))

    async def test_activitypub_and_atom_share_their_addresses(self) -> None:
        alice = await self.person("alice")
        note = await self.say(alice, "one address")
        for path in (f"/notes/{note.id}", "/users/alice"):
            self.assertIn("atom", (await self.get(path, headers=ATOM)).headers["content-type"])
            self.assertIn("json", (await self.get(path, headers={"Accept": "application/activity+json"})).headers["content-type"])
            self.assertIn("json", (await self.get(path, headers={"Accept": "application/activity+json, application/atom+xml;q=0.5"})).headers["content-type"])
