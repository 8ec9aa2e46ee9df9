"""What we show to those who ask for ActivityStreams, and what we do not."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlsplit

from pleromad.ids import PUBLIC
from pleromad.model.account import Account, ProfileChange
from pleromad.model.activity import Add, Announce, Delete, Like, Undo, Update, Vote
from pleromad.model.note import NoteDraft, PollDraft, Visibility
from protocols.activitypub import signatures, to_core
from tests.support.http import Reply, SiteCase

AS2 = "application/activity+json"
PROFILE = 'application/ld+json; profile="https://www.w3.org/ns/activitystreams"'


class ServingCase(SiteCase):
    DOORS = ("activitypub", "pages")

    async def fetch(self, uri: str, *, accept: str = AS2, by: Account | None = None, **more: Any) -> Reply:
        parts = urlsplit(uri)
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        headers = {"Accept": accept, "Host": "here.example"}
        if by is not None:
            private = signatures.private_key(self.remote_keys[by.id].private)
            headers |= signatures.sign(private, by.key_id, method="GET", host="here.example", path=path, body=None, now=datetime.now(UTC))
        return await self.get(path, headers=headers, **more)

    async def document(self, uri: str, **more: Any) -> Any:
        reply = await self.fetch(uri, **more)
        self.assertEqual((reply.status, reply.headers["content-type"]), (200, "application/activity+json; charset=utf-8"))
        self.assertIn("Accept", reply.headers["vary"])
        document = reply.json()
        self.assertEqual(document["@context"][0], "https://www.w3.org/ns/activitystreams")
        self.assertEqual(document["id"], uri)
        return document


class ActorTests(ServingCase):
    async def test_an_actor_is_what_to_core_reads(self):
        alice = await self.person("alice")
        change = ProfileChange(display_name="Alice", note="hello", fields=(("Home", "https://a.example"),), locked=True)
        await self.submit(Update(actor_id=alice.id, profile=change), alice)
        document = await self.document(alice.uri)
        actor = to_core.actor(document)
        self.assertEqual((actor.uri, actor.username, actor.display_name, actor.locked), (alice.uri, "alice", "Alice", True))
        self.assertEqual((actor.inbox, actor.outbox, actor.followers_uri, actor.featured_uri), (alice.inbox, alice.outbox, alice.followers_uri, alice.featured_uri))
        self.assertEqual((actor.key_id, actor.public_key_pem.strip()), (f"{alice.uri}#main-key", alice.public_key_pem.strip()))
        self.assertEqual((actor.shared_inbox, actor.fields[0][0]), ("https://here.example/inbox", "Home"))

    async def test_both_media_types_and_the_page(self):
        alice = await self.person("alice")
        for accept in (AS2, PROFILE, f"{PROFILE}, {AS2}", f"{AS2}, text/html;q=0.1"):
            self.assertEqual((await self.fetch(alice.uri, accept=accept)).json()["id"], alice.uri)
            self.assertEqual((await self.fetch(alice.url, accept=accept)).json()["id"], alice.uri)
        for accept in ("text/html", "text/html,application/xhtml+xml,*/*;q=0.8"):
            self.assertNotIn("activity+json", (await self.fetch(alice.url, accept=accept)).headers.get("content-type", ""))
            self.assertNotIn("activity+json", (await self.fetch(alice.uri, accept=accept)).headers.get("content-type", ""))

    async def test_the_instance_actor(self):
        document = await self.document("https://here.example/actor")
        self.assertEqual((document["type"], document["inbox"]), ("Application", "https://here.example/actor/inbox"))
        self.assertEqual((await self.fetch("https://here.example/actor/outbox")).json()["orderedItems"], [])

    async def test_a_room_is_a_group(self):
        alice = await self.person("alice")
        room = await self.core.accounts.open_room(alice.id, "garden", topic="roses")
        document = await self.document(room.account.uri)
        self.assertEqual((document["type"], document["summary"], document["attributedTo"]), ("Group", "roses", f"{room.account.uri}/moderators"))
        self.assertEqual((await self.document(f"{room.account.uri}/moderators"))["orderedItems"], [alice.uri])

    async def test_gone_absent_and_suspended(self):
        alice, bob = await self.person("alice"), await self.person("bob")
        await self.core.accounts.delete_user(alice.id)
        reply = await self.fetch(alice.uri)
        self.assertEqual((reply.status, reply.json()["type"]), (410, "Tombstone"))
        self.assertEqual((await self.fetch("https://here.example/users/nobody")).status, 404)
        await self.database.execute("UPDATE accounts SET suspended_at = now() WHERE id = %s", (bob.id,))
        # As Mastodon does: others learn from the document that somebody is suspended.
        self.assertTrue((await self.document(bob.uri))["suspended"])
        self.assertEqual((await self.fetch(f"{bob.uri}/outbox")).status, 403)

    async def test_somebody_elses_page_here_leads_to_their_server(self):
        bob = await self.remote("bob")
        reply = await self.fetch("https://here.example/@bob@far.example")
        self.assertEqual((reply.status, reply.location), (302, bob.uri))


class NoteTests(ServingCase):
    async def test_a_note_is_what_to_core_reads(self):
        alice, bob = await self.person("alice"), await self.remote("bob")
        first = await self.say(alice, "first")
        note = await self.say(alice, "hi @bob@far.example #tag", in_reply_to_id=first.id, spoiler_text="cw", language="en")
        document = await self.document(note.uri)
        said = to_core.said(document, datetime.now(UTC))
        self.assertEqual((said.author, said.note.uri, said.note.url), (alice.uri, note.uri, note.url))
        self.assertEqual((said.note.to, said.note.in_reply_to_uri, said.note.spoiler_text), ((PUBLIC,), first.uri, "cw"))
        self.assertEqual((said.mentions, said.note.tags, said.note.language), ((bob.uri,), ("tag",), "en"))
        self.assertEqual(said.note.content, note.content)
        for key in ("to", "cc", "tag", "attachment"):
            self.assertIsInstance(document[key], list)
        self.assertEqual((await self.fetch(note.url)).json()["id"], note.uri)

    async def test_counts_of_now(self):
        alice, bob = await self.person("alice"), await self.person("bob")
        note = await self.say(alice, "count me", poll=PollDraft(("a", "b"), 600))
        await self.say(bob, "a reply", in_reply_to_id=note.id)
        await self.submit(Like(actor_id=bob.id, note_id=note.id), bob)
        await self.submit(Announce(actor_id=bob.id, note_id=note.id), bob)
        await self.submit(Vote(actor_id=bob.id, note_id=note.id, choices=(1,)), bob)
        document = await self.document(note.uri)
        self.assertEqual([document[key]["totalItems"] for key in ("replies", "likes", "shares")], [1, 1, 1])
        self.assertEqual([option["replies"]["totalItems"] for option in document["oneOf"]], [0, 1])
        for key in ("likes", "shares"):
            counted = await self.document(document[key]["id"])
            self.assertEqual((counted["totalItems"], "orderedItems" in counted), (1, False))

    async def test_hidden_votes_are_shown_at_the_end(self):
        alice, bob = await self.person("alice"), await self.person("bob")
        note = await self.say(alice, "?", poll=PollDraft(("a", "b"), 600, hide_totals=True))
        await self.submit(Vote(actor_id=bob.id, note_id=note.id, choices=(1,)), bob)
        document = await self.document(note.uri)
        self.assertEqual(([option["replies"]["totalItems"] for option in document["oneOf"]], "closed" in document), ([0, 0], False))
        await self.database.execute("UPDATE polls SET expires_at = now() - interval '1 second'")
        await self.core.upkeep.end_polls()
        document = await self.document(note.uri)
        self.assertEqual(([option["replies"]["totalItems"] for option in document["oneOf"]], "closed" in document), ([0, 1], True))

    async def test_replies_and_the_conversation(self):
        alice, bob = await self.person("alice"), await self.person("bob")
        note = await self.say(alice, "first")
        reply = await self.say(bob, "second", in_reply_to_id=note.id)
        deeper = await self.say(alice, "third", in_reply_to_id=reply.id)
        await self.say(bob, "hidden", in_reply_to_id=note.id, visibility=Visibility.FOLLOWERS)
        self.assertEqual((await self.document(f"{note.uri}/replies"))["orderedItems"], [reply.uri])
        conversation = (await self.document(deeper.uri))["context"]
        self.assertEqual((await self.document(conversation))["orderedItems"], [note.uri, reply.uri, deeper.uri])

    async def test_a_deleted_note_is_gone_with_its_activity(self):
        alice = await self.person("alice")
        note = await self.say(alice, "soon gone")
        page = await self.fetch(f"{alice.outbox}?page=true")
        (create,) = page.json()["orderedItems"]
        self.assertEqual((await self.document(create["id"]))["object"]["id"], note.uri)
        await self.submit(Delete(actor_id=alice.id, note_id=note.id), alice)
        reply = await self.fetch(note.uri)
        self.assertEqual((reply.status, reply.json()["type"], reply.json()["id"]), (410, "Tombstone", note.uri))
        self.assertEqual((await self.fetch(create["id"])).status, 410)
        self.assertEqual((await self.fetch(f"{alice.outbox}?page=true")).json()["orderedItems"], [])

    async def test_what_an_edit_took_away_is_nowhere(self):
        alice = await self.person("alice")
        note = await self.say(alice, "a slip of the tongue")
        await self.submit(Update(actor_id=alice.id, note_id=note.id, note=NoteDraft(text="better")), alice)
        (create,) = (await self.fetch(f"{alice.outbox}?page=true")).json()["orderedItems"]
        self.assertEqual(create["object"], note.uri)
        for uri in (note.uri, create["id"], f"{alice.outbox}?page=true"):
            self.assertNotIn("slip", (await self.fetch(uri)).text)
        self.assertIn("updated", await self.document(note.uri))

    async def test_bad_ids(self):
        for path in ("/notes/x", "/notes/0", "/notes/99999999999999999999", "/notes/-1", "/notes/%F0%9F%98%80", "/activities/1", "/conversations/1", "/notes/1/replies"):
            reply = await self.fetch(f"https://here.example{path}")
            self.assertEqual(reply.status, 404, path)

    async def test_a_boost_has_an_activity(self):
        alice, bob = await self.person("alice"), await self.person("bob")
        note = await self.say(alice, "boost me")
        outcome = await self.submit(Announce(actor_id=bob.id, note_id=note.id), bob)
        document = await self.document(outcome.activity_uri)
        self.assertEqual((document["type"], document["object"]), ("Announce", note.uri))
        await self.submit(Undo(actor_id=bob.id, of=Announce(actor_id=bob.id, note_id=note.id)), bob)
        self.assertEqual((await self.fetch(outcome.activity_uri)).status, 410)


class PrivateTests(ServingCase):
    """S21: what is not public is for servers whose people it is for; for all others it does not exist."""

    async def test_followers_only_and_direct(self):
        alice, bob, eve = await self.person("alice"), await self.remote("bob"), await self.remote("eve", "evil.example")
        await self.follow(bob, alice)
        followers = await self.say(alice, "for followers", visibility=Visibility.FOLLOWERS)
        direct = await self.say(alice, "hi @bob@far.example", visibility=Visibility.DIRECT)
        for note in (followers, direct):
            self.assertEqual((await self.fetch(note.uri)).status, 404)
            self.assertEqual((await self.fetch(note.uri, by=eve)).status, 404)
            reply = await self.fetch(note.uri, by=bob)
            self.assertEqual((reply.status, reply.json()["id"], reply.headers["cache-control"]), (200, note.uri, "private, no-store"))
            self.assertIn("Signature", reply.headers["vary"])
            row = await self.database.fetch_one("SELECT uri FROM activities WHERE note_id = %s AND type = 'Create'", (note.id,))
            assert row is not None
            self.assertEqual((await self.fetch(row[0])).status, 404)
            self.assertEqual((await self.fetch(row[0], by=eve)).status, 404)
            self.assertEqual((await self.fetch(row[0], by=bob)).status, 200)

    async def test_a_colleague_of_somebody_it_is_for_signs_for_their_server(self):
        """Mastodon and others sign fetches with their instance's actor."""
        alice, bob, instance = await self.person("alice"), await self.remote("bob"), await self.remote("far.example")
        await self.follow(bob, alice)
        note = await self.say(alice, "for followers", visibility=Visibility.FOLLOWERS)
        self.assertEqual((await self.fetch(note.uri, by=instance)).status, 200)

    async def test_who_is_blocked_sees_nothing(self):
        from pleromad.model.activity import Block

        alice, bob = await self.person("alice"), await self.remote("bob")
        note = await self.say(alice, "hi @bob@far.example", visibility=Visibility.DIRECT)
        await self.submit(Block(actor_id=alice.id, target_id=bob.id), alice)
        self.assertEqual((await self.fetch(note.uri, by=bob)).status, 404)

    async def test_a_bad_signature_is_told(self):
        alice, _ = await self.person("alice"), await self.remote("bob")
        note = await self.say(alice, "hi @bob@far.example", visibility=Visibility.DIRECT)
        self.assertEqual((await self.get(urlsplit(note.uri).path, headers={"Accept": AS2, "Signature": "junk"})).status, 401)

    async def test_what_is_for_this_server_is_for_nobody_else(self):
        alice, bob = await self.person("alice"), await self.remote("bob")
        await self.follow(bob, alice)
        note = await self.say(alice, "among us @bob@far.example", visibility=Visibility.LOCAL)
        for by in (None, bob):
            self.assertEqual((await self.fetch(note.uri, by=by)).status, 404)

    async def test_nothing_private_is_in_a_collection(self):
        alice = await self.person("alice")
        public = await self.say(alice, "public")
        await self.say(alice, "unlisted", visibility=Visibility.UNLISTED)
        for visibility in (Visibility.FOLLOWERS, Visibility.LOCAL, Visibility.DIRECT):
            note = await self.say(alice, "secret", visibility=visibility)
            if visibility is not Visibility.DIRECT:
                await self.submit(Add(actor_id=alice.id, collection="featured", note_id=note.id), alice)
        await self.submit(Add(actor_id=alice.id, collection="featured", note_id=public.id), alice)
        self.assertEqual((await self.document(alice.outbox))["totalItems"], 2)
        self.assertNotIn("secret", (await self.fetch(f"{alice.outbox}?page=true")).text)
        self.assertEqual((await self.document(alice.featured_uri))["orderedItems"], [public.uri])


