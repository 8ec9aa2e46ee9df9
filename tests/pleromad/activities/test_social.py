from __future__ import annotations

from pleromad.errors import Forbidden, Invalid, NotFound
from pleromad.model.account import ProfileChange
from pleromad.model.activity import (
    Accept,
    Add,
    Announce,
    Block,
    EmojiReact,
    Follow,
    Invite,
    Like,
    Origin,
    Reject,
    Remove,
    Undo,
    Update,
)
from pleromad.model.note import Visibility
from pleromad.model.page import Page
from pleromad.model.room import RoomChange
from tests.support.core import CoreCase


class FollowTests(CoreCase):
    async def test_a_locked_account_is_asked_first(self) -> None:
        alice, bob = await self.person("alice"), await self.person("bob")
        await self.submit(Update(actor_id=bob.id, profile=ProfileChange(locked=True)), bob)
        outcome = await self.submit(Follow(actor_id=alice.id, target_id=bob.id), alice)
        self.assertTrue(outcome.pending)
        (relation,) = await self.core.reading.relationships(alice.id, [bob.id])
        self.assertEqual((relation.following, relation.requested), (False, True))
        await self.submit(Accept(actor_id=bob.id, follower_id=alice.id), bob)
        (relation,) = await self.core.reading.relationships(alice.id, [bob.id])
        self.assertEqual((relation.following, relation.requested), (True, False))
        types = [n.type for n in (await self.core.reading.notifications(bob.id, Page())).items]
        self.assertEqual(types, ["follow"])

    async def test_a_follow_fills_the_home_and_an_unfollow_clears_it(self) -> None:
        alice, bob = await self.person("alice"), await self.person("bob")
        note = await self.say(bob, "older")
        await self.follow(alice, bob)
        self.assertEqual([s.note.id for s in (await self.core.reading.home(alice.id, Page())).items], [note.id])
        await self.submit(Undo(actor_id=alice.id, of=Follow(actor_id=alice.id, target_id=bob.id)), alice)
        self.assertEqual((await self.core.reading.home(alice.id, Page())).items, ())
        self.assertEqual((await self.core.reading.account(bob.id)).followers_count, 0)

    async def test_a_remote_follow_is_answered_with_an_accept(self) -> None:
        alice, bob = await self.person("alice"), await self.remote("bob")
        self.core.activities.add_durable("deliver")
        await self.follow(bob, alice)
        rows = await self.database.fetch("SELECT type, data FROM activities WHERE local ORDER BY id")
        self.assertEqual([row[0] for row in rows], ["Accept"])
        self.assertEqual(rows[0][1]["object"]["actor"], bob.uri)
        self.assertEqual(await self.core.jobs.pending(), {"deliver": 1})

    async def test_who_is_rejected_does_not_follow(self) -> None:
        alice, bob = await self.person("alice"), await self.person("bob")
        await self.follow(alice, bob)
        await self.submit(Reject(actor_id=bob.id, follower_id=alice.id), bob)
        self.assertIsNone(await self.core.reading.follow_of(alice.id, bob.id))


