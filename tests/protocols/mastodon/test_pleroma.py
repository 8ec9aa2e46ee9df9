"""What Pleroma's front-ends ask at start, and what a person sets for them."""

from __future__ import annotations

from base64 import b64encode

from pleromad.model.account import Role
from pleromad.model.activity import Like
from pleromad.model.note import Visibility
from store import hosts
from tests.protocols.mastodon.case import MastodonCase
from tests.protocols.mastodon.test_media import picture


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
        for path in (f"accounts/{self.alice.id}/endorsements", f"statuses/{note.id}/quotes"):
            self.assertEqual(await self.call("GET", f"/api/v1/pleroma/{path}", self.by_alice), [])

    async def test_who_wants_to_shows_what_they_like(self) -> None:
        await self.begin()
        bob = await self.person("bob")
        shown, hidden = await self.say(bob, "nice"), await self.say(bob, "@alice psst", visibility=Visibility.DIRECT)
        for note in (shown, hidden):
            await self.submit(Like(actor_id=self.alice.id, note_id=note.id), self.alice)
        told = await self.call("PATCH", "/api/v1/accounts/update_credentials", self.by_alice, json={"hide_favorites": False})
        self.assertFalse(told["pleroma"]["hide_favorites"])
        path = f"/api/v1/pleroma/accounts/{self.alice.id}/favourites"
        self.assertEqual(await self.ids(path), [str(shown.id)])
        self.assertEqual(len(await self.ids(path, self.by_alice)), 2)

    async def test_people_hide_that_they_are_staff_and_have_a_background(self) -> None:
        await self.begin()
        ada = await self.person("ada", role=Role.ADMIN)
        token = await self.token(ada)
        self.assertTrue((await self.call("GET", f"/api/v1/accounts/{ada.id}"))["pleroma"]["is_admin"])
        files = {"pleroma_background_image": ("a.png", "image/png", picture())}
        told = await self.call("PATCH", "/api/v1/accounts/update_credentials", token, data={"show_role": "false"}, files=files)
        self.assertEqual((told["source"]["pleroma"]["show_role"], told["role"]["name"]), (False, "Admin"))
        seen = await self.call("GET", f"/api/v1/accounts/{ada.id}")
        self.assertEqual((seen["pleroma"]["is_admin"], seen["roles"]), (False, []))
        await self.database.execute("UPDATE media SET created_at = now() - interval '9 days'")
        await self.core.media.forget_unattached()
        self.core.media.open(seen["pleroma"]["background_image"].removeprefix(self.core.uris.media("")))
        told = await self.call("PATCH", "/api/v1/accounts/update_credentials", token, data={"pleroma_background_image": ""})
        self.assertIsNone(told["pleroma"]["background_image"])

    async def test_old_front_ends_send_pictures_as_data(self) -> None:
        await self.begin()
        uri = f"data:image/png;base64,{b64encode(picture()).decode()}"
        for what, field, key in (("avatar", "img", "avatar"), ("banner", "banner", "header")):
            made = await self.call("PATCH", f"/api/v1/pleroma/accounts/update_{what}", self.by_alice, json={field: uri})
            self.assertEqual((await self.call("GET", f"/api/v1/accounts/{self.alice.id}"))[key], made["url"])
        made = await self.call("PATCH", "/api/pleroma/accounts/update_background", self.by_alice, json={"img": uri})
        self.assertEqual((await self.call("GET", f"/api/v1/accounts/{self.alice.id}"))["pleroma"]["background_image"], made["url"])
        self.assertEqual(await self.call("PATCH", "/api/v1/pleroma/accounts/update_avatar", self.by_alice, json={"img": ""}), {"url": None})

    async def test_a_mascot_is_the_server_s_until_one_is_chosen(self) -> None:
        await self.begin()
        path = "/api/v1/pleroma/mascot"
        self.assertTrue((await self.call("GET", path, self.by_alice))["url"].endswith("/static/icon.png"))
        mine = await self.call("PUT", path, self.by_alice, files={"file": ("a.png", "image/png", picture())})
        self.assertEqual(await self.call("GET", path, self.by_alice), mine)
        await self.database.execute("UPDATE media SET created_at = now() - interval '9 days'")
        await self.core.media.forget_unattached()
        self.assertEqual(await self.call("GET", path, self.by_alice), mine)
        await self.call("DELETE", f"/api/v1/media/{mine['id']}", self.by_alice, 422)
        await self.call("PUT", path, self.by_alice, 422, files={"file": ("a.txt", "text/plain", b"hello")})

    async def test_what_somebody_listens_to(self) -> None:
        await self.begin()
        told = {"title": "Tea for Two", "artist": "Art", "album": "A", "length": 180000, "externalLink": "https://music.example/1"}
        made = await self.call("POST", "/api/v1/pleroma/scrobble", self.by_alice, json=told)
        self.assertEqual({name: made[name] for name in told}, told)
        await self.call("POST", "/api/v1/pleroma/scrobble", self.by_alice, json={"title": "For friends", "visibility": "private"})
        path = f"/api/v1/pleroma/accounts/{self.alice.id}/scrobbles"
        bob = await self.person("bob")
        by_bob = await self.token(bob)
        for token in (None, by_bob):
            self.assertEqual(await self.call("GET", path, token), [made])
        await self.follow(bob, self.alice)
        for token in (self.by_alice, by_bob):
            self.assertEqual([one["title"] for one in await self.call("GET", path, token)], ["For friends", "Tea for Two"])
        self.assertEqual([one["title"] for one in await self.call("GET", f"{path}?max_id={made['id']}", by_bob)], [])
        await self.call("POST", "/api/v1/pleroma/scrobble", self.by_alice, 422, json={"title": " "})
        await self.call("POST", "/api/v1/pleroma/scrobble", self.by_alice, 422, json={"title": "x", "externalLink": "javascript:alert(1)"})

    async def test_which_apps_may_act_for_one(self) -> None:
        await self.begin()
        self.assertEqual([one["name"] for one in await self.call("GET", "/api/v1/pleroma/apps", self.by_alice)], ["Test app"])

    async def test_a_web_client_keeps_its_settings(self) -> None:
        await self.begin()
        await self.call("PUT", "/api/web/settings", self.by_alice, json={"data": {"home": {"shows": True}}})
        self.assertEqual((await self.core.accounts.user(self.alice.id)).settings["web_settings"], {"home": {"shows": True}})
        await self.call("PUT", "/api/web/settings", self.by_alice, 422, json={"data": "no"})

    async def test_reports_one_made_are_shown_again(self) -> None:
        await self.begin()
        bob = await self.person("bob")
        note = await self.say(bob, "rude")
        await self.call("POST", "/api/v1/reports", self.by_alice, json={"account_id": str(bob.id), "status_ids": [str(note.id)], "comment": "spam"})
        found = await self.call("GET", "/api/v0/pleroma/reports", self.by_alice)
        (one,) = found["reports"]
        self.assertEqual((found["total"], one["account"]["acct"], one["actor"]["acct"], one["state"]), (1, "bob", "alice", "open"))
        self.assertEqual([each["id"] for each in one["statuses"]], [str(note.id)])
        self.assertEqual(await self.call("GET", f"/api/v0/pleroma/reports/{one['id']}", self.by_alice), one)
        self.assertEqual((await self.call("GET", "/api/v0/pleroma/reports?state=resolved", self.by_alice))["reports"], [])
        await self.call("GET", f"/api/v0/pleroma/reports/{one['id']}", await self.token(bob), 404)


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
        told = await self.database.fetch("SELECT data -> 'object' ->> 'id', visibility FROM activities WHERE type = 'Delete'")
        self.assertEqual(told, [(said["uri"], "public")])  # which is what other servers are sent
        await self.call("POST", "/api/v1/statuses", token, 422, data={"status": "never", "expires_in": "-1"})

    async def test_local_posts_stay_here(self) -> None:
        alice = await self.person("alice")
        said = await self.call("POST", "/api/v1/statuses", await self.token(alice), data={"status": "for us", "visibility": "local"})
        self.assertEqual(said["visibility"], "local")
        self.assertEqual(await self.database.fetch_value("SELECT count(*) FROM activities WHERE note_id = %s", (int(said["id"]),)), 0)
        await self.call("GET", f"/api/v1/statuses/{said['id']}", status=404)
        await self.call("GET", f"/api/v1/statuses/{said['id']}", await self.token(await self.person("bob")))

    async def test_a_conversation_is_answered_for_all_who_are_in_it(self) -> None:
        alice, bob, carol = [await self.person(name) for name in ("alice", "bob", "carol")]
        for one, other in ((bob, alice), (carol, alice), (carol, bob), (alice, bob)):
            await self.follow(one, other)
        await self.say(alice, "@bob @carol psst", visibility=Visibility.DIRECT)
        (talk,) = await self.call("GET", "/api/v1/conversations", by_bob := await self.token(bob))
        given = {"status": "yes?", "in_reply_to_conversation_id": talk["id"], "visibility": "public"}
        said = await self.call("POST", "/api/v1/statuses", by_bob, json=given)
        self.assertEqual((said["visibility"], said["in_reply_to_id"]), ("direct", talk["last_status"]["id"]))
        for one in (alice, carol):
            (found,) = await self.call("GET", "/api/v1/conversations", await self.token(one))
            self.assertEqual(found["last_status"]["id"], said["id"])
        path = f"/api/v1/pleroma/conversations/{talk['id']}"
        same = [str(each.id) for each in (alice, bob, carol)]
        self.assertEqual((await self.call("PATCH", path, by_bob, json={"recipients": same}))["id"], talk["id"])
        await self.call("PATCH", path, by_bob, 422, json={"recipients": same[:1]})

    async def test_a_post_to_a_list_is_for_those_on_it(self) -> None:
        alice, bob, eve = [await self.person(name) for name in ("alice", "bob", "eve")]
        token = await self.token(alice)
        await self.follow(alice, bob)
        id = (await self.call("POST", "/api/v1/lists", token, json={"title": "friends"}))["id"]
        await self.call("POST", "/api/v1/statuses", token, 422, json={"status": "nobody", "visibility": f"list:{id}"})
        await self.call("POST", f"/api/v1/lists/{id}/accounts", token, json={"account_ids": [str(bob.id)]})
        said = await self.call("POST", "/api/v1/statuses", token, json={"status": "psst", "visibility": f"list:{id}"})
        self.assertEqual(said["visibility"], "direct")
        await self.call("GET", f"/api/v1/statuses/{said['id']}", await self.token(bob))
        await self.call("GET", f"/api/v1/statuses/{said['id']}", await self.token(eve), 404)
        await self.call("POST", "/api/v1/statuses", await self.token(eve), 404, json={"status": "x", "visibility": f"list:{id}"})
        await self.call("POST", "/api/v1/statuses", token, 422, json={"status": "x", "visibility": "nonsense"})

    async def test_a_thread_is_muted_for_a_while(self) -> None:
        alice = await self.person("alice")
        token = await self.token(alice)
        note = await self.say(alice, "hello")
        path = f"/api/v1/statuses/{note.id}"
        self.assertTrue((await self.call("POST", f"{path}/mute", token, json={"expires_in": 3600}))["muted"])
        await self.database.execute("UPDATE thread_mutes SET expires_at = now() - interval '1 second'")
        self.assertFalse((await self.call("GET", path, token))["muted"])

    async def test_mutes_say_how_one_stands_to_them(self) -> None:
        alice, bob = await self.person("alice"), await self.person("bob")
        token = await self.token(alice)
        await self.call("POST", f"/api/v1/accounts/{bob.id}/mute", token)
        (one,) = await self.call("GET", "/api/v1/mutes?with_relationships=true", token)
        self.assertTrue(one["pleroma"]["relationship"]["muting"])
