from __future__ import annotations

from pleromad.model.activity import Announce, EmojiReact, Like
from pleromad.model.note import Visibility
from tests.protocols.mastodon.case import MastodonCase, links

V1, V2 = "/api/v1/notifications", "/api/v2/notifications"


class NotificationCase(MastodonCase):
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
        return [one["type"] for one in await self.call("GET", f"{V1}{query}", self.by_alice)]


class NotificationTests(NotificationCase):
    async def test_all_that_happened_is_told(self) -> None:
        await self.happen()
        self.assertEqual(await self.types(), ["mention", "reblog", "favourite", "follow"])
        [mention] = await self.call("GET", f"{V1}?types[]=mention", self.by_alice)
        self.assertEqual((mention["account"]["acct"], mention["pleroma"]["is_seen"]), ("bob", False))
        self.assertIn("hi", mention["status"]["content"])
        self.assertEqual(await self.types("?types[]=favourite&types[]=reblog"), ["reblog", "favourite"])
        self.assertEqual(await self.types("?types[]=nonsense"), [])
        self.assertEqual(await self.types("?exclude_types[]=mention&exclude_types[]=follow"), ["reblog", "favourite"])
        self.assertEqual(await self.types(f"?account_id={self.alice.id}"), [])
        self.assertEqual(await self.types("?exclude_visibilities[]=public"), ["follow"])
        self.assertEqual(await self.call("GET", f"{V1}/{mention['id']}", self.by_alice), mention)

    async def test_pleromas_types_are_for_those_who_ask(self) -> None:
        await self.happen()
        [one] = await self.call("GET", f"{V1}?include_types[]=pleroma:emoji_reaction", self.by_alice)
        self.assertEqual((one["type"], one["emoji"], one["emoji_url"]), ("pleroma:emoji_reaction", "🎉", None))
        self.assertEqual(len(await self.types("?supported_types[]=pleroma:emoji_reaction")), 5)
        [group] = (await self.call("GET", f"{V2}?types[]=pleroma:emoji_reaction", self.by_alice))["notification_groups"]
        self.assertEqual((group["type"], group["emoji"]), ("pleroma:emoji_reaction", "🎉"))

    async def test_what_an_app_does_not_know_comes_with_words(self) -> None:
        await self.happen()
        mention, *rest = await self.call("GET", f"{V1}?supported_types[]=mention&supported_types[]=reblog", self.by_alice)
        self.assertNotIn("fallback", mention)
        told = {one["type"]: one["fallback"] for one in rest if "fallback" in one}
        self.assertEqual(told["favourite"], {"title": "bob favourited your post", "summary": "<p>Hello</p>", "details": None})
        self.assertEqual(told["follow"], {"title": "bob follows you now", "summary": None, "details": None})
        self.assertEqual(set(told), {"favourite", "follow"})
        self.assertNotIn("fallback", str(await self.call("GET", V1, self.by_alice)))
        groups = (await self.call("GET", f"{V2}?supported_types[]=mention", self.by_alice))["notification_groups"]
        self.assertEqual(["fallback" in group for group in groups], [False, True, True, True])

    async def test_they_are_paged(self) -> None:
        await self.happen()
        first = await self.reply("GET", f"{V1}?limit=2", self.by_alice)
        second = await self.reply("GET", links(first)["next"], self.by_alice)
        self.assertEqual([one["type"] for one in [*first.json(), *second.json()]], ["mention", "reblog", "favourite", "follow"])
        up = await self.reply("GET", links(second)["prev"], self.by_alice)
        self.assertEqual(up.json(), first.json())

    async def test_they_are_dismissed_one_by_one_and_all(self) -> None:
        await self.happen()
        ids = await self.ids(V1, self.by_alice)
        await self.call("POST", f"{V1}/{ids[0]}/dismiss", self.by_alice)
        await self.call("POST", f"{V1}/dismiss", self.by_alice, data={"id": ids[1]})
        await self.call("DELETE", f"{V1}/destroy_multiple?ids[]={ids[2]}&ids[]=77", self.by_alice)
        self.assertEqual(await self.ids(V1, self.by_alice), ids[3:])
        await self.call("GET", f"{V1}/{ids[0]}", self.by_alice, 404)
        await self.call("POST", f"{V1}/{ids[3]}/dismiss", await self.token(self.bob), 404)
        await self.call("POST", f"{V1}/clear", self.by_alice)
        self.assertEqual(await self.types(), [])

    async def test_what_is_newer_than_the_marker_is_unread(self) -> None:
        await self.happen()
        ids = await self.ids(V1, self.by_alice)
        self.assertEqual(await self.call("GET", f"{V1}/unread_count", self.by_alice), {"count": 4})
        self.assertEqual(await self.call("GET", f"{V1}/unread_count?limit=2", self.by_alice), {"count": 2})
        self.assertEqual(await self.call("GET", f"{V1}/unread_count?types[]=follow", self.by_alice), {"count": 1})
        moved = await self.call("POST", "/api/v1/markers", self.by_alice, data={"notifications[last_read_id]": ids[1]})
        self.assertEqual(moved["notifications"]["pleroma"], {"unread_count": 1})
        self.assertEqual(await self.call("GET", "/api/v1/markers?timeline[]=notifications", self.by_alice), moved)
        self.assertEqual(await self.call("GET", f"{V2}/unread_count", self.by_alice), {"count": 1})
        seen = [one["pleroma"]["is_seen"] for one in await self.call("GET", V1, self.by_alice)]
        self.assertEqual(seen, [False, True, True, True])
        mine = await self.call("GET", "/api/v1/accounts/verify_credentials", self.by_alice)
        self.assertEqual(mine["pleroma"]["unread_notifications_count"], 1)
        read = await self.call("POST", "/api/v1/pleroma/notifications/read", self.by_alice, data={"id": ids[0]})
        self.assertEqual((read["id"], read["pleroma"]["is_seen"]), (ids[0], True))
        await self.call("POST", "/api/v1/pleroma/notifications/read", self.by_alice, 422)
        self.assertEqual(await self.call("GET", f"{V1}/unread_count", self.by_alice), {"count": 0})

    async def test_who_is_muted_is_shown_on_request(self) -> None:
        await self.happen()
        await self.core.personal.mute(self.alice.id, self.bob.id)
        self.assertEqual(await self.types(), [])
        found = await self.call("GET", f"{V1}?with_muted=true", self.by_alice)
        self.assertEqual([one["pleroma"]["is_muted"] for one in found], [True] * 5)

    async def test_pleroma_fe_is_told_all_types_without_naming_them(self) -> None:
        await self.happen()
        self.assertIn("pleroma:emoji_reaction", await self.types("?with_muted=true"))
        self.assertIn("pleroma:emoji_reaction", await self.types("?with_muted=false"))
        self.assertNotIn("pleroma:emoji_reaction", await self.types())

    async def test_a_filter_marks_them(self) -> None:
        await self.happen()
        given = {"title": "x", "context": ["notifications"], "keywords_attributes": [{"keyword": "hi"}]}
        await self.call("POST", "/api/v2/filters", self.by_alice, json=given)
        [mention, *_] = await self.call("GET", V1, self.by_alice)
        self.assertEqual([one["keyword_matches"] for one in mention["status"]["filtered"]], [["hi"]])
        statuses = (await self.call("GET", V2, self.by_alice))["statuses"]
        self.assertEqual([len(one["filtered"]) for one in statuses], [1, 0])


