from __future__ import annotations

from pleromad.errors import Forbidden, Invalid, NotFound
from pleromad.model.note import Visibility
from pleromad.model.page import Page
from pleromad.personal.filters import KeywordChange
from tests.support.core import CoreCase


class ListTests(CoreCase):
    async def test_a_list_shows_its_members_old_and_new(self) -> None:
        alice, bob, carol = [await self.person(name) for name in ("alice", "bob", "carol")]
        await self.follow(alice, bob)
        await self.follow(alice, carol)
        old = await self.say(bob, "older")
        made = await self.core.personal.add_list(alice.id, "Friends")
        await self.core.personal.add_members(alice.id, made.id, [bob.id])
        new = await self.say(bob, "newer")
        await self.say(carol, "not in it")
        shown = await self.core.personal.list_timeline(alice.id, made.id, Page())
        self.assertEqual([s.note.id for s in shown.items], [new.id, old.id])
        self.assertEqual(await self.core.reading.lists_holding(new.id, [made.id, 1]), {made.id})
        await self.core.personal.remove_members(alice.id, made.id, [bob.id])
        self.assertEqual((await self.core.personal.list_timeline(alice.id, made.id, Page())).items, ())

    async def test_the_replies_policy_decides(self) -> None:
        alice, bob, carol, dave = [await self.person(name) for name in ("alice", "bob", "carol", "dave")]
        for other in (bob, carol, dave):
            await self.follow(alice, other)
        said = {who.id: await self.say(who, "x") for who in (carol, dave)}
        expected = {"none": set(), "list": {carol.id}, "followed": {carol.id, dave.id}}
        for policy, wanted in expected.items():
            made = await self.core.personal.add_list(alice.id, policy, replies_policy=policy)
            await self.core.personal.add_members(alice.id, made.id, [bob.id, carol.id])
            replies = {}
            for other in (carol, dave):
                replies[other.id] = await self.say(bob, "re", in_reply_to_id=said[other.id].id)
            shown = {s.note.id for s in (await self.core.personal.list_timeline(alice.id, made.id, Page(limit=40))).items}
            self.assertEqual({who for who, note in replies.items() if note.id in shown}, wanted, policy)

    async def test_members_of_an_exclusive_list_are_not_in_home(self) -> None:
        alice, bob = await self.person("alice"), await self.person("bob")
        await self.follow(alice, bob)
        made = await self.core.personal.add_list(alice.id, "Loud", exclusive=True)
        await self.core.personal.add_members(alice.id, made.id, [bob.id])
        await self.say(bob, "x")
        self.assertEqual((await self.core.reading.home(alice.id, Page())).items, ())

    async def test_only_people_one_follows_and_only_ones_own_lists(self) -> None:
        alice, bob = await self.person("alice"), await self.person("bob")
        made = await self.core.personal.add_list(alice.id, "x")
        with self.assertRaises(NotFound):
            await self.core.personal.add_members(alice.id, made.id, [bob.id])
        with self.assertRaises(NotFound):
            await self.core.personal.list_timeline(bob.id, made.id, Page())
        with self.assertRaises(Invalid):
            await self.core.personal.add_list(alice.id, " ")


class TagTests(CoreCase):
    async def test_a_followed_tag_comes_home_when_it_is_public(self) -> None:
        alice, bob = await self.person("alice"), await self.person("bob")
        await self.core.personal.follow_tag(alice.id, "#Gopher")
        note = await self.say(bob, "about #gopher")
        await self.say(bob, "quietly about #gopher", visibility=Visibility.UNLISTED)
        self.assertEqual([s.note.id for s in (await self.core.reading.home(alice.id, Page())).items], [note.id])
        await self.core.personal.unfollow_tag(alice.id, "gopher")
        await self.say(bob, "more about #gopher")
        self.assertEqual(len((await self.core.reading.home(alice.id, Page())).items), 1)

    async def test_featured_tags_count_their_use(self) -> None:
        alice = await self.person("alice")
        await self.say(alice, "#one #two")
        tag = await self.core.personal.feature_tag(alice.id, "one")
        self.assertEqual((tag.name, tag.statuses_count), ("one", 1))
        with self.assertRaises(Invalid):
            await self.core.personal.feature_tag(alice.id, "no tag!")

    async def test_one_endorses_whom_one_follows(self) -> None:
        alice, bob = await self.person("alice"), await self.person("bob")
        with self.assertRaises(Forbidden):
            await self.core.personal.endorse(alice.id, bob.id)
        await self.follow(alice, bob)
        await self.core.personal.endorse(alice.id, bob.id)
        self.assertEqual([a.id for a in (await self.core.personal.endorsements(alice.id, Page())).items], [bob.id])


class FilterTests(CoreCase):
    async def test_a_filter_meets_words_in_its_contexts(self) -> None:
        alice, bob = await self.person("alice"), await self.person("bob")
        made = await self.core.personal.put_filter(
            alice.id, title="Sport", contexts=["home", "public"], keywords=[KeywordChange(keyword="ball", whole_word=True), KeywordChange(keyword="goa")]
        )
        notes = [await self.say(bob, each) for each in ("a Ball!", "a snowball", "GOAL", "**plain**")]
        found = await self.core.personal.filtered(alice.id, "home", notes)
        self.assertEqual({id: m[0].keywords for id, m in found.items()}, {notes[0].id: ("Ball",), notes[2].id: ("GOA",)})
        self.assertEqual(await self.core.personal.filtered(alice.id, "thread", notes), {})
        self.assertEqual(await self.core.personal.filtered(bob.id, "home", notes), {})
        await self.core.personal.add_filter_note(alice.id, made.id, notes[3].id)
        found = await self.core.personal.filtered(alice.id, "home", notes[3:])
        self.assertEqual(found[notes[3].id][0].note_ids, (notes[3].id,))

    async def test_a_change_is_in_force_at_once(self) -> None:
        alice, bob = await self.person("alice"), await self.person("bob")
        note = await self.say(bob, "first")
        made = await self.core.personal.put_filter(alice.id, title="x", contexts=["home"], keywords=[KeywordChange(keyword="second")])
        self.assertEqual(await self.core.personal.filtered(alice.id, "home", [note]), {})
        (keyword,) = made.keywords
        await self.core.personal.put_filter(alice.id, made.id, keywords=[KeywordChange(id=keyword.id, keyword="first")])
        self.assertIn(note.id, await self.core.personal.filtered(alice.id, "home", [note]))
        await self.core.personal.delete_filter(alice.id, made.id)
        self.assertEqual(await self.core.personal.filtered(alice.id, "home", [note]), {})

    async def test_what_is_wrong_names_the_field(self) -> None:
        alice = await self.person("alice")
        for given, field in (
            ({"contexts": ["home"]}, "title"),
            ({"title": "x"}, "context"),
            ({"title": "x", "contexts": ["nowhere"]}, "context"),
            ({"title": "x", "contexts": ["home"], "action": "burn"}, "filter_action"),
            ({"title": "x", "contexts": ["home"], "keywords": [KeywordChange(keyword=" ")]}, "keyword"),
        ):
            with self.assertRaises(Invalid) as caught:
                await self.core.personal.put_filter(alice.id, **given)
            self.assertEqual(caught.exception.field, field)
