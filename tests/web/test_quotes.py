from __future__ import annotations

from pleromad.model.activity import QuoteRevoke
from pleromad.model.note import Visibility
from protocols.irc.from_core import note_lines
from tests.support.http import SiteCase


class QuoteTests(SiteCase):
    DOORS = ("pages",)

    async def test_a_page_shows_what_a_note_quotes_as_long_as_it_may(self) -> None:
        alice, bob = await self.person("alice"), await self.person("bob")
        quoted = await self.say(alice, "what was <said>")
        note = await self.say(bob, "look", quote_id=quoted.id)
        path = f"/@bob/{note.id}"
        self.assertIn(f'<blockquote><p><a href="/@alice/{quoted.id}">@alice</a>:</p><p>what was &lt;said&gt;</p>', (await self.get(path)).text)
        self.assertEqual(note_lines(note)[-1], f"RE: {quoted.uri}")
        await self.submit(QuoteRevoke(actor_id=alice.id, quoting_id=note.id), alice)
        self.assertNotIn("what was", (await self.get(path)).text)

    async def test_no_page_shows_a_quoted_note_to_who_may_not_see_it(self) -> None:
        alice = await self.person("alice")
        note = await self.say(alice, "look", quote_id=(await self.say(alice, "secret")).id)
        await self.database.execute("UPDATE notes SET visibility = %s WHERE content LIKE '%%secret%%'", (Visibility.DIRECT.value,))
        page = (await self.get(f"/@alice/{note.id}")).text
        self.assertNotIn("secret", page)
        self.assertIn("it is not shown", page)
