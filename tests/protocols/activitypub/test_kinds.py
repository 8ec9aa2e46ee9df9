"""Every type of activity and object of the list, as another server sends it: what comes of it here, and what of its Undo."""

from __future__ import annotations

from typing import Any

from pleromad.ids import PUBLIC
from pleromad.model.activity import Delete, Follow, Origin
from pleromad.model.media import MediaKind
from pleromad.model.note import Note
from pleromad.model.page import Page as Slot
from tests.protocols.activitypub.test_inbox import InboxCase
from tests.support.peer import Page

GONE = Page(b"", "", 410)


class KindsCase(InboxCase):
    async def seen(self, uri: str) -> Note:
        found = await self.here.note(uri, self.alice)
        assert found is not None, uri
        return found

    async def group(self) -> str:
        """alice follows a community on `far`."""
        group = self.far.person("world", type="Group")
        known = await self.here.core.resolver.account(group)  # type: ignore[union-attr]
        await self.here.submit(Follow(actor_id=self.alice.id, target_id=known.id))
        await self.quiet(self.here)
        await self.send({**self.activity("Accept", self.far.received("Follow")[-1], 900), "actor": group}, by=group)
        return group


class ObjectTests(KindsCase):
    async def test_each_kind_of_object_is_shown(self) -> None:
        await self.follow_bob()
        picture = {"type": "Link", "href": f"{self.far.url}/p.png", "mediaType": "image/png"}
        film = {"type": "Link", "href": f"{self.far.url}/f.mp4", "mediaType": "video/mp4", "height": 720}
        sound = {"type": "Link", "href": f"{self.far.url}/s.ogg", "mediaType": "audio/ogg"}
        page = {"type": "Link", "href": f"{self.far.url}/page", "mediaType": "text/html"}
        kinds: list[tuple[dict[str, Any], str, str, list[MediaKind]]] = [
            ({"type": "Note", "content": "<p>said</p>"}, "said", "", []),
            ({"type": "Article", "name": "Title", "content": "<h1>long</h1>"}, "long", "Title", []),
            ({"type": "Page", "name": "Title", "content": None, "attachment": [{"type": "Link", "href": "https://news.example/"}]}, "news.example", "Title", []),
            ({"type": "Question", "content": "<p>which?</p>", "oneOf": [{"type": "Note", "name": "a"}, {"type": "Note", "name": "b"}]}, "which?", "", []),
            ({"type": "Video", "name": "Film", "content": "what it shows", "mediaType": "text/markdown", "url": [page, film]}, "what it shows", "Film", [MediaKind.VIDEO]),
            ({"type": "Audio", "name": "Song", "content": None, "url": [page, sound]}, "", "Song", [MediaKind.AUDIO]),
            ({"type": "Image", "name": "Still", "content": "<p>light</p>", "attachment": [{"type": "Image", "url": picture}]}, "light", "Still", [MediaKind.IMAGE]),
            ({"type": "Event", "name": "Party", "content": "<p>come</p>", "startTime": "2026-12-24T18:00:00Z"}, "come", "Party", []),
            ({"type": "Document", "name": "Paper", "content": "<p>abstract</p>", "url": f"{self.far.url}/paper"}, "abstract", "Paper", []),
            ({"type": "Review", "name": "Of a book", "content": "<p>good</p>"}, "good", "Of a book", []),
            ({"type": ["Note", "schema:Recipe"], "content": "<p>cook</p>"}, "cook", "", []),
            ({"type": "Game", "name": "Chess", "content": None, "url": f"{self.far.url}/play"}, f"{self.far.url}/play", "Chess", []),
        ]
        for number, (form, text, title, media) in enumerate(kinds):
            note = self.far.note(self.bob, number, **form)
            self.assertEqual(await self.send(self.activity("Create", note, 1_000 + number, to=[PUBLIC])), 202)
            shown = await self.seen(note["id"])
            self.assertIn(text, shown.content, form)
            self.assertEqual((shown.title, [one.kind for one in shown.media]), (title, media), form)
        self.assertEqual(len(await self.here.home(self.alice)), len(kinds))
        await self.send(self.activity("Create", {**self.far.note(self.bob, 99), "type": "ChatMessage", "to": [self.alice.uri], "cc": []}, 1_099, to=[self.alice.uri]))
        self.assertEqual([chat.other.uri for chat in (await self.here.core.reading.chats(self.alice.id, Slot())).items], [self.bob])


