"""All that people do, in both directions, with a peer of whatever kind."""

from __future__ import annotations

from pleromad.model.activity import Announce, Delete, Follow, Like, Undo, Update
from pleromad.model.note import NoteDraft
from tests.interop.case import InteropCase


class PeopleTests:
    """For a subclass of InteropCase to mix in."""


    async def test_each_finds_the_other_by_handle_and_by_address(self: InteropCase) -> None:  # type: ignore[misc]
        self.assertEqual((self.bob.uri, self.bob.display_name), (self.bob_uri, self.BOB))
        for query in (self.handle, self.alice.uri, f"{self.here.settings.http.public_url}/@alice"):
            found = await self.order("lookup", query=query)
            self.assertEqual((found["id"], found["type"]), (self.alice.uri, "Person"), query)

    async def test_what_happens_there_happens_here(self: InteropCase) -> None:  # type: ignore[misc]
        await self.act()
        followers = await self.here.core.reading.follow_of(self.bob.id, self.alice.id)
        assert followers is not None
        await self.heard("Accept")
        said = await self.here.say(self.alice, "who answers?")
        made = await self.order("note", who=self.handle, content="<p>I do, @alice</p>", inReplyTo=said.uri)
        reply = await self.here.note(made["object"])
        assert reply is not None
        self.assertEqual((reply.content, reply.in_reply_to_id), ("<p>I do, @alice</p>", said.id))
        await self.order("edit", who=self.handle, note=made["object"], content="<p>I did</p>")
        edited = await self.here.note(made["object"])
        assert edited is not None
        self.assertEqual(edited.content, "<p>I did</p>")
        self.assertIsNotNone(edited.edited_at)
        liked = await self.order("like", who=self.handle, note=said.uri)
        boosted = await self.order("boost", who=self.handle, note=said.uri)
        note = await self.here.note(said.uri)
        assert note is not None
        self.assertEqual((note.likes_count, note.boosts_count, note.replies_count), (1, 1, 1))
        await self.order("unlike", who=self.handle, note=said.uri, id=liked["id"])
        await self.order("unboost", who=self.handle, note=said.uri, id=boosted["id"])
        await self.order("delete", who=self.handle, note=made["object"])
        note = await self.here.note(said.uri)
        assert note is not None
        self.assertEqual((note.likes_count, note.boosts_count, note.replies_count), (0, 0, 0))
        self.assertIsNone(await self.here.note(made["object"]))

    async def test_what_happens_here_happens_there(self: InteropCase) -> None:  # type: ignore[misc]
        await self.act()
        self.assertEqual((await self.heard("Follow"))[0]["actor"], self.alice.uri)
        following = await self.here.core.reading.follow_of(self.alice.id, self.bob.id)
        assert following is not None
        self.assertTrue(following[1])
        note = await self.here.say(self.alice, f"hello @bob@localhost:{self.peer_port}")
        (heard,) = await self.heard("Create")
        self.assertEqual((heard["actor"], heard["object"], heard["objectType"]), (self.alice.uri, note.uri, "Note"))
        self.assertIn("hello", heard["content"])
        found = await self.order("lookup", query=note.uri)
        self.assertEqual((found["id"], found["type"]), (note.uri, "Note"))
        theirs = await self.order("note", who=self.handle, content="<p>like this</p>", inReplyTo=None)
        id = await self.here.core.reading.note_id_of(theirs["object"])
        assert id is not None
        await self.here.submit(Like(actor_id=self.alice.id, note_id=id))
        await self.here.submit(Announce(actor_id=self.alice.id, note_id=id))
        self.assertEqual((await self.heard("Like"))[0]["object"], theirs["object"])
        self.assertEqual((await self.heard("Announce"))[0]["object"], theirs["object"])
        await self.here.say(self.alice, "an answer", in_reply_to_id=id)
        await self.heard("Create", 2)
        await self.here.submit(Update(actor_id=self.alice.id, note_id=note.id, note=NoteDraft(text=f"goodbye @bob@localhost:{self.peer_port}")))
        self.assertIn("goodbye", (await self.heard("Update"))[0]["content"])
        await self.here.submit(Undo(actor_id=self.alice.id, of=Like(actor_id=self.alice.id, note_id=id)))
        await self.here.submit(Delete(actor_id=self.alice.id, note_id=note.id))
        await self.here.submit(Undo(actor_id=self.alice.id, of=Follow(actor_id=self.alice.id, target_id=self.bob.id)))
        await self.heard("Undo", 2)
        await self.heard("Delete")
        self.assertEqual([one for one in await self.order("log") if one["type"] == "Error"], [])

    async def test_a_new_key_there_is_taken(self: InteropCase) -> None:  # type: ignore[misc]
        await self.act()
        await self.order("rotate")
        made = await self.order("note", who=self.handle, content="<p>with a new key</p>", inReplyTo=None)
        self.assertIsNotNone(await self.here.note(made["object"]))
