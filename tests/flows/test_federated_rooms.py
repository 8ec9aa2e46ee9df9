"""A room on one server, with people of another in it (FEP-1b12 Group)."""

from __future__ import annotations

from typing import Any

from twisted.internet import reactor
from twisted.internet.defer import Deferred

from pleromad.errors import Forbidden
from pleromad.model.account import Account
from pleromad.model.activity import Add, Block, Create, Delete, Follow, Reject, Undo, Update
from pleromad.model.note import NoteDraft, Visibility
from pleromad.model.page import Page
from pleromad.model.room import Room, RoomChange
from tests.support.federation import FederationCase, Server
from web.adapter import listen


class RoomTests(FederationCase):
    here: Server
    there: Server

    async def set_up(self) -> None:
        self.here, self.there = await self.server(), await self.server()
        self.alice = await self.here.person("alice")
        self.bob = await self.there.person("bob")
        self.room = await self.here.core.accounts.open_room(self.alice.id, "garden", topic="roses")

    async def join(self, **changes: Any) -> Account:
        """bob enters; returns the room as known there."""
        there = await self.there.core.resolver.account(f"@garden@{self.here.domain}")  # type: ignore[union-attr]
        await self.there.submit(Follow(actor_id=self.bob.id, target_id=there.id))
        await self.quiet(self.there, self.here, self.there)
        return there

    async def lines(self, server: Server, room_id: int, viewer: Account) -> list[str]:
        notes = (await server.core.reading.room(viewer.id, room_id, Page())).items
        return [seen.note.source or seen.note.content for seen in reversed(notes)]

    async def names(self, server: Server, room_id: int) -> set[str]:
        return {member.account.uri for member in await server.core.reading.members(room_id)}

    async def test_joining_and_talking_both_ways(self) -> None:
        there = await self.join()
        self.assertEqual((there.group, there.display_name), (True, "#garden"))
        self.assertEqual(await self.names(self.here, self.room.id), {self.alice.uri, self.bob.uri})
        self.assertTrue((await self.there.core.reading.follow_of(self.bob.id, there.id) or ("", False))[1])
        await self.here.submit(Create(actor_id=self.alice.id, note=NoteDraft(text="hello bob", room_id=self.room.id)))
        await self.quiet(self.here, self.there)
        await self.there.submit(Create(actor_id=self.bob.id, note=NoteDraft(text="hello alice", room_id=there.id)))
        await self.quiet(self.there, self.here)
        self.assertEqual(len(await self.lines(self.here, self.room.id, self.alice)), 2)
        self.assertEqual(len(await self.lines(self.there, there.id, self.bob)), 2)
        # It is said once: the room's announcement of bob's own line is no second one, nor a boost.
        self.assertEqual(await self.there.database.fetch_value("SELECT count(*) FROM notes"), 2)

    async def test_a_third_server_hears_what_another_says(self) -> None:
        third = await self.server()
        carol = await third.person("carol")
        there = await self.join()
        known = await third.core.resolver.account(self.room.account.uri)  # type: ignore[union-attr]
        await third.submit(Follow(actor_id=carol.id, target_id=known.id))
        await self.quiet(third, self.here, third)
        outcome = await self.there.submit(Create(actor_id=self.bob.id, note=NoteDraft(text="can you all hear me?", room_id=there.id)))
        await self.quiet(self.there, self.here, third)
        (line,) = await self.lines(third, known.id, carol)
        self.assertIn("can you all hear me?", line)
        assert outcome.note_id is not None
        await self.there.submit(Delete(actor_id=self.bob.id, note_id=outcome.note_id))
        await self.quiet(self.there, self.here, third)
        self.assertEqual(await self.lines(third, known.id, carol), [])

    async def test_lines_that_waited_for_the_rooms_server_are_announced_in_their_order(self) -> None:
        third = await self.server()
        carol = await third.person("carol")
        there = await self.join()
        known = await third.core.resolver.account(self.room.account.uri)  # type: ignore[union-attr]
        await third.submit(Follow(actor_id=carol.id, target_id=known.id))
        await self.quiet(third, self.here, third)
        await self.here.close_http()
        for text in ("one", "two", "three"):
            await self.there.submit(Create(actor_id=self.bob.id, note=NoteDraft(text=text, room_id=there.id)))
        await self.quiet(self.there)
        self.here.http = listen(self.here.site, self.here.core, reactor)
        await self.here.http.start()
        # The room's server speaks, so what waits for it goes at once.
        await self.here.submit(Create(actor_id=self.alice.id, note=NoteDraft(text="back", room_id=self.room.id)))
        await self.quiet(self.here, self.there, self.here, third)
        rows = await self.here.database.fetch("SELECT data->'object'->'object'->'source'->>'content' FROM activities WHERE type = 'Announce' ORDER BY id")
        self.assertEqual([row[0] for row in rows], ["back", "one", "two", "three"])
        self.assertEqual(len(await self.lines(third, known.id, carol)), 4)

    async def test_who_is_not_in_the_room_is_not_heard(self) -> None:
        there = await self.there.core.resolver.account(self.room.account.uri)  # type: ignore[union-attr]
        await self.join()
        await self.there.submit(Undo(actor_id=self.bob.id, of=Follow(actor_id=self.bob.id, target_id=there.id)))
        await self.quiet(self.there, self.here)
        self.assertEqual(await self.names(self.here, self.room.id), {self.alice.uri})
        # bob's own server would not let him; one that did is refused here.
        await self.there.submit(Create(actor_id=self.bob.id, note=NoteDraft(text=f"hi @garden@{self.here.domain}")))
        await self.quiet(self.there, self.here)
        self.assertEqual(await self.lines(self.here, self.room.id, self.alice), [])

    async def test_a_kick_a_ban_and_their_ends(self) -> None:
        there = await self.join()
        bob = await self.here.core.reading.account_by_uri(self.bob.uri)
        assert bob is not None
        await self.here.submit(Reject(actor_id=self.alice.id, follower_id=bob.id, target_id=self.room.id, reason="noise"))
        await self.quiet(self.here, self.there)
        self.assertIsNone(await self.there.core.reading.follow_of(self.bob.id, there.id))
        await self.join()
        self.assertEqual(await self.names(self.here, self.room.id), {self.alice.uri, self.bob.uri})
        await self.here.submit(Block(actor_id=self.alice.id, target_id=bob.id, room_id=self.room.id))
        await self.quiet(self.here, self.there)
        await self.there.submit(Undo(actor_id=self.bob.id, of=Follow(actor_id=self.bob.id, target_id=there.id)))
        await self.join()
        self.assertEqual(await self.names(self.here, self.room.id), {self.alice.uri})

    async def test_a_new_topic_is_seen_there(self) -> None:
        there = await self.join()
        await self.here.submit(Update(actor_id=self.alice.id, room_id=self.room.id, room=RoomChange(topic="tulips")))
        await self.quiet(self.here, self.there)
        self.assertEqual((await self.known_room(there)).topic, "tulips")

    async def test_an_operator_of_another_server(self) -> None:
        there = await self.join()
        bob = await self.here.core.reading.account_by_uri(self.bob.uri)
        assert bob is not None
        weeds = Update(actor_id=self.bob.id, room_id=there.id, room=RoomChange(topic="weeds"))
        await self.assertFailure(Deferred.fromCoroutine(self.there.submit(weeds)), Forbidden)  # +t: not yet
        await self.quiet(self.there, self.here)
        room = await self.here.core.reading.room_by_id(self.room.id)
        assert room is not None
        self.assertEqual(room.topic, "roses")
        await self.here.submit(Add(actor_id=self.alice.id, collection="o", account_id=bob.id, room_id=self.room.id))
        await self.quiet(self.here, self.there)
        await self.there.submit(Update(actor_id=self.bob.id, room_id=there.id, room=RoomChange(topic="tulips")))
        await self.quiet(self.there, self.here)
        room = await self.here.core.reading.room_by_id(self.room.id)
        assert room is not None
        self.assertEqual(room.topic, "tulips")

    async def test_members_and_ranks_are_known_there(self) -> None:
        there = await self.join()
        members = {member.account.uri: {rank.value for rank in member.ranks} for member in await self.there.core.reading.members(there.id)}
        self.assertEqual(members, {self.alice.uri: {"q"}, self.bob.uri: set()})
        carol = await self.here.person("carol")
        await self.here.submit(Follow(actor_id=carol.id, target_id=self.room.id))
        await self.quiet(self.here, self.there)
        self.assertEqual(await self.names(self.there, there.id), {self.alice.uri, self.bob.uri, carol.uri})
        await self.here.submit(Undo(actor_id=carol.id, of=Follow(actor_id=carol.id, target_id=self.room.id)))
        await self.quiet(self.here, self.there)
        self.assertEqual(await self.names(self.there, there.id), {self.alice.uri, self.bob.uri})

    async def test_an_operator_of_another_server_puts_somebody_out(self) -> None:
        there = await self.join()
        bob = await self.here.core.reading.account_by_uri(self.bob.uri)
        carol = await self.here.person("carol")
        await self.here.submit(Follow(actor_id=carol.id, target_id=self.room.id))
        assert bob is not None
        await self.here.submit(Add(actor_id=self.alice.id, collection="o", account_id=bob.id, room_id=self.room.id))
        await self.quiet(self.here, self.there)
        known = await self.there.known(carol)
        await self.there.submit(Reject(actor_id=self.bob.id, follower_id=known.id, target_id=there.id, reason="noise"))
        await self.quiet(self.there, self.here, self.there)
        self.assertEqual(await self.names(self.here, self.room.id), {self.alice.uri, self.bob.uri})
        self.assertEqual(await self.names(self.there, there.id), {self.alice.uri, self.bob.uri})
        await self.there.submit(Block(actor_id=self.bob.id, target_id=known.id, room_id=there.id))
        await self.quiet(self.there, self.here, self.there)
        self.assertTrue(await self.here.core.reading.room_banned(self.room.id, carol.id))
        self.assertTrue(await self.there.core.reading.room_banned(there.id, known.id))

    async def test_a_line_the_room_refuses_is_taken_back(self) -> None:
        there = await self.join()
        await self.here.submit(Update(actor_id=self.alice.id, room_id=self.room.id, room=RoomChange(moderated=True)))
        # bob's server has not heard of it yet.
        await self.there.submit(Create(actor_id=self.bob.id, note=NoteDraft(text="may I?", room_id=there.id)))
        await self.quiet(self.here, self.there, self.here, self.there)
        self.assertEqual(await self.lines(self.here, self.room.id, self.alice), [])
        self.assertEqual(await self.lines(self.there, there.id, self.bob), [])
        self.assertTrue((await self.known_room(there)).moderated)

    async def test_a_room_for_invited_people(self) -> None:
        await self.here.submit(Update(actor_id=self.alice.id, room_id=self.room.id, room=RoomChange(invite_only=True)))
        there = await self.join()
        follow = await self.there.core.reading.follow_of(self.bob.id, there.id)
        self.assertFalse(follow is not None and follow[1])
        self.assertEqual(await self.names(self.here, self.room.id), {self.alice.uri})

    async def test_what_is_said_in_a_private_room_reaches_its_members_only(self) -> None:
        there = await self.join()
        carol = await self.there.person("carol")
        await self.here.submit(Update(actor_id=self.alice.id, room_id=self.room.id, room=RoomChange(secret=True)))
        await self.quiet(self.here, self.there)
        outcome = await self.here.submit(Create(actor_id=self.alice.id, note=NoteDraft(text="a secret", room_id=self.room.id)))
        await self.quiet(self.here, self.there)
        assert outcome.note_id is not None
        uri = (await self.here.core.reading.note(self.alice.id, outcome.note_id)).note.uri
        note = await self.there.note(uri, self.bob)
        assert note is not None
        self.assertEqual((note.room_id, note.visibility), (there.id, Visibility.FOLLOWERS))
        # Its actor, which anybody may look up, does not tell what it is about.
        self.assertEqual((await self.here.core.reading.account(self.room.id)).note, "")
        self.assertIsNone(await self.there.note(uri, carol))
        self.assertIsNone(await self.there.note(uri))

    async def test_a_third_server_hears_what_is_said_in_a_private_room(self) -> None:
        """It cannot fetch the line from bob's server, which does not know who is a member: his proof inside is enough."""
        third = await self.server()
        carol = await third.person("carol")
        there = await self.join()
        known = await third.core.resolver.account(self.room.account.uri)  # type: ignore[union-attr]
        await third.submit(Follow(actor_id=carol.id, target_id=known.id))
        await self.quiet(third, self.here, third)
        await self.here.submit(Update(actor_id=self.alice.id, room_id=self.room.id, room=RoomChange(secret=True)))
        await self.quiet(self.here, self.there, third)
        await self.there.submit(Create(actor_id=self.bob.id, note=NoteDraft(text="only for us", room_id=there.id)))
        await self.quiet(self.there, self.here, third)
        (line,) = await self.lines(third, known.id, carol)
        self.assertIn("only for us", line)
        stranger = await third.person("stranger")
        self.assertEqual((await third.core.reading.room(stranger.id, known.id, Page())).items, ())

    async def test_what_was_said_before_is_there_for_who_comes_in(self) -> None:
        for text in ("first", "second"):
            await self.here.submit(Create(actor_id=self.alice.id, note=NoteDraft(text=text, room_id=self.room.id)))
        there = await self.join()
        self.assertEqual([line.removeprefix("<p>").removesuffix("</p>") for line in await self.lines(self.there, there.id, self.bob)], ["first", "second"])

    async def test_a_server_that_knows_no_groups_sees_boosts_and_its_answers_are_heard(self) -> None:
        plain = await self.server(federation={"groups": False})
        dora = await plain.person("dora")
        known = await plain.core.resolver.account(self.room.account.uri)  # type: ignore[union-attr]
        await plain.submit(Follow(actor_id=dora.id, target_id=known.id))
        await self.quiet(plain, self.here, plain)
        there = await self.join()
        await self.here.submit(Create(actor_id=self.alice.id, note=NoteDraft(text="hello all", room_id=self.room.id)))
        await self.quiet(self.here, plain, self.there)
        (boost,) = (await plain.core.reading.home(dora.id, Page())).items
        assert boost.note.boost_of is not None
        self.assertEqual((boost.note.account.uri, boost.note.boost_of.content), (self.room.account.uri, "<p>hello all</p>"))
        self.assertEqual(await self.there.database.fetch_value("SELECT count(*) FROM notes"), 1)  # bob's server has it once, as a line
        answer = NoteDraft(text=f"@alice@{self.here.domain} hello from a plain server", in_reply_to_id=boost.note.boost_of.id)
        await plain.submit(Create(actor_id=dora.id, note=answer))
        await self.quiet(plain, self.here, self.there)
        self.assertIn("hello from a plain server", (await self.lines(self.here, self.room.id, self.alice))[-1])
        self.assertIn("hello from a plain server", (await self.lines(self.there, there.id, self.bob))[-1])

    async def known_room(self, account: Account) -> Room:
        room = await self.there.core.reading.room_by_id(account.id)
        assert room is not None
        return room
