"""What an inbox takes, what it refuses, and that nothing comes of what it refused. The other side is a peer that really sends it."""

from __future__ import annotations

from typing import Any

from pleromad.ids import PUBLIC
from pleromad.model.account import Account
from pleromad.model.activity import Follow
from pleromad.model.note import Note, Visibility
from tests.support.federation import FederationCase, Server
from tests.support.peer import Page, Peer


class InboxCase(FederationCase):
    here: Server
    far: Peer

    async def set_up(self) -> None:
        self.here = await self.server()
        self.far = await self.peer()
        self.alice = await self.here.person("alice")
        self.bob = self.far.person("bob")
        self.inbox = f"{self.here.url}/inbox"

    async def send(self, activity: Any, **more: Any) -> int:
        status = await self.far.post(self.inbox, activity, **{"by": self.bob, **more})
        await self.quiet(self.here)
        return status

    def activity(self, type: str, object: Any, number: int = 1, **more: Any) -> dict[str, Any]:
        return {"@context": "https://www.w3.org/ns/activitystreams", "id": f"{self.far.url}/activities/{number}", "type": type, "actor": self.bob, "object": object, **more}

    def create(self, number: int = 1, **more: Any) -> dict[str, Any]:
        note = self.far.note(self.bob, number, **more)
        return self.activity("Create", note, number + 1000, to=note["to"], cc=note["cc"])

    async def account(self, uri: str) -> Account:
        account = await self.here.core.reading.account_by_uri(uri)
        assert account is not None
        return account

    async def follow_bob(self) -> Account:
        """alice follows bob, who accepts."""
        bob = await self.here.core.resolver.account(self.bob)  # type: ignore[union-attr]
        await self.here.submit(Follow(actor_id=self.alice.id, target_id=bob.id))
        await self.quiet(self.here)
        (follow,) = self.far.received("Follow")
        self.assertEqual(await self.send(self.activity("Accept", follow, 2)), 202)
        return bob

    async def notes(self) -> int:
        return int(await self.here.database.fetch_value("SELECT count(*) FROM notes"))


