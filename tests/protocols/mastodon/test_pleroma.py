"""What Pleroma's front-ends ask at start, and what a person sets for them."""

from __future__ import annotations

from pleromad.model.activity import Like
from store import hosts
from tests.protocols.mastodon.case import MastodonCase


class ServerTests(MastodonCase):
    async def test_front_ends_are_told_what_they_ask_at_start(self) -> None:
        self.assertEqual(await self.call("GET", "/api/v1/pleroma/captcha"), {"type": "none"})
        self.assertEqual(await self.call("GET", "/api/pleroma/captcha"), {"type": "none"})
        self.assertIn("pleroma_fe", await self.call("GET", "/api/pleroma/frontend_configurations"))
        self.assertEqual(await self.call("GET", "/api/pleroma/emoji"), {})
        health = await self.call("GET", "/api/v1/pleroma/healthcheck")
        self.assertTrue(health["healthy"])
        self.assertGreaterEqual(health["pool_size"], health["active"])

    async def test_hosts_that_do_not_answer_for_days_are_named(self) -> None:
        for host in ("gone.example", "late.example"):
            await hosts.failed(self.database, host)
        await self.database.execute("UPDATE hosts SET failing_since = now() - interval '9 days' WHERE host = 'gone.example'")
        self.assertEqual(list((await self.call("GET", "/api/v1/pleroma/federation_status"))["unreachable"]), ["gone.example"])


class PersonTests(MastodonCase):
    async def begin(self) -> None:
        self.alice = await self.person("alice")
        self.by_alice = await self.token(self.alice)

    async def test_what_somebody_likes_is_for_themselves(self) -> None:
        await self.begin()
        bob = await self.person("bob")
        note = await self.say(bob, "nice")
        await self.submit(Like(actor_id=self.alice.id, note_id=note.id), self.alice)
        path = f"/api/v1/pleroma/accounts/{self.alice.id}/favourites"
        self.assertEqual(await self.ids(path, self.by_alice), [str(note.id)])
        await self.call("GET", path, await self.token(bob), 403)
        await self.call("GET", path, status=403)

    async def test_strangers_are_kept_out_of_the_notifications(self) -> None:
        await self.begin()
        path = "/api/pleroma/notification_settings"
        await self.call("PUT", path, self.by_alice, data={"block_from_strangers": "true", "hide_notification_contents": "true"})
        told = await self.call("GET", "/api/v1/accounts/verify_credentials", self.by_alice)
        self.assertEqual(told["pleroma"]["notification_settings"], {"block_from_strangers": True, "hide_notification_contents": True})
        await self.say(await self.person("bob"), "@alice hello")
        self.assertEqual(await self.call("GET", "/api/v1/notifications", self.by_alice), [])
        await self.call("PUT", path, self.by_alice, data={"block_from_strangers": "false"})
        told = await self.call("GET", "/api/v1/accounts/verify_credentials", self.by_alice)
        self.assertEqual(told["pleroma"]["notification_settings"], {"block_from_strangers": False, "hide_notification_contents": True})

    async def test_each_front_end_has_a_store(self) -> None:
        await self.begin()
        path = "/api/v1/pleroma/settings/pleroma-fe"
        self.assertEqual(await self.call("GET", path, self.by_alice), {})
        await self.call("PATCH", path, self.by_alice, json={"theme": {"name": "dark", "sizes": [1, 2]}, "muted": []})
        kept = await self.call("PATCH", path, self.by_alice, json={"muted": None})
        self.assertEqual(kept, {"theme": {"name": "dark", "sizes": [1, 2]}})
        self.assertEqual(await self.call("GET", path, self.by_alice), kept)
        told = await self.call("GET", "/api/v1/accounts/verify_credentials", self.by_alice)
        self.assertEqual(told["pleroma"]["settings_store"], {"pleroma-fe": kept})

    async def test_mastodon_s_lists_have_pleroma_s_addresses_too(self) -> None:
        await self.begin()
        note = await self.say(self.alice, "quote me")
        for path in (f"accounts/{self.alice.id}/endorsements", f"statuses/{note.id}/quotes", f"accounts/{self.alice.id}/scrobbles"):
            self.assertEqual(await self.call("GET", f"/api/v1/pleroma/{path}", self.by_alice), [])


class WritingTests(MastodonCase):
    async def test_a_preview_is_shown_and_not_posted(self) -> None:
        alice = await self.person("alice")
        await self.person("bob")
        token = await self.token(alice)
        given = {"status": "*hello* @bob #tea", "content_type": "text/markdown", "preview": "true", "visibility": "private"}
        shown = await self.call("POST", "/api/v1/statuses", token, data=given)
        self.assertIn("<em>hello</em>", shown["content"])
        self.assertEqual((shown["visibility"], [one["acct"] for one in shown["mentions"]], [one["name"] for one in shown["tags"]]), ("private", ["bob"], ["tea"]))
        poll = {"status": "which?", "preview": "true", "poll[options][]": ["a", "b"], "poll[expires_in]": "600"}
        self.assertEqual([one["title"] for one in (await self.call("POST", "/api/v1/statuses", token, data=poll))["poll"]["options"]], ["a", "b"])
        self.assertEqual(await self.database.fetch_value("SELECT count(*) FROM notes"), 0)
        await self.call("POST", "/api/v1/statuses", token, 422, data={"status": "", "preview": "true"})

    async def test_a_post_says_when_it_goes_and_goes_then(self) -> None:
        alice = await self.person("alice")
        token = await self.token(alice)
        said = await self.call("POST", "/api/v1/statuses", token, data={"status": "soon gone", "expires_in": "3600"})
        self.assertIsNotNone(said["pleroma"]["expires_at"])
        await self.database.execute("UPDATE notes SET expires_at = now() - interval '1 second'")
        await self.core.upkeep.expire_notes()
        await self.call("GET", f"/api/v1/statuses/{said['id']}", token, 404)
        await self.call("POST", "/api/v1/statuses", token, 422, data={"status": "never", "expires_in": "-1"})

    async def test_local_posts_stay_here(self) -> None:
        alice = await self.person("alice")
        said = await self.call("POST", "/api/v1/statuses", await self.token(alice), data={"status": "for us", "visibility": "local"})
        self.assertEqual(said["visibility"], "local")
        self.assertEqual(await self.database.fetch_value("SELECT count(*) FROM activities WHERE note_id = %s", (int(said["id"]),)), 0)
        await self.call("GET", f"/api/v1/statuses/{said['id']}", status=404)
        await self.call("GET", f"/api/v1/statuses/{said['id']}", await self.token(await self.person("bob")))
