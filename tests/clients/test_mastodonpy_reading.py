"""Mastodon.py: finding, sorting and paging what there is."""

from __future__ import annotations

from typing import Any

from mastodon import MastodonNotFoundError
from twisted.internet.threads import deferToThread

from tests.clients.mastodonpy import MastodonPyCase


class ReadingTests(MastodonPyCase):
    async def setup_people(self) -> None:
        self.people = [await self.person(name) for name in ("alice", "bob", "carol")]
        alice, bob, carol = self.people
        await self.follow(alice, bob)
        await self.follow(alice, carol)

    async def test_pages_go_both_ways(self) -> None:
        await self.setup_people()
        bob = self.people[1]
        notes = [str((await self.say(bob, f"number {n} #count")).id) for n in range(7)]
        await deferToThread(self.pages, notes)

    def pages(self, notes: list[str]) -> None:
        alice = self.app("alice")
        bob = alice.account_lookup("bob")
        newest_first = notes[::-1]
        for read in (
            alice.timeline_home,
            alice.timeline_local,
            alice.timeline_public,
            lambda **given: alice.timeline_hashtag("count", **given),
            lambda **given: alice.account_statuses(bob, **given),
        ):
            first = read(limit=3)
            self.assertEqual([one.id for one in first], newest_first[:3])
            second = alice.fetch_next(first)
            self.assertEqual([one.id for one in second], newest_first[3:6])
            third = alice.fetch_next(second)
            self.assertEqual([one.id for one in third], newest_first[6:])
            back = alice.fetch_previous(third)
            self.assertEqual([one.id for one in back], newest_first[3:6])
            self.assertEqual([one.id for one in alice.pagination_iterator(first)], newest_first)
            self.assertEqual([one.id for one in read(min_id=notes[1], limit=2)], notes[3:1:-1])
            self.assertEqual([one.id for one in read(since_id=notes[1], limit=2)], newest_first[:2])
            self.assertEqual([one.id for one in read(max_id=notes[1], since_id=0)], notes[:1])
        for id in notes[:5]:
            alice.status_favourite(id)
            alice.status_bookmark(id)
        # The newest favourite and bookmark first.
        for read in (alice.favourites, alice.bookmarks):
            first = read(limit=2)
            self.assertEqual([one.id for one in first], notes[4:2:-1])
            self.assertEqual([one.id for one in alice.fetch_next(first)], notes[2:0:-1])
            self.assertEqual([one.id for one in alice.fetch_remaining(first)], notes[4::-1])
        api = self.app("bob")
        told = api.notifications(limit=2)
        self.assertEqual([one.status.id for one in told], notes[4:2:-1])
        older = api.fetch_next(told)
        self.assertEqual([one.status.id for one in older], notes[2:0:-1])
        self.assertEqual([one.id for one in api.fetch_previous(older)], [one.id for one in told])
        follows = alice.account_following(alice.me(), limit=1)
        self.assertEqual({one.acct for one in alice.fetch_remaining(follows)}, {"bob", "carol"})
        self.assertEqual({one.acct for one in alice.status_favourited_by(notes[0])}, {"alice"})

    async def test_filters(self) -> None:
        await self.setup_people()
        await deferToThread(self.filters)

    def filters(self) -> None:
        alice, bob = self.app("alice"), self.app("bob")
        made = alice.create_filter_v2("Plot", ["home", "public"], "warn", expires_in=3600, keywords_attributes=[{"keyword": "ending", "whole_word": True}])
        self.assertEqual((made.title, made.filter_action, made.keywords[0].keyword), ("Plot", "warn", "ending"))
        said = bob.status_post("the ending is sad")
        [seen] = alice.timeline_home()
        self.assertEqual((seen.filtered[0].filter.id, seen.filtered[0].keyword_matches), (made.id, ["ending"]))
        self.assertEqual(alice.status(said).filtered[0].filter.context, ["home", "public"])  # told everywhere: the app chooses
        word = alice.add_filter_keyword_v2(made, "butler", whole_word=False)
        self.assertEqual({one.keyword for one in alice.filter_keywords_v2(made)}, {"ending", "butler"})
        alice.delete_filter_keyword_v2(word)
        changed = alice.update_filter_v2(made, title="Plots", filter_action="hide")
        self.assertEqual((changed.title, changed.filter_action), ("Plots", "hide"))
        self.assertEqual(alice.timeline_home()[0].filtered[0].filter.filter_action, "hide")
        [v1] = alice.filters()
        self.assertEqual((v1.phrase, v1.irreversible, sorted(v1.context)), ("ending", True, ["home", "public"]))
        alice.delete_filter_v2(made)
        old = alice.filter_create("walrus", ["home"], whole_word=False)
        self.assertEqual(alice.filter(old).phrase, "walrus")
        other = bob.status_post("a very fine walrusses' day")
        self.assertEqual(len(alice.timeline_home()[0].filtered), 1)
        alice.filter_update(old, phrase="carpenter")
        self.assertEqual(alice.timeline_home()[0].filtered or [], [])
        by_status = alice.create_filter_v2("That one", ["home"], "warn")
        one = alice.add_filter_status_v2(by_status, other)
        self.assertEqual(alice.timeline_home()[0].filtered[0].status_matches, [other.id])
        alice.delete_filter_status_v2(one)
        alice.filter_delete(old)
        with self.assertRaises(MastodonNotFoundError):
            alice.filter(old)

    async def test_lists(self) -> None:
        await self.setup_people()
        await deferToThread(self.lists)

    def lists(self) -> None:
        alice, bob, carol = (self.app(name) for name in ("alice", "bob", "carol"))
        friends = alice.list_create("Friends", replies_policy="none", exclusive=True)
        self.assertEqual((friends.title, friends.replies_policy, friends.exclusive), ("Friends", "none", True))
        alice.list_accounts_add(friends, [bob.me().id])
        self.assertEqual([one.acct for one in alice.list_accounts(friends)], ["bob"])
        self.assertEqual([one.id for one in alice.account_lists(bob.me())], [friends.id])
        listed, other = bob.status_post("for the list"), carol.status_post("for home")
        self.assertEqual([one.id for one in alice.timeline_list(friends)], [listed.id])
        self.assertEqual([one.id for one in alice.timeline_home()], [other.id])
        alice.list_update(friends, "Good friends", exclusive=False)
        self.assertEqual(alice.list(friends).title, "Good friends")
        alice.list_accounts_delete(friends, [bob.me().id])
        alice.list_delete(friends)
        self.assertEqual(list(alice.lists()), [])

    async def test_search(self) -> None:
        await self.setup_people()
        await deferToThread(self.searches)

    def searches(self) -> None:
        alice, bob = self.app("alice"), self.app("bob")
        said = [bob.status_post(f"the walrus number {n} #sea") for n in range(3)]
        found: Any = alice.search("walrus")
        self.assertEqual({one.id for one in found.statuses}, {one.id for one in said})
        self.assertEqual([one.name for one in alice.search("sea", result_type="hashtags", exclude_unreviewed=False).hashtags], ["sea"])
        self.assertEqual([one.acct for one in alice.search("caro").accounts], ["carol"])
        self.assertEqual([one.acct for one in alice.account_search("bo", following=True)], ["bob"])
        self.assertEqual([one.id for one in alice.search(said[0].url).statuses], [said[0].id])
        pages = [alice.search("walrus", result_type="statuses", offset=n).statuses[0].id for n in range(3)]
        self.assertEqual(set(pages), {one.id for one in said})

    async def test_what_an_app_shows_besides(self) -> None:
        await self.setup_people()
        await deferToThread(self.the_rest)

    def the_rest(self) -> None:
        alice, bob = self.app("alice"), self.app("bob")
        said = bob.status_post("@alice #sea hello", visibility="direct")
        [talk] = alice.conversations()
        self.assertEqual((talk.last_status.id, talk.unread), (said.id, True))
        self.assertFalse(alice.conversations_read(talk).unread)
        self.assertTrue(alice.tag_follow("sea").following)
        self.assertEqual([one.name for one in alice.followed_tags()], ["sea"])
        self.assertEqual(alice.featured_tag_create("sea").name, "sea")
        self.assertEqual([one.name for one in alice.featured_tags()], ["sea"])
        alice.account_note_set(bob.me(), "my friend")
        self.assertEqual(alice.account_relationships(bob.me())[0].note, "my friend")
        self.assertTrue(alice.account_endorse(bob.me()).endorsed)
        self.assertEqual([one.acct for one in alice.endorsements()], ["bob"])
        groups: Any = alice.grouped_notifications()
        self.assertEqual([one.type for one in groups.notification_groups], ["mention"])
        self.assertEqual(alice.notifications_policy().for_not_following, "accept")
        self.assertEqual(alice.update_notifications_policy(for_not_following="filter").for_not_following, "filter")
        self.assertEqual(alice.unread_grouped_notifications_count(), 1)
        alice.notifications_clear()
        for read in (alice.notification_requests, alice.suggestions, alice.directory, alice.instance_rules, alice.instance_languages,
                     alice.trending_statuses, alice.trending_links, alice.instance_activity, alice.instance_peers,
                     alice.instance, alice.instance_v1, alice.instance_extended_description, alice.preferences, alice.custom_emojis,
                     alice.oauth_authorization_server_info, alice.featured_tag_suggestions, alice.follow_requests):  # fmt: skip
            read()
        self.assertTrue(alice.instance_health())
        self.assertEqual([one.id for one in alice.account_familiar_followers(bob.me())], [bob.me().id])
        alice.report(bob.me(), status_ids=[said], comment="loud", category="spam")
