from __future__ import annotations

from pleromad.model.note import Visibility
from tests.protocols.mastodon.case import MastodonCase, links, query_of


class PagingTests(MastodonCase):
    async def test_pages_lead_down_and_up_again(self) -> None:
        alice = await self.person("alice")
        token = await self.token(alice)
        notes = [str((await self.say(alice, f"note {n}")).id) for n in range(7)][::-1]
        for path in ("/api/v1/timelines/home", "/api/v1/timelines/public?local=true", f"/api/v1/accounts/{alice.id}/statuses"):
            sign = "&" if "?" in path else "?"
            first = await self.reply("GET", f"{path}{sign}limit=3", token)
            self.assertEqual([one["id"] for one in first.json()], notes[:3])
            second = await self.reply("GET", links(first)["next"], token)
            self.assertEqual([one["id"] for one in second.json()], notes[3:6])
            third = await self.reply("GET", links(second)["next"], token)
            self.assertEqual([one["id"] for one in third.json()], notes[6:])
            self.assertNotIn("next", links(third))
            back = await self.reply("GET", links(third)["prev"], token)
            self.assertEqual([one["id"] for one in back.json()], notes[3:6])
            self.assertEqual(query_of(links(first)["next"])["limit"], ["3"])
            self.assertEqual(await self.ids(f"{path}{sign}since_id={notes[4]}", token), notes[:4])
            self.assertEqual(await self.ids(f"{path}{sign}min_id={notes[4]}&limit=2", token), notes[2:4])
            self.assertEqual(await self.ids(f"{path}{sign}max_id={notes[4]}", token), notes[5:])
            await self.call("GET", f"{path}{sign}max_id=first", token, 422)

    async def test_likes_and_bookmarks_are_paged_by_when_they_were_made(self) -> None:
        alice = await self.person("alice")
        token = await self.token(alice)
        notes = [(await self.say(alice, f"note {n}")).id for n in range(3)]
        for which, action in (("favourites", "favourite"), ("bookmarks", "bookmark")):
            for id in (notes[1], notes[2], notes[0]):
                await self.call("POST", f"/api/v1/statuses/{id}/{action}", token)
            first = await self.reply("GET", f"/api/v1/{which}?limit=2", token)
            self.assertEqual([one["id"] for one in first.json()], [str(notes[0]), str(notes[2])])
            self.assertEqual(await self.ids(links(first)["next"], token), [str(notes[1])])


class TimelineTests(MastodonCase):
    async def test_each_timeline_has_what_belongs_there(self) -> None:
        alice, bob = await self.person("alice"), await self.person("bob")
        await self.follow(alice, bob)
        by_alice, by_bob = await self.token(alice), await self.token(bob)
        public = str((await self.say(bob, "to all #tag")).id)
        unlisted = str((await self.say(bob, "quiet", visibility=Visibility.UNLISTED)).id)
        followers = str((await self.say(bob, "friends", visibility=Visibility.FOLLOWERS)).id)
        local = str((await self.say(bob, "neighbours", visibility=Visibility.LOCAL)).id)
        direct = str((await self.say(bob, "@alice psst", visibility=Visibility.DIRECT)).id)
        self.assertEqual(await self.ids("/api/v1/timelines/home", by_alice), [local, followers, unlisted, public])
        self.assertEqual(await self.ids("/api/v1/timelines/public"), [public])
        self.assertEqual(await self.ids("/api/v1/timelines/public?local=true", by_alice), [local, public])
        self.assertEqual(await self.ids("/api/v1/timelines/public?local=true"), [public])
        self.assertEqual(await self.ids("/api/v1/timelines/public?remote=true", by_alice), [])
        self.assertEqual(await self.ids("/api/v1/timelines/tag/TAG"), [public])
        self.assertEqual(await self.ids("/api/v1/timelines/tag/tag?none[]=tag"), [])
        self.assertEqual(await self.ids("/api/v1/timelines/direct", by_alice), [direct])
        [talk] = await self.call("GET", "/api/v1/conversations", by_alice)
        self.assertEqual(([one["acct"] for one in talk["accounts"]], talk["last_status"]["id"]), (["bob"], direct))
        self.assertEqual(len(await self.ids(f"/api/v1/accounts/{bob.id}/statuses")), 2)
        self.assertEqual(len(await self.ids(f"/api/v1/accounts/{bob.id}/statuses", by_bob)), 5)
        await self.call("GET", "/api/v1/timelines/home", None, 401)
        await self.call("GET", "/api/v1/timelines/list/1", by_alice, 404)

    async def test_whom_one_mutes_is_not_there(self) -> None:
        alice, bob = await self.person("alice"), await self.person("bob")
        await self.follow(alice, bob)
        await self.say(bob, "loud")
        token = await self.token(alice)
        await self.call("POST", f"/api/v1/accounts/{bob.id}/mute", token)
        self.assertEqual(await self.ids("/api/v1/timelines/home", token), [])
        self.assertEqual(await self.ids("/api/v1/timelines/public", token), [])

    async def test_markers_move(self) -> None:
        token = await self.token(await self.person("alice"))
        self.assertEqual(await self.call("GET", "/api/v1/markers?timeline[]=home", token), {})
        made = await self.call("POST", "/api/v1/markers", token, json={"home": {"last_read_id": "103194548672408537"}})
        self.assertEqual((made["home"]["last_read_id"], made["home"]["version"]), ("103194548672408537", 1))
        await self.call("POST", "/api/v1/markers", token, data={"home[last_read_id]": "103194548672408538"})
        known = await self.call("GET", "/api/v1/markers?timeline[]=home&timeline[]=notifications", token)
        self.assertEqual((list(known), known["home"]["version"]), (["home"], 2))
        await self.call("POST", "/api/v1/markers", token, 404, data={"home[last_read_id]": "x"})


