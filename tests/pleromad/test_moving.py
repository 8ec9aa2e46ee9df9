"""Moving house: who may, and what goes along."""

from __future__ import annotations

from typing import Any

from twisted.internet import reactor
from twisted.internet.task import deferLater

from pleromad.accounts import moving
from pleromad.errors import Forbidden, Invalid, NotFound, Unauthenticated
from pleromad.model.account import Account, ProfileChange
from pleromad.model.activity import Block, Move, Update
from tests.support.core import PASSWORD, CoreCase


class MovingCase(CoreCase):
    async def carried(self) -> None:
        """Until those who follow have gone along."""
        await self.core.jobs.start()
        while await self.database.fetch_value("SELECT count(*) FROM jobs WHERE kind = 'carry'"):
            await deferLater(reactor, 0.01, lambda: None)

    async def follows(self, one: Account, other: Account) -> bool:
        found = await self.core.reading.follow_of(one.id, other.id)
        return found is not None and found[1]


class GoingTests(MovingCase):
    async def test_followers_here_go_along_with_their_options(self) -> None:
        old, new, fan = await self.person("old"), await self.person("new"), await self.person("fan")
        await self.follow(fan, old)
        await self.database.execute("UPDATE follows SET notify = true, show_boosts = false")
        await self.core.accounts.add_alias(new.id, old)
        await self.core.accounts.move(old.id, PASSWORD, await self.core.reading.account(new.id))
        await self.carried()
        self.assertTrue(await self.follows(fan, new))
        self.assertFalse(await self.follows(fan, old))
        [relation] = await self.core.reading.relationships(fan.id, [new.id])
        self.assertEqual((relation.notifying, relation.showing_reblogs), (True, False))
        moved = await self.core.reading.account(old.id)
        self.assertEqual((moved.moved_to_uri, moved.moved_to.id if moved.moved_to else 0), (new.uri, new.id))
        self.assertEqual((moved.followers_count, (await self.core.reading.account(new.id)).followers_count), (0, 1))

    async def test_the_other_account_must_agree(self) -> None:
        old, new = await self.person("old"), await self.person("new")
        with self.assertRaises(Invalid):
            await self.core.accounts.move(old.id, PASSWORD, new)
        with self.assertRaises(Forbidden):
            await self.submit(Move(actor_id=old.id, target_id=new.id), old)
        with self.assertRaises(Unauthenticated):
            await self.core.accounts.move(old.id, "wrong password", new)

    async def test_there_is_a_rest_between_two_moves_and_a_way_back(self) -> None:
        old, new, third = await self.person("old"), await self.person("new"), await self.person("third")
        for other in (new, third):
            await self.core.accounts.add_alias(other.id, old)
        await self.core.accounts.move(old.id, PASSWORD, await self.core.reading.account(new.id))
        with self.assertRaises(Invalid):
            await self.core.accounts.move(old.id, PASSWORD, await self.core.reading.account(third.id))
        await self.core.accounts.stay(old.id)
        self.assertIsNone((await self.core.reading.account(old.id)).moved_to_uri)
        with self.assertRaises(Invalid):
            await self.core.accounts.move(old.id, PASSWORD, await self.core.reading.account(third.id))

    async def test_the_move_is_told_to_followers(self) -> None:
        old, new = await self.person("old"), await self.person("new")
        await self.core.accounts.add_alias(new.id, old)
        await self.core.accounts.move(old.id, PASSWORD, await self.core.reading.account(new.id))
        data = await self.database.fetch_value("SELECT data FROM activities WHERE type = 'Move'")
        self.assertEqual((data["actor"], data["object"], data["target"], data["to"]), (old.uri, old.uri, new.uri, [old.followers_uri]))

    async def test_aliases_are_told_to_followers_and_end(self) -> None:
        alice, bob = await self.person("alice"), await self.remote("alice")
        await self.core.accounts.add_alias(alice.id, bob)
        await self.core.accounts.add_alias(alice.id, bob)
        self.assertEqual([uri for uri, _ in await self.core.accounts.aliases(alice.id)], [bob.uri])
        self.assertEqual(await self.database.fetch_value("SELECT count(*) FROM activities WHERE type = 'Update'"), 1)
        await self.core.accounts.remove_alias(alice.id, bob.uri)
        with self.assertRaises(NotFound):
            await self.core.accounts.remove_alias(alice.id, bob.uri)
        with self.assertRaises(Invalid):
            await self.core.accounts.add_alias(alice.id, alice)


