from __future__ import annotations

from pleromad.model.activity import Announce, EmojiReact, Like
from tests.protocols.mastodon.case import MastodonCase, links


class NotificationTests(MastodonCase):
    async def happen(self) -> None:
        self.alice, self.bob = await self.person("alice"), await self.person("bob")
        self.by_alice = await self.token(self.alice)
        self.note = await self.say(self.alice, "Hello")
        await self.follow(self.bob, self.alice)
        await self.submit(Like(actor_id=self.bob.id, note_id=self.note.id), self.bob)
        await self.submit(Announce(actor_id=self.bob.id, note_id=self.note.id), self.bob)
        await self.submit(EmojiReact(actor_id=self.bob.id, note_id=self.note.id, emoji="🎉"), self.bob)
        await self.say(self.bob, "@alice hi")

    async def types(self, query: str = "") -> list[str]:
        return [one["type"] for one in await self.call("GET", f"/api/v1/notifications{query}", self.by_alice)]

    async def test_all_that_happened_is_told(self) -> None:
        await self.happen()
        self.assertEqual(await self.types(), ["mention", "reblog", "favourite", "follow"])
        [mention] = await self.call("GET", "/api/v1/notifications?types[]=mention", self.by_alice)
        self.assertEqual((mention["account"]["acct"], mention["pleroma"]["is_seen"]), ("bob", False))
        self.assertIn("hi", mention["status"]["content"])
        self.assertEqual(await self.types("?types[]=favourite&types[]=reblog"), ["reblog", "favourite"])
        self.assertEqual(await self.types("?exclude_types[]=mention&exclude_types[]=follow"), ["reblog", "favourite"])
        self.assertEqual(await self.types(f"?account_id={self.alice.id}"), [])
        self.assertEqual(await self.call("GET", f"/api/v1/notifications/{mention['id']}", self.by_alice), mention)

    async def test_pleromas_types_are_for_those_who_ask(self) -> None:
        await self.happen()
        [one] = await self.call("GET", "/api/v1/notifications?include_types[]=pleroma:emoji_reaction", self.by_alice)
        self.assertEqual((one["type"], one["emoji"], one["emoji_url"]), ("pleroma:emoji_reaction", "🎉", None))

    async def test_they_are_paged(self) -> None:
        await self.happen()
        first = await self.reply("GET", "/api/v1/notifications?limit=2", self.by_alice)
        second = await self.reply("GET", links(first)["next"], self.by_alice)
        self.assertEqual([one["type"] for one in [*first.json(), *second.json()]], ["mention", "reblog", "favourite", "follow"])

    async def test_they_are_dismissed_one_by_one_and_all(self) -> None:
        await self.happen()
        ids = await self.ids("/api/v1/notifications", self.by_alice)
        await self.call("POST", f"/api/v1/notifications/{ids[0]}/dismiss", self.by_alice)
        await self.call("POST", "/api/v1/notifications/dismiss", self.by_alice, data={"id": ids[1]})
        await self.call("DELETE", f"/api/v1/notifications/destroy_multiple?ids[]={ids[2]}&ids[]=77", self.by_alice)
        self.assertEqual(await self.ids("/api/v1/notifications", self.by_alice), ids[3:])
        await self.call("GET", f"/api/v1/notifications/{ids[0]}", self.by_alice, 404)
        await self.call("POST", f"/api/v1/notifications/{ids[3]}/dismiss", await self.token(self.bob), 404)
        await self.call("POST", "/api/v1/notifications/clear", self.by_alice)
        self.assertEqual(await self.types(), [])

    async def test_what_is_newer_than_the_marker_is_unread(self) -> None:
        await self.happen()
        ids = await self.ids("/api/v1/notifications", self.by_alice)
        self.assertEqual(await self.call("GET", "/api/v1/notifications/unread_count", self.by_alice), {"count": 4})
        await self.call("POST", "/api/v1/markers", self.by_alice, data={"notifications[last_read_id]": ids[1]})
        self.assertEqual(await self.call("GET", "/api/v2/notifications/unread_count", self.by_alice), {"count": 1})
        seen = [one["pleroma"]["is_seen"] for one in await self.call("GET", "/api/v1/notifications", self.by_alice)]
        self.assertEqual(seen, [False, True, True, True])
        mine = await self.call("GET", "/api/v1/accounts/verify_credentials", self.by_alice)
        self.assertEqual(mine["pleroma"]["unread_notifications_count"], 1)
        read = await self.call("POST", "/api/v1/pleroma/notifications/read", self.by_alice, data={"id": ids[0]})
        self.assertEqual((read["id"], read["pleroma"]["is_seen"]), (ids[0], True))

    async def test_a_group_has_one(self) -> None:
        await self.happen()
        found = await self.call("GET", "/api/v2/notifications", self.by_alice)
        self.assertEqual([group["type"] for group in found["notification_groups"]], ["mention", "reblog", "favourite", "follow"])
        self.assertEqual([one["acct"] for one in found["accounts"]], ["bob"])
        self.assertEqual(len(found["statuses"]), 2)
        key = found["notification_groups"][0]["group_key"]
        one = await self.call("GET", f"/api/v2/notifications/{key}", self.by_alice)
        self.assertEqual([group["group_key"] for group in one["notification_groups"]], [key])
        self.assertEqual([a["acct"] for a in await self.call("GET", f"/api/v2/notifications/{key}/accounts", self.by_alice)], ["bob"])
        await self.call("POST", f"/api/v2/notifications/{key}/dismiss", self.by_alice)
        await self.call("GET", f"/api/v2/notifications/{key}", self.by_alice, 404)
