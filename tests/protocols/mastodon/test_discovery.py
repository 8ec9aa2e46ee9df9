from __future__ import annotations

from datetime import UTC, datetime, timedelta

from pleromad.model.account import Account, ProfileChange, Role
from pleromad.model.activity import Announce, Block, Like, Update
from pleromad.model.card import Card
from pleromad.model.note import Note, Visibility
from tests.protocols.mastodon.case import MastodonCase, links

TODAY = int(datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0).timestamp())


class DiscoveryCase(MastodonCase):
    async def people(self, *names: str) -> list[Account]:
        return [await self.person(name) for name in names]

    async def like(self, note: Note, *people: Account) -> None:
        for one in people:
            await self.submit(Like(actor_id=one.id, note_id=note.id), one)

    async def know_page(self, url: str, title: str) -> None:
        """As if it had been fetched."""
        id = await self.database.fetch_value("SELECT id FROM cards WHERE url = %s", (url,))
        await self.core.cards.keep(id, Card(url=url, title=title, provider_name="Site"))


class StaffTests(DiscoveryCase):
    async def test_staff_sees_what_trends_and_takes_a_link_out(self) -> None:
        olga = await self.person("olga", role=Role.OWNER)
        token = await self.token(olga, "admin:read", "admin:write")
        for one in await self.people("alice", "bob"):
            await self.like(await self.say(one, "#tea https://site.example/one"), olga, *await self.people(f"{one.username}2", f"{one.username}3"))
        await self.know_page("https://site.example/one", "One")
        await self.core.discovery.count_trends()
        admin = "/api/v1/admin/trends"
        self.assertEqual([tag["name"] for tag in await self.call("GET", f"{admin}/tags", token)], ["tea"])
        self.assertEqual(len(await self.call("GET", f"{admin}/statuses", token)), 2)
        [link] = await self.call("GET", f"{admin}/links", token)
        self.assertEqual((link["url"], link["requires_review"]), ("https://site.example/one", False))
        await self.call("POST", f"{admin}/links/{link['id']}/reject", token)
        self.assertEqual(await self.call("GET", "/api/v1/trends/links"), [])
        await self.call("POST", f"{admin}/links/{link['id']}/approve", token)
        await self.core.discovery.count_trends()
        self.assertEqual(len(await self.call("GET", f"{admin}/links", token)), 1)
        await self.call("POST", f"{admin}/links/7/approve", token, 404)


class TagTests(DiscoveryCase):
    async def test_a_tag_has_a_history_of_seven_days(self) -> None:
        alice, bob = await self.people("alice", "bob")
        await self.say(alice, "one #Tea")
        await self.say(alice, "two #tea")
        await self.say(bob, "three #tea")
        await self.say(bob, "quiet #tea", visibility=Visibility.UNLISTED)
        shown = await self.call("GET", "/api/v1/tags/tea")
        self.assertEqual(shown["history"][0], {"day": str(TODAY), "uses": "3", "accounts": "2"})
        self.assertEqual([int(day["day"]) for day in shown["history"]], [TODAY - n * 86_400 for n in range(7)])
        self.assertNotIn("following", shown)
        token = await self.token(alice)
        self.assertEqual((await self.call("POST", "/api/v1/tags/tea/follow", token))["history"], shown["history"])
        [followed] = await self.call("GET", "/api/v1/followed_tags", token)
        self.assertEqual((followed["history"], followed["following"]), (shown["history"], True))
        [found] = (await self.call("GET", "/api/v2/search?q=te&type=hashtags", token))["hashtags"]
        self.assertEqual((found["name"], found["history"], found["following"]), ("tea", shown["history"], True))

    async def test_tags_trend_by_how_many_people_use_them_lately(self) -> None:
        alice, bob, carol = await self.people("alice", "bob", "carol")
        for one in (alice, bob, carol):
            await self.say(one, "#tea #rain")
        for one in (alice, bob):
            await self.say(one, "#cake #banned")
        for _ in range(5):
            await self.say(alice, "#alone")
        await self.database.execute("INSERT INTO tag_rules (tag, trendable) VALUES ('banned', false)")
        # Rain is talked of every day.
        for days in range(2, 7):
            await self.database.execute(
                "INSERT INTO tag_uses (tag, day, account_id) SELECT 'rain', current_date - %s, id FROM accounts WHERE domain IS NULL", (days,)
            )
        await self.core.discovery.count_trends()
        for path in ("/api/v1/trends", "/api/v1/trends/tags"):
            self.assertEqual([one["name"] for one in await self.call("GET", path)], ["tea", "rain", "cake"])
        reply = await self.reply("GET", "/api/v1/trends/tags?limit=2")
        self.assertEqual([one["name"] for one in reply.json()], ["tea", "rain"])
        self.assertEqual([one["name"] for one in await self.call("GET", links(reply)["next"])], ["cake"])
        await self.database.execute("UPDATE accounts SET silenced_at = now() WHERE username = 'bob'")
        await self.database.execute("UPDATE tag_uses SET day = day - 9 WHERE tag = 'rain'")
        await self.core.discovery.count_trends()
        self.assertEqual([one["name"] for one in await self.call("GET", "/api/v1/trends/tags")], ["tea"])
        self.assertEqual(await self.database.fetch_value("SELECT total FROM tags WHERE name = 'rain'"), 23)
        self.assertEqual(await self.core.reading.search_tags("", 2), ["rain", "alone"])

    async def test_tags_one_might_feature(self) -> None:
        [alice] = await self.people("alice")
        token = await self.token(alice)
        for _ in range(2):
            await self.say(alice, "#often #featured")
        await self.say(alice, "#once")
        await self.call("POST", "/api/v1/featured_tags", token, data={"name": "featured"})
        self.assertEqual([one["name"] for one in await self.call("GET", "/api/v1/featured_tags/suggestions", token)], ["often", "once"])


