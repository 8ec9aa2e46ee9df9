from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from pleromad.errors import Forbidden, Gone, Invalid, NotFound, TooLarge
from pleromad.ids import PUBLIC
from pleromad.model.account import Account
from pleromad.model.activity import Create, Delete, Origin, Update, Vote
from pleromad.model.note import NoteDraft, PollDraft, RemoteNote, Visibility
from pleromad.model.page import Page
from tests.support.core import CoreCase


def remote_note(author: Account, number: int = 1, **more: Any) -> RemoteNote:
    given: dict[str, Any] = {
        "uri": f"https://{author.domain}/notes/{number}",
        "type": "Note",
        "to": (PUBLIC,),
        "cc": (author.followers_uri,),
        "content": "<p>hello <script>x</script>there</p>",
        "published": datetime(2026, 11, 1, tzinfo=UTC),
        **more,
    }
    return RemoteNote(**given)


class CreateTests(CoreCase):
    async def take_in(self, author: Account, note: RemoteNote) -> int:
        uri = f"{note.uri}/activity"
        outcome = await self.submit(Create(actor_id=author.id, uri=uri, note=note, raw={"id": uri, "type": "Create"}), author)
        assert outcome.note_id is not None
        return outcome.note_id

    async def test_a_note_is_rendered_stored_and_put_before_followers(self) -> None:
        alice, bob, carol = await self.person("alice"), await self.person("bob"), await self.person("carol")
        await self.follow(bob, alice)
        note = await self.say(alice, "hello @carol, see #Gopher")
        self.assertIn('class="u-url mention"', note.content)
        self.assertEqual(note.tags, ("gopher",))
        self.assertEqual([m.username for m in note.mentions], ["carol"])
        home = await self.core.reading.home(bob.id, Page())
        self.assertEqual([seen.note.id for seen in home.items], [note.id])
        told = await self.core.reading.notifications(carol.id, Page())
        self.assertEqual([(n.type, n.account.username) for n in told.items], [("mention", "alice")])
        account = await self.core.reading.account(alice.id)
        self.assertEqual(account.statuses_count, 1)

    async def test_the_stored_json_is_an_activitystreams_create(self) -> None:
        alice = await self.person("alice")
        outcome = await self.submit(Create(actor_id=alice.id, note=NoteDraft(text="hi")), alice)
        assert outcome.activity_id is not None
        row = await self.core.reading.activity(outcome.activity_id)
        assert row is not None
        self.assertEqual(row.data["type"], "Create")
        self.assertEqual(row.data["object"]["attributedTo"], alice.uri)
        self.assertEqual(row.data["to"], [PUBLIC])

    async def test_the_same_idempotency_key_posts_once(self) -> None:
        alice = await self.person("alice")
        create = Create(actor_id=alice.id, note=NoteDraft(text="once"))
        first = await self.submit(create, alice, idempotency_key="k")
        second = await self.submit(create, alice, idempotency_key="k")
        self.assertEqual(first.note_id, second.note_id)
        self.assertTrue(second.duplicate)

    async def test_what_cannot_be_posted_names_the_field(self) -> None:
        alice = await self.person("alice")
        for draft, error in (
            (NoteDraft(text=" "), Invalid),
            (NoteDraft(text="x" * 5001), TooLarge),
            (NoteDraft(text="x", media_ids=(1,)), Invalid),
            (NoteDraft(text="x", poll=PollDraft(("a",), 300)), Invalid),
        ):
            with self.assertRaises(error) as caught:
                await self.submit(Create(actor_id=alice.id, note=draft), alice)
            self.assertTrue(caught.exception.field)

    async def test_nobody_posts_for_another(self) -> None:
        alice, bob = await self.person("alice"), await self.person("bob")
        with self.assertRaises(Forbidden):
            await self.core.activities.submit(Create(actor_id=alice.id, note=NoteDraft(text="x")), Origin.local(bob.id))

    async def test_a_direct_note_reaches_only_those_it_names(self) -> None:
        alice, bob, carol = [await self.person(name) for name in ("alice", "bob", "carol")]
        await self.follow(carol, alice)
        note = await self.say(alice, "psst @bob", visibility=Visibility.DIRECT)
        self.assertEqual(len(await self.core.reading.notes(bob.id, [note.id])), 1)
        for viewer in (carol.id, None):
            self.assertEqual(await self.core.reading.notes(viewer, [note.id]), [])
        self.assertEqual((await self.core.reading.home(carol.id, Page())).items, ())

    async def test_a_local_note_never_becomes_an_activity_for_others(self) -> None:
        alice = await self.person("alice")
        outcome = await self.submit(Create(actor_id=alice.id, note=NoteDraft(text="x", visibility=Visibility.LOCAL)), alice)
        self.assertIsNone(outcome.activity_id)

    async def test_a_reply_counts_and_keeps_the_conversation(self) -> None:
        alice, bob = await self.person("alice"), await self.person("bob")
        first = await self.say(alice, "one")
        reply = await self.say(bob, "two", in_reply_to_id=first.id)
        self.assertEqual(reply.conversation_id, first.conversation_id)
        again = (await self.core.reading.note(None, first.id)).note
        self.assertEqual(again.replies_count, 1)
        self.assertNotEqual(again.version, first.version)
        above, below = await self.core.reading.thread(None, first.id)
        self.assertEqual(([], [reply.id]), (above, [seen.note.id for seen in below]))

    async def test_a_remote_note_is_sanitised_and_its_json_kept(self) -> None:
        bob = await self.remote("bob")
        id = await self.take_in(bob, remote_note(bob, raw={"type": "Note", "x": 1}))
        note = (await self.core.reading.note(None, id)).note
        self.assertNotIn("script", note.content)
        self.assertEqual(await self.core.reading.note_json(id), {"type": "Note", "x": 1})
        self.assertLess(id, (1 << 63) - 1)

    async def test_a_remote_note_on_another_host_than_its_author_is_refused(self) -> None:
        bob = await self.remote("bob")
        with self.assertRaises(Forbidden):
            await self.take_in(bob, remote_note(bob, uri="https://elsewhere.example/1"))

    async def test_a_reply_that_comes_before_its_parent_is_tied_to_it_later(self) -> None:
        alice, bob = await self.person("alice"), await self.remote("bob")
        await self.follow(alice, bob)
        reply = await self.take_in(bob, remote_note(bob, 2, in_reply_to_uri="https://far.example/notes/1"))
        parent = await self.take_in(bob, remote_note(bob, 1))
        found = (await self.core.reading.note(None, reply)).note
        self.assertEqual(found.in_reply_to_id, parent)
        self.assertEqual((await self.core.reading.note(None, parent)).note.replies_count, 1)

    async def test_a_followers_only_note_nobody_here_may_read_is_not_kept(self) -> None:
        bob = await self.remote("bob")
        with self.assertRaises(Forbidden):
            await self.take_in(bob, remote_note(bob, to=(bob.followers_uri,), cc=()))
        self.assertIsNone(await self.core.reading.note_id_of("https://far.example/notes/1"))

    async def test_what_was_deleted_is_not_taken_in_again(self) -> None:
        bob = await self.remote("bob")
        id = await self.take_in(bob, remote_note(bob))
        await self.submit(Delete(actor_id=bob.id, uri="https://far.example/delete/1", note_id=id, raw={"type": "Delete"}), bob)
        with self.assertRaises(Gone):
            uri = "https://far.example/again"
            await self.submit(Create(actor_id=bob.id, uri=uri, note=remote_note(bob), raw={"id": uri}), bob)

    async def test_a_poll_counts_each_voter_once(self) -> None:
        alice, bob = await self.person("alice"), await self.person("bob")
        note = await self.say(alice, "tea?", poll=PollDraft(("yes", "no"), 3600))
        await self.submit(Vote(actor_id=bob.id, note_id=note.id, choices=(1,)), bob)
        with self.assertRaises(Exception) as caught:
            await self.submit(Vote(actor_id=bob.id, note_id=note.id, choices=(0,)), bob)
        self.assertIn("already voted", str(caught.exception))
        seen = await self.core.reading.note(bob.id, note.id)
        assert seen.note.poll is not None
        self.assertEqual([o.votes_count for o in seen.note.poll.options], [0, 1])
        self.assertEqual((seen.state.voted, seen.state.own_votes), (True, (1,)))