class GenuineTests(InboxCase):
    async def test_a_signed_note_is_taken_in_once(self) -> None:
        create = self.create()
        self.assertEqual(await self.send(create), 202)
        self.assertEqual(await self.send(create), 202)
        note = await self.here.note(f"{self.far.url}/notes/1")
        assert note is not None
        self.assertEqual((note.account.acct, note.visibility, await self.notes()), (f"bob@{self.far.domain}", Visibility.PUBLIC, 1))

    async def test_every_inbox_takes_the_same(self) -> None:
        for number, path in enumerate(("/inbox", "/users/alice/inbox", "/actor/inbox")):
            self.inbox = self.here.url + path
            self.assertEqual(await self.send(self.create(number)), 202)
        self.assertEqual(await self.notes(), 3)

    async def test_media_types_with_parameters_are_taken_others_not(self) -> None:
        for number, (media_type, status) in enumerate(
            (
                ('application/ld+json; profile="https://www.w3.org/ns/activitystreams"', 202),
                ("application/activity+json; charset=utf-8", 202),
                ("text/html", 415),
            )
        ):
            self.assertEqual(await self.send(self.create(number), media_type=media_type), status)

    async def test_what_concerns_nobody_here_is_left(self) -> None:
        await self.send(self.create(1, to=[f"{self.bob}/followers"], cc=[]))
        await self.send(self.create(2, to=["https://third.example/users/x"], cc=[]))
        self.assertEqual(await self.notes(), 0)

    async def test_a_direct_note_is_for_those_it_names(self) -> None:
        """Takahe: `to` as a text, no Mention tag."""
        await self.follow_bob()  # from strangers it would be a request
        await self.send(self.create(1, to=self.alice.uri, cc=None))
        carol = await self.here.person("carol")
        uri = f"{self.far.url}/notes/1"
        seen = await self.here.note(uri, self.alice)
        assert seen is not None
        self.assertEqual(seen.visibility, Visibility.DIRECT)
        self.assertIsNone(await self.here.note(uri, carol))
        self.assertIn("mention", await self.here.told(self.alice))

    async def test_a_reply_brings_what_it_answers(self) -> None:
        """Mastodon: only the reply is sent; the thread is at home there."""
        await self.follow_bob()
        carol = self.far.person("carol")
        self.far.note(carol, 1)
        self.far.note(carol, 2, inReplyTo=f"{self.far.url}/notes/1")
        await self.send(self.create(3, inReplyTo=f"{self.far.url}/notes/2"))
        note = await self.here.note(f"{self.far.url}/notes/3")
        assert note is not None
        above, _ = await self.here.core.reading.thread(None, note.id)
        self.assertEqual([seen.note.uri for seen in above], [f"{self.far.url}/notes/1", f"{self.far.url}/notes/2"])

    async def test_an_edit_a_late_older_edit_and_a_delete(self) -> None:
        create = self.create(1, content="<p>one</p>")
        await self.send(create)
        uri = create["object"]["id"]
        await self.send(self.activity("Update", {**create["object"], "content": "<p>three</p>", "updated": "2026-11-23T12:00:03Z"}, 5))
        await self.send(self.activity("Update", {**create["object"], "content": "<p>two</p>", "updated": "2026-11-23T12:00:02Z"}, 6))
        note = await self.here.note(uri)
        assert note is not None
        self.assertIn("three", note.content)
        await self.send(self.activity("Delete", {"id": uri, "type": "Tombstone"}, 7))
        self.assertIsNone(await self.here.note(uri))
        await self.send(self.create(1, content="<p>one</p>") | {"id": f"{self.far.url}/activities/8"})
        self.assertIsNone(await self.here.note(uri))

    async def test_a_delete_that_overtakes_its_create_is_remembered(self) -> None:
        create = self.create()
        await self.here.core.resolver.account(self.bob)  # type: ignore[union-attr]
        await self.send(self.activity("Delete", create["object"]["id"], 7))
        await self.send(create)
        self.assertEqual(await self.notes(), 0)

    async def test_a_like_an_undo_by_id_and_one_in_full(self) -> None:
        said = await self.here.say(self.alice, "like this")
        like = self.activity("Like", said.uri, 10)
        await self.send(like)
        self.assertEqual((await self._now(said)).likes_count, 1)
        await self.send(self.activity("Undo", like["id"], 11))
        self.assertEqual((await self._now(said)).likes_count, 0)
        again = self.activity("Like", said.uri, 12)
        await self.send(again)
        await self.send(self.activity("Undo", again, 13))
        self.assertEqual((await self._now(said)).likes_count, 0)

    async def test_a_like_with_an_emoji_is_a_reaction(self) -> None:
        """Misskey."""
        said = await self.here.say(self.alice, "react to this")
        blob = {"type": "Emoji", "name": ":blob:", "icon": {"type": "Image", "url": f"{self.far.url}/blob.png"}}
        await self.send(self.activity("Like", said.uri, 10, _misskey_reaction=":blob:", tag=[blob]))
        (reaction,) = (await self._now(said)).reactions
        self.assertEqual((reaction.name, reaction.url), ("blob", f"{self.far.url}/blob.png"))

    async def _now(self, note: Note) -> Note:
        found = await self.here.note(note.uri)
        assert found is not None
        return found

    async def test_unknown_activities_are_taken_and_left(self) -> None:
        for number, type in enumerate(("Listen", "View", "Travel", "Honk", "Move", "Flag", "Dislike")):
            self.assertEqual(await self.send(self.activity(type, f"{self.far.url}/x", number)), 202)

    async def test_a_group_passes_on_what_was_said_in_it(self) -> None:
        """Lemmy: the community announces the whole Create; the author is on a third server."""
        third = await self.peer()
        joe = third.person("joe")
        group = self.far.person("world", type="Group")
        known = await self.here.core.resolver.account(group)  # type: ignore[union-attr]
        await self.here.submit(Follow(actor_id=self.alice.id, target_id=known.id))
        await self.quiet(self.here)
        (follow,) = self.far.received("Follow")
        await self.send({**self.activity("Accept", follow, 2), "actor": group}, by=group)
        page = third.note(joe, 1, type="Page", name="News", content=None, audience=group, to=[group, PUBLIC])
        inner = {"id": f"{third.url}/activities/1", "type": "Create", "actor": joe, "object": page, "audience": group}
        announce = {**self.activity("Announce", inner, 3, to=[f"{group}/followers"], cc=[PUBLIC]), "actor": group}
        await self.send(announce, by=group)
        note = await self.here.note(f"{third.url}/notes/1")
        assert note is not None
        self.assertEqual((note.title, note.room_id, note.account.uri), ("News", known.id, joe))

    async def test_what_nothing_comes_of_is_kept_when_it_concerns_somebody_here(self) -> None:
        said = await self.here.say(self.alice, "tea?")
        dislike = self.activity("Dislike", said.uri, 1)
        view = self.activity("View", said.uri, 2)
        elsewhere = self.activity("Dislike", f"{self.far.url}/notes/9", 3)
        unknown = self.activity("Create", {"id": f"{self.far.url}/things/1", "type": "Thing", "attributedTo": self.bob}, 4)
        for activity in (dislike, view, elsewhere, unknown):
            await self.send(activity)
        reading = self.here.core.reading
        kept = [await reading.activity_by_uri(activity["id"]) for activity in (dislike, view, elsewhere, unknown)]
        self.assertEqual([row is not None for row in kept], [True, False, False, False])
        assert kept[0] is not None
        self.assertEqual((kept[0].type, kept[0].data), ("Dislike", dislike))
        self.assertEqual(await self.here.told(self.alice), [])
        await self.follow_bob()
        await self.send({**unknown, "id": f"{self.far.url}/activities/5"})
        self.assertIsNotNone(await reading.activity_by_uri(f"{self.far.url}/activities/5"))

    async def test_a_note_without_addresses_has_those_of_its_create(self) -> None:
        """Discourse."""
        await self.follow_bob()
        create = self.create(1)
        del create["object"]["to"], create["object"]["cc"]
        await self.send(create)
        note = await self.here.note(f"{self.far.url}/notes/1")
        assert note is not None
        self.assertEqual(note.visibility, Visibility.PUBLIC)

    async def test_a_person_who_announces_a_whole_create_boosts_what_is_in_it(self) -> None:
        """WordPress; what stands there is not believed, the note is fetched."""
        await self.follow_bob()
        inner = self.create(1)
        forged = {**inner, "object": {**inner["object"], "content": "<p>forged</p>"}}
        await self.send(self.activity("Announce", forged, 3, to=[PUBLIC]))
        boost = await self.here.note(f"{self.far.url}/activities/3")
        assert boost is not None and boost.boost_of is not None
        self.assertEqual(boost.boost_of.content, "<p>note 1</p>")

    async def test_a_moderator_pins_in_a_community(self) -> None:
        """Lemmy: Add to the community's `featured`, by a moderator on its server; nobody else can."""
        group = self.far.person("world", type="Group", featured=f"{self.far.url}/users/world/featured")
        known = await self.here.core.resolver.account(group)  # type: ignore[union-attr]
        await self.here.submit(Follow(actor_id=self.alice.id, target_id=known.id))
        await self.quiet(self.here)
        await self.send({**self.activity("Accept", self.far.received("Follow")[-1], 2), "actor": group}, by=group)
        await self.send(self.create(1, audience=group, to=[group, PUBLIC], cc=[]))
        pin = self.activity("Add", f"{self.far.url}/notes/1", 3, target=f"{group}/featured", audience=group, to=[PUBLIC], cc=[group])
        third = await self.peer()
        eve = third.person("eve")
        await third.post(self.inbox, {**pin, "id": f"{third.url}/1", "actor": eve}, by=eve)
        await self.quiet(self.here)
        pins = "SELECT count(*) FROM pins WHERE account_id = %s"
        self.assertEqual(await self.here.database.fetch_value(pins, (known.id,)), 0)
        await self.send(pin)
        self.assertEqual(await self.here.database.fetch_value(pins, (known.id,)), 1)
        await self.send({**pin, "id": f"{self.far.url}/activities/4", "type": "Remove"})
        self.assertEqual(await self.here.database.fetch_value(pins, (known.id,)), 0)

    async def test_junk_is_refused_in_words(self) -> None:
        for body, status in ((b"", 400), (b"[]", 400), (b"{", 400), (b'{"type": "Note"}', 400), (b"{" * 2_000_000, 413)):
            self.assertEqual(await self.far.post(self.inbox, body, by=self.bob), status, body[:20])


