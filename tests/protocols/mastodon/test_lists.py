from __future__ import annotations

from tests.protocols.mastodon.case import MastodonCase, links


class ListTests(MastodonCase):
    async def test_a_list_has_members_and_a_timeline(self) -> None:
        alice, bob, carol = [await self.person(name) for name in ("alice", "bob", "carol")]
        token = await self.token(alice)
        await self.follow(alice, bob)
        note = await self.say(bob, "from bob")
        made = await self.call("POST", "/api/v1/lists", token, data={"title": "Friends", "replies_policy": "none"})
        self.assertEqual((made["title"], made["replies_policy"], made["exclusive"]), ("Friends", "none", False))
        path = f"/api/v1/lists/{made['id']}"
        await self.call("POST", f"{path}/accounts", token, data={"account_ids[]": str(bob.id)})
        await self.call("POST", f"{path}/accounts", token, 404, data={"account_ids[]": str(carol.id)})
        await self.call("POST", f"{path}/accounts", token, 422, data={"account_ids[]": str(bob.id)})
        for query in ("", "?limit=0", "?limit=1"):
            self.assertEqual([one["acct"] for one in await self.call("GET", f"{path}/accounts{query}", token)], ["bob"])
        self.assertEqual(await self.call("GET", f"/api/v1/accounts/{bob.id}/lists", token), [made])
        self.assertEqual(await self.ids(f"/api/v1/timelines/list/{made['id']}", token), [str(note.id)])
        changed = await self.call("PUT", path, token, json={"title": "Close friends", "exclusive": True})
        self.assertEqual((changed["title"], changed["exclusive"], changed["replies_policy"]), ("Close friends", True, "none"))
        self.assertEqual(await self.call("GET", "/api/v1/lists", token), [changed])
        other = await self.token(bob)
        for method, part in (("GET", ""), ("DELETE", ""), ("GET", "/accounts")):
            await self.call(method, f"{path}{part}", other, 404)
        await self.call("GET", f"/api/v1/timelines/list/{made['id']}", other, 404)
        await self.call("DELETE", f"{path}/accounts", token, data={"account_ids[]": str(bob.id)})
        self.assertEqual(await self.call("GET", f"{path}/accounts", token), [])
        await self.call("DELETE", path, token)
        self.assertEqual(await self.call("GET", "/api/v1/lists", token), [])
        await self.call("POST", "/api/v1/lists", token, 422, data={"title": " "})


class TagTests(MastodonCase):
    async def test_who_is_unfollowed_leaves_the_lists(self) -> None:
        alice, bob, carol = [await self.person(name) for name in ("alice", "bob", "carol")]
        token = await self.token(alice)
        await self.follow(alice, bob)
        await self.follow(alice, carol)
        path = f"/api/v1/lists/{(await self.call('POST', '/api/v1/lists', token, data={'title': 'x'}))['id']}"
        await self.call("POST", f"{path}/accounts", token, json={"account_ids": [str(bob.id), str(carol.id)]})
        await self.say(bob, "soon gone")
        kept = await self.say(carol, "stays")
        await self.call("POST", f"/api/v1/accounts/{bob.id}/unfollow", token)
        self.assertEqual(await self.ids(f"{path}/accounts", token), [str(carol.id)])
        self.assertEqual(await self.ids(path.replace("lists", "timelines/list"), token), [str(kept.id)])

    async def test_a_tag_is_followed(self) -> None:
        alice, bob = await self.person("alice"), await self.person("bob")
        token = await self.token(alice)
        self.assertTrue((await self.call("POST", "/api/v1/tags/Cats/follow", token))["following"])
        await self.call("POST", "/api/v1/tags/dogs/follow", token)
        first = await self.reply("GET", "/api/v1/followed_tags?limit=1", token)
        second = await self.call("GET", links(first)["next"], token)
        self.assertEqual([one["name"] for one in [*first.json(), *second]], ["dogs", "cats"])
        note = await self.say(bob, "about #cats")
        self.assertEqual(await self.ids("/api/v1/timelines/home", token), [str(note.id)])
        [found] = (await self.call("GET", "/api/v2/search?q=cats&type=hashtags", token))["hashtags"]
        self.assertTrue(found["following"])
        self.assertFalse((await self.call("POST", "/api/v1/tags/cats/unfollow", token))["following"])
        self.assertNotIn("following", await self.call("GET", "/api/v1/tags/cats"))
        await self.call("POST", "/api/v1/tags/no%20tag/follow", token, 422)

    async def test_a_tag_is_shown_on_the_profile(self) -> None:
        alice = await self.person("alice")
        token = await self.token(alice)
        await self.say(alice, "my #garden")
        made = await self.call("POST", "/api/v1/featured_tags", token, data={"name": "garden"})
        self.assertEqual((made["name"], made["statuses_count"]), ("garden", "1"))
        self.assertEqual(await self.call("GET", "/api/v1/featured_tags", token), [made])
        self.assertEqual(await self.call("GET", f"/api/v1/accounts/{alice.id}/featured_tags"), [made])
        self.assertTrue((await self.call("GET", "/api/v1/tags/garden", token))["featuring"])
        await self.call("DELETE", f"/api/v1/featured_tags/{made['id']}", token)
        self.assertTrue((await self.call("POST", "/api/v1/tags/garden/feature", token))["featuring"])
        self.assertFalse((await self.call("POST", "/api/v1/tags/garden/unfeature", token))["featuring"])

    async def test_people_are_recommended(self) -> None:
        alice, bob = await self.person("alice"), await self.person("bob")
        token = await self.token(alice)
        await self.call("POST", f"/api/v1/accounts/{bob.id}/endorse", token, 403)
        await self.follow(alice, bob)
        self.assertTrue((await self.call("POST", f"/api/v1/accounts/{bob.id}/endorse", token))["endorsed"])
        self.assertEqual([one["acct"] for one in await self.call("GET", "/api/v1/endorsements", token)], ["bob"])
        self.assertEqual([one["acct"] for one in await self.call("GET", f"/api/v1/accounts/{alice.id}/endorsements")], ["bob"])
        self.assertFalse((await self.call("POST", f"/api/v1/accounts/{bob.id}/unpin", token))["endorsed"])
        await self.call("POST", f"/api/v1/accounts/{bob.id}/endorse", token)
        self.assertFalse((await self.call("POST", f"/api/v1/accounts/{bob.id}/unfollow", token))["endorsed"])
        self.assertEqual(await self.call("GET", "/api/v1/endorsements", token), [])