class GroupTests(NotificationCase):
    async def liked(self, *names: str) -> None:
        await self.happen()
        self.others = [self.bob] + [await self.person(name) for name in names]
        for who in self.others[1:]:
            await self.submit(Like(actor_id=who.id, note_id=self.note.id), who)
            await self.follow(who, self.alice)

    async def test_a_group_names_its_people_and_what_it_is_about(self) -> None:
        await self.liked("carol", "dave")
        found = await self.call("GET", V2, self.by_alice)
        self.assertEqual([(g["type"], g["notifications_count"]) for g in found["notification_groups"]], [("follow", 3), ("favourite", 3), ("mention", 1), ("reblog", 1)])
        follow, favourite, mention, _ = found["notification_groups"]
        people = {one["id"]: one["acct"] for one in found["accounts"]}
        self.assertEqual([people[id] for id in favourite["sample_account_ids"]], ["dave", "carol", "bob"])
        self.assertEqual(favourite["status_id"], str(self.note.id))
        self.assertNotIn("status_id", follow)
        self.assertEqual({one["id"] for one in found["statuses"]}, {str(self.note.id), mention["status_id"]})
        self.assertTrue(favourite["group_key"].startswith(f"favourite-{self.note.id}-"))
        self.assertEqual(mention["group_key"], f"ungrouped-{mention['most_recent_notification_id']}")
        [single] = await self.call("GET", f"{V1}?types[]=favourite&limit=1", self.by_alice)
        self.assertEqual((single["group_key"], int(single["id"])), (favourite["group_key"], favourite["most_recent_notification_id"]))
        self.assertEqual(favourite["page_max_id"], single["id"])
        self.assertEqual(await self.call("GET", f"{V2}/unread_count", self.by_alice), {"count": 4})
        self.assertEqual(await self.call("GET", f"{V2}/unread_count?grouped_types[]=follow", self.by_alice), {"count": 6})

    async def test_who_is_muted_is_in_no_group(self) -> None:
        await self.liked("carol", "dave")
        bob, carol, dave = self.others
        await self.core.personal.mute(self.alice.id, dave.id)
        path = f"{V2}?types[]=favourite"
        [group] = (await self.call("GET", path, self.by_alice))["notification_groups"]
        self.assertEqual((group["notifications_count"], group["sample_account_ids"]), (2, [str(carol.id), str(bob.id)]))
        self.assertEqual(await self.ids(f"{V2}/{group['group_key']}/accounts", self.by_alice), [str(carol.id), str(bob.id)])
        [group] = (await self.call("GET", f"{path}&with_muted=true", self.by_alice))["notification_groups"]
        self.assertEqual(group["notifications_count"], 3)

    async def test_people_may_come_as_avatars_only(self) -> None:
        await self.liked("carol", "dave")
        found = await self.call("GET", f"{V2}?expand_accounts=partial_avatars&types[]=favourite", self.by_alice)
        self.assertEqual([one["acct"] for one in found["accounts"]], ["dave"])
        self.assertEqual([one["acct"] for one in found["partial_accounts"]], ["carol", "bob"])
        self.assertNotIn("partial_accounts", await self.call("GET", V2, self.by_alice))
        await self.call("GET", f"{V2}?expand_accounts=none", self.by_alice, 422)

    async def test_a_group_is_looked_at_and_dismissed(self) -> None:
        await self.liked("carol", "dave")
        for wanted in ("favourite", "mention"):
            [group] = (await self.call("GET", f"{V2}?types[]={wanted}", self.by_alice))["notification_groups"]
            key = group["group_key"]
            one = await self.call("GET", f"{V2}/{key}", self.by_alice)
            self.assertEqual([(g["group_key"], g["notifications_count"]) for g in one["notification_groups"]], [(key, group["notifications_count"])])
            self.assertNotIn("page_min_id", one["notification_groups"][0])
            people = [a["acct"] for a in await self.call("GET", f"{V2}/{key}/accounts", self.by_alice)]
            self.assertEqual(people, ["dave", "carol", "bob"] if wanted == "favourite" else ["bob"])
            await self.call("GET", f"{V2}/{key}", await self.token(self.bob), 404)
            await self.call("POST", f"{V2}/{key}/dismiss", self.by_alice)
            for method, path in (("GET", f"{V2}/{key}"), ("GET", f"{V2}/{key}/accounts"), ("POST", f"{V2}/{key}/dismiss")):
                await self.call(method, path, self.by_alice, 404)
        self.assertNotIn("favourite", await self.types())
        await self.call("POST", f"{V2}/clear", self.by_alice)
        self.assertEqual((await self.call("GET", V2, self.by_alice))["notification_groups"], [])

    async def test_its_people_are_paged(self) -> None:
        await self.liked("carol", "dave")
        [group] = (await self.call("GET", f"{V2}?types[]=follow", self.by_alice))["notification_groups"]
        first = await self.reply("GET", f"{V2}/{group['group_key']}/accounts?limit=2", self.by_alice)
        rest = await self.reply("GET", links(first)["next"], self.by_alice)
        self.assertEqual([a["acct"] for a in [*first.json(), *rest.json()]], ["dave", "carol", "bob"])

    async def test_pages_of_groups_lead_down_and_up(self) -> None:
        await self.liked("carol")
        first = await self.reply("GET", f"{V2}?limit=2", self.by_alice)
        second = await self.reply("GET", links(first)["next"], self.by_alice)
        types = [[group["type"] for group in one.json()["notification_groups"]] for one in (first, second)]
        self.assertEqual(types, [["follow", "favourite"], ["mention", "reblog"]])
        up = await self.reply("GET", links(second)["prev"], self.by_alice)
        self.assertEqual([group["type"] for group in up.json()["notification_groups"]], types[0])


