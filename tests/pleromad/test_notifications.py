from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from pleromad.errors import Invalid, NotFound
from pleromad.model import event
from pleromad.model.account import Account, Role
from pleromad.model.activity import (
    Announce,
    Block,
    Create,
    Delete,
    EmojiReact,
    Follow,
    Like,
    Undo,
    Update,
    Vote,
)
from pleromad.model.event import Event
from pleromad.model.note import Note, NoteDraft, PollDraft, Visibility
from pleromad.model.notification import EVERYTHING, Chosen
from pleromad.model.page import Page
from tests.support.core import CoreCase

ALL = Chosen(filtered=True)


class NotificationCase(CoreCase):
    async def types(self, viewer: Account, chosen: Chosen = EVERYTHING) -> list[str]:
        return [one.type for one in (await self.core.reading.notifications(viewer.id, Page(limit=80), chosen)).items]

    async def like(self, who: Account, note: Note) -> None:
        await self.submit(Like(actor_id=who.id, note_id=note.id), who)

    async def people(self, *names: str) -> list[Account]:
        return [await self.person(name) for name in names]

    async def age(self, table: str, seconds: int) -> None:
        """As if that had happened earlier."""
        await self.database.execute(f"UPDATE {table} SET created_at = created_at - make_interval(secs => %s)", (seconds,))