class CollectionTests(ServingCase):
    async def test_the_outbox_has_pages(self):
        alice = await self.person("alice")
        notes = [await self.say(alice, f"number {number}") for number in range(45)]
        outbox = await self.document(alice.outbox)
        self.assertEqual((outbox["type"], outbox["totalItems"]), ("OrderedCollection", 45))
        first = await self.document(outbox["first"])
        self.assertEqual((first["type"], len(first["orderedItems"]), first["partOf"]), ("OrderedCollectionPage", 40, alice.outbox))
        second = await self.document(first["next"])
        uris = [item["object"]["id"] for page in (first, second) for item in page["orderedItems"]]
        self.assertEqual(uris, [note.uri for note in reversed(notes)])
        self.assertNotIn("next", second)

    async def test_followers_and_following(self):
        alice, bob = await self.person("alice"), await self.remote("bob")
        await self.follow(bob, alice)
        await self.follow(alice, bob)
        for uri in (alice.followers_uri, alice.following_uri):
            collection = await self.document(uri)
            self.assertEqual(collection["totalItems"], 1)
            self.assertEqual((await self.document(collection["first"]))["orderedItems"], [bob.uri])

    async def test_hidden_collections_tell_how_many_and_not_who(self):
        alice, bob = await self.person("alice"), await self.remote("bob")
        await self.follow(bob, alice)
        await self.submit(Update(actor_id=alice.id, profile=ProfileChange(hide_collections=True)), alice)
        collection = await self.document(alice.followers_uri)
        self.assertEqual((collection["totalItems"], "first" in collection), (1, False))
        self.assertNotIn(bob.uri, (await self.fetch(f"{alice.followers_uri}?page=true")).text)

    async def test_odd_pages_are_the_first(self):
        alice = await self.person("alice")
        await self.say(alice, "one")
        for query in ("page=", "max_id=x&page=1", "max_id=99999999999999999999&page=2"):
            self.assertEqual(len((await self.fetch(f"{alice.outbox}?{query}")).json()["orderedItems"]), 1, query)