class TrendTests(DiscoveryCase):
    async def test_notes_trend_by_what_others_did_to_them(self) -> None:
        alice, bob, carol, dave = await self.people("alice", "bob", "carol", "dave")
        liked, loved, unseen = await self.say(alice, "liked"), await self.say(alice, "loved"), await self.say(alice, "unseen")
        reply = await self.say(bob, "reply", in_reply_to_id=liked.id)
        quiet = await self.say(bob, "quiet", visibility=Visibility.UNLISTED)
        hidden = await self.say(bob, "nsfw", sensitive=True)
        old = await self.say(carol, "old")
        await self.database.execute("UPDATE notes SET created_at = created_at - interval '2 days' WHERE id = %s", (old.id,))
        for note in (liked, loved, reply, quiet, hidden, old):
            await self.like(note, carol, dave)
        await self.like(unseen, bob)
        await self.submit(Announce(actor_id=bob.id, note_id=loved.id), bob)
        await self.core.discovery.count_trends()
        self.assertEqual(await self.ids("/api/v1/trends/statuses"), [str(each.id) for each in (loved, liked, old)])
        token = await self.token(bob)
        await self.submit(Block(actor_id=bob.id, target_id=carol.id), bob)
        self.assertEqual(await self.ids("/api/v1/trends/statuses", token), [str(each.id) for each in (loved, liked)])
        self.assertEqual(await self.ids("/api/v1/trends/statuses?limit=1&offset=1", token), [str(liked.id)])
        await self.core.discovery.refuse("status", str(loved.id))
        self.assertEqual(await self.ids("/api/v1/trends/statuses", token), [str(liked.id)])
        await self.submit(Update(actor_id=alice.id, profile=ProfileChange(discoverable=False)), alice)
        await self.core.discovery.count_trends()
        self.assertEqual(await self.ids("/api/v1/trends/statuses", token), [])

    async def test_links_trend_by_how_many_people_post_them(self) -> None:
        alice, bob, carol = await self.people("alice", "bob", "carol")
        one, two, three = "https://site.example/one", "https://site.example/two", "https://other.example/three"
        for author, url in ((alice, one), (bob, one), (carol, one), (alice, two), (bob, two), (alice, three), (alice, three), (bob, three)):
            await self.say(author, f"read {url}")
        for url in (one, two, three):
            await self.know_page(url, url[-3:])
        await self.core.discovery.refuse("publisher", "other.example")
        shown = await self.call("GET", "/api/v1/trends/links")
        self.assertEqual([each["url"] for each in shown], [one, two])
        self.assertEqual(shown[0]["history"][0], {"day": str(TODAY), "accounts": "3", "uses": "3"})
        self.assertEqual((len(shown[0]["history"]), shown[0]["provider_name"]), (7, "Site"))
        await self.core.discovery.refuse("publisher", "other.example", False)
        self.assertEqual([each["url"] for each in await self.call("GET", "/api/v1/trends/links?offset=1")], [two, three])

    async def test_the_timeline_of_a_link(self) -> None:
        alice, bob = await self.people("alice", "bob")
        url = "https://site.example/a?b=1"
        notes = [await self.say(one, f"read {url}#{n}") for n, one in enumerate((alice, bob, alice))]
        await self.say(alice, f"quiet {url}", visibility=Visibility.UNLISTED)
        path = "/api/v1/timelines/link?url=https%3A%2F%2Fsite.example%2Fa%3Fb%3D1"
        self.assertEqual(await self.ids(path), [str(note.id) for note in reversed(notes)])
        first = await self.reply("GET", f"{path}&limit=2")
        self.assertEqual(await self.ids(links(first)["next"]), [str(notes[0].id)])
        await self.call("GET", "/api/v1/timelines/link?url=https%3A%2F%2Fnever.example%2F", None, 404)
        await self.call("GET", "/api/v1/timelines/link", None, 422)

    async def test_the_card_of_a_status_by_itself(self) -> None:
        [alice] = await self.people("alice")
        note = await self.say(alice, "https://site.example/a")
        self.assertEqual(await self.call("GET", f"/api/v1/statuses/{note.id}/card"), {})
        await self.know_page("https://site.example/a", "A page")
        self.assertEqual((await self.call("GET", f"/api/v1/statuses/{note.id}/card"))["title"], "A page")
        secret = await self.say(alice, "https://site.example/a", visibility=Visibility.FOLLOWERS)
        await self.call("GET", f"/api/v1/statuses/{secret.id}/card", None, 404)


