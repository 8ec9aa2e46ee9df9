from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import msgspec
from twisted.internet import defer

from pleromad.clock import iso
from pleromad.model.activity import Delete
from pleromad.model.note import Visibility
from tests.protocols.mastodon.case import MastodonCase, links
from tests.protocols.mastodon.test_accounts import picture
from tests.support.clients import until
from tests.support.peer import Page, Peer


class ScheduledTests(MastodonCase):
    def at(self, **more: float) -> str:
        return iso(self.core.clock.now() + timedelta(**more))

    async def due(self, id: str) -> None:
        """Let its time come, and wait until its job is done."""
        await self.database.execute("UPDATE scheduled_notes SET scheduled_at = now() WHERE id = %s", (id,))
        await self.database.execute("UPDATE jobs SET run_at = now() WHERE kind = 'say later'")
        await self.core.jobs.start()
        await until(lambda: self.database.fetch_value("SELECT NOT EXISTS (SELECT FROM jobs WHERE kind = 'say later' AND run_at <= now())"))

    async def test_a_status_is_kept_put_off_and_posted_at_its_time_with_its_media(self) -> None:
        alice = await self.person("alice")
        token = await self.token(alice)
        media = (await self.call("POST", "/api/v2/media", token, files={"file": ("a.png", "image/png", picture())}))["id"]
        at = self.at(hours=30)
        form = {"status": "later #tea", "scheduled_at": at, "media_ids[]": media, "visibility": "unlisted", "spoiler_text": "cw", "language": "de"}
        made = await self.call("POST", "/api/v1/statuses", token, data=form)
        self.assertEqual((made["scheduled_at"], made["params"]["text"], made["params"]["visibility"]), (at, "later #tea", "unlisted"))
        self.assertEqual([one["id"] for one in made["media_attachments"]], [media])
        self.assertEqual(await self.ids(f"/api/v1/accounts/{alice.id}/statuses", token), [])
        self.assertEqual(await self.call("GET", f"/api/v1/scheduled_statuses/{made['id']}", token), made)
        await self.call("POST", "/api/v1/statuses", token, 422, data={"status": "now", "media_ids[]": media})  # it is spoken for
        await self.database.execute("UPDATE media SET created_at = now() - interval '3 days'")
        self.assertEqual(await self.core.media.forget_unattached(), 0)
        later = self.at(hours=50)
        moved = await self.call("PUT", f"/api/v1/scheduled_statuses/{made['id']}", token, data={"scheduled_at": later})
        self.assertEqual(moved["scheduled_at"], later)
        await self.due(made["id"])
        [posted] = await self.call("GET", f"/api/v1/accounts/{alice.id}/statuses", token)
        self.assertEqual((posted["visibility"], posted["spoiler_text"], posted["language"]), ("unlisted", "cw", "de"))
        self.assertEqual([one["id"] for one in posted["media_attachments"]], [media])
        self.assertEqual((posted["application"]["name"], posted["tags"][0]["name"]), ("Test app", "tea"))
        self.assertEqual(await self.call("GET", "/api/v1/scheduled_statuses", token), [])

    async def test_it_is_posted_once_though_its_job_runs_twice_and_crashes(self) -> None:
        alice = await self.person("alice")
        token = await self.token(alice)
        headers = {"Idempotency-Key": "k"}
        form = {"status": "once", "scheduled_at": self.at(hours=1)}
        made = await self.call("POST", "/api/v1/statuses", token, data=form, headers=headers)
        again = await self.call("POST", "/api/v1/statuses", token, data=form, headers=headers)
        self.assertEqual(again["id"], made["id"])
        await self.database.execute("INSERT INTO jobs (kind, payload) SELECT kind, payload FROM jobs WHERE kind = 'say later'")
        row = await self.database.fetch_one("SELECT id, account_id, scheduled_at, draft FROM scheduled_notes")
        await self.due(made["id"])
        # As if it had crashed between saying and forgetting.
        await self.database.execute("INSERT INTO scheduled_notes (id, account_id, scheduled_at, draft) VALUES (%s, %s, %s, '{\"text\": \"once\"}')", row[:3])
        await self.core.jobs.add("say later", {"id": int(made["id"])})
        await self.due(made["id"])
        self.assertEqual(len(await self.ids(f"/api/v1/accounts/{alice.id}/statuses", token)), 1)

    async def test_what_cannot_be_posted_stays_in_the_list(self) -> None:
        alice = await self.person("alice")
        token = await self.token(alice)
        asked = await self.say(alice, "?")
        made = await self.call("POST", "/api/v1/statuses", token, data={"status": "!", "scheduled_at": self.at(hours=1), "in_reply_to_id": str(asked.id)})
        self.assertEqual(made["params"]["in_reply_to_id"], asked.id)
        await self.submit(Delete(actor_id=alice.id, note_id=asked.id), alice)
        await self.due(made["id"])
        self.assertEqual(await self.ids("/api/v1/scheduled_statuses", token), [made["id"]])
        await self.call("DELETE", f"/api/v1/scheduled_statuses/{made['id']}", token)
        await self.call("GET", f"/api/v1/scheduled_statuses/{made['id']}", token, 404)

    async def test_what_is_wrong_is_said_at_once(self) -> None:
        token = await self.token(await self.person("alice"))
        for form, field in (
            ({"status": "x", "scheduled_at": self.at(minutes=4)}, "scheduled_at"),
            ({"status": "x", "scheduled_at": "tomorrow"}, "scheduled_at"),
            ({"status": "", "scheduled_at": self.at(hours=1)}, "status"),
            ({"status": "x", "scheduled_at": self.at(hours=1), "media_ids[]": "12"}, "media_ids"),
        ):
            error = await self.call("POST", "/api/v1/statuses", token, 422, data=form)
            self.assertEqual(list(error["details"]), [field], form)
        now = await self.call("POST", "/api/v1/statuses", token, data={"status": "x", "scheduled_at": "2020-01-01T00:00:00Z"})
        self.assertIn("content", now)

    async def test_nobody_else_sees_them_and_they_are_paged(self) -> None:
        token = await self.token(await self.person("alice"))
        other = await self.token(await self.person("bob"))
        form = {"status": "x", "scheduled_at": self.at(hours=1)}
        ids = [(await self.call("POST", "/api/v1/statuses", token, data=form))["id"] for _ in range(3)]
        for method in ("GET", "PUT", "DELETE"):
            await self.call(method, f"/api/v1/scheduled_statuses/{ids[0]}", other, 404)
        self.assertEqual(await self.ids("/api/v1/scheduled_statuses", other), [])
        reply = await self.reply("GET", "/api/v1/scheduled_statuses?limit=2", token)
        self.assertEqual([one["id"] for one in reply.json()], ids[:0:-1])
        self.assertEqual(await self.ids(links(reply)["next"], token), [ids[0]])


