from __future__ import annotations

from typing import Any

from pleromad.ids import PUBLIC
from pleromad.model.account import Account
from pleromad.model.activity import Block, Create, Delete, Origin, QuoteRevoke, Update
from pleromad.model.note import NoteDraft, RemoteNote, Visibility
from tests.protocols.mastodon.case import MastodonCase, links


class QuoteTests(MastodonCase):
    async def people(self) -> tuple[Account, Account, str, str]:
        alice, bob = await self.person("alice"), await self.person("bob")
        return alice, bob, await self.token(alice), await self.token(bob)

    async def shown(self, id: str, token: str | None = None) -> Any:
        return await self.call("GET", f"/api/v1/statuses/{id}", token)

    async def test_a_quote_shows_what_it_quotes_and_its_author_is_told(self) -> None:
        alice, bob, ours, theirs = await self.people()
        note = await self.say(alice, "first")
        self.assertEqual((await self.shown(str(note.id), theirs))["quote_approval"], {"automatic": ["public"], "manual": [], "current_user": "automatic"})
        made = await self.call("POST", "/api/v1/statuses", theirs, data={"status": "look", "quoted_status_id": str(note.id)})
        self.assertEqual((made["quote"]["state"], made["quote"]["quoted_status"]["id"]), ("accepted", str(note.id)))
        self.assertEqual((made["content"], made["pleroma"]["quote_id"], made["pleroma"]["quote_visible"]), ("<p>look</p>", str(note.id), True))
        self.assertEqual((made["pleroma"]["quote"]["id"], made["pleroma"]["quote_url"]), (str(note.id), note.uri))
        for viewer in (None, ours):
            self.assertEqual((await self.shown(made["id"], viewer))["quote"]["quoted_status"]["content"], "<p>first</p>")
        quoted = await self.shown(str(note.id))
        self.assertEqual((quoted["quotes_count"], quoted["pleroma"]["quotes_count"], quoted["quote"]), (1, 1, None))
        [told] = await self.call("GET", "/api/v1/notifications", ours)
        self.assertEqual((told["type"], told["account"]["id"], told["status"]["id"]), ("quote", str(bob.id), made["id"]))
        await self.call("PUT", f"/api/v1/statuses/{note.id}", ours, data={"status": "first, again"})
        [told] = await self.call("GET", "/api/v1/notifications", theirs)
        self.assertEqual((told["type"], told["status"]["id"]), ("quoted_update", str(note.id)))
        data = await self.database.fetch_value("SELECT data FROM notes WHERE id = %s", (int(made["id"]),))
        self.assertEqual({data["quote"], data["quoteUrl"], data["quoteUri"], data["_misskey_quote"]}, {note.uri})
        self.assertEqual(data["quoteAuthorization"], f"https://here.example/quotes/{made['id']}")
        self.assertIn(f'<p class="quote-inline">RE: <a href="{note.url}">{note.url}</a></p><p>look</p>', data["content"])

    async def test_a_quote_in_a_quote_is_named_only_and_a_boost_of_it_shows_it(self) -> None:
        alice, _, ours, theirs = await self.people()
        one = await self.say(alice, "one")
        two = await self.say(alice, "two", quote_id=one.id)
        three = await self.call("POST", "/api/v1/statuses", theirs, data={"status": "three", "quote_id": str(two.id)})
        self.assertEqual(three["quote"]["quoted_status"]["quote"], {"state": "accepted", "quoted_status_id": str(one.id)})
        boost = await self.call("POST", f"/api/v1/statuses/{three['id']}/reblog", ours)
        self.assertEqual(boost["reblog"]["quote"]["quoted_status"]["id"], str(two.id))
        self.assertIsNone(boost["quote"])
        again = await self.call("POST", "/api/v1/statuses", theirs, data={"status": "of the boost", "quoted_status_id": boost["id"]})
        self.assertEqual(again["quote"]["quoted_status"]["id"], three["id"])

    async def test_who_may_quote_is_the_authors_to_say(self) -> None:
        alice, bob, ours, theirs = await self.people()
        await self.call("PATCH", "/api/v1/accounts/update_credentials", ours, data={"source[quote_policy]": "followers"})
        self.assertEqual((await self.call("GET", "/api/v1/preferences", ours))["posting:default:quote_policy"], "followers")
        self.assertEqual((await self.call("GET", "/api/v1/accounts/verify_credentials", ours))["source"]["quote_policy"], "followers")
        note = await self.call("POST", "/api/v1/statuses", ours, data={"status": "x"})
        path = f"/api/v1/statuses/{note['id']}"
        form = {"status": "q", "quoted_status_id": note["id"]}
        self.assertEqual(note["quote_approval"], {"automatic": ["followers"], "manual": [], "current_user": "automatic"})
        self.assertEqual((await self.call("GET", path, theirs))["quote_approval"]["current_user"], "denied")
        error = await self.call("POST", "/api/v1/statuses", theirs, 404, data=form)
        self.assertIn("quote", error["error"])
        await self.follow(bob, alice)
        self.assertEqual((await self.call("GET", path, theirs))["quote_approval"]["current_user"], "automatic")
        made = await self.call("POST", "/api/v1/statuses", theirs, data=form)
        changed = await self.call("PUT", f"{path}/interaction_policy", ours, data={"quote_approval_policy": "nobody"})
        self.assertEqual((changed["quote_approval"]["automatic"], changed["edited_at"]), ([], None))
        await self.call("POST", "/api/v1/statuses", theirs, 404, data=form)
        self.assertEqual((await self.shown(made["id"]))["quote"]["state"], "accepted")
        await self.call("PUT", f"{path}/interaction_policy", theirs, 404, data={"quote_approval_policy": "public"})
        edited = await self.call("PUT", path, ours, data={"status": "y", "quote_approval_policy": "public"})
        self.assertEqual(edited["quote_approval"]["automatic"], ["public"])
        unknown = await self.call("POST", "/api/v1/statuses", theirs, 404, data={"status": "q", "quoted_status_id": "99"})
        self.assertEqual(unknown, error)
        private = await self.call("POST", "/api/v1/statuses", ours, data={"status": "p", "visibility": "private", "quote_approval_policy": "public"})
        self.assertEqual(private["quote_approval"], {"automatic": [], "manual": [], "current_user": "automatic"})

    async def test_the_leave_is_taken_back(self) -> None:
        alice, bob, ours, theirs = await self.people()
        note = await self.say(alice, "first")
        made = await self.call("POST", "/api/v1/statuses", theirs, data={"status": "look", "quoted_status_id": str(note.id)})
        path = f"/api/v1/statuses/{note.id}/quotes"
        await self.call("POST", f"{path}/{made['id']}/revoke", theirs, 404)
        revoked = await self.call("POST", f"{path}/{made['id']}/revoke", ours)
        self.assertEqual((revoked["id"], revoked["quote"]), (made["id"], {"state": "revoked", "quoted_status": None}))
        self.assertEqual((await self.shown(made["id"], theirs))["pleroma"]["quote_visible"], False)
        self.assertEqual(((await self.shown(str(note.id)))["quotes_count"], await self.ids(path)), (0, []))
        edited = await self.call("PUT", f"/api/v1/statuses/{made['id']}", theirs, data={"status": "look again"})
        self.assertEqual(edited["quote"]["state"], "revoked")
        await self.assertFailure_(QuoteRevoke(actor_id=bob.id, quoting_id=int(made["id"])), bob)

    async def assertFailure_(self, activity: Any, by: Account) -> None:
        from pleromad.errors import NotFound

        try:
            await self.submit(activity, by)
        except NotFound:
            return
        self.fail("it was done")

    async def test_a_quote_never_shows_what_the_viewer_may_not_see(self) -> None:
        alice, bob, ours, theirs = await self.people()
        private = await self.say(alice, "for my followers", visibility=Visibility.FOLLOWERS)
        await self.follow(bob, alice)
        await self.call("POST", "/api/v1/statuses", theirs, 404, data={"status": "leak", "quoted_status_id": str(private.id)})
        made = await self.call("POST", "/api/v1/statuses", ours, data={"status": "me", "quoted_status_id": str(private.id), "visibility": "public"})
        self.assertEqual((made["visibility"], made["quote"]["state"]), ("private", "accepted"))
        direct = await self.say(alice, "@bob secret", visibility=Visibility.DIRECT)
        await self.call("POST", "/api/v1/statuses", ours, 404, data={"status": "x", "quoted_status_id": str(direct.id)})
        house = await self.say(alice, "house", visibility=Visibility.LOCAL)
        made = await self.call("POST", "/api/v1/statuses", ours, data={"status": "x", "quoted_status_id": str(house.id)})
        self.assertEqual(made["visibility"], "local")
        # Whatever is in the database, it is asked again who may see it.
        open_ = await self.say(bob, "open", quote_id=(await self.say(alice, "soon private")).id)
        await self.database.execute("UPDATE notes SET visibility = 'direct' WHERE content LIKE '%%soon private%%'")
        for viewer in (None, theirs):
            shown = await self.shown(str(open_.id), viewer)
            self.assertEqual((shown["quote"], shown["pleroma"]["quote"]), ({"state": "unauthorized", "quoted_status": None}, None))

    async def test_what_a_viewer_blocks_or_mutes_is_said(self) -> None:
        alice, bob, _ours, _theirs = await self.people()
        carol = await self.person("carol")
        hers = await self.token(carol)
        note = await self.say(bob, "q", quote_id=(await self.say(alice, "a")).id)
        await self.call("POST", f"/api/v1/accounts/{alice.id}/mute", hers)
        self.assertEqual((await self.shown(str(note.id), hers))["quote"]["state"], "muted_account")
        await self.submit(Block(actor_id=carol.id, target_id=alice.id), carol)
        self.assertEqual((await self.shown(str(note.id), hers))["quote"], {"state": "blocked_account", "quoted_status": None})
        dave = await self.person("dave")
        await self.submit(Block(actor_id=alice.id, target_id=dave.id), alice)
        self.assertEqual((await self.shown(str(note.id), await self.token(dave)))["quote"], {"state": "unauthorized", "quoted_status": None})

    async def test_what_is_of_a_domain_the_viewer_blocks_is_said(self) -> None:
        bob, carol = await self.person("bob"), await self.person("carol")
        hers = await self.token(carol)
        far = await self.remote("far")
        said = RemoteNote("https://far.example/n/1", "Note", (PUBLIC,), (), "<p>from afar</p>", self.core.clock.now())
        outcome = await self.core.activities.submit(
            Create(actor_id=far.id, note=said, uri="https://far.example/a/1", raw={"id": "https://far.example/a/1", "type": "Create"}),
            Origin.remote(far.id, "far.example"),
        )
        note = await self.say(bob, "q", quote_id=outcome.note_id)
        self.assertEqual((await self.shown(str(note.id), hers))["quote"]["state"], "accepted")
        await self.call("POST", "/api/v1/domain_blocks", hers, data={"domain": "far.example"})
        self.assertEqual((await self.shown(str(note.id), hers))["quote"]["state"], "blocked_domain")
        self.assertEqual((await self.shown(str(note.id), await self.token(bob)))["quote"]["state"], "accepted")

    async def test_what_is_deleted_is_no_longer_quoted(self) -> None:
        alice, bob, _ours, _theirs = await self.people()
        quoted = await self.say(alice, "a")
        note = await self.say(bob, "q", quote_id=quoted.id)
        other = await self.say(bob, "r", quote_id=quoted.id)
        await self.submit(Delete(actor_id=bob.id, note_id=other.id), bob)
        self.assertEqual((await self.shown(str(quoted.id)))["quotes_count"], 1)
        await self.submit(Delete(actor_id=alice.id, note_id=quoted.id), alice)
        self.assertEqual((await self.shown(str(note.id)))["quote"], {"state": "deleted", "quoted_status": None})

    async def test_the_list_of_quotes_is_paged_and_costs_the_same(self) -> None:
        alice, bob, ours, theirs = await self.people()
        quoted = await self.say(alice, "a")
        ids = [str((await self.say(bob, f"q{n}", quote_id=quoted.id)).id) for n in range(3)]
        hidden = await self.say(bob, "for some", quote_id=quoted.id, visibility=Visibility.DIRECT)
        path = f"/api/v1/statuses/{quoted.id}/quotes"
        reply = await self.reply("GET", f"{path}?limit=2", ours)
        self.assertEqual([one["id"] for one in reply.json()], ids[:0:-1])
        self.assertEqual(await self.ids(links(reply)["next"], ours), [ids[0]])
        self.assertNotIn(str(hidden.id), await self.ids(path))
        self.assertEqual(await self.ids(f"/api/v1/pleroma/statuses/{quoted.id}/quotes"), ids[::-1])
        home = "/api/v1/timelines/public"
        for warm in (home, f"{home}?limit=1"):
            await self.cost("GET", warm, theirs)
        self.assertEqual(await self.cost("GET", f"{home}?limit=1", theirs), await self.cost("GET", home, theirs))

    async def test_an_edit_keeps_the_quote(self) -> None:
        alice, bob, _ours, theirs = await self.people()
        quoted = await self.say(alice, "a")
        note = await self.say(bob, "q", quote_id=quoted.id)
        await self.submit(Update(actor_id=bob.id, note_id=note.id, note=NoteDraft(text="q2")), bob)
        shown = await self.shown(str(note.id), theirs)
        self.assertEqual((shown["content"], shown["quote"]["state"]), ("<p>q2</p>", "accepted"))
        history = await self.call("GET", f"/api/v1/statuses/{note.id}/history", theirs)
        self.assertEqual([stage["quote"]["quoted_status"]["id"] for stage in history], [str(quoted.id)] * 2)
        data = await self.database.fetch_value("SELECT data FROM notes WHERE id = %s", (note.id,))
        self.assertEqual((data["quote"], data["quoteAuthorization"]), (quoted.uri, f"https://here.example/quotes/{note.id}"))
