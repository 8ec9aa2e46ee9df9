"""Fetching from a peer on loopback: whose word counts for what, and how little it can make us do."""

from __future__ import annotations

from typing import Any

from twisted.internet.defer import Deferred, gatherResults

from pleromad.errors import Gone, NotFound, PleromadError, Unreachable
from pleromad.model.activity import Delete
from protocols.activitypub import fetching
from tests.support.federation import FederationCase, Server
from tests.support.peer import Page, Peer


class FetchingCase(FederationCase):
    here: Server
    far: Peer

    async def set_up(self) -> None:
        self.here = await self.server()
        self.far = await self.peer()
        self.bob = self.far.person("bob")
        resolver = self.here.core.resolver
        assert resolver is not None
        self.resolver = resolver

    async def failure(self, work: Any) -> type[BaseException] | None:
        try:
            await work
        except PleromadError as error:
            return type(error)
        return None


class ActorTests(FetchingCase):
    async def test_requests_are_signed_by_the_instance_and_say_who_asks(self) -> None:
        await self.resolver.account(self.bob)
        asked = next(one for one in self.far.asked if one.path == "/users/bob")
        self.assertIn(f'keyId="{self.here.url}/actor#main-key"', asked.headers["signature"])
        self.assertIn(self.here.url, asked.headers["user-agent"])
        self.assertEqual(asked.headers["host"], self.far.domain)
        self.assertIn("application/activity+json", asked.headers["accept"])

    async def test_the_page_of_a_profile_leads_to_the_actor(self) -> None:
        """S2: the body found under another address counts for nothing but where to ask."""
        self.far.put("/@bob", {"id": self.bob, "type": "Person", "preferredUsername": "forged", "inbox": "https://evil.example/inbox"})
        found = await self.resolver.account(f"{self.far.url}/@bob")
        self.assertEqual((found.uri, found.username, found.inbox), (self.bob, "bob", f"{self.bob}/inbox"))

    async def test_a_document_of_another_server_is_fetched_there_or_not_at_all(self) -> None:
        third = await self.peer()
        self.far.put("/forged", {"id": f"{third.url}/users/nobody", "type": "Person", "preferredUsername": "x", "inbox": f"{third.url}/inbox"})
        self.assertEqual(await self.failure(self.resolver.account(f"{self.far.url}/forged")), NotFound)
        self.far.put("/users/loop", {"id": f"{self.far.url}/users/other", "type": "Person"})
        self.far.put("/users/other", {"id": f"{self.far.url}/users/loop", "type": "Person"})
        self.assertEqual(await self.failure(self.resolver.account(f"{self.far.url}/users/loop")), NotFound)

    async def test_one_that_claims_to_be_ours(self) -> None:
        """S8."""
        alice = await self.here.person("alice")
        self.far.put("/forged", {"id": f"{self.here.url}/users/nobody", "type": "Person", "preferredUsername": "x", "inbox": "https://evil.example/"})
        self.assertEqual(await self.failure(self.resolver.account(f"{self.far.url}/forged")), NotFound)
        self.assertEqual((await self.resolver.account(f"{self.here.url}/@alice")).id, alice.id)
        self.assertEqual((await self.resolver.account(f"@alice@{self.here.domain}")).id, alice.id)

    async def test_a_redirect_to_another_server_does_not_speak_for_the_first(self) -> None:
        """S6: not for ids; for an address somebody typed it leads on, and the actor there is that of there."""
        third = await self.peer()
        joe = third.person("joe")
        self.far.pages["/users/joe"] = Page(b"", "", 302, {"Location": joe})
        self.assertEqual(await self.failure(self.here.core.resolver._door.people.by_uri(f"{self.far.url}/users/joe")), Unreachable)
        fetcher = self.here.core.resolver._door.fetcher
        fetcher.forget(f"{self.far.url}/users/joe")
        self.assertEqual((await self.resolver.account(f"{self.far.url}/users/joe")).uri, joe)

    async def test_a_server_that_does_not_answer_is_not_asked_for_something_else_at_once(self) -> None:
        self.patch(fetching, "DEADLINE_SECONDS", 0.1)
        self.far.pages["/slow"] = lambda asked: None
        for path in ("/slow", "/users/bob", "/absent"):
            self.assertEqual(await self.failure(self.resolver.account(self.far.url + path)), Unreachable)
        self.assertEqual(len(self.far.asked), 1)

    async def test_gone_and_absent(self) -> None:
        self.far.pages["/gone"] = Page(b"", "", 410)
        self.assertEqual(await self.failure(self.resolver.account(f"{self.far.url}/gone")), Gone)
        self.assertEqual(await self.failure(self.resolver.account(f"{self.far.url}/absent")), NotFound)

    async def test_who_asks_for_the_same_at_once_waits_for_one_answer(self) -> None:
        found = await gatherResults([Deferred.fromCoroutine(self.resolver.account(self.bob)) for _ in range(5)])
        self.assertEqual(len({account.id for account in found}), 1)
        self.assertEqual(self.far.asked_for("/users/bob"), 1)

    async def test_one_who_gives_up_does_not_take_the_answer_from_the_others(self) -> None:
        one, other = (Deferred.fromCoroutine(self.resolver.account(self.bob)) for _ in range(2))
        one.addErrback(lambda _: None)
        one.cancel()
        self.assertEqual((await other).uri, self.bob)

    async def test_mentions_are_found_and_those_that_fail_are_no_matter(self) -> None:
        await self.resolver.mentions(f"hi @bob@{self.far.domain} and @nobody@{self.far.domain} and @x@localhost:1 and @alice")
        self.assertEqual((await self.here.core.reading.account_by_handle(f"bob@{self.far.domain}")).uri, self.bob)


