from __future__ import annotations

from pleromad.model.note import Note, Visibility
from tests.protocols.mastodon.case import MastodonCase, links

HERE = "/api/v1/conversations"


class ConversationTests(MastodonCase):
    async def people(self) -> None:
        self.alice, self.bob = await self.person("alice"), await self.person("bob")
        await self.follow(self.alice, self.bob)
        self.by_alice, self.by_bob = await self.token(self.alice), await self.token(self.bob)

    async def whisper(self, text: str = "@alice psst", to: int | None = None) -> Note:
        return await self.say(self.bob, text, visibility=Visibility.DIRECT, in_reply_to_id=to)

    async def test_a_post_is_in_the_next_answer(self) -> None:
        await self.people()
        said = await self.call("POST", "/api/v1/statuses", self.by_bob, data={"status": "@alice psst", "visibility": "direct"})
        [mine] = await self.call("GET", HERE, self.by_bob)
        self.assertEqual((mine["last_status"]["id"], mine["unread"], [a["acct"] for a in mine["accounts"]]), (said["id"], False, ["alice"]))
        [theirs] = await self.call("GET", HERE, self.by_alice)
        self.assertEqual((theirs["last_status"]["id"], theirs["unread"], [a["acct"] for a in theirs["accounts"]]), (said["id"], True, ["bob"]))
        self.assertEqual({a["acct"] for a in theirs["pleroma"]["recipients"]}, {"alice", "bob"})
        answer = {"status": "@bob what?", "visibility": "direct", "in_reply_to_id": said["id"]}
        answered = await self.call("POST", "/api/v1/statuses", self.by_alice, data=answer)
        [theirs] = await self.call("GET", HERE, self.by_alice)
        self.assertEqual((theirs["last_status"]["id"], theirs["unread"]), (answered["id"], False))

    async def test_one_alone_is_with_oneself(self) -> None:
        await self.people()
        await self.whisper("a note to myself")
        [one] = await self.call("GET", HERE, self.by_bob)
        self.assertEqual([a["acct"] for a in one["accounts"]], ["bob"])

    async def test_they_are_read_unread_and_deleted(self) -> None:
        await self.people()
        note = await self.whisper()
        [one] = await self.call("GET", HERE, self.by_alice)
        path = f"{HERE}/{one['id']}"
        read = await self.call("POST", f"{path}/read", self.by_alice)
        self.assertEqual((read["id"], read["unread"], read["last_status"]["id"]), (one["id"], False, str(note.id)))
        self.assertEqual(await self.call("GET", HERE, self.by_alice), [read])
        self.assertTrue((await self.call("POST", f"{path}/unread", self.by_alice))["unread"])
        mine = await self.call("GET", "/api/v1/accounts/verify_credentials", self.by_alice)
        self.assertEqual(mine["pleroma"]["unread_conversation_count"], 1)
        for method, way in (("POST", "/read"), ("POST", "/unread"), ("DELETE", "")):
            await self.call(method, path + way, self.by_bob, 404)
            await self.call(method, path + way, await self.token(self.alice, "read"), 403)
        self.assertEqual(await self.call("DELETE", path, self.by_alice), {})
        self.assertEqual(await self.call("GET", HERE, self.by_alice), [])
        await self.call("POST", f"{path}/read", self.by_alice, 404)
        await self.call("GET", f"/api/v1/statuses/{note.id}", self.by_alice)  # the note stays

    async def test_they_are_paged_by_their_newest_note(self) -> None:
        await self.people()
        notes = [await self.whisper(f"@alice {n}") for n in range(3)]
        first = await self.reply("GET", f"{HERE}?limit=2", self.by_alice)
        second = await self.reply("GET", links(first)["next"], self.by_alice)
        shown = [one["last_status"]["id"] for one in [*first.json(), *second.json()]]
        self.assertEqual(shown, [str(note.id) for note in reversed(notes)])
        self.assertIn(f"max_id={notes[1].id}", links(first)["next"])
        costs = [await self.cost("GET", f"{HERE}?limit={limit}", self.by_alice) for limit in (1, 3)]
        self.assertEqual(costs, [4, 4])

    async def test_pleromas_words_for_them(self) -> None:
        await self.people()
        first = await self.whisper()
        second = await self.whisper("@alice more", to=first.id)
        await self.whisper("@alice something else")
        status = await self.call("GET", f"/api/v1/statuses/{first.id}", self.by_alice)
        id = status["pleroma"]["direct_conversation_id"]
        one = await self.call("GET", f"/api/v1/pleroma/conversations/{id}", self.by_alice)
        self.assertEqual((one["id"], one["last_status"]["id"]), (id, str(second.id)))
        found = await self.call("GET", f"/api/v1/pleroma/conversations/{id}/statuses", self.by_alice)
        self.assertEqual([each["id"] for each in found], [str(second.id), str(first.id)])
        self.assertEqual({each["pleroma"]["direct_conversation_id"] for each in found}, {id})
        for path in (f"/api/v1/pleroma/conversations/{id}", f"/api/v1/pleroma/conversations/{id}/statuses"):
            await self.call("GET", path, self.by_bob, 404)
        read = await self.call("POST", "/api/v1/pleroma/conversations/read", self.by_alice)
        self.assertEqual([(each["unread"], each["id"] == id) for each in read], [(False, False), (False, True)])
        self.assertEqual(await self.call("POST", "/api/v1/pleroma/conversations/read", self.by_alice), [])
        self.assertEqual(len(await self.call("GET", f"{HERE}?recipients[]={self.bob.id}", self.by_alice)), 2)
        self.assertEqual(await self.call("GET", f"{HERE}?recipients[]=7", self.by_alice), [])
        public = await self.say(self.bob, "hello")
        status = await self.call("GET", f"/api/v1/statuses/{public.id}", self.by_alice)
        self.assertIsNone(status["pleroma"]["direct_conversation_id"])