class UpdateTests(CoreCase):
    async def test_an_edit_keeps_the_old_stage(self) -> None:
        alice = await self.person("alice")
        note = await self.say(alice, "one")
        await self.submit(Update(actor_id=alice.id, note_id=note.id, note=NoteDraft(text="two")), alice)
        stages = await self.core.reading.history(None, note.id)
        self.assertEqual([stage.source for stage in stages], ["one", "two"])
        self.assertIsNotNone((await self.core.reading.note(None, note.id)).note.edited_at)

    async def test_only_the_author_edits(self) -> None:
        alice, bob = await self.person("alice"), await self.person("bob")
        note = await self.say(alice, "one")
        with self.assertRaises(Forbidden):
            await self.submit(Update(actor_id=bob.id, note_id=note.id, note=NoteDraft(text="two")), bob)

    async def test_an_edit_with_the_same_poll_keeps_the_votes(self) -> None:
        alice, bob = await self.person("alice"), await self.person("bob")
        poll = PollDraft(("yes", "no"), 3600)
        note = await self.say(alice, "tea?", poll=poll)
        await self.submit(Vote(actor_id=bob.id, note_id=note.id, choices=(1,)), bob)
        await self.submit(Update(actor_id=alice.id, note_id=note.id, note=NoteDraft(text="tea??", poll=poll)), alice)
        again = (await self.core.reading.note(None, note.id)).note
        assert again.poll is not None
        self.assertEqual([o.votes_count for o in again.poll.options], [0, 1])