class UndoTests(KindsCase):
    async def test_a_delete_that_its_author_takes_back(self) -> None:
        """Lemmy. The note is what its server shows now; before it shows it again nothing happens."""
        await self.follow_bob()
        create = self.create(1)
        uri = create["object"]["id"]
        await self.send(create)
        delete = self.activity("Delete", uri, 7)
        page, self.far.pages["/notes/1"] = self.far.pages["/notes/1"], GONE
        await self.send(delete)
        self.assertIsNone(await self.here.note(uri))
        await self.send(self.activity("Undo", {**delete, "object": uri}, 8))
        self.assertIsNone(await self.here.note(uri))
        self.far.pages["/notes/1"] = page
        await self.send({**create, "id": f"{self.far.url}/activities/9"})
        self.assertIsNone(await self.here.note(uri))
        await self.send(self.activity("Undo", delete["id"], 10))
        self.assertEqual((await self.seen(uri)).content, "<p>note 1</p>")
        await self.send(self.activity("Delete", uri, 11))
        self.assertIsNone(await self.here.note(uri))

    async def test_a_delete_that_somebody_else_takes_back_or_that_staff_here_made(self) -> None:
        await self.follow_bob()
        first, second = self.create(1), self.create(2)
        await self.send(first)
        await self.send(second)
        delete = self.activity("Delete", first["object"]["id"], 7)
        await self.send(delete)
        carol = self.far.person("carol")
        third = await self.peer()
        eve = third.person("eve")
        await self.send({**self.activity("Undo", delete, 8), "actor": carol}, by=carol)
        await self.send({**self.activity("Undo", delete["id"], 9), "actor": carol}, by=carol)
        await third.post(self.inbox, {"id": f"{third.url}/1", "type": "Undo", "actor": eve, "object": {**delete, "actor": eve}}, by=eve)
        await self.send(self.activity("Undo", {**delete, "object": second["object"]["id"]}, 10))
        self.assertIsNone(await self.here.note(first["object"]["id"]))
        uri = second["object"]["id"]
        note = await self.seen(uri)
        await self.here.core.activities.submit(Delete(actor_id=note.account.id, note_id=note.id), Origin.system())
        again = self.activity("Delete", uri, 11)
        await self.send(again)
        await self.send(self.activity("Undo", again, 12))
        await self.send(self.activity("Undo", again["id"], 13))
        self.assertIsNone(await self.here.note(uri))

    async def test_a_moderator_takes_a_removal_back(self) -> None:
        """Lemmy: the community passes both on."""
        group = await self.group()
        mod = self.far.person("mod")
        third = await self.peer()
        joe = third.person("joe")
        page = third.note(joe, 1, type="Page", name="News", audience=group, to=[group, PUBLIC])
        create = {"id": f"{third.url}/creates/1", "type": "Create", "actor": joe, "object": page, "audience": group}

        async def told(inner: dict[str, Any], number: int) -> None:
            await self.send({**self.activity("Announce", inner, number, to=[f"{group}/followers"], cc=[PUBLIC]), "actor": group}, by=group)

        await told(create, 3)
        await self.seen(page["id"])
        removal = {"id": f"{self.far.url}/deletes/1", "type": "Delete", "actor": mod, "object": page["id"], "summary": "off topic", "audience": group, "to": [PUBLIC]}
        await told(removal, 4)
        self.assertIsNone(await self.here.note(page["id"]))
        await told({"id": f"{self.far.url}/undos/1", "type": "Undo", "actor": mod, "object": removal, "audience": group, "to": [PUBLIC]}, 5)
        shown = await self.seen(page["id"])
        self.assertEqual((shown.title, shown.account.uri), ("News", joe))
        # And the author, on the third server, whom the community passes on.
        kept, third.pages["/notes/1"] = third.pages["/notes/1"], GONE
        delete = {"id": f"{third.url}/deletes/1", "type": "Delete", "actor": joe, "object": page["id"], "audience": group, "to": [PUBLIC]}
        await told(delete, 6)
        self.assertIsNone(await self.here.note(page["id"]))
        third.pages["/notes/1"] = kept
        await told({"id": f"{third.url}/undos/1", "type": "Undo", "actor": joe, "object": delete, "audience": group, "to": [PUBLIC]}, 7)
        self.assertEqual((await self.seen(page["id"])).title, "News")

    async def test_an_accept_that_is_taken_back(self) -> None:
        bob = await self.follow_bob()
        (follow,) = self.far.received("Follow")
        accept = self.activity("Accept", follow, 2)
        self.assertIsNotNone(await self.here.core.reading.follow_of(self.alice.id, bob.id))
        carol = self.far.person("carol")
        await self.send({**self.activity("Undo", accept, 3), "actor": carol}, by=carol)
        self.assertIsNotNone(await self.here.core.reading.follow_of(self.alice.id, bob.id))
        await self.send(self.activity("Undo", accept, 4))
        self.assertIsNone(await self.here.core.reading.follow_of(self.alice.id, bob.id))

    async def test_each_of_the_others_by_its_id_and_in_full(self) -> None:
        said = await self.here.say(self.alice, "hello")
        await self.here.core.resolver.account(self.bob)  # type: ignore[union-attr]
        count = self.here.database.fetch_value
        for number, (type, object, more, table) in enumerate((
            ("Follow", self.alice.uri, {}, "follows"), ("Like", said.uri, {}, "likes"), ("EmojiReact", said.uri, {"content": "🎉"}, "reactions"),
            ("Announce", said.uri, {"to": [PUBLIC]}, "notes WHERE boost_of_id IS NOT NULL"), ("Block", self.alice.uri, {}, "blocks"),
        )):  # fmt: skip
            for full in (True, False):
                done = self.activity(type, object, 100 + 10 * number + full, **more)
                await self.send(done)
                self.assertEqual(await count(f"SELECT count(*) FROM {table}"), 1, (type, full))
                await self.send(self.activity("Undo", done if full else done["id"], 200 + 10 * number + full))
                self.assertEqual(await count(f"SELECT count(*) FROM {table}"), 0, (type, full))


