"""Two servers of this kind, friends over HTTP: what is done on one is seen on the other."""

from __future__ import annotations

from typing import Any

from pleromad.model.account import Account, ProfileChange
from pleromad.model.activity import (
    Accept,
    Add,
    Announce,
    Block,
    Delete,
    EmojiReact,
    Follow,
    Like,
    Reject,
    Undo,
    Update,
    Vote,
)
from pleromad.model.note import NoteDraft, PollDraft, Visibility
from pleromad.model.page import Page
from tests.support.federation import FederationCase, Server


class FederationTests(FederationCase):
    here: Server
    there: Server

    async def set_up(self) -> None:
        self.here, self.there = await self.server(), await self.server()
        self.alice = await self.here.person("alice")
        self.bob = await self.there.person("bob")

    async def befriend(self) -> None:
        """alice follows bob, bob follows alice."""
        bob, alice = await self.here.known(self.bob), await self.there.known(self.alice)
        await self.here.submit(Follow(actor_id=self.alice.id, target_id=bob.id))
        await self.there.submit(Follow(actor_id=self.bob.id, target_id=alice.id))
        await self.until(lambda: self.follows(self.here, self.alice, bob), "the Accept")
        await self.until(lambda: self.follows(self.there, self.bob, alice), "the Accept")
        await self.quiet(self.here, self.there)

    async def follows(self, server: Server, one: Account, other: Account) -> bool:
        follow = await server.core.reading.follow_of(one.id, other.id)
        return follow is not None and follow[1]

    async def arrives(self, server: Server, uri: str, viewer: Account | None = None) -> Any:
        return await self.until(lambda: server.note(uri, viewer), f"{uri} arrives")

    async def test_a_handle_leads_to_the_actor(self) -> None:
        found = await self.here.core.resolver.account(f"@bob@{self.there.domain}")
        self.assertEqual((found.uri, found.acct), (self.bob.uri, f"bob@{self.there.domain}"))
        self.assertEqual(found.inbox, self.bob.inbox)
        self.assertEqual(found.public_key_pem.strip(), self.bob.public_key_pem.strip())

    async def test_a_follow_is_accepted_and_notes_arrive_in_the_home(self) -> None:
        await self.befriend()
        said = await self.there.say(self.bob, "hello #fediverse :)", spoiler_text="a greeting")
        note = await self.arrives(self.here, said.uri)
        self.assertEqual(note.account.acct, f"bob@{self.there.domain}")
        self.assertEqual((note.spoiler_text, note.tags, note.url), ("a greeting", ("fediverse",), said.url))
        self.assertEqual(note.created_at.replace(microsecond=0), said.created_at.replace(microsecond=0))
        self.assertIn(note.id, [each.id for each in await self.here.home(self.alice)])
        self.assertEqual((await self.here.core.reading.account_by_uri(self.bob.uri)).followers_count, 1)

    async def test_a_locked_account_decides(self) -> None:
        await self.there.submit(Update(actor_id=self.bob.id, profile=ProfileChange(locked=True)))
        bob, alice = await self.here.known(self.bob), await self.there.known(self.alice)
        await self.here.submit(Follow(actor_id=self.alice.id, target_id=bob.id))
        await self.until(lambda: self.there.told(self.bob), "the request")
        self.assertFalse(await self.follows(self.here, self.alice, bob))
        await self.there.submit(Accept(actor_id=self.bob.id, follower_id=alice.id))
        await self.until(lambda: self.follows(self.here, self.alice, bob), "the Accept")
        await self.there.submit(Reject(actor_id=self.bob.id, follower_id=alice.id))

        async def removed() -> bool:
            return await self.here.core.reading.follow_of(self.alice.id, bob.id) is None

        await self.until(removed, "the Reject")

    async def test_a_reply_a_like_a_boost_and_a_reaction_come_back_and_can_be_taken_back(self) -> None:
        await self.befriend()
        said = await self.there.say(self.bob, "what do you think?")
        note = await self.arrives(self.here, said.uri)
        reply = await self.here.say(self.alice, f"@bob@{self.there.domain} I like it", in_reply_to_id=note.id)
        there = await self.arrives(self.there, reply.uri)
        self.assertEqual(there.in_reply_to_id, said.id)
        self.assertEqual([mention.uri for mention in there.mentions], [self.bob.uri])
        self.assertIn(f'href="{self.bob.url}"', there.content)
        alice = self.alice.id
        await self.here.submit(Like(actor_id=alice, note_id=note.id))
        await self.here.submit(Announce(actor_id=alice, note_id=note.id))
        await self.here.submit(EmojiReact(actor_id=alice, note_id=note.id, emoji="🎉"))

        async def counted() -> Any:
            now = await self.there.note(said.uri)
            return (now.replies_count, now.likes_count, now.boosts_count, [r.name for r in now.reactions]) == (1, 1, 1, ["🎉"])

        await self.until(counted, "the counts")
        self.assertEqual(sorted(await self.there.told(self.bob)), ["favourite", "follow", "mention", "pleroma:emoji_reaction", "reblog"])
        await self.here.submit(Undo(actor_id=alice, of=Like(actor_id=alice, note_id=note.id)))
        await self.here.submit(Undo(actor_id=alice, of=Announce(actor_id=alice, note_id=note.id)))
        await self.here.submit(Undo(actor_id=alice, of=EmojiReact(actor_id=alice, note_id=note.id, emoji="🎉")))

        async def uncounted() -> Any:
            now = await self.there.note(said.uri)
            return (now.likes_count, now.boosts_count, now.reactions) == (0, 0, ())

        await self.until(uncounted, "the Undos")

    async def test_an_edit_and_a_delete_follow_the_note(self) -> None:
        await self.befriend()
        said = await self.there.say(self.bob, "first words")
        await self.arrives(self.here, said.uri)
        await self.there.submit(Update(actor_id=self.bob.id, note_id=said.id, note=NoteDraft(text="better words")))

        async def edited() -> Any:
            note = await self.here.note(said.uri)
            return note is not None and "better words" in note.content and note.edited_at is not None

        await self.until(edited, "the edit")
        stages = await self.here.core.reading.history(None, (await self.here.note(said.uri)).id)
        self.assertEqual(len(stages), 2)
        await self.there.submit(Delete(actor_id=self.bob.id, note_id=said.id))

        async def deleted() -> bool:
            return await self.here.note(said.uri) is None

        await self.until(deleted, "the Delete")
        self.assertIsNotNone(await self.here.core.reading.buried(said.uri))

    async def test_a_block_ends_both_follows(self) -> None:
        await self.befriend()
        bob = await self.here.known(self.bob)
        alice = await self.there.known(self.alice)
        await self.here.submit(Block(actor_id=self.alice.id, target_id=bob.id))

        async def apart() -> bool:
            return not await self.follows(self.there, self.bob, alice) and not await self.follows(self.there, alice, self.bob)

        await self.until(apart, "the Block")
        (relation,) = await self.there.core.reading.relationships(self.bob.id, [alice.id])
        self.assertTrue(relation.blocked_by)
        await self.here.submit(Undo(actor_id=self.alice.id, of=Block(actor_id=self.alice.id, target_id=bob.id)))

        async def unblocked() -> bool:
            (relation,) = await self.there.core.reading.relationships(self.bob.id, [alice.id])
            return not relation.blocked_by

        await self.until(unblocked, "the Undo")

    async def test_an_unfollow_is_told(self) -> None:
        await self.befriend()
        bob, alice = await self.here.known(self.bob), await self.there.known(self.alice)
        await self.here.submit(Undo(actor_id=self.alice.id, of=Follow(actor_id=self.alice.id, target_id=bob.id)))

        async def gone() -> bool:
            return await self.there.core.reading.follow_of(alice.id, self.bob.id) is None

        await self.until(gone, "the Undo")

    async def test_what_is_for_followers_or_direct_reaches_those_it_is_for_and_nobody_else(self) -> None:
        await self.befriend()
        carol = await self.here.person("carol")
        between_us = await self.there.say(self.bob, "for my followers", visibility=Visibility.FOLLOWERS)
        direct = await self.there.say(self.bob, f"@alice@{self.here.domain} only you", visibility=Visibility.DIRECT)
        self.assertEqual((await self.arrives(self.here, between_us.uri, self.alice)).visibility, Visibility.FOLLOWERS)
        self.assertEqual((await self.arrives(self.here, direct.uri, self.alice)).visibility, Visibility.DIRECT)
        for uri in (between_us.uri, direct.uri):
            self.assertIsNone(await self.here.note(uri))
            self.assertIsNone(await self.here.note(uri, carol))

    async def test_what_is_for_this_server_only_stays_here(self) -> None:
        await self.befriend()
        local = await self.there.say(self.bob, "among us", visibility=Visibility.LOCAL)
        after = await self.there.say(self.bob, "to all")
        await self.arrives(self.here, after.uri)
        self.assertIsNone(await self.here.core.reading.note_id_of(local.uri))

    async def test_a_new_profile_and_a_pinned_note_are_seen(self) -> None:
        await self.befriend()
        said = await self.there.say(self.bob, "keep this")
        note = await self.arrives(self.here, said.uri)
        await self.there.submit(Update(actor_id=self.bob.id, profile=ProfileChange(display_name="Bob the Builder", fields=(("Home", "https://bob.example"),))))
        await self.there.submit(Add(actor_id=self.bob.id, collection="featured", note_id=said.id))

        async def changed() -> Any:
            bob = await self.here.core.reading.account_by_uri(self.bob.uri)
            pinned = await self.here.core.reading.of_account(None, bob.id, Page(), pinned=True)
            return bob.display_name == "Bob the Builder" and [seen.note.id for seen in pinned.items] == [note.id] and bob.fields

        fields = await self.until(changed, "the profile")
        self.assertEqual(fields[0].name, "Home")

    async def test_a_poll_is_voted_in_and_its_counts_come_back(self) -> None:
        await self.befriend()
        asked = await self.there.say(self.bob, "tea or coffee?", poll=PollDraft(("tea", "coffee", "neither"), 3600, multiple=True))
        note = await self.arrives(self.here, asked.uri)
        self.assertEqual([option.title for option in note.poll.options], ["tea", "coffee", "neither"])
        self.assertTrue(note.poll.multiple)
        await self.here.submit(Vote(actor_id=self.alice.id, note_id=note.id, choices=(0, 2)))

        async def counted() -> Any:
            poll = (await self.there.note(asked.uri)).poll
            return [option.votes_count for option in poll.options] == [1, 0, 1] and poll.voters_count == 1

        await self.until(counted, "the votes")
        carol = await self.there.person("carol")
        await self.there.submit(Vote(actor_id=carol.id, note_id=asked.id, choices=(0,)))
        # Who voted is told without being a follower, and nobody reads who that was.
        await self.here.submit(Undo(actor_id=self.alice.id, of=Follow(actor_id=self.alice.id, target_id=note.account.id)))
        await self.quiet(self.here, self.there)
        await self.there.database.execute("UPDATE jobs SET run_at = now() WHERE kind = 'tell counts'")
        self.there.core.jobs.wake()

        async def told() -> Any:
            poll = (await self.here.note(asked.uri)).poll
            return [option.votes_count for option in poll.options] == [2, 0, 1] and poll.voters_count == 2

        await self.until(told, "the new counts")
        self.assertIsNone((await self.here.note(asked.uri)).edited_at)
        received = await self.here.database.fetch_value("SELECT data FROM activities WHERE type = 'Update' AND data->'object'->>'id' = %s", (asked.uri,))
        self.assertNotIn("bto", received)

    async def test_a_thread_is_fetched_from_its_reply(self) -> None:
        first = await self.there.say(self.bob, "first")
        second = await self.there.say(self.bob, "second", in_reply_to_id=first.id)
        third = await self.there.say(self.bob, "third", in_reply_to_id=second.id)
        id = await self.here.core.resolver.note(third.url, None)
        above, _ = await self.here.core.reading.thread(None, id)
        self.assertEqual([seen.note.uri for seen in above], [first.uri, second.uri])

    async def test_who_is_boosted_need_not_be_known_before(self) -> None:
        await self.befriend()
        third = await self.server()
        carol = await third.person("carol")
        said = await third.say(carol, "from a third server")
        there = await self.there.core.resolver.note(said.uri, None)
        await self.there.submit(Announce(actor_id=self.bob.id, note_id=there))
        note = await self.arrives(self.here, said.uri)
        self.assertEqual(note.account.acct, f"carol@{third.domain}")

        async def boosted() -> Any:
            return [each.boost_of.uri for each in await self.here.home(self.alice) if each.boost_of is not None] == [said.uri]

        await self.until(boosted, "the boost")

    async def test_an_account_that_is_deleted_is_gone_everywhere(self) -> None:
        await self.befriend()
        said = await self.there.say(self.bob, "goodbye")
        await self.arrives(self.here, said.uri)
        await self.there.core.accounts.delete_user(self.bob.id)

        async def gone() -> Any:
            bob = await self.here.core.reading.account_by_uri(self.bob.uri)
            return bob.deleted and await self.here.note(said.uri) is None

        await self.until(gone, "the Delete")

    async def test_what_is_said_while_a_server_is_away_arrives_when_it_is_back(self) -> None:
        await self.befriend()
        port, dsn = int(self.here.domain.partition(":")[2]), self.here.dsn
        await self.here.stop()
        said = await self.there.say(self.bob, "are you there?")
        await self.quiet(self.there)
        self.here = await self.server(port, dsn)
        # The first retry is a minute away; anything that `here` sends brings it forward.
        await self.there.database.execute("UPDATE jobs SET run_at = now()")
        self.there.core.jobs.wake()
        await self.arrives(self.here, said.uri)

    async def test_a_key_that_changed_is_fetched_once_more(self) -> None:
        await self.befriend()
        from pleromad.accounts import keys

        pair = keys.new_pair()
        while pair.public == self.bob.public_key_pem:
            pair = keys.new_pair()
        await self.there.database.execute("UPDATE accounts SET public_key_pem = %s WHERE id = %s", (pair.public, self.bob.id))
        await self.there.database.execute("UPDATE keys SET private_key_pem = %s WHERE account_id = %s", (pair.private, self.bob.id))
        port, dsn = int(self.there.domain.partition(":")[2]), self.there.dsn
        await self.there.stop()
        self.there = await self.server(port, dsn)
        said = await self.there.say(self.bob, "signed with a new key")
        await self.arrives(self.here, said.uri)
        known = await self.here.core.reading.account_by_uri(self.bob.uri)
        self.assertEqual(known.public_key_pem.strip(), pair.public.strip())