class PeopleTests(DiscoveryCase):
    async def test_suggestions_are_friends_of_friends_and_who_is_popular_here(self) -> None:
        alice, bob, carol, dave, erin, frank = await self.people("alice", "bob", "carol", "dave", "erin", "frank")
        await self.follow(alice, bob)
        await self.follow(alice, carol)
        for friend in (bob, carol):
            await self.follow(friend, dave)
        await self.follow(bob, erin)
        await self.follow(bob, alice)
        for fan in (dave, erin, carol):
            await self.follow(fan, frank)
        await self.core.discovery.count_people()
        token = await self.token(alice)
        shown = await self.call("GET", "/api/v2/suggestions", token)
        self.assertEqual(
            [(one["account"]["acct"], one["source"], one["sources"]) for one in shown],
            [("dave", "past_interactions", ["friends_of_friends", "most_followed"]), ("frank", "past_interactions", ["friends_of_friends", "most_followed"]), ("erin", "past_interactions", ["friends_of_friends", "most_followed"])],
        )
        self.assertEqual([one["acct"] for one in await self.call("GET", "/api/v1/suggestions?limit=1", token)], ["dave"])
        self.assertEqual(await self.call("DELETE", f"/api/v1/suggestions/{dave.id}", token), {})
        await self.call("DELETE", "/api/v1/suggestions/1", token)
        await self.core.personal.mute(alice.id, frank.id)
        self.assertEqual([one["acct"] for one in await self.call("GET", "/api/v1/suggestions", token)], ["erin"])
        await self.submit(Update(actor_id=erin.id, profile=ProfileChange(discoverable=False)), erin)
        self.assertEqual(await self.call("GET", "/api/v2/suggestions", token), [])
        stranger = await self.token(await self.person("grace"))
        popular = await self.call("GET", "/api/v2/suggestions", stranger)
        self.assertEqual((popular[0]["account"]["acct"], popular[0]["source"], popular[0]["sources"]), ("frank", "global", ["most_followed"]))
        await self.call("GET", "/api/v2/suggestions", None, 401)

    async def test_the_directory_has_those_who_want_to_be_found(self) -> None:
        alice, bob, carol = await self.people("alice", "bob", "carol")
        await self.remote("far", discoverable=True)
        await self.remote("shy")
        await self.say(bob, "second")
        await self.say(alice, "last")
        await self.submit(Update(actor_id=carol.id, profile=ProfileChange(discoverable=False)), carol)

        async def names(query: str, token: str | None = None) -> list[str]:
            return [one["acct"] for one in await self.call("GET", f"/api/v1/directory?{query}", token)]

        self.assertEqual(await names("local=true"), ["alice", "bob"])
        self.assertEqual(await names("order=new&local=true"), ["bob", "alice"])
        self.assertEqual(sorted(await names("")), ["alice", "bob", "far@far.example"])
        self.assertEqual(await names("local=true&limit=1&offset=1"), ["bob"])
        token = await self.token(alice)
        await self.submit(Block(actor_id=alice.id, target_id=bob.id), alice)
        self.assertEqual(await names("local=true", token), ["alice"])
        await self.call("GET", "/api/v1/directory?order=old", None, 422)

    async def test_familiar_followers_are_those_one_follows(self) -> None:
        alice, bob, carol, dave, erin = await self.people("alice", "bob", "carol", "dave", "erin")
        for one in (bob, carol):
            await self.follow(alice, one)
        for one in (bob, carol, dave):
            await self.follow(one, erin)
        token = await self.token(alice)
        path = f"/api/v1/accounts/familiar_followers?id[]={erin.id}&id[]={dave.id}"
        one, two = await self.call("GET", path, token)
        self.assertEqual((one["id"], [each["acct"] for each in one["accounts"]]), (str(erin.id), ["carol", "bob"]))
        self.assertEqual((two["id"], two["accounts"]), (str(dave.id), []))
        await self.submit(Update(actor_id=bob.id, profile=ProfileChange(hide_collections=True)), bob)
        self.assertEqual([each["acct"] for each in (await self.call("GET", path, token))[0]["accounts"]], ["carol"])
        await self.submit(Update(actor_id=erin.id, profile=ProfileChange(hide_collections=True)), erin)
        self.assertEqual((await self.call("GET", path, token))[0]["accounts"], [])


