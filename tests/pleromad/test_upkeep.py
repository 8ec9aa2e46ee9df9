from __future__ import annotations

from pleromad.errors import NotFound
from pleromad.model.activity import Vote
from pleromad.model.note import PollDraft
from pleromad.model.page import Page
from tests.support.core import CoreCase


class UpkeepTests(CoreCase):
    async def test_the_end_of_a_poll_is_told_to_its_author_and_voters_once(self) -> None:
        alice, bob, carol = [await self.person(name) for name in ("alice", "bob", "carol")]
        note = await self.say(alice, "tea?", poll=PollDraft(("yes", "no"), 60))
        await self.submit(Vote(actor_id=bob.id, note_id=note.id, choices=(0,)), bob)
        await self.database.execute("UPDATE polls SET expires_at = now() - interval '1 second'")
        for _ in range(2):
            await self.core.upkeep.end_polls()
        for person, types in ((alice, ["poll"]), (bob, ["poll"]), (carol, [])):
            told = await self.core.reading.notifications(person.id, Page())
            self.assertEqual([n.type for n in told.items], types)

    async def test_a_note_with_an_end_goes(self) -> None:
        alice = await self.person("alice")
        note = await self.say(alice, "for a moment", expires_in_seconds=3600)
        kept = await self.say(alice, "for ever")
        await self.database.execute("UPDATE notes SET expires_at = now() WHERE expires_at IS NOT NULL")
        await self.core.upkeep.expire_notes()
        with self.assertRaises(NotFound):
            await self.core.reading.note(alice.id, note.id)
        await self.core.reading.note(alice.id, kept.id)