class ReactionTests(CoreCase):
    async def test_a_like_counts_once_and_can_be_taken_back(self) -> None:
        alice, bob = await self.person("alice"), await self.person("bob")
        note = await self.say(alice, "hi")
        for _ in range(2):
            await self.submit(Like(actor_id=bob.id, note_id=note.id), bob)
        seen = await self.core.reading.note(bob.id, note.id)
        self.assertEqual((seen.note.likes_count, seen.state.liked), (1, True))
        await self.submit(Undo(actor_id=bob.id, of=Like(actor_id=bob.id, note_id=note.id)), bob)
        seen = await self.core.reading.note(bob.id, note.id)
        self.assertEqual((seen.note.likes_count, seen.state.liked), (0, False))
        self.assertEqual((await self.core.reading.notifications(alice.id, Page())).items, ())

    async def test_an_emoji_reaction_is_shown_with_its_count(self) -> None:
        alice, bob = await self.person("alice"), await self.person("bob")
        note = await self.say(alice, "hi")
        await self.submit(EmojiReact(actor_id=bob.id, note_id=note.id, emoji="🐙"), bob)
        seen = await self.core.reading.note(bob.id, note.id)
        self.assertEqual([(r.name, r.count) for r in seen.note.reactions], [("🐙", 1)])
        with self.assertRaises(Invalid):
            await self.submit(EmojiReact(actor_id=bob.id, note_id=note.id, emoji="no such"), bob)

    async def test_a_boost_is_in_homes_and_goes_with_its_undo(self) -> None:
        alice, bob, carol = [await self.person(name) for name in ("alice", "bob", "carol")]
        await self.follow(carol, bob)
        note = await self.say(alice, "hi")
        await self.submit(Announce(actor_id=bob.id, note_id=note.id), bob)
        (seen,) = (await self.core.reading.home(carol.id, Page())).items
        assert seen.note.boost_of is not None
        self.assertEqual((seen.note.boost_of.id, seen.note.boost_of.boosts_count), (note.id, 1))
        await self.submit(Undo(actor_id=bob.id, of=Announce(actor_id=bob.id, note_id=note.id)), bob)
        self.assertEqual((await self.core.reading.home(carol.id, Page())).items, ())

    async def test_what_is_not_public_is_not_boosted_by_others(self) -> None:
        alice, bob = await self.person("alice"), await self.person("bob")
        await self.follow(bob, alice)
        note = await self.say(alice, "hi", visibility=Visibility.FOLLOWERS)
        with self.assertRaises(NotFound):
            await self.submit(Announce(actor_id=bob.id, note_id=note.id), bob)

    async def test_a_pin_is_the_authors_own(self) -> None:
        alice, bob = await self.person("alice"), await self.person("bob")
        note = await self.say(alice, "hi")
        await self.submit(Add(actor_id=alice.id, collection="featured", note_id=note.id), alice)
        pinned = await self.core.reading.of_account(None, alice.id, Page(), pinned=True)
        self.assertEqual([s.note.pinned for s in pinned.items], [True])
        with self.assertRaises(Invalid):
            await self.submit(Add(actor_id=bob.id, collection="featured", note_id=note.id), bob)
        await self.submit(Remove(actor_id=alice.id, collection="featured", note_id=note.id), alice)
        self.assertEqual((await self.core.reading.of_account(None, alice.id, Page(), pinned=True)).items, ())


class BlockTests(CoreCase):
    async def test_a_block_ends_follows_and_forbids_new_ones(self) -> None:
        alice, bob = await self.person("alice"), await self.person("bob")
        await self.follow(alice, bob)
        await self.follow(bob, alice)
        await self.submit(Block(actor_id=alice.id, target_id=bob.id), alice)
        (relation,) = await self.core.reading.relationships(alice.id, [bob.id])
        self.assertEqual((relation.blocking, relation.following, relation.followed_by), (True, False, False))
        with self.assertRaises(Forbidden):
            await self.submit(Follow(actor_id=bob.id, target_id=alice.id), bob)
        await self.submit(Undo(actor_id=alice.id, of=Block(actor_id=alice.id, target_id=bob.id)), alice)
        await self.follow(bob, alice)