class HandleTests(FetchingCase):
    """S9: whose handle is it?"""

    async def test_a_server_without_webfinger_has_handles_of_its_host(self) -> None:
        for key in list(self.far.pages):
            if "webfinger" in key:
                del self.far.pages[key]
        self.assertEqual((await self.resolver.account(self.bob)).acct, f"bob@{self.far.domain}")

    async def test_xrd_is_read_and_host_meta_followed(self) -> None:
        acct = f"acct:bob@{self.far.domain}"
        del self.far.pages[f"/.well-known/webfinger?{acct}"]
        namespace = 'xmlns="http://docs.oasis-open.org/ns/xri/xrd-1.0"'
        self.far.pages["/.well-known/host-meta"] = Page(
            f'<?xml version="1.0"?><XRD {namespace}><Link rel="lrdd" template="{self.far.url}/finger?q={{uri}}"/></XRD>'.encode(), "application/xrd+xml"
        )
        self.far.pages["/finger"] = Page(
            f'<XRD {namespace}><Subject>{acct}</Subject><Link rel="self" type="application/activity+json" href="{self.bob}"/></XRD>'.encode(), "application/xrd+xml"
        )
        self.assertEqual((await self.resolver.account(f"@bob@{self.far.domain}")).uri, self.bob)


class NoteTests(FetchingCase):
    async def test_a_note_and_what_it_answers_from_the_page_of_it(self) -> None:
        self.far.note(self.bob, 1)
        note = self.far.note(self.bob, 2, inReplyTo=f"{self.far.url}/notes/1")
        self.far.put("/@bob/2", note)
        id = await self.resolver.note(f"{self.far.url}/@bob/2", None)
        assert id is not None
        above, _ = await self.here.core.reading.thread(None, id)
        self.assertEqual([seen.note.uri for seen in above], [f"{self.far.url}/notes/1"])

    async def test_a_create_leads_to_its_note(self) -> None:
        note = self.far.note(self.bob, 1)
        self.far.put("/activities/1", {"id": f"{self.far.url}/activities/1", "type": "Create", "actor": self.bob, "object": note})
        self.assertIsNotNone(await self.resolver.note(f"{self.far.url}/activities/1", None))

    async def test_a_loop_of_replies_ends(self) -> None:
        self.far.note(self.bob, 1, inReplyTo=f"{self.far.url}/notes/2")
        self.far.note(self.bob, 2, inReplyTo=f"{self.far.url}/notes/1")
        self.assertIsNotNone(await self.resolver.note(f"{self.far.url}/notes/1", None))

    async def test_what_was_deleted_is_not_fetched_again(self) -> None:
        self.far.note(self.bob, 1)
        uri = f"{self.far.url}/notes/1"
        id = await self.resolver.note(uri, None)
        bob = await self.resolver.account(self.bob)
        from pleromad.model.activity import Origin

        await self.here.core.activities.submit(Delete(actor_id=bob.id, note_id=id), Origin.remote(bob.id, self.far.domain))
        self.assertIsNone(await self.resolver.note(uri, None))
        self.assertEqual(self.far.asked_for("/notes/1"), 1)

    async def test_pinned_notes_are_fetched_with_who_pinned_them(self) -> None:
        from pleromad.model.page import Page as Slot

        third = await self.peer()
        joe = third.person("joe")
        foreign = third.note(joe, 9)
        note = self.far.note(self.bob, 1)
        featured = f"{self.bob}/featured"
        self.far.person("bob", featured=featured)
        self.far.put("/users/bob/featured", {"id": featured, "type": "OrderedCollection", "orderedItems": [note, foreign["id"]]})
        bob = await self.resolver.account(self.bob)
        await self.quiet(self.here)
        pinned = await self.here.core.reading.of_account(None, bob.id, Slot(), pinned=True)
        self.assertEqual([seen.note.uri for seen in pinned.items], [note["id"]])

    async def test_what_is_for_followers_is_not_shown_to_everybody_here(self) -> None:
        """A server may show us a private note because somebody here follows its author."""
        self.far.note(self.bob, 1, to=[f"{self.bob}/followers"], cc=[])
        self.assertIsNone(await self.resolver.note(f"{self.far.url}/notes/1", None))


class SharedTests(FetchingCase):
    async def test_a_failure_is_everybodys(self) -> None:
        shared: fetching.Shared[int] = fetching.Shared()
        gate: Deferred[None] = Deferred()

        async def work() -> int:
            await gate
            raise NotFound

        waiting = [Deferred.fromCoroutine(shared.get("x", work)) for _ in range(3)]
        gate.callback(None)
        for each in waiting:
            self.assertEqual(await self.failure(each), NotFound)