class CauseTests(NotificationCase):
    async def test_who_asked_to_be_told_of_each_note_is_told(self) -> None:
        alice, bob, carol = await self.people("alice", "bob", "carol")
        await self.follow(carol, bob)
        await self.submit(Follow(actor_id=alice.id, target_id=bob.id, notify=True), alice)
        first = await self.say(bob, "news", visibility=Visibility.UNLISTED)
        await self.say(bob, "for followers", visibility=Visibility.FOLLOWERS)
        await self.say(bob, "more of it", in_reply_to_id=first.id)
        self.assertEqual(await self.types(alice), ["status"] * 3)
        self.assertEqual(await self.types(carol), [])

    async def test_boosts_and_replies_to_others_and_direct_notes_ring_no_bell(self) -> None:
        alice, bob, carol = await self.people("alice", "bob", "carol")
        await self.submit(Follow(actor_id=alice.id, target_id=bob.id, notify=True), alice)
        said = await self.say(carol, "hello")
        await self.submit(Announce(actor_id=bob.id, note_id=said.id), bob)
        await self.say(bob, "hi", in_reply_to_id=said.id)
        await self.say(bob, "@carol psst", visibility=Visibility.DIRECT)
        self.assertEqual(await self.types(alice), [])

    async def test_who_is_named_is_told_once(self) -> None:
        alice, bob = await self.people("alice", "bob")
        await self.submit(Follow(actor_id=alice.id, target_id=bob.id, notify=True), alice)
        await self.say(bob, "@alice hello")
        self.assertEqual(await self.types(alice), ["mention"])
        await self.submit(Follow(actor_id=alice.id, target_id=bob.id, notify=False), alice)
        await self.say(bob, "not rung")
        self.assertEqual(await self.types(alice), ["mention"])

    async def test_an_edit_is_told_to_who_boosted_it_or_was_named(self) -> None:
        alice, bob, carol, dave = await self.people("alice", "bob", "carol", "dave")
        note = await self.say(alice, "@carol hello")
        await self.submit(Announce(actor_id=bob.id, note_id=note.id), bob)
        for text in ("@carol hello again", "@carol @dave hello"):
            await self.submit(Update(actor_id=alice.id, note_id=note.id, note=NoteDraft(text=text)), alice)
        self.assertEqual(await self.types(bob), ["update"])  # the last one stands for all
        self.assertEqual(await self.types(carol), ["update", "mention"])
        self.assertEqual(await self.types(dave), ["mention"])
        self.assertNotIn("update", await self.types(alice))

    async def test_the_end_of_a_poll_is_told_in_spite_of_policies_but_not_of_mutes(self) -> None:
        alice, bob, carol = await self.people("alice", "bob", "carol")
        note = await self.say(alice, "?", poll=PollDraft(("a", "b"), 300))
        for voter in (bob, carol):
            await self.submit(Vote(actor_id=voter.id, note_id=note.id, choices=(0,)), voter)
        await self.core.personal.set_notification_policy(bob.id, {"for_not_following": "drop"})
        await self.core.personal.mute(carol.id, alice.id)
        await self.database.execute("UPDATE polls SET expires_at = now() - interval '1 minute'")
        await self.core.upkeep.end_polls()
        self.assertEqual([await self.types(who, ALL) for who in (alice, bob, carol)], [["poll"], ["poll"], []])

    async def test_staff_are_told_who_signs_up(self) -> None:
        owner = await self.person("olga", role=Role.OWNER)
        moderator, bob = await self.person("mona", role=Role.MODERATOR), await self.person("bob")
        await self.person("carol", role=None)
        for who in (owner, moderator):
            [one] = (await self.core.reading.notifications(who.id, Page())).items
            self.assertEqual((one.type, one.account.username, one.seen), ("admin.sign_up", "carol", None))
        self.assertEqual(await self.types(bob), [])

    async def test_what_is_taken_back_is_gone(self) -> None:
        alice, bob = await self.people("alice", "bob")
        note = await self.say(alice, "x")
        await self.like(bob, note)
        await self.submit(EmojiReact(actor_id=bob.id, note_id=note.id, emoji="🎉"), bob)
        self.assertEqual(await self.types(alice), ["pleroma:emoji_reaction", "favourite"])
        await self.submit(Undo(actor_id=bob.id, of=Like(actor_id=bob.id, note_id=note.id)), bob)
        self.assertEqual(await self.types(alice), ["pleroma:emoji_reaction"])

    async def test_what_one_may_not_see_any_more_is_not_told(self) -> None:
        alice, bob = await self.people("alice", "bob")
        await self.submit(Follow(actor_id=alice.id, target_id=bob.id, notify=True), alice)
        await self.say(bob, "for followers", visibility=Visibility.FOLLOWERS)
        await self.say(bob, "for all")
        await self.submit(Undo(actor_id=alice.id, of=Follow(actor_id=alice.id, target_id=bob.id)), alice)
        found = (await self.core.reading.notifications(alice.id, Page())).items
        self.assertEqual([one.seen.note.visibility for one in found if one.seen], [Visibility.PUBLIC])
        self.assertEqual(await self.core.reading.unread_notifications(alice.id), 1)

    async def test_who_is_muted_later_is_hidden_and_comes_back(self) -> None:
        alice, bob = await self.people("alice", "bob")
        await self.say(bob, "@alice hi")
        await self.core.personal.mute(alice.id, bob.id)
        self.assertEqual(await self.types(alice), [])
        [one] = (await self.core.reading.notifications(alice.id, Page(), Chosen(muted=True))).items
        self.assertTrue(one.muted)
        await self.core.personal.mute(alice.id, bob.id, notifications=False)
        self.assertEqual(await self.types(alice), ["mention"])

    async def test_a_block_takes_all_between_two_with_it(self) -> None:
        alice, bob = await self.people("alice", "bob")
        await self.say(bob, "@alice hi", visibility=Visibility.DIRECT)
        [request] = (await self.core.reading.notification_requests(alice.id, Page())).items
        await self.core.personal.accept_requests(alice.id, [request.id])
        await self.say(bob, "@alice still there?", visibility=Visibility.DIRECT)
        self.assertEqual(len((await self.core.reading.conversations(alice.id, Page())).items), 2)
        await self.submit(Block(actor_id=alice.id, target_id=bob.id), alice)
        self.assertEqual((await self.core.reading.conversations(alice.id, Page())).items, ())
        await self.submit(Undo(actor_id=alice.id, of=Block(actor_id=alice.id, target_id=bob.id)), alice)
        await self.say(bob, "@alice hi", visibility=Visibility.DIRECT)
        self.assertEqual((await self.types(alice), len(await self.types(alice, ALL))), ([], 1))  # no permission any more


