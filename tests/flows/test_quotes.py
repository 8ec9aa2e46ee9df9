"""Quotes between two servers (FEP-044f): asked for, let by the policy, shown, and taken back."""

from __future__ import annotations

from typing import Any

from pleromad.model.account import Account
from pleromad.model.activity import Follow, QuoteRevoke, Update
from pleromad.model.note import Note, NoteDraft
from tests.support.federation import FederationCase, Server


class QuoteTests(FederationCase):
    here: Server
    there: Server

    async def set_up(self) -> None:
        self.here, self.there = await self.server(), await self.server()
        self.alice = await self.here.person("alice")
        self.bob = await self.there.person("bob")
        bob, alice = await self.here.known(self.bob), await self.there.known(self.alice)
        await self.here.submit(Follow(actor_id=self.alice.id, target_id=bob.id))
        await self.there.submit(Follow(actor_id=self.bob.id, target_id=alice.id))
        await self.quiet(self.here, self.there)

    async def arrives(self, server: Server, uri: str) -> Note:
        found: Note = await self.until(lambda: server.note(uri), f"{uri} arrives")
        return found

    async def state(self, server: Server, uri: str, viewer: Account | None = None) -> tuple[str, str]:
        """(state, what is shown of what is quoted)."""
        seen = await server.core.reading.note_by_uri(viewer.id if viewer else None, uri)
        assert seen is not None
        return seen.quote_state, seen.quoted.note.content if seen.quoted else ""

    async def becomes(self, server: Server, uri: str, state: str) -> Any:
        async def look() -> bool:
            seen = await server.core.reading.note_by_uri(None, uri)
            return seen is not None and seen.quote_state == state

        return await self.until(look, f"{uri} is {state}")

    async def test_a_quote_is_let_shown_on_both_sides_and_taken_back(self) -> None:
        said = await self.here.say(self.alice, "to be quoted")
        known = await self.arrives(self.there, said.uri)
        quoting = await self.there.say(self.bob, "look at this", quote_id=known.id)
        self.assertEqual((await self.state(self.there, quoting.uri))[0], "pending")
        await self.becomes(self.there, quoting.uri, "accepted")
        await self.quiet(self.here, self.there)
        for server in (self.here, self.there):
            self.assertEqual(await self.state(server, quoting.uri), ("accepted", "<p>to be quoted</p>"))
        here = await self.arrives(self.here, quoting.uri)
        self.assertEqual(here.content, "<p>look at this</p>")
        self.assertIn("quote", await self.here.told(self.alice))
        self.assertEqual((await self.arrives(self.here, said.uri)).quotes_count, 1)
        self.assertEqual((await self.arrives(self.there, said.uri)).quotes_count, 1)
        stamp = await self.there.database.fetch_value("SELECT stamp_uri FROM quotes")
        self.assertEqual(stamp, f"{self.here.url}/quotes/{here.id}")
        json = await self.there.core.reading.note_json(quoting.id)
        self.assertEqual((json or {})["quoteAuthorization"], stamp)

        await self.here.submit(QuoteRevoke(actor_id=self.alice.id, quoting_id=here.id))
        await self.becomes(self.there, quoting.uri, "revoked")
        await self.quiet(self.here, self.there)
        for server in (self.here, self.there):
            self.assertEqual(await self.state(server, quoting.uri), ("revoked", ""))
        self.assertNotIn("quoteAuthorization", await self.there.core.reading.note_json(quoting.id) or {})
        self.assertEqual((await self.arrives(self.there, said.uri)).quotes_count, 0)

    async def test_who_may_not_quote_is_told_so_by_the_server_of_the_note(self) -> None:
        said = await self.here.say(self.alice, "mine", quote_policy="nobody")
        known = await self.arrives(self.there, said.uri)
        self.assertEqual(known.quote_policy and known.quote_policy.automatic, ())
        # As if there had not heard of the policy.
        await self.there.database.execute("UPDATE notes SET quote_automatic = '{public}' WHERE id = %s", (known.id,))
        quoting = await self.there.say(self.bob, "all the same", quote_id=known.id)
        await self.becomes(self.there, quoting.uri, "rejected")
        await self.quiet(self.here, self.there)
        self.assertEqual((await self.state(self.here, quoting.uri))[1], "")
        self.assertNotIn("quote", await self.here.told(self.alice))

    async def test_an_edit_of_what_is_quoted_is_told_to_who_quotes_it(self) -> None:
        said = await self.here.say(self.alice, "first")
        known = await self.arrives(self.there, said.uri)
        quoting = await self.there.say(self.bob, "look", quote_id=known.id)
        await self.becomes(self.there, quoting.uri, "accepted")
        await self.here.submit(Update(actor_id=self.alice.id, note_id=said.id, note=NoteDraft(text="second")))
        await self.quiet(self.here, self.there)
        self.assertEqual(await self.state(self.there, quoting.uri), ("accepted", "<p>second</p>"))
        self.assertIn("quoted_update", await self.there.told(self.bob))
