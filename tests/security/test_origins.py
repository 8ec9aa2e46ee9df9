"""Whose word counts for what: ids, authors, what stands inside of what, handles. S2, S3, S4, S8, S9, S18, S25."""

from __future__ import annotations

from typing import Any

from pleromad.errors import Forbidden, NotFound
from pleromad.ids import PUBLIC
from pleromad.model.activity import Move
from protocols.activitypub.origins import origin_of, same_origin
from tests.security.case import HostileCase
from tests.support.core import CoreCase
from tests.support.peer import Page
from web.answers import Answer
from web.request import Request


class DocumentTests(HostileCase):
    """S2: a document speaks for the id it was fetched under, and for no other."""

    async def test_s02_a_document_that_says_it_is_another_servers(self) -> None:
        third = await self.peer()
        joe = third.person("joe")
        real = third.note(joe, 1, content="<p>what joe said</p>")
        self.far.put("/forged", {**real, "content": "<p>forged</p>"})
        self.assertIsNotNone(await self.resolver.note(f"{self.far.url}/forged", None))
        self.assertIn("what joe said", await self.content(real["id"]))
        self.assertEqual(await self.count("notes"), 1)
        before = await self.stored()
        self.far.put("/absent", {**real, "id": f"{third.url}/notes/2"})
        self.assertIsNone(await self.resolver.note(f"{self.far.url}/absent", None))
        self.far.put("/actor", {"id": f"{third.url}/users/nobody", "type": "Person", "preferredUsername": "nobody", "inbox": f"{self.far.url}/inbox"})
        self.assertEqual(await self.failure(self.resolver.account(f"{self.far.url}/actor")), NotFound)
        self.assertEqual(await self.stored(), before)

    async def test_s02_a_known_actor_is_not_overwritten_from_elsewhere(self) -> None:
        third = await self.peer()
        joe = third.person("joe")
        await self.resolver.account(joe)
        self.far.put("/joe", {"id": joe, "type": "Person", "preferredUsername": "joe", "name": "forged", "inbox": f"{self.far.url}/inbox"})
        await self.resolver.account(f"{self.far.url}/joe")
        known = await self.account(joe)
        self.assertEqual((known.display_name, known.inbox), ("", f"{joe}/inbox"))

    async def test_s02_two_documents_that_point_at_each_other(self) -> None:
        before = await self.stored()
        self.far.put("/users/loop", {"id": f"{self.far.url}/users/other", "type": "Person", "preferredUsername": "x", "inbox": f"{self.far.url}/inbox"})
        self.far.put("/users/other", {"id": f"{self.far.url}/users/loop", "type": "Person", "preferredUsername": "x", "inbox": f"{self.far.url}/inbox"})
        self.assertEqual(await self.failure(self.resolver.account(f"{self.far.url}/users/loop")), NotFound)
        self.assertEqual(await self.stored(), before)


class AuthorTests(HostileCase):
    """S3: a note is its author's, and the author is where the note is."""

    async def test_s03_a_note_of_somebody_else(self) -> None:
        carol = self.far.person("carol")
        third = await self.peer()
        joe = third.person("joe")
        await self.resolver.account(self.bob)
        before = await self.stored()
        create = self.create()
        for number, author in enumerate((carol, joe, [self.bob, joe], [{"type": "Person", "id": joe}, self.bob], None, {"type": "Person"})):
            forged = {**create, "id": f"{self.far.url}/activities/{number}", "object": {**create["object"], "attributedTo": author}}
            self.assertEqual(await self.send(forged), 202)
            self.assertEqual(await self.stored(), before, str(author))

    async def test_s03_a_fetched_note_whose_author_is_elsewhere(self) -> None:
        third = await self.peer()
        joe = third.person("joe")
        await self.resolver.account(joe)
        before = await self.stored()
        for number, author in enumerate((joe, [self.bob, joe], self.alice.uri)):
            note = self.far.note(self.bob, number, attributedTo=author)
            self.assertIsNone(await self.resolver.note(note["id"], None))
        self.assertEqual(await self.stored(), before)

    async def test_s03_an_edit_or_a_delete_of_somebody_elses(self) -> None:
        said = await self.here.say(self.alice, "mine")
        third = await self.peer()
        joe = third.person("joe")
        theirs = third.note(joe, 1)
        carol = self.far.person("carol")
        beside = self.far.note(carol, 2)
        for note in (theirs, beside):
            self.assertIsNotNone(await self.resolver.note(note["id"], None))
        number = 10
        for uri, author in ((said.uri, self.alice.uri), (theirs["id"], joe), (beside["id"], carol)):
            real = await self.content(uri)
            forged = {"id": uri, "type": "Note", "content": "forged", "to": [PUBLIC], "updated": "2026-12-01T00:00:00Z"}
            acts: tuple[tuple[str, Any], ...] = (
                ("Delete", uri),
                ("Delete", {"id": uri, "type": "Tombstone"}),
                ("Update", {**forged, "attributedTo": author}),
                ("Update", {**forged, "attributedTo": self.bob}),
                ("Update", {"id": author, "type": "Person", "preferredUsername": "forged", "inbox": f"{self.bob}/inbox"}),
                ("Delete", author),
            )
            for type, object in acts:
                number += 1
                await self.send(self.activity(type, object, number))
                self.assertEqual(await self.content(uri), real, f"{type} {object}")
            self.assertFalse((await self.account(author)).deleted)
            self.assertNotEqual((await self.account(author)).username, "forged")


