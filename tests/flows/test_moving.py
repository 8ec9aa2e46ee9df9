"""Moving between two servers, over HTTP: the Move arrives, the new account is read, followers go along."""

from __future__ import annotations

from pleromad.model.account import Account
from pleromad.model.activity import Follow, Move
from tests.support.core import PASSWORD
from tests.support.federation import FederationCase, Server


class MovingTests(FederationCase):
    async def set_up(self) -> None:
        self.here, self.there = await self.server(), await self.server()
        self.fan = await self.here.person("fan")
        self.old = await self.there.person("wanderer")
        self.new = await self.here.person("settler")
        self.old_here = await self.here.known(self.old)
        await self.here.submit(Follow(actor_id=self.fan.id, target_id=self.old_here.id))
        await self.until(lambda: self.follows(self.here, self.fan, self.old_here), "the Accept")

    async def follows(self, server: Server, one: Account, other: Account) -> bool:
        follow = await server.core.reading.follow_of(one.id, other.id)
        return follow is not None and follow[1]

    async def test_followers_elsewhere_go_along(self) -> None:
        other = await self.here.core.resolver.account(f"@wanderer@{self.there.domain}")
        await self.here.core.accounts.add_alias(self.new.id, other)
        new_there = await self.there.known(self.new)
        target = await self.there.core.resolver.fresh(new_there)
        self.assertIn(self.old.uri, target.also_known_as)
        await self.there.core.accounts.move(self.old.id, PASSWORD, target)
        await self.until(lambda: self.follows(self.here, self.fan, self.new), "the fan follows the new account")
        moved = await self.here.core.reading.account(self.old_here.id)
        self.assertEqual(moved.moved_to_uri, self.new.uri)
        await self.quiet(self.here, self.there)
        self.assertFalse(await self.follows(self.here, self.fan, self.old_here))
        self.assertEqual((await self.there.core.reading.account(self.old.id)).followers_count, 0)

    async def test_an_alias_that_was_never_set_moves_nobody(self) -> None:
        new_there = await self.there.known(self.new)
        # A server that does not ask first: it says the Move all the same.
        await self.there.database.execute("UPDATE accounts SET also_known_as = %s WHERE id = %s", ([self.old.uri], new_there.id))
        await self.there.submit(Move(actor_id=self.old.id, target_id=new_there.id))
        await self.quiet(self.there, self.here)
        self.assertTrue(await self.follows(self.here, self.fan, self.old_here))
        self.assertFalse(await self.follows(self.here, self.fan, self.new))