class CostTests(MastodonCase):
    """A page costs a fixed number of statements, however long it is."""

    async def test_no_list_asks_per_item(self) -> None:
        alice = await self.person("alice")
        token = await self.token(alice)
        people = [await self.person(f"friend{n}") for n in range(12)]
        first = await self.say(alice, "the first")
        for n, one in enumerate(people):
            await self.follow(alice, one)
            await self.follow(one, alice)
            by_one = await self.token(one)
            note = await self.say(one, f"@alice #tag number {n}", in_reply_to_id=first.id)
            await self.say(one, f"plain #tag {n}")
            secret = await self.say(one, "@alice psst", visibility=Visibility.DIRECT)
            for action in ("favourite", "bookmark"):
                await self.call("POST", f"/api/v1/statuses/{note.id}/{action}", token)
            await self.call("POST", f"/api/v1/statuses/{secret.id}/favourite", token)
            for action in ("favourite", "reblog"):
                await self.call("POST", f"/api/v1/statuses/{first.id}/{action}", by_one)
            await self.call("PUT", f"/api/v1/pleroma/statuses/{note.id}/reactions/%F0%9F%8E%89", token)
        paths = [
            "/api/v1/timelines/home", "/api/v1/timelines/public", "/api/v1/timelines/tag/tag", "/api/v1/timelines/direct",
            "/api/v1/conversations", "/api/v1/favourites", "/api/v1/bookmarks", "/api/v1/notifications", "/api/v2/notifications",
            f"/api/v1/accounts/{alice.id}/statuses", f"/api/v1/accounts/{alice.id}/followers", f"/api/v1/accounts/{alice.id}/following",
            f"/api/v1/statuses/{first.id}/favourited_by", f"/api/v1/statuses/{first.id}/reblogged_by",
            "/api/v1/accounts/search?q=friend", "/api/v2/search?q=friend&type=accounts", "/api/v2/search?q=number&type=statuses",
            f"/api/v1/accounts/{alice.id}/followers?with_relationships=true",
        ]  # fmt: skip
        for path in paths:
            sign = "&" if "?" in path else "?"
            await self.call("GET", f"{path}{sign}limit=20", token)  # what is remembered of a note costs nothing later
            short = await self.cost("GET", f"{path}{sign}limit=2", token)
            long = await self.cost("GET", f"{path}{sign}limit=20", token)
            self.assertEqual(short, long, path)
            self.assertLessEqual(long, 6, path)
            self.core.reading._shelf._notes.clear()
            self.core.reading._shelf._accounts.clear()
            cold_short = await self.cost("GET", f"{path}{sign}limit=2", token)
            self.core.reading._shelf._notes.clear()
            self.core.reading._shelf._accounts.clear()
            cold_long = await self.cost("GET", f"{path}{sign}limit=20", token)
            self.assertLessEqual(cold_long - cold_short, 3, path)  # media, polls, reactions: one each if there are any
        await self.call("GET", "/api/v1/timelines/home", token)
        self.assertEqual(await self.cost("GET", "/api/v1/timelines/home", token), 3)  # who asks, the page, what they did to it
        context = f"/api/v1/statuses/{first.id}/context"
        await self.call("GET", context, token)
        self.assertLessEqual(await self.cost("GET", context, token), 8)