class DeleteTests(CoreCase):
    async def test_a_deleted_note_is_gone_with_its_boosts_and_counters(self) -> None:
        alice = await self.person("alice")
        first = await self.say(alice, "one")
        reply = await self.say(alice, "two", in_reply_to_id=first.id)
        await self.submit(Delete(actor_id=alice.id, note_id=reply.id), alice)
        with self.assertRaises(NotFound):
            await self.core.reading.note(alice.id, reply.id)
        self.assertEqual((await self.core.reading.note(None, first.id)).note.replies_count, 0)
        self.assertEqual((await self.core.reading.account(alice.id)).statuses_count, 1)
        self.assertIsNotNone(await self.core.reading.buried(reply.uri))

    async def test_a_stranger_cannot_delete(self) -> None:
        alice, bob = await self.person("alice"), await self.remote("bob")
        note = await self.say(alice, "one")
        with self.assertRaises(NotFound):
            await self.submit(Delete(actor_id=bob.id, uri="https://far.example/d", note_id=note.id, raw={}), bob)
        await self.core.reading.note(None, note.id)

    async def test_a_deleted_account_leaves_its_name_and_nothing_else(self) -> None:
        alice, bob = await self.person("alice"), await self.person("bob")
        await self.follow(bob, alice)
        note = await self.say(alice, "one")
        await self.core.accounts.delete_user(alice.id)
        with self.assertRaises(NotFound):
            await self.core.reading.note(bob.id, note.id)
        with self.assertRaises(Gone):
            await self.core.reading.account(alice.id)
        self.assertEqual((await self.core.reading.account(bob.id)).following_count, 0)
        with self.assertRaises(Invalid):
            await self.person("Alice", email="new@mail.example")