class PolicyTests(NotificationCase):
    async def fate(self, policy: dict[str, str], alice: Account, sender: Account, text: str = "@alice hi", **draft: Any) -> str:
        """What becomes of a mention: told, filtered or dropped."""
        await self.core.personal.set_notification_policy(alice.id, policy)
        await self.core.personal.dismiss_all(alice.id)
        await self.say(sender, text, **draft)
        found = (await self.core.reading.notifications(alice.id, Page(), ALL)).items
        return "dropped" if not found else "filtered" if found[0].filtered else "told"

    async def test_each_word_has_its_people(self) -> None:
        alice, friend, stranger = await self.people("alice", "friend", "stranger")
        await self.follow(alice, friend)
        open_to_all = dict.fromkeys(
            ("for_not_following", "for_not_followers", "for_new_accounts", "for_private_mentions", "for_limited_accounts"), "accept"
        )
        for word, fate in (("accept", "told"), ("filter", "filtered"), ("drop", "dropped")):
            policy = {**open_to_all, "for_not_following": word}
            self.assertEqual([await self.fate(policy, alice, who) for who in (friend, stranger)], ["told", fate])
            policy = {**open_to_all, "for_new_accounts": word}
            self.assertEqual([await self.fate(policy, alice, who) for who in (friend, stranger)], ["told", fate])
            policy = {**open_to_all, "for_private_mentions": word}
            self.assertEqual(await self.fate(policy, alice, stranger), "told")
            self.assertEqual(await self.fate(policy, alice, stranger, visibility=Visibility.DIRECT), fate)
            self.assertEqual(await self.fate(policy, alice, friend, visibility=Visibility.DIRECT), "told")
        await self.age("accounts", 31 * 86400)
        self.assertEqual(await self.fate({**open_to_all, "for_new_accounts": "drop"}, alice, stranger), "told")

    async def test_a_follower_counts_after_three_days(self) -> None:
        alice, bob = await self.people("alice", "bob")
        policy = {"for_not_followers": "filter"}
        await self.follow(bob, alice)
        self.assertEqual(await self.fate(policy, alice, bob), "filtered")
        await self.age("follows", 4 * 86400)
        self.assertEqual(await self.fate(policy, alice, bob), "told")

    async def test_without_one_private_mentions_of_strangers_and_limited_people_are_kept_back(self) -> None:
        alice, bob, limited = await self.people("alice", "bob", "limited")
        await self.database.execute("UPDATE accounts SET silenced_at = now() WHERE id = %s", (limited.id,))
        self.assertEqual(await self.fate({}, alice, bob), "told")
        self.assertEqual(await self.fate({}, alice, bob, visibility=Visibility.DIRECT), "filtered")
        self.assertEqual(await self.fate({}, alice, limited), "filtered")

    async def test_the_answer_to_a_private_mention_is_told(self) -> None:
        alice, bob = await self.people("alice", "bob")
        note = await self.say(alice, "@bob a question", visibility=Visibility.DIRECT)
        self.assertEqual(await self.fate({}, alice, bob, "@alice an answer", visibility=Visibility.DIRECT, in_reply_to_id=note.id), "told")

    async def test_staff_are_heard(self) -> None:
        alice, moderator = await self.person("alice"), await self.person("mona", role=Role.MODERATOR)
        policy = {"for_not_following": "drop"}
        self.assertEqual(await self.fate(policy, alice, moderator, visibility=Visibility.DIRECT), "told")
        note = await self.say(alice, "x")
        await self.like(moderator, note)
        self.assertEqual(await self.types(alice, ALL), ["mention"])  # only what they say

    async def test_other_kinds_are_kept_back_without_a_request(self) -> None:
        alice, bob = await self.people("alice", "bob")
        await self.core.personal.set_notification_policy(alice.id, {"for_not_following": "filter"})
        await self.like(bob, await self.say(alice, "x"))
        self.assertEqual((await self.types(alice), await self.types(alice, ALL)), ([], ["favourite"]))
        self.assertEqual(await self.types(alice, Chosen(from_id=bob.id)), ["favourite"])  # as Mastodon: of one person, all
        self.assertEqual((await self.core.reading.notification_requests(alice.id, Page())).items, ())

    async def test_words_are_checked(self) -> None:
        alice = await self.person("alice")
        for words in ({"for_not_following": "burn"}, {"for_nobody": "drop"}):
            with self.assertRaises(Invalid):
                await self.core.personal.set_notification_policy(alice.id, words)

    async def test_what_is_kept_back_is_said_so_to_who_listens(self) -> None:
        alice, bob = await self.people("alice", "bob")
        heard: list[Event] = []
        self.core.bus.listen(lambda one: heard.append(one) if one.kind == event.NOTIFIED else None)
        draft = NoteDraft(text="@alice psst", visibility=Visibility.DIRECT)
        outcome = await self.submit(Create(actor_id=bob.id, note=draft), bob)
        self.assertEqual([(one.account_id, one.text) for one in heard], [(alice.id, "filtered")])
        self.assertEqual(outcome.notified, ())


