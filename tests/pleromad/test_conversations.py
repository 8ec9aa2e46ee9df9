from __future__ import annotations

from datetime import UTC, datetime
from itertools import count
from typing import Any

from pleromad.errors import NotFound
from pleromad.model import event
from pleromad.model.account import Account
from pleromad.model.activity import Create, Delete, Update
from pleromad.model.conversation import Conversation
from pleromad.model.event import Event
from pleromad.model.note import Note, NoteDraft, RemoteNote, Visibility
from pleromad.model.page import Page
from store import conversations as rows
from tests.support.core import CoreCase

_numbers = count(1)


class ConversationTests(CoreCase):
    async def people(self, *names: str) -> list[Account]:
        """Who follow each other, so that no policy keeps anything back."""
        found = [await self.person(name) for name in names]
        for one in found:
            for other in found:
                if one is not other:
                    await self.follow(one, other)
        return found

    async def whisper(self, who: Account, text: str, to: Note | None = None) -> Note:
        return await self.say(who, text, visibility=Visibility.DIRECT, in_reply_to_id=to.id if to else None)

    async def of(self, who: Account, limit: int = 20) -> tuple[Conversation, ...]:
        return (await self.core.reading.conversations(who.id, Page(limit=limit))).items

    async def shown(self, who: Account) -> list[tuple[list[str], int, bool]]:
        return [(sorted(each.username for each in one.people), one.last.note.id, one.unread) for one in await self.of(who)]

    async def test_each_side_has_its_own(self) -> None:
        alice, bob = await self.people("alice", "bob")
        note = await self.whisper(alice, "@bob hello")
        self.assertEqual(await self.shown(alice), [(["alice", "bob"], note.id, False)])
        self.assertEqual(await self.shown(bob), [(["alice", "bob"], note.id, True)])
        answer = await self.whisper(bob, "@alice hi", to=note)
        self.assertEqual(await self.shown(alice), [(["alice", "bob"], answer.id, True)])
        self.assertEqual(await self.shown(bob), [(["alice", "bob"], answer.id, False)])
        [mine], [theirs] = await self.of(alice), await self.of(bob)
        self.assertNotEqual(mine.id, theirs.id)
        with self.assertRaises(NotFound):
            await self.core.reading.conversation(alice.id, theirs.id)

    async def test_one_with_oneself(self) -> None:
        [alice] = await self.people("alice")
        note = await self.whisper(alice, "note to self")
        self.assertEqual(await self.shown(alice), [(["alice"], note.id, False)])

    async def test_other_people_are_another_conversation_in_the_same_thread(self) -> None:
        alice, bob, carol = await self.people("alice", "bob", "carol")
        public = await self.say(alice, "hello all")
        to_bob = await self.whisper(bob, "@alice a word", to=public)
        to_carol = await self.whisper(carol, "@alice another", to=public)
        both = await self.whisper(alice, "@bob @carol both of you", to=to_carol)
        self.assertEqual(
            await self.shown(alice),
            [(["alice", "bob", "carol"], both.id, False), (["alice", "carol"], to_carol.id, True), (["alice", "bob"], to_bob.id, True)],
        )
        self.assertEqual([each[0] for each in await self.shown(bob)], [["alice", "bob", "carol"], ["alice", "bob"]])
        found = (await self.core.reading.conversations(alice.id, Page(), recipients=[carol.id, bob.id])).items
        self.assertEqual([one.last.note.id for one in found], [both.id])

    async def test_they_are_read_and_unread_and_told(self) -> None:
        alice, bob = await self.people("alice", "bob")
        for text in ("@bob one", "@bob two"):
            await self.whisper(alice, text)
        newest, oldest = await self.of(bob)
        heard: list[Event] = []
        self.core.bus.listen(lambda one: heard.append(one) if one.kind == event.CONVERSATION_CHANGED else None)
        self.assertFalse((await self.core.personal.mark_conversation(bob.id, newest.id, unread=False)).unread)
        self.assertEqual([one.unread for one in await self.of(bob)], [False, True])
        self.assertTrue((await self.core.personal.mark_conversation(bob.id, newest.id, unread=True)).unread)
        self.assertEqual(await self.core.reading.unread_conversations(bob.id), 2)
        self.assertEqual(await self.core.personal.read_conversations(bob.id), [newest.id, oldest.id])
        self.assertEqual([(one.account_id, one.other_id) for one in heard], [(bob.id, id) for id in (newest.id, newest.id, newest.id, oldest.id)])
        with self.assertRaises(NotFound):
            await self.core.personal.mark_conversation(alice.id, newest.id, unread=True)

    async def test_one_that_is_deleted_begins_anew(self) -> None:
        alice, bob = await self.people("alice", "bob")
        note = await self.whisper(alice, "@bob one")
        [one] = await self.of(bob)
        await self.core.personal.delete_conversation(bob.id, one.id)
        self.assertEqual((await self.shown(bob), len(await self.shown(alice))), ([], 1))
        again = await self.whisper(alice, "@bob two", to=note)
        self.assertEqual([each[1] for each in await self.shown(bob)], [again.id])
        with self.assertRaises(NotFound):
            await self.core.personal.delete_conversation(bob.id, one.id)

    async def test_the_note_before_is_the_last_when_one_is_deleted(self) -> None:
        alice, bob = await self.people("alice", "bob")
        first = await self.whisper(alice, "@bob one")
        second = await self.whisper(alice, "@bob two", to=first)
        await self.submit(Delete(actor_id=alice.id, note_id=second.id), alice)
        for who in (alice, bob):
            self.assertEqual([each[1] for each in await self.shown(who)], [first.id])
        await self.submit(Delete(actor_id=alice.id, note_id=first.id), alice)
        for who in (alice, bob):
            self.assertEqual(await self.shown(who), [])
        self.assertEqual(await self.database.fetch_value("SELECT count(*) FROM directs"), 0)

    async def test_who_leaves_takes_what_they_said_along(self) -> None:
        alice, bob = await self.people("alice", "bob")
        first = await self.whisper(bob, "@alice one")
        await self.whisper(alice, "@bob two", to=first)
        await self.core.accounts.delete_user(alice.id)
        self.assertEqual([(each[0], each[1]) for each in await self.shown(bob)], [(["bob"], first.id)])

    async def test_an_edit_is_told_to_those_in_it(self) -> None:
        alice, bob, carol = await self.people("alice", "bob", "carol")
        note = await self.whisper(alice, "@bob one")
        heard: list[int] = []
        self.core.bus.listen(lambda one: heard.append(one.account_id) if one.kind == event.CONVERSATION_CHANGED else None)
        await self.submit(Update(actor_id=alice.id, note_id=note.id, note=NoteDraft(text="@bob two")), alice)
        self.assertEqual(sorted(heard), sorted([alice.id, bob.id]))
        await self.submit(Update(actor_id=alice.id, note_id=note.id, note=NoteDraft(text="@bob @carol three")), alice)
        self.assertEqual([each[:2] for each in await self.shown(carol)], [(["alice", "bob", "carol"], note.id)])

    async def test_what_is_not_wanted_makes_none(self) -> None:
        alice, bob, stranger = *await self.people("alice", "bob"), await self.person("stranger")
        await self.core.personal.mute(alice.id, bob.id)
        await self.whisper(bob, "@alice psst")
        await self.whisper(stranger, "@alice psst")
        self.assertEqual(await self.shown(alice), [])

    async def test_a_line_of_a_room_makes_none(self) -> None:
        alice, bob = await self.people("alice", "bob")
        room = await self.core.accounts.open_room(alice.id, "den")
        await self.follow(bob, room.account)
        await self.say(alice, "@bob hello", room_id=room.account.id)
        self.assertEqual((await self.shown(alice), await self.shown(bob)), ([], []))

    async def test_direct_notes_come_from_other_servers_too(self) -> None:
        alice = await self.person("alice")
        far = await self.remote("far")
        await self.follow(alice, far)
        note_id = await self.arrive(far, alice, "<p>hello</p>")
        [one] = await self.of(alice)
        self.assertEqual((one.last.note.id, one.unread, [each.acct for each in one.people]), (note_id, True, ["far@far.example", "alice"]))
        answer = await self.say(alice, "@far@far.example hi", visibility=Visibility.DIRECT, in_reply_to_id=note_id)
        again = await self.arrive(far, alice, "<p>well</p>", in_reply_to_uri=answer.uri)
        [same] = await self.of(alice)
        self.assertEqual((same.id, same.last.note.id, same.unread), (one.id, again, True))
        notes = (await self.core.reading.conversation_notes(alice.id, one.id, Page())).items
        self.assertEqual([seen.note.id for seen in notes], [again, answer.id, note_id])
        self.assertEqual({seen.state.conversation_id for seen in notes}, {one.id})

    async def arrive(self, far: Account, to: Account, content: str, **more: Any) -> int:
        uri = f"{far.uri}/notes/{next(_numbers)}"
        note = RemoteNote(
            uri=uri, type="Note", to=(to.uri,), cc=(), content=content, published=datetime.now(UTC), mention_ids=(to.id,), **more
        )  # fmt: skip
        activity = Create(actor_id=far.id, uri=f"{uri}/create", note=note, raw={"id": f"{uri}/create", "type": "Create"})
        outcome = await self.submit(activity, far)
        assert outcome.note_id is not None
        return outcome.note_id

    async def test_five_hundred_people_fit(self) -> None:
        [alice] = await self.people("alice")
        await self.database.execute(
            "INSERT INTO accounts (id, uri, type, username, domain) SELECT n, 'https://far.example/' || n, 'Person', 'u' || n, 'far.example' FROM generate_series(1, 500) n"
        )
        note = await self.whisper(alice, "hello all")
        await self.database.execute("INSERT INTO mentions (note_id, account_id) SELECT %s, n FROM generate_series(1, 500) n", (note.id,))
        await rows.put(self.database, [note.id], [alice.id])
        self.assertEqual(sorted(len(one.people) for one in await self.of(alice)), [1, 80])

    async def test_pages_cost_the_same_whatever_they_hold(self) -> None:
        alice, *others = await self.people("alice", "bob", "carol", "dave")
        ids = [(await self.whisper(who, f"@alice {n}")).id for n in range(3) for who in others]
        costs = []
        for limit in (1, 9):
            await self.of(alice, limit)
            before = self.core.statements
            found = await self.core.reading.conversations(alice.id, Page(limit=limit))
            costs.append(self.core.statements - before)
            self.assertEqual([one.last.note.id for one in found.items], ids[::-1][:limit])
        self.assertEqual(costs, [3, 3])
        first = await self.core.reading.conversations(alice.id, Page(limit=4))
        rest = await self.core.reading.conversations(alice.id, Page(max_id=first.next_max_id))
        self.assertEqual([one.last.note.id for one in (*first.items, *rest.items)], ids[::-1])
        up = await self.core.reading.conversations(alice.id, Page(limit=2, min_id=ids[0]))
        self.assertEqual([one.last.note.id for one in up.items], [ids[2], ids[1]])