class InstanceTests(DiscoveryCase):
    async def test_peers_are_the_hosts_known_here(self) -> None:
        for host in ("b.example", "a.example", "bad.example", "x.bad.example"):
            await self.remote("one", host)
            await self.remote("two", host)
        await self.database.execute("INSERT INTO host_blocks (id, domain, severity) VALUES (1, 'bad.example', 'suspend')")
        self.assertEqual(await self.call("GET", "/api/v1/instance/peers"), ["a.example", "b.example"])
        self.assertEqual(await self.call("GET", "/api/v1/peers/search?q=B"), ["b.example"])
        self.assertEqual(await self.call("GET", "/api/v1/peers/search?q="), [])
        self.assertEqual(await self.call("GET", "/api/v1/peers/search?q=%25"), [])

    async def test_activity_of_twelve_weeks(self) -> None:
        alice, bob = await self.people("alice", "bob")
        await self.say(alice, "now")
        await self.database.execute("INSERT INTO active_days (day, account_id) VALUES (current_date, %s) ON CONFLICT DO NOTHING", (alice.id,))
        await self.database.execute("UPDATE users SET created_at = created_at - interval '7 days' WHERE account_id = %s", (bob.id,))
        weeks = await self.call("GET", "/api/v1/instance/activity")
        self.assertEqual(len(weeks), 12)
        self.assertEqual((weeks[0]["statuses"], weeks[0]["logins"], weeks[0]["registrations"]), ("1", "1", "1"))
        self.assertEqual((weeks[1]["statuses"], weeks[1]["registrations"]), ("0", "1"))
        monday = datetime.fromtimestamp(int(weeks[0]["week"]), UTC)
        self.assertEqual((monday.weekday(), monday.hour), (0, 0))
        self.assertEqual(datetime.fromtimestamp(int(weeks[11]["week"]), UTC), monday - timedelta(weeks=11))

    async def test_nobody_translates_here(self) -> None:
        [alice] = await self.people("alice")
        token = await self.token(alice)
        note = await self.say(alice, "hallo")
        error = await self.call("POST", f"/api/v1/statuses/{note.id}/translate", token, 404, data={"lang": "en"})
        self.assertEqual(error["error"], "Translation is not available on this server")
        await self.call("POST", f"/api/v1/statuses/{note.id}/translate", None, 401)
        self.assertEqual(await self.call("GET", "/api/v1/instance/translation_languages"), {})
        self.assertFalse((await self.call("GET", "/api/v2/instance"))["configuration"]["translation"]["enabled"])


class CostTests(DiscoveryCase):
    async def test_no_list_asks_per_item(self) -> None:
        alice, *people = await self.people("alice", *(f"p{n}" for n in range(8)))
        token = await self.token(alice)
        for n, one in enumerate(people):
            await self.follow(alice, one)
            other = await self.person(f"q{n}")
            await self.follow(one, other)
            for author in (one, other):
                note = await self.say(author, f"#tag{n} https://site.example/{n}")
                await self.like(note, alice, *people[:2])
            await self.know_page(f"https://site.example/{n}", "A page")
            await self.say(one, "https://site.example/0 word")
        await self.core.discovery.count_trends()
        await self.core.discovery.count_people()
        ids = "&".join(f"id[]={one.id}" for one in people)
        paths = [
            "/api/v1/trends/tags", "/api/v1/trends/statuses", "/api/v1/trends/links", "/api/v2/suggestions", "/api/v1/suggestions",
            "/api/v1/directory", "/api/v1/timelines/link?url=https://site.example/0", "/api/v2/search?q=tag", "/api/v2/search?q=word+has:link&type=statuses",
            "/api/v1/accounts/search?q=p", "/api/v1/followed_tags",
        ]  # fmt: skip
        for path in paths:
            sign = "&" if "?" in path else "?"
            for _ in range(2):
                await self.call("GET", f"{path}{sign}limit=20", token)
            short, long = [await self.cost("GET", f"{path}{sign}limit={limit}", token) for limit in (2, 20)]
            self.assertEqual(short, long, path)
            self.assertLessEqual(long, 7, path)
        self.assertGreater(len(await self.call("GET", "/api/v2/suggestions", token)), 5)
        self.assertGreater(len(await self.call("GET", "/api/v1/trends/links", token)), 5)
        short = await self.cost("GET", f"/api/v1/accounts/familiar_followers?id[]={people[0].id}", token)
        self.assertLessEqual(await self.cost("GET", f"/api/v1/accounts/familiar_followers?{ids}", token), short + 1)