class HostileTests(InboxCase):
    """Each refused, and nothing stored."""

    async def refused(self, status: int, activity: Any, **more: Any) -> None:
        self.assertEqual(await self.send(activity, **more), status)
        self.assertEqual(await self.notes(), 0)

    async def test_a_server_of_a_key_that_does_not_answer_may_be_asked_again_by_the_sender(self) -> None:
        self.far.pages["/users/bob"] = Page(b"busy", "text/plain", 500)
        await self.refused(503, self.create())

    async def test_what_is_on_a_refused_host_is_not_even_looked_at(self) -> None:
        from tests.support.core import settings_of

        settings = self.here.settings
        tables = {
            "instance": {"domain": settings.domain},
            "http": {"public_url": settings.http.public_url},
            "federation": {"allow_http": True, "allow_private_addresses": True},
            "policies": {"simple": {"reject": ["localhost"]}},
        }
        self.here.core.settings = settings_of(tables, str(settings.data_dir))
        await self.refused(403, self.create())
        self.assertEqual(self.far.asked_for("/users/bob"), 0)

    async def test_a_suspended_account_is_not_heard(self) -> None:
        """S24, also through what others boost of theirs."""
        bob = await self.follow_bob()
        await self.here.database.execute("UPDATE accounts SET suspended_at = now() WHERE id = %s", (bob.id,))
        await self.refused(202, self.create())

    async def test_any_forwarded_activity_is_asked_for_at_home(self) -> None:
        """I6: eve passes on bob's reply to alice. It is real; another is not."""
        said = await self.here.say(self.alice, "who answers?")
        eve = self.far.person("eve")
        real = self.create(1, inReplyTo=said.uri)
        self.assertEqual(await self.send(real, by=eve), 202)
        self.assertIsNotNone(await self.here.note(f"{self.far.url}/notes/1"))
        forged = self.create(2, inReplyTo=said.uri)
        del self.far.pages["/notes/2"]
        self.assertEqual(await self.send(forged, by=eve), 202)
        self.assertIsNone(await self.here.note(f"{self.far.url}/notes/2"))
