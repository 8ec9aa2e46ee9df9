"""Lists of masks: the core keeps its door by them, whatever door somebody comes by."""

from __future__ import annotations

from pleromad.errors import Forbidden
from pleromad.model.activity import Block, Follow, Undo
from tests.protocols.irc.support import Client, IrcCase, said


class MaskTests(IrcCase):
    async def prepare(self) -> None:
        self.alice, self.bob = await self.person("alice"), await self.person("bob")

    async def room(self) -> tuple[Client, int]:
        client = await self.logged_in(self.alice)
        await client.ask("JOIN #tea")
        room = await self.core.reading.room_by_name("tea")
        assert room is not None
        return client, room.id

    async def test_who_is_on_the_list_of_the_invited_comes_in(self) -> None:
        client, _ = await self.room()
        await client.ask("MODE #tea +iI bob!*@*")
        bob, carol = await self.logged_in(self.bob), await self.logged_in(await self.person("carol"))
        self.assertTrue(said(await bob.ask("JOIN #tea"), "366"))
        self.assertTrue(said(await carol.ask("JOIN #tea"), "473"))

    async def test_an_account_or_a_host_on_the_list_of_the_invited_comes_in(self) -> None:
        client, room_id = await self.room()
        await client.ask("MODE #tea +iII ~a:bob *!*@far.example")
        bob, carol = await self.logged_in(self.bob), await self.logged_in(await self.person("carol"))
        self.assertTrue(said(await bob.ask("JOIN #tea"), "366"))
        self.assertTrue(said(await carol.ask("JOIN #tea"), "473"))
        dora, emil = await self.remote("dora"), await self.remote("emil", "elsewhere.example")
        await self.submit(Follow(actor_id=dora.id, target_id=room_id), dora)
        with self.assertRaises(Forbidden):
            await self.submit(Follow(actor_id=emil.id, target_id=room_id), emil)

    async def test_an_exception_by_host_lifts_a_ban(self) -> None:
        client, room_id = await self.room()
        await client.ask("MODE #tea +be *!*@far.example dora/*!*@far.example")
        dora, emil = await self.remote("dora"), await self.remote("emil")
        await self.submit(Follow(actor_id=dora.id, target_id=room_id), dora)
        with self.assertRaises(Forbidden):
            await self.submit(Follow(actor_id=emil.id, target_id=room_id), emil)

    async def test_a_banned_mask_holds_for_every_door(self) -> None:
        client, room_id = await self.room()
        await client.ask("MODE #tea +b b*!*@here.example")
        with self.assertRaises(Forbidden):
            await self.submit(Follow(actor_id=self.bob.id, target_id=room_id), self.bob)
        await client.ask("MODE #tea +e ~a:bob")
        await self.submit(Follow(actor_id=self.bob.id, target_id=room_id), self.bob)
        await client.ask("MODE #tea -e ~a:bob")
        with self.assertRaises(Forbidden):
            await self.say(self.bob, "hello", room_id=room_id)
        await client.ask("MODE #tea +v bob")
        await self.say(self.bob, "hello", room_id=room_id)

    async def test_a_ban_of_another_door_is_on_the_list(self) -> None:
        client, room_id = await self.room()
        ban = Block(actor_id=self.alice.id, target_id=self.bob.id, room_id=room_id)
        await self.submit(ban, self.alice)
        await client.wait(r"MODE #tea \+b bob!\*@\*")
        self.assertIn("bob!*@*", said(await client.ask("MODE #tea b"), "367")[0])
        await self.submit(Undo(actor_id=self.alice.id, of=ban), self.alice)
        await client.wait(r"MODE #tea -b bob!\*@\*")

    async def test_a_mask_taken_off_here_lifts_the_ban(self) -> None:
        client, room_id = await self.room()
        await self.submit(Block(actor_id=self.alice.id, target_id=self.bob.id, room_id=room_id), self.alice)
        await client.wait(r"MODE #tea \+b")
        await client.ask("MODE #tea -b bob!*@*")
        await self.submit(Follow(actor_id=self.bob.id, target_id=room_id), self.bob)
