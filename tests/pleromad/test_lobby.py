from __future__ import annotations

from pleromad.jobs import Job
from pleromad.model.account import Account, Role
from pleromad.model.activity import Block, Origin
from tests.support.core import PASSWORD, CoreCase


class LobbyTests(CoreCase):
    SETTINGS = {"rooms": {"lobby": "hall"}, "instance": {"registrations": "approval"}}

    async def waiting(self) -> list[int]:
        """The accounts that are to be put into the lobby."""
        rows = await self.database.fetch("DELETE FROM jobs WHERE kind = 'lobby' RETURNING payload")
        return [int(row[0]["account_id"]) for row in rows]

    async def enter(self) -> None:
        for id in await self.waiting():
            await self.core.lobby.enter(Job(1, "lobby", None, {"account_id": id}, b"", 1, 20, self.core.clock.now()))

    async def names(self) -> list[str]:
        room = await self.core.reading.room_by_name("hall")
        assert room is not None
        return [member.account.username for member in await self.core.reading.members(room.id)]

    async def test_it_is_made_for_the_owner_and_everybody_is_put_into_it(self) -> None:
        await self.person("ada", role=Role.OWNER)
        await self.person("mori")
        await self.enter()
        self.assertEqual(await self.names(), ["ada", "mori"])

    async def test_without_an_owner_there_is_none_yet(self) -> None:
        await self.person("mori")
        await self.enter()
        self.assertIsNone(await self.core.reading.room_by_name("hall"))

    async def test_who_waits_for_approval_comes_in_when_approved(self) -> None:
        await self.person("ada", role=Role.OWNER)
        await self.enter()
        user = await self.core.accounts.register(username="zola", email="z@mail.example", password=PASSWORD, reason="Rivers")
        self.assertEqual(await self.waiting(), [])
        await self.core.accounts.approve(user.account.id)
        await self.enter()
        self.assertEqual(await self.names(), ["ada", "zola"])

    async def test_who_is_banned_stays_outside(self) -> None:
        ada: Account = await self.person("ada", role=Role.OWNER)
        await self.enter()
        mori = await self.person("mori")
        room = await self.core.lobby.room()
        assert room is not None
        await self.core.activities.submit(Block(actor_id=ada.id, target_id=mori.id, room_id=room.id), Origin.local(ada.id))
        await self.enter()
        self.assertEqual(await self.names(), ["ada"])

    async def test_a_name_that_is_somebodys_makes_no_room(self) -> None:
        await self.person("hall", role=Role.OWNER)
        await self.enter()
        self.assertIsNone(await self.core.lobby.room())


class NoLobbyTests(CoreCase):
    async def test_no_job_is_written(self) -> None:
        await self.person("ada", role=Role.OWNER)
        self.assertIsNone(await self.core.lobby.room())
        self.assertEqual(await self.database.fetch_value("SELECT count(*) FROM jobs WHERE kind = 'lobby'"), 0)