class ComingTests(MovingCase):
    """A Move of another server arrives; the door has read the target anew."""

    async def move(self, old: Account, new: Account, **more: Any) -> None:
        uri = f"{old.uri}#moves/1"
        raw = {"id": uri, "type": "Move", "actor": old.uri, "object": old.uri, "target": new.uri}
        await self.submit(Move(actor_id=old.id, target_id=new.id, uri=uri, raw=raw), old)

    async def test_those_who_follow_mute_block_or_list_the_old_one(self) -> None:
        old = await self.remote("old")
        new = await self.remote("new", "other.example", also_known_as=(old.uri,))
        fan, enemy, deaf = await self.person("fan"), await self.person("enemy"), await self.person("deaf")
        await self.follow(fan, old)
        made = await self.core.personal.add_list(fan.id, "Friends")
        await self.core.personal.add_members(fan.id, made.id, [old.id])
        await self.core.personal.comment(fan.id, old.id, "met in Lyon")
        await self.submit(Block(actor_id=enemy.id, target_id=old.id), enemy)
        await self.core.personal.mute(deaf.id, old.id)
        await self.move(old, new)
        await self.carried()
        [relation] = await self.core.reading.relationships(fan.id, [new.id])
        self.assertEqual((relation.requested, relation.note), (True, "met in Lyon"))  # their server has to accept
        self.assertIsNone(await self.core.reading.follow_of(fan.id, old.id))
        self.assertEqual([each.id for each in await self.core.personal.lists_with(fan.id, new.id)], [made.id])
        self.assertTrue((await self.core.reading.relationships(enemy.id, [new.id]))[0].blocking)
        self.assertTrue((await self.core.reading.relationships(deaf.id, [new.id]))[0].muting)

    async def test_who_does_not_want_to_go_along_stays(self) -> None:
        old, new, fan = await self.remote("old"), await self.person("new"), await self.person("fan")
        await self.core.accounts.add_alias(new.id, old)
        await self.follow(fan, old)
        await self.submit(Update(actor_id=fan.id, profile=ProfileChange(settings={"allow_following_move": False})), fan)
        await self.move(old, new)
        await self.carried()
        self.assertTrue(await self.follows(fan, old))
        self.assertFalse(await self.follows(fan, new))

    async def test_nobody_is_dragged_to_an_account_that_does_not_agree(self) -> None:
        old, new, fan = await self.remote("old"), await self.remote("new", "other.example"), await self.person("fan")
        await self.follow(fan, old)
        with self.assertRaises(Forbidden):
            await self.move(old, new)
        self.assertIsNone((await self.core.reading.account(old.id)).moved_to_uri)

    async def test_who_is_blocked_by_the_new_one_keeps_the_old(self) -> None:
        old, new, fan = await self.remote("old"), await self.person("new"), await self.person("fan")
        await self.core.accounts.add_alias(new.id, old)
        await self.follow(fan, old)
        await self.submit(Block(actor_id=new.id, target_id=fan.id), new)
        await self.move(old, new)
        await self.carried()
        self.assertFalse(await self.follows(fan, new))
        self.assertTrue(await self.follows(fan, old))

    async def test_many_followers_go_in_steps(self) -> None:
        self.patch(moving, "AT_A_TIME", 2)
        old, new = await self.remote("old"), await self.person("new")
        await self.core.accounts.add_alias(new.id, old)
        fans = [await self.person(f"fan{n}") for n in range(5)]
        for fan in fans:
            await self.follow(fan, old)
        await self.move(old, new)
        await self.carried()
        for fan in fans:
            self.assertTrue(await self.follows(fan, new))