class TranslationTests(MastodonCase):
    DOORS = ("mastodon", "cards")
    SETTINGS = {"federation": {"allow_http": True, "allow_private_addresses": True}}

    async def serve(self) -> Peer:
        peer = Peer()
        self.addCleanup(lambda: defer.ensureDeferred(peer.stop()))
        peer.put("/languages", [{"code": "en", "targets": ["de", "en"]}, {"code": "de", "targets": ["en"]}])
        peer.pages["/translate"] = Page(json.dumps({
            "translatedText": ["<p>Guten Tag<script>x</script></p>", "Vorsicht", "ja", "nein"], "detectedLanguage": [{"language": "en"}]
        }).encode(), media_type="application/json")  # fmt: skip
        settings: Any = self.core.settings
        self.core.settings = msgspec.structs.replace(settings, translation=msgspec.structs.replace(settings.translation, url=peer.url.replace("localhost", "127.0.0.1")))
        return peer

    async def test_without_a_service_it_is_said_so(self) -> None:
        alice = await self.person("alice")
        note = await self.say(alice, "good day")
        self.assertIs((await self.call("GET", "/api/v2/instance"))["configuration"]["translation"]["enabled"], False)
        self.assertEqual(await self.call("GET", "/api/v1/instance/translation_languages"), {})
        error = await self.call("POST", f"/api/v1/statuses/{note.id}/translate", await self.token(alice), 404)
        self.assertEqual(error["error"], "Translation is not available on this server")

    async def test_a_public_status_is_translated_by_the_service(self) -> None:
        peer = await self.serve()
        alice = await self.person("alice")
        token = await self.token(alice)
        form = {"status": "good day", "spoiler_text": "care", "language": "en", "poll[options][]": ["yes", "no"], "poll[expires_in]": "600"}
        made = await self.call("POST", "/api/v1/statuses", token, data=form)
        self.assertIs((await self.call("GET", "/api/v2/instance"))["configuration"]["translation"]["enabled"], True)
        self.assertEqual((await self.call("GET", "/api/v1/instance/translation_languages"))["en"], ["de"])
        said = await self.call("POST", f"/api/v1/statuses/{made['id']}/translate", token, data={"lang": "de"})
        self.assertEqual((said["content"], said["spoiler_text"], said["language"]), ("<p>Guten Tag</p>", "Vorsicht", "de"))
        self.assertEqual([option["title"] for option in said["poll"]["options"]], ["ja", "nein"])
        self.assertEqual((said["detected_source_language"], said["provider"]), ("en", "LibreTranslate"))
        [asked] = [each for each in peer.asked if each.path == "/translate"]
        self.assertEqual(json.loads(asked.body)["q"][0], made["content"])
        await self.call("POST", f"/api/v1/statuses/{made['id']}/translate", token, 404, data={"lang": "xx"})
        private = await self.say(alice, "hush", visibility=Visibility.FOLLOWERS, language="en")
        await self.call("POST", f"/api/v1/statuses/{private.id}/translate", token, 403, data={"lang": "de"})
        peer.pages["/translate"] = Page(b"busy", status=429)
        await self.call("POST", f"/api/v1/statuses/{made['id']}/translate", token, 503, data={"lang": "de"})
