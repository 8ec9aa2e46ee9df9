"""The parameters Pleroma adds to timelines."""

from __future__ import annotations

from pleromad.model.account import Account
from pleromad.model.note import Visibility
from tests.protocols.mastodon.case import MastodonCase, links, query_of


class ChoiceTests(MastodonCase):
    async def begin(self) -> None:
        self.alice, self.bob, self.carol = [await self.person(name) for name in ("alice", "bob", "carol")]
        for one in (self.bob, self.carol):
            await self.follow(self.alice, one)
        self.by_alice = await self.token(self.alice)

    async def texts(self, path: str) -> set[str]:
        return {one["pleroma"]["content"]["text/plain"] for one in await self.call("GET", path, self.by_alice)}

    async def answer(self, author: Account, text: str, to: int) -> None:
        await self.say(author, text, in_reply_to_id=to)

    async def test_visibilities_are_left_out(self) -> None:
        await self.begin()
        await self.say(self.bob, "all")
        await self.say(self.bob, "quiet", visibility=Visibility.UNLISTED)
        await self.say(self.bob, "followers", visibility=Visibility.FOLLOWERS)
        self.assertEqual(await self.texts("/api/v1/timelines/home"), {"all", "quiet", "followers"})
        self.assertEqual(await self.texts("/api/v1/timelines/home?exclude_visibilities[]=private&exclude_visibilities[]=unlisted"), {"all"})
        self.assertEqual(await self.texts(f"/api/v1/accounts/{self.bob.id}/statuses?exclude_visibilities[]=public"), {"quiet", "followers"})

    async def test_replies_of_others_can_be_left_out(self) -> None:
        await self.begin()
        mine, bobs = await self.say(self.alice, "mine"), await self.say(self.bob, "bobs")
        await self.answer(self.carol, "to alice", mine.id)
        await self.answer(self.carol, "to bob", bobs.id)
        self.assertEqual(await self.texts("/api/v1/timelines/home?reply_visibility=following"), {"mine", "bobs", "to alice", "to bob"})
        self.assertEqual(await self.texts("/api/v1/timelines/home?reply_visibility=self"), {"mine", "bobs", "to alice"})

    async def test_muted_people_come_when_asked_for(self) -> None:
        await self.begin()
        await self.say(self.bob, "from bob")
        await self.call("POST", f"/api/v1/accounts/{self.bob.id}/mute", self.by_alice)
        for path in ("/api/v1/timelines/home", "/api/v1/timelines/public"):
            self.assertEqual(await self.texts(path), set())
            self.assertEqual(await self.texts(f"{path}?with_muted=true"), {"from bob"})

    async def test_one_server_s_notes_and_those_with_media(self) -> None:
        await self.begin()
        await self.say(self.bob, "here")
        self.assertEqual(await self.texts("/api/v1/timelines/public?instance=far.example"), set())
        self.assertEqual(await self.texts("/api/v1/timelines/home?only_media=true"), set())
        self.assertEqual(await self.texts("/api/v1/timelines/home?remote=true"), set())
        self.assertEqual(await self.texts("/api/v1/timelines/home?local=true"), {"here"})

    async def test_pleroma_s_front_end_can_always_page_both_ways(self) -> None:
        await self.begin()
        note = await self.say(self.bob, "the only one")
        reply = await self.reply("GET", "/api/v1/timelines/home?with_muted=true", self.by_alice)
        self.assertEqual(set(links(reply)), {"next", "prev"})
        self.assertEqual(query_of(links(reply)["next"])["max_id"], [str(note.id)])
        self.assertEqual(set(links(await self.reply("GET", "/api/v1/timelines/home", self.by_alice))), {"prev"})

    async def test_a_choice_costs_no_more(self) -> None:
        await self.begin()
        await self.say(self.bob, "here")
        plain = await self.cost("GET", "/api/v1/timelines/home", self.by_alice)
        chosen = await self.cost("GET", "/api/v1/timelines/home?with_muted=1&reply_visibility=self&exclude_visibilities[]=direct", self.by_alice)
        self.assertLessEqual(chosen, plain)