class EmbeddedTests(HostileCase):
    """S4: what stands inside is believed of the sender's own things only; of others the id is taken."""

    async def test_s04_a_boosted_note_is_what_its_own_server_says(self) -> None:
        await self.follow_bob()
        third = await self.peer()
        joe = third.person("joe")
        real = third.note(joe, 1, content="<p>what joe said</p>")
        await self.send(self.activity("Announce", {**real, "content": "<p>forged</p>"}, 3, to=[PUBLIC], cc=[f"{self.bob}/followers"]))
        self.assertIn("what joe said", await self.content(real["id"]))
        before = await self.stored()
        await self.send(self.activity("Announce", {**real, "id": f"{third.url}/notes/2"}, 4, to=[PUBLIC], cc=[f"{self.bob}/followers"]))
        self.assertEqual(await self.stored(), before)

    async def test_s04_a_created_note_of_another_server_is_fetched_there(self) -> None:
        await self.follow_bob()
        third = await self.peer()
        joe = third.person("joe")
        before = await self.count("notes")
        await self.send(self.activity("Create", {**self.far.note(self.bob, 1), "id": f"{third.url}/notes/9", "attributedTo": joe}, 3))
        self.assertEqual((await self.count("notes"), third.asked_for("/notes/9")), (before, 1))

    async def test_s04_who_is_no_group_passes_nothing_on(self) -> None:
        """A whole activity inside an Announce, of somebody on another server and of one beside. Of a Create the note is fetched where
        it is at home, as for any boost (WordPress sends such); nothing inside is believed or done."""
        await self.follow_bob()
        third = await self.peer()
        await self.send(self.create(9))
        for number, (peer, who) in enumerate(((third, third.person("joe")), (self.far, self.far.person("carol")))):
            forged = {**peer.note(who, 5), "content": "<p>forged</p>"}
            nowhere = {**forged, "id": f"{peer.url}/notes/404"}
            for each, (type, object) in enumerate((("Create", forged), ("Create", nowhere), ("Like", f"{self.far.url}/notes/9"), ("Delete", f"{self.far.url}/notes/9"))):
                inner = {"id": f"{peer.url}/activities/{each}", "type": type, "actor": who, "object": object}
                await self.send(self.activity("Announce", inner, 10 + 10 * number + each, to=[PUBLIC]))
            self.assertEqual((await self.content(f"{peer.url}/notes/5"), await self.content(f"{peer.url}/notes/404")), ("<p>note 5</p>", ""))
        self.assertEqual(await self.count("likes"), 0)
        self.assertEqual(await self.content(f"{self.far.url}/notes/9"), "<p>note 9</p>")

    async def test_s04_what_a_group_passes_on_is_asked_for_at_home(self) -> None:
        group = self.far.person("world", type="Group")
        await self.follow_of_group(group)
        third = await self.peer()
        joe = third.person("joe")
        real = third.note(joe, 1, content="<p>what joe said</p>", audience=group, to=[group, PUBLIC])
        inner = {"id": f"{third.url}/activities/1", "type": "Create", "actor": joe, "object": {**real, "content": "<p>forged</p>"}}
        await self.send({**self.activity("Announce", inner, 3, to=[PUBLIC]), "actor": group}, by=group)
        self.assertIn("what joe said", await self.content(real["id"]))
        said = await self.here.say(self.alice, "hello")
        before = await self.stored()
        for number, (type, object) in enumerate((("Like", said.uri), ("Delete", real["id"]), ("Delete", said.uri), ("Follow", self.alice.uri), ("Undo", {"type": "Like", "actor": joe, "object": said.uri}))):
            inner = {"id": f"{third.url}/activities/{number + 10}", "type": type, "actor": joe, "object": object}
            await self.send({**self.activity("Announce", inner, number + 10, to=[PUBLIC]), "actor": group}, by=group)
            self.assertEqual(await self.stored(), before, type)

    async def test_s04_a_pinned_note_of_somebody_else(self) -> None:
        third = await self.peer()
        foreign = third.note(third.person("joe"), 9)
        beside = self.far.note(self.far.person("carol"), 8)
        featured = f"{self.bob}/featured"
        self.far.person("bob", featured=featured)
        forged = {**self.far.note(self.bob, 7), "content": "forged"}
        del self.far.pages["/notes/7"]
        self.far.put("/users/bob/featured", {"id": featured, "type": "OrderedCollection", "orderedItems": [foreign, beside["id"], forged]})
        await self.resolver.account(self.bob)
        await self.quiet(self.here)
        self.assertEqual((await self.count("pins"), await self.content(forged["id"]), await self.content(foreign["id"])), (0, "", ""))