class RoomTests(CoreCase):
    async def test_a_line_of_a_room_is_for_its_members_and_in_nobodys_home(self) -> None:
        alice, bob, carol = [await self.person(name) for name in ("alice", "bob", "carol")]
        await self.follow(carol, alice)
        room = await self.core.accounts.open_room(alice.id, "lobby")
        await self.follow(bob, room.account)
        line = await self.say(bob, "hello all", room_id=room.id)
        self.assertEqual((line.room_id, line.visibility), (room.id, Visibility.UNLISTED))
        self.assertEqual([s.note.id for s in (await self.core.reading.room(alice.id, room.id, Page())).items], [line.id])
        for viewer in (alice, bob, carol):
            self.assertEqual((await self.core.reading.home(viewer.id, Page())).items, ())
        members = await self.core.reading.members(room.id)
        self.assertEqual([(m.account.username, [str(r) for r in m.ranks]) for m in members], [("alice", ["q"]), ("bob", [])])

    async def test_the_doors_of_a_room_hold(self) -> None:
        alice, bob = await self.person("alice"), await self.person("bob")
        room = await self.core.accounts.open_room(alice.id, "lobby")
        with self.assertRaises(Forbidden) as caught:
            await self.say(bob, "hello", room_id=room.id)
        self.assertEqual(caught.exception.detail, "member")
        for change, reason in (
            (RoomChange(invite_only=True), "invite"),
            (RoomChange(invite_only=False, key="k"), "key"),
            (RoomChange(key="", member_limit=1), "full"),
        ):
            await self.submit(Update(actor_id=alice.id, room_id=room.id, room=change), alice)
            with self.assertRaises(Forbidden) as caught:
                await self.submit(Follow(actor_id=bob.id, target_id=room.id), bob)
            self.assertEqual(caught.exception.detail, reason)
        await self.submit(Invite(actor_id=alice.id, room_id=room.id, target_id=bob.id), alice)
        await self.follow(bob, room.account)
        await self.submit(Update(actor_id=alice.id, room_id=room.id, room=RoomChange(moderated=True)), alice)
        with self.assertRaises(Forbidden) as caught:
            await self.say(bob, "hello", room_id=room.id)
        self.assertEqual(caught.exception.detail, "voice")
        await self.submit(Add(actor_id=alice.id, collection="v", room_id=room.id, account_id=bob.id), alice)
        await self.say(bob, "hello", room_id=room.id)
        with self.assertRaises(Forbidden):
            await self.submit(Reject(actor_id=bob.id, target_id=room.id, follower_id=alice.id), bob)
        await self.submit(Block(actor_id=alice.id, room_id=room.id, target_id=bob.id), alice)
        with self.assertRaises(Forbidden) as caught:
            await self.submit(Follow(actor_id=bob.id, target_id=room.id), bob)
        self.assertEqual(caught.exception.detail, "banned")

    async def test_a_rooms_lines_go_out_to_remote_members_as_announces(self) -> None:
        alice, bob = await self.person("alice"), await self.remote("bob")
        room = await self.core.accounts.open_room(alice.id, "lobby")
        await self.follow(bob, room.account)
        await self.say(alice, "hello", room_id=room.id)
        rows = await self.database.fetch("SELECT data FROM activities WHERE type = 'Announce'")
        self.assertEqual([(r[0]["actor"], r[0]["object"]["type"]) for r in rows], [(room.account.uri, "Create")])


class OriginTests(CoreCase):
    async def test_a_signer_speaks_only_for_itself(self) -> None:
        alice, bob, eve = await self.person("alice"), await self.remote("bob"), await self.remote("eve", "evil.example")
        follow = Follow(actor_id=bob.id, target_id=alice.id, uri="https://far.example/f", raw={})
        with self.assertRaises(Forbidden):
            await self.core.activities.submit(follow, Origin.remote(eve.id, "evil.example"))

    async def test_an_activity_id_on_another_host_is_refused(self) -> None:
        alice, bob = await self.person("alice"), await self.remote("bob")
        with self.assertRaises(Forbidden):
            await self.submit(Follow(actor_id=bob.id, target_id=alice.id, uri="https://evil.example/f", raw={}), bob)

    async def test_the_same_remote_activity_twice_changes_nothing(self) -> None:
        alice, bob = await self.person("alice"), await self.remote("bob")
        note = await self.say(alice, "hi")
        like = Like(actor_id=bob.id, uri="https://far.example/like/1", raw={"type": "Like"}, note_id=note.id)
        first, second = await self.submit(like, bob), await self.submit(like, bob)
        self.assertEqual((first.duplicate, second.duplicate), (False, True))
        self.assertEqual((await self.core.reading.note(None, note.id)).note.likes_count, 1)