class RequestTests(NotificationCase):
    async def people(self) -> None:
        self.alice, self.bob, self.carol = [await self.person(name) for name in ("alice", "bob", "carol")]
        self.by_alice = await self.token(self.alice)

    async def test_the_policy_is_seen_and_changed(self) -> None:
        await self.people()
        summary = {"pending_requests_count": 0, "pending_notifications_count": 0}
        standing = {
            "for_not_following": "accept", "for_not_followers": "accept", "for_new_accounts": "accept",
            "for_private_mentions": "filter", "for_limited_accounts": "filter", "summary": summary,
        }  # fmt: skip
        self.assertEqual(await self.call("GET", f"{V2}/policy", self.by_alice), standing)
        changed = await self.call("PATCH", f"{V2}/policy", self.by_alice, data={"for_new_accounts": "drop"})
        self.assertEqual(changed, {**standing, "for_new_accounts": "drop"})
        self.assertEqual(await self.call("PUT", f"{V2}/policy", self.by_alice, json={"for_private_mentions": "accept"}), {**changed, "for_private_mentions": "accept"})
        await self.call("PATCH", f"{V2}/policy", self.by_alice, 422, data={"for_new_accounts": "burn"})
        old = await self.call("GET", f"{V1}/policy", self.by_alice)
        self.assertEqual(old, {"filter_not_following": False, "filter_not_followers": False, "filter_new_accounts": True, "filter_private_mentions": False, "summary": summary})
        for method in ("PATCH", "PUT"):
            old = await self.call(method, f"{V1}/policy", self.by_alice, json={"filter_new_accounts": False, "filter_not_following": True})
        self.assertEqual((old["filter_new_accounts"], old["filter_not_following"]), (False, True))
        self.assertEqual((await self.call("GET", f"{V2}/policy", self.by_alice))["for_not_following"], "filter")

    async def test_requests_are_answered_one_by_one(self) -> None:
        await self.people()
        for who in (self.bob, self.carol):
            await self.say(who, "@alice psst", visibility=Visibility.DIRECT)
        self.assertEqual((await self.types(), await self.types("?include_filtered=true")), ([], ["mention", "mention"]))
        self.assertEqual(await self.types(f"?account_id={self.bob.id}"), ["mention"])
        summary = (await self.call("GET", f"{V2}/policy", self.by_alice))["summary"]
        self.assertEqual(summary, {"pending_requests_count": 2, "pending_notifications_count": 2})
        from_carol, from_bob = await self.call("GET", f"{V1}/requests", self.by_alice)
        self.assertEqual((from_bob["account"]["acct"], from_bob["notifications_count"]), ("bob", "1"))
        self.assertIn("psst", from_bob["last_status"]["content"])
        path = f"{V1}/requests/{from_bob['id']}"
        self.assertEqual(await self.call("GET", path, self.by_alice), from_bob)
        by_bob = await self.token(self.bob)
        for method, way in (("GET", ""), ("POST", "/accept"), ("POST", "/dismiss")):
            await self.call(method, path + way, by_bob, 404)
        await self.call("POST", f"{path}/accept", self.by_alice)
        self.assertEqual(await self.call("GET", f"{V1}/requests/merged", self.by_alice), {"merged": True})
        self.assertEqual(await self.types(), ["mention"])
        await self.call("POST", f"{path}/accept", self.by_alice, 404)
        await self.call("POST", f"{V1}/requests/{from_carol['id']}/dismiss", self.by_alice)
        self.assertEqual(await self.call("GET", f"{V1}/requests", self.by_alice), [])
        self.assertEqual(await self.types("?include_filtered=true"), ["mention"])

    async def test_requests_are_answered_together_and_paged(self) -> None:
        await self.people()
        for who in (self.bob, self.carol):
            await self.say(who, "@alice psst", visibility=Visibility.DIRECT)
        first = await self.reply("GET", f"{V1}/requests?limit=1", self.by_alice)
        second = await self.reply("GET", links(first)["next"], self.by_alice)
        ids = [one["id"] for one in [*first.json(), *second.json()]]
        self.assertEqual(len(ids), 2)
        await self.call("POST", f"{V1}/requests/dismiss", self.by_alice, data={"id[]": ids[0]})
        await self.call("POST", f"{V1}/requests/accept", self.by_alice, json={"id": [*ids, "7"]})
        self.assertEqual(await self.types(), ["mention"])