class RequestTests(NotificationCase):
    async def test_a_request_stands_for_all_somebody_said(self) -> None:
        alice, bob, carol = await self.people("alice", "bob", "carol")
        for text in ("@alice one", "@alice two"):
            await self.say(bob, text, visibility=Visibility.DIRECT)
        await self.say(carol, "@alice three", visibility=Visibility.DIRECT)
        first, second = (await self.core.reading.notification_requests(alice.id, Page())).items
        self.assertEqual([(one.account.username, one.count) for one in (first, second)], [("carol", 1), ("bob", 2)])
        assert second.last is not None
        self.assertIn("two", second.last.note.content)
        policy = await self.core.reading.notification_policy(alice.id)
        self.assertEqual((policy.requests, policy.notifications), (2, 3))
        with self.assertRaises(NotFound):
            await self.core.reading.notification_request(bob.id, first.id)

    async def test_who_is_accepted_passes_now_and_later(self) -> None:
        alice, bob = await self.people("alice", "bob")
        heard: list[str] = []
        self.core.bus.listen(lambda one: heard.append(one.kind) if one.account_id == alice.id else None)
        await self.say(bob, "@alice one", visibility=Visibility.DIRECT)
        self.assertEqual((await self.core.reading.conversations(alice.id, Page())).items, ())
        [request] = (await self.core.reading.notification_requests(alice.id, Page())).items
        self.assertEqual(await self.core.personal.accept_requests(bob.id, [request.id]), 0)
        self.assertEqual(await self.core.personal.accept_requests(alice.id, [request.id, 7]), 1)
        self.assertEqual(heard[-2:], [event.CONVERSATION_CHANGED, event.NOTIFICATIONS_MERGED])
        self.assertEqual(await self.types(alice), ["mention"])
        [conversation] = (await self.core.reading.conversations(alice.id, Page())).items
        self.assertTrue(conversation.unread)
        await self.say(bob, "@alice two", visibility=Visibility.DIRECT)
        self.assertEqual(await self.types(alice), ["mention", "mention"])
        self.assertEqual((await self.core.reading.notification_requests(alice.id, Page())).items, ())

    async def test_who_is_dismissed_may_ask_again(self) -> None:
        alice, bob = await self.people("alice", "bob")
        await self.say(bob, "@alice one", visibility=Visibility.DIRECT)
        [request] = (await self.core.reading.notification_requests(alice.id, Page())).items
        self.assertEqual(await self.core.personal.dismiss_requests(alice.id, [request.id]), 1)
        self.assertEqual(await self.types(alice, ALL), [])
        await self.say(bob, "@alice two", visibility=Visibility.DIRECT)
        [again] = (await self.core.reading.notification_requests(alice.id, Page())).items
        self.assertEqual((again.count, again.id == request.id), (1, False))

    async def test_a_request_is_gone_with_what_was_said(self) -> None:
        alice, bob = await self.people("alice", "bob")
        note = await self.say(bob, "@alice one", visibility=Visibility.DIRECT)
        await self.submit(Delete(actor_id=bob.id, note_id=note.id), bob)
        self.assertEqual((await self.core.reading.notification_requests(alice.id, Page())).items, ())
        self.assertEqual((await self.core.reading.notification_policy(alice.id)).requests, 0)