class OwnTests(HostileCase):
    """S8: what is ours is never fetched, and nobody else can show it."""

    async def test_s08_what_says_it_is_ours(self) -> None:
        before = await self.stored()
        for path in ("/users/nobody", "/users/alice", "/notes/1", "/media/1.json"):
            self.far.put("/forged", {"id": self.here.url + path, "type": "Person", "preferredUsername": "alice", "inbox": f"{self.far.url}/inbox"})
            self.fetcher.forget(f"{self.far.url}/forged")
            self.assertEqual(await self.failure(self.resolver.account(f"{self.far.url}/forged")), NotFound, path)
        self.assertEqual((await self.stored(), (await self.account(self.alice.uri)).inbox), (before, self.alice.inbox))

    async def test_s08_we_do_not_call_ourselves_however_we_are_spelled(self) -> None:
        """A key, a note, an actor, a handle that lead back to this very server."""
        port = self.here.domain.partition(":")[2]
        calls: list[str] = []

        async def trap(request: Request) -> Answer:
            calls.append(request.path)
            return Answer(200, b"{}", "application/activity+json")

        self.here.site.route("GET", "/trap", trap)
        for base in (self.here.url, self.here.url.upper().replace("HTTP", "http"), f"http://LocalHost:{port}"):
            for path in ("/trap", "/trap#main-key", "/trap?x"):
                self.assertIsNotNone(await self.failure(self.fetcher.document(base + path)), base + path)
                self.assertIn(await self.send(self.create(), key_id=base + path), (401, 503))
        self.far.pages["/users/to-us"] = Page(b"", "", 302, {"Location": f"{self.here.url}/trap"})
        self.assertIsNotNone(await self.failure(self.fetcher.document(f"{self.far.url}/users/to-us", page=True)))
        self.assertEqual((calls, await self.notes()), ([], 0))

    async def test_s08_a_boost_of_what_we_never_said(self) -> None:
        await self.follow_bob()
        before = await self.stored()
        await self.send(self.activity("Announce", f"{self.here.url}/notes/12345", 3, to=[PUBLIC]))
        await self.send(self.activity("Create", {**self.far.note(self.bob, 1), "id": f"{self.here.url}/notes/12345"}, 4))
        self.assertEqual(await self.stored(), before)


class HandleTests(HostileCase):
    """S9: whose handle is it? Both its domain and the actor's server say so."""

    async def refused(self, uri: str) -> None:
        before = await self.stored()
        self.assertEqual(await self.failure(self.resolver.account(uri)), NotFound)
        self.assertEqual(await self.stored(), before)

    async def test_s09_a_handle_that_leads_to_somebody_else(self) -> None:
        self.far.finger("bob", f"{self.far.url}/users/other")
        await self.refused(self.bob)

    async def test_s09_a_handle_on_another_domain_needs_that_domains_word(self) -> None:
        short = await self.peer()
        self.far.finger("bob", self.bob, subject=f"acct:bob@{short.domain}")
        await self.refused(self.bob)
        self.fetcher.forget(self.bob)
        short.finger("bob", self.bob)
        self.assertEqual((await self.resolver.account(f"@bob@{short.domain}")).acct, f"bob@{short.domain}")

    async def test_s09_another_domain_that_claims_somebodys_actor(self) -> None:
        """evil says that its handle is bob: bob's own server says otherwise."""
        evil = await self.peer()
        evil.finger("ceo", self.bob)
        self.assertEqual(await self.failure(self.resolver.account(f"@ceo@{evil.domain}")), NotFound)
        self.assertEqual(await self.count(f"accounts WHERE domain = '{evil.domain}'"), 0)

    async def test_s09_our_own_handles_are_not_given_away(self) -> None:
        self.far.finger("bob", self.bob, subject=f"acct:alice@{self.here.domain}")
        await self.refused(self.bob)
        self.far.finger("ours", self.alice.uri)
        self.assertEqual(await self.failure(self.resolver.account(f"@ours@{self.far.domain}")), NotFound)

    async def test_s09_a_taken_handle_that_nobody_vouches_for(self) -> None:
        await self.resolver.account(self.bob)
        self.far.pages = {path: page for path, page in self.far.pages.items() if "webfinger" not in path}
        self.far.put("/media/x", {"id": f"{self.far.url}/media/x", "type": "Person", "preferredUsername": "bob", "inbox": f"{self.far.url}/inbox"})
        await self.refused(f"{self.far.url}/media/x")
        self.assertEqual((await self.here.core.reading.account_by_handle(f"bob@{self.far.domain}")).uri, self.bob)