class CostTests(NotificationCase):
    async def test_no_page_asks_per_item(self) -> None:
        self.alice = await self.person("alice")
        self.by_alice = await self.token(self.alice)
        people = [await self.person(f"p{n}") for n in range(4)]
        for n in range(6):
            note = await self.say(self.alice, f"note {n}")
            for who in people:
                await self.submit(Like(actor_id=who.id, note_id=note.id), who)
        for who in people:
            await self.follow(who, self.alice)
            await self.say(who, "@alice hi")
            await self.say(who, "@alice psst", visibility=Visibility.DIRECT)
        expected = {V1: 7, V2: 7, f"{V1}/requests": 6, f"{V1}?include_filtered=true": 7}
        for path, cost in expected.items():
            separator = "&" if "?" in path else "?"
            costs = []
            await self.call("GET", path, self.by_alice)  # filters and the like are remembered
            for limit in (16, 40):
                for kept in (self.core.reading._shelf._notes, self.core.reading._shelf._accounts):
                    kept.clear()
                costs.append(await self.cost("GET", f"{path}{separator}limit={limit}", self.by_alice))
            self.assertEqual(costs, [cost, cost], path)
            warm = await self.cost("GET", f"{path}{separator}limit=40", self.by_alice)
            self.assertLess(warm, costs[1], path)
        for path in (f"{V1}/unread_count", f"{V2}/unread_count", f"{V2}/policy"):
            self.assertEqual(await self.cost("GET", path, self.by_alice), 2, path)