class GroupTests(NotificationCase):
    async def test_the_same_about_the_same_is_one_group(self) -> None:
        alice, *others = await self.people("alice", "bob", "carol", "dave")
        one, other = await self.say(alice, "one"), await self.say(alice, "other")
        for who in others:
            await self.like(who, one)
            await self.submit(Announce(actor_id=who.id, note_id=one.id), who)
        await self.like(others[0], other)
        await self.say(others[0], "@alice hi")
        for who in others:
            await self.follow(who, alice)
        found = (await self.core.reading.notification_groups(alice.id, Page())).items
        told = [(each.newest.type, each.count, [who.username for who in each.samples]) for each in found]
        everybody = ["dave", "carol", "bob"]
        self.assertEqual(
            told, [("follow", 3, everybody), ("mention", 1, ["bob"]), ("favourite", 1, ["bob"]), ("reblog", 3, everybody), ("favourite", 3, everybody)]
        )
        self.assertEqual(await self.core.reading.unread_groups(alice.id), 5)
        self.assertEqual(await self.core.reading.unread_notifications(alice.id), 11)

    async def test_a_group_spans_half_a_day(self) -> None:
        alice, bob, carol, dave = await self.people("alice", "bob", "carol", "dave")
        note = await self.say(alice, "x")
        await self.like(bob, note)
        [key] = [row[0] for row in await self.database.fetch("SELECT group_key FROM notifications WHERE type = 'favourite'")]
        prefix, _, hour = str(key).rpartition("-")
        self.assertEqual(abs(int(hour) - int(datetime.now(UTC).timestamp()) // 3600) <= 1, True)
        for who, hours, together in ((carol, 11, True), (dave, 1, False)):
            await self.database.execute("UPDATE notifications SET group_key = %s || '-' || (split_part(group_key, '-', 3)::bigint - %s)", (prefix, hours))
            await self.like(who, note)
            found = (await self.core.reading.notification_groups(alice.id, Page())).items
            self.assertEqual(len(found), 1 if together else 2)

    async def test_pages_leap_over_groups_and_say_what_they_cover(self) -> None:
        alice, *others = await self.people("alice", *(f"p{n}" for n in range(5)))
        notes = [await self.say(alice, f"note {n}") for n in range(3)]
        for who in others:
            for note in notes:
                await self.like(who, note)
        all_ids = [one.id for one in (await self.core.reading.notifications(alice.id, Page(limit=80))).items]
        first = await self.core.reading.notification_groups(alice.id, Page(limit=2))
        self.assertEqual([each.newest.seen.note.id for each in first.items if each.newest.seen], [notes[2].id, notes[1].id])
        self.assertEqual((first.next_max_id, first.prev_min_id), (all_ids[1], all_ids[0]))
        self.assertEqual([(each.page_min_id, each.page_max_id, each.count) for each in first.items], [(all_ids[0], all_ids[0], 5), (all_ids[1], all_ids[1], 5)])
        # Further down the same groups come again, for what is older.
        second = await self.core.reading.notification_groups(alice.id, Page(limit=40, max_id=first.next_max_id))
        self.assertEqual([each.newest.id for each in second.items], [all_ids[2], all_ids[3], all_ids[4]])
        self.assertEqual([(each.page_min_id, each.page_max_id) for each in second.items], [(all_ids[-1], all_ids[2]), (all_ids[-3], all_ids[3]), (all_ids[-2], all_ids[4])])
        self.assertEqual({each.most_recent_id for each in second.items}, set(all_ids[:3]))
        up = await self.core.reading.notification_groups(alice.id, Page(limit=2, min_id=all_ids[-1]))
        self.assertEqual([each.newest.id for each in up.items], [all_ids[-3], all_ids[-2]])

    async def test_types_may_be_left_apart(self) -> None:
        alice, bob, carol = await self.people("alice", "bob", "carol")
        note = await self.say(alice, "x")
        for who in (bob, carol):
            await self.like(who, note)
            await self.follow(who, alice)
        found = (await self.core.reading.notification_groups(alice.id, Page(), grouped=("follow",))).items
        self.assertEqual([(each.newest.type, each.count) for each in found], [("follow", 2), ("favourite", 1), ("favourite", 1)])
        self.assertEqual(await self.core.reading.unread_groups(alice.id, grouped=("follow",)), 3)
        key = found[0].newest.group_key
        assert key is not None
        self.assertEqual((await self.core.reading.notification_group(alice.id, key)).count, 2)
        alone = await self.core.reading.notification_group(alice.id, f"ungrouped-{found[1].newest.id}")
        self.assertEqual((alone.count, alone.newest.id), (1, found[1].newest.id))
        page = await self.core.reading.group_accounts(alice.id, key, Page(limit=1))
        rest = await self.core.reading.group_accounts(alice.id, key, Page(limit=1, max_id=page.next_max_id))
        self.assertEqual([who.username for who in (*page.items, *rest.items)], ["carol", "bob"])
        for stranger in (key, "ungrouped-1", "follow-1", "ungrouped-x"):
            with self.assertRaises(NotFound):
                await self.core.reading.notification_group(bob.id, stranger)
            with self.assertRaises(NotFound):
                await self.core.personal.dismiss_group(bob.id, stranger)
        await self.core.personal.dismiss_group(alice.id, key)
        self.assertEqual(await self.types(alice), ["favourite", "favourite"])

    async def test_a_group_of_thousands_is_one_query(self) -> None:
        alice, bob = await self.people("alice", "bob")
        note = await self.say(alice, "x")
        await self.like(bob, note)
        await self.database.execute(
            "INSERT INTO accounts (id, uri, type, username, domain) SELECT n, 'https://far.example/' || n, 'Person', 'u' || n, 'far.example' FROM generate_series(1, 3000) n"
        )
        await self.database.execute(
            "INSERT INTO notifications (id, account_id, type, from_id, note_id, group_key)"
            " SELECT x.id - n, x.account_id, x.type, n, x.note_id, x.group_key FROM notifications x, generate_series(1, 3000) n WHERE x.type = 'favourite'"
        )
        before = self.core.statements
        [group] = (await self.core.reading.notification_groups(alice.id, Page())).items
        self.assertEqual((group.count, len(group.samples)), (3001, 8))
        self.assertLessEqual(self.core.statements - before, 5)