class MoveTests(CoreCase):
    """S18: whoever moves is named by where they go."""

    async def test_s18_a_move_to_somebody_who_does_not_know_of_it(self) -> None:
        alice, bob, eve = await self.person("alice"), await self.remote("bob"), await self.remote("eve", "evil.example")
        await self.follow(alice, bob)
        with self.assertRaises(Forbidden):
            await self.submit(Move(actor_id=bob.id, target_id=eve.id, uri=f"{bob.uri}/moves/1", raw={}), bob)
        known = await self.core.reading.account_by_uri(bob.uri)
        assert known is not None
        self.assertEqual((known.moved_to_uri or "", await self.core.reading.follow_of(alice.id, eve.id)), ("", None))

    async def test_s18_nobody_moves_somebody_else(self) -> None:
        """eve names bob in her aliases, and says that bob has moved to her."""
        alice, bob = await self.person("alice"), await self.remote("bob")
        eve = await self.remote("eve", "evil.example", also_known_as=(bob.uri,))
        await self.follow(alice, bob)
        with self.assertRaises(Forbidden):
            await self.submit(Move(actor_id=bob.id, target_id=eve.id, uri="https://evil.example/moves/1", raw={}), eve)
        known = await self.core.reading.account_by_uri(bob.uri)
        assert known is not None
        self.assertEqual((known.moved_to_uri or "", await self.core.reading.follow_of(alice.id, eve.id)), ("", None))


class MovedTests(HostileCase):
    async def test_s18_eve_says_over_the_wire_that_bob_is_now_her(self) -> None:
        await self.follow_bob()
        third = await self.peer()
        eve = third.person("eve", alsoKnownAs=[self.bob])
        await self.resolver.account(eve)
        for number, peer, by, actor in ((1, third, eve, eve), (2, third, eve, self.bob)):
            move = {"id": f"{(third if actor == eve else self.far).url}/moves/{number}", "type": "Move", "actor": actor, "object": self.bob, "target": eve}
            await peer.post(self.inbox, move, by=by)
            await self.quiet(self.here)
        self.assertFalse((await self.account(self.bob)).moved_to_uri)
        self.assertIsNone(await self.here.core.reading.follow_of(self.alice.id, (await self.account(eve)).id))


class OriginTests(HostileCase):
    """S25: one comparison of origins for all."""

    def test_s25_the_table(self) -> None:
        base = "https://example.com/users/a"
        for same in ("https://example.com/x", "https://EXAMPLE.com/x", "https://example.com:443/x", "https://example.com#x"):
            self.assertTrue(same_origin(base, same), same)
        for other in (
            "http://example.com/x", "https://example.com:8443/x", "https://example.com.evil.example/x", "https://example.com@evil.example/x",
            "https://evil.example/example.com", "https://user:pass@example.com/x", "https://example.com\\@evil.example/", "https://example.com /x",
            "https://ex\u0430mple.com/x", "https://sub.example.com/x", "//example.com/x", "example.com/x", "https:///x", "", "javascript:x",
            "https://example.com\n/x", "https://example.com:99999/x", "https://[::1/x", "ftp://example.com/x",
        ):  # fmt: skip
            self.assertFalse(same_origin(base, other), other)
        self.assertTrue(same_origin("https://b\u00fccher.example/a", "https://xn--bcher-kva.example/b"))
        self.assertIsNone(origin_of("https://example.com/" + "x" * 3000))

    async def test_s25_ids_that_look_like_anothers_over_the_wire(self) -> None:
        before = await self.stored()
        port = self.far.domain.partition(":")[2]
        for number, id in enumerate((f"http://localhost:{port}@evil.example/1", f"http://localhost:{port}.evil.example/1", f"https://localhost:{port}/1", "http://localhost/1", f"http://evil.example\\@localhost:{port}/1")):
            create = self.create(number)
            self.assertIn(await self.send({**create, "id": id}), (400, 403), id)
            await self.send({**create, "object": {**create["object"], "id": id}})
        self.assertEqual((await self.count("notes"), before[0]), (0, 0))