class InteractionTests(ServingCase):
    async def test_who_is_logged_in_is_led_to_the_page_here(self):
        alice, bob = await self.person("alice"), await self.remote("bob")
        note = await self.say(alice, "hello")
        room = await self.core.accounts.open_room(alice.id, "garden")
        secret = await self.core.accounts.open_session(alice.id)
        for wanted, page in (
            (bob.uri, "/@bob@far.example"),
            ("acct:bob@far.example", "/@bob@far.example"),
            (alice.url, "/@alice"),
            (note.url, f"/@alice/{note.id}"),
            (room.account.uri, "/rooms/garden"),
        ):
            reply = await self.get(f"/authorize_interaction?uri={quote(wanted, safe='')}", headers={"Cookie": f"__Host-session={secret}; session={secret}"})
            self.assertEqual((reply.status, reply.headers.get("location")), (302, page))

    async def test_others_log_in_first_and_nothing_is_fetched_for_them(self):
        reply = await self.get("/authorize_interaction?uri=https%3A%2F%2Ffar.example%2Fusers%2Fbob")
        self.assertEqual((reply.status, reply.location[:13]), (302, "/log-in?next="))
        self.assertIn("far.example", reply.location)
        self.assertEqual((await self.get("/authorize_interaction")).status, 404)