class RoomTests(KindsCase):
    async def test_a_room_is_joined_and_left(self) -> None:
        room = (await self.here.core.accounts.open_room(self.alice.id, "garden")).account
        bob = await self.here.core.resolver.account(self.bob)  # type: ignore[union-attr]
        for number, leaving in enumerate(("Leave", "Undo")):
            join = self.activity("Join", room.uri, 10 + number)
            await self.send(join)
            self.assertIsNotNone(await self.here.core.reading.follow_of(bob.id, room.id))
            self.assertEqual(self.far.received("Accept")[-1]["actor"], room.uri)
            await self.send(self.activity(leaving, room.uri if leaving == "Leave" else join, 20 + number))
            self.assertIsNone(await self.here.core.reading.follow_of(bob.id, room.id))

    async def test_who_goes_to_an_event_tells_those_who_follow_them(self) -> None:
        await self.follow_bob()
        for number, type in enumerate(("Join", "Leave", "Dislike", "Offer", "TentativeAccept", "Ignore")):
            done = self.activity(type, f"{self.far.url}/events/1", 30 + number)
            self.assertEqual(await self.send(done), 202)
            self.assertIsNotNone(await self.here.core.reading.activity_by_uri(done["id"]), type)
            self.assertEqual(await self.send(self.activity("Undo", done, 50 + number)), 202)
        for number, type in enumerate(("Listen", "View", "Read")):
            done = self.activity(type, f"{self.far.url}/songs/1", 40 + number)
            self.assertEqual(await self.send(done), 202)
            self.assertIsNone(await self.here.core.reading.activity_by_uri(done["id"]), type)
        self.assertEqual(await self.here.told(self.alice), [])
