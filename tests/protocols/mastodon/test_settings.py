"""Settings over the API: Pleroma's `config`, and what Instance tells of them."""

from __future__ import annotations

from typing import Any

from pleromad.model.account import Role
from tests.protocols.mastodon.case import MastodonCase

CONFIG = "/api/v1/pleroma/admin/config"


def tuples(answer: Any) -> dict[str, Any]:
    return {f"{one['key'][1:]}.{pair['tuple'][0][1:]}": pair["tuple"][1] for one in answer["configs"] for pair in one["value"]}


def asked(section: str, **values: Any) -> dict[str, Any]:
    pairs = [{"tuple": [f":{name}", value]} for name, value in values.items()]
    return {"configs": [{"group": ":pleroma", "key": f":{section}", "value": pairs}]}


class ConfigTests(MastodonCase):
    async def begin(self) -> None:
        self.token_of = {role: await self.token(await self.person(f"a_{role.value}", role=role), "read", "admin:read", "admin:write") for role in Role}
        self.admin = self.token_of[Role.ADMIN]

    async def test_all_settings_are_told_with_what_they_are(self) -> None:
        await self.begin()
        self.assertEqual(tuples(await self.call("GET", CONFIG, self.admin))["instance.post_limit"], 5000)
        self.assertEqual((await self.call("GET", f"{CONFIG}?only_db=true", self.admin))["configs"], [])
        described = await self.call("GET", "/api/pleroma/admin/config/descriptions", self.admin)
        children = {f"{one['key']}{child['key']}": child for one in described for child in one["children"]}
        self.assertEqual(children[":instance:registrations"]["suggestions"], ["open", "approval", "invite", "closed"])
        self.assertEqual(children[":posts:max_pins"]["type"], "integer")

    async def test_a_change_is_told_by_the_instance(self) -> None:
        await self.begin()
        changes = (
            ("instance", {"post_limit": 77, "registrations": "approval", "rules": ["Be kind"]}),
            ("posts", {"max_media": 2, "max_pins": 9, "formats": ["text/plain", "text/markdown"]}),
            ("polls", {"max_options": 3, "max_option_characters": 11, "min_seconds": 120, "max_seconds": 7200}),
            ("media", {"max_image_bytes": 5000, "max_description": 44}),
            ("profiles", {"max_fields": 3}),
            ("visitors", {"remote_timeline": "authenticated"}),
            ("federation", {"limited": True}),
        )
        for section, values in changes:
            answer = await self.call("POST", CONFIG, self.admin, json=asked(section, **values))
            self.assertEqual(tuples(answer), {f"{section}.{name}": value for name, value in values.items()})
        await self.call("POST", CONFIG, self.admin, json=asked("instance", languages=[]))
        self.assertEqual((await self.call("GET", "/api/v1/instance"))["languages"], [])
        told = await self.call("GET", "/api/v2/instance")
        conf = told["configuration"]
        self.assertEqual(conf["statuses"]["max_characters"], 77)
        self.assertEqual(conf["statuses"]["max_media_attachments"], 2)
        self.assertEqual(conf["statuses"]["supported_mime_types"], ["text/plain", "text/markdown"])
        self.assertEqual(conf["accounts"]["max_pinned_statuses"], 9)
        self.assertEqual(conf["accounts"]["max_profile_fields"], 3)
        self.assertEqual(conf["polls"], {"max_options": 3, "max_characters_per_option": 11, "min_expiration": 120, "max_expiration": 7200})
        self.assertEqual((conf["media_attachments"]["image_size_limit"], conf["media_attachments"]["description_limit"]), (5000, 44))
        self.assertEqual(conf["timelines_access"]["live_feeds"], {"local": "public", "remote": "authenticated"})
        self.assertTrue(conf["limited_federation"] and told["registrations"]["approval_required"])
        self.assertEqual([rule["text"] for rule in told["rules"]], ["Be kind"])
        old = await self.call("GET", "/api/v1/instance")
        self.assertEqual((old["max_toot_chars"], old["max_media_attachments"], old["approval_required"]), (77, 2, True))
        self.assertEqual(old["pleroma"]["metadata"]["post_formats"], ["text/plain", "text/markdown"])

    async def test_a_section_is_given_back_to_the_file(self) -> None:
        await self.begin()
        await self.call("POST", CONFIG, self.admin, json=asked("posts", max_media=2, max_pins=9))
        one = {"configs": [{"group": ":pleroma", "key": ":posts", "delete": True, "subkeys": [":max_media"]}]}
        self.assertEqual(tuples(await self.call("POST", CONFIG, self.admin, json=one)), {"posts.max_media": 16})
        del one["configs"][0]["subkeys"]
        self.assertEqual(tuples(await self.call("POST", CONFIG, self.admin, json=one))["posts.max_pins"], 5)

    async def test_only_administrators_with_the_scope(self) -> None:
        await self.begin()
        for role in (Role.USER, Role.MODERATOR):
            await self.call("GET", CONFIG, self.token_of[role], status=403)
            await self.call("POST", CONFIG, self.token_of[role], status=403, json=asked("posts", max_media=2))
        await self.call("GET", CONFIG, status=403)
        narrow = await self.token(await self.person("second", role=Role.ADMIN), "read", "write")
        await self.call("POST", CONFIG, narrow, status=403, json=asked("posts", max_media=2))
        await self.call("POST", CONFIG, self.admin, status=422, json=asked("posts", max_media=-1))
        await self.call("POST", CONFIG, self.admin, status=422, json=asked("store", dsn="x"))


class EnforcedTests(MastodonCase):
    async def change(self, **changes: Any) -> None:
        await self.core.moderation.change_settings(None, {key.replace("__", "."): value for key, value in changes.items()})

    async def test_rates_hold_at_once(self) -> None:
        await self.change(rates__address="2/300")
        for remaining in ("1", "0"):
            reply = await self.reply("GET", "/api/v1/instance/rules", address="192.0.2.9")
            self.assertEqual((reply.headers["x-ratelimit-limit"], reply.headers["x-ratelimit-remaining"]), ("2", remaining))
        await self.call("GET", "/api/v1/instance/rules", status=429, address="192.0.2.9")

    async def test_visitors_are_refused_and_people_are_not(self) -> None:
        alice = await self.person("alice")
        await self.say(alice, "hello #tea")
        token = await self.token(alice)
        await self.change(visitors__local_timeline="authenticated", visitors__local_tags="authenticated")
        for path in ("/api/v1/timelines/public", "/api/v1/timelines/public?local=true", "/api/v1/timelines/tag/tea", "/api/v1/streaming/public/local"):
            await self.call("GET", path, status=401)
        self.assertEqual(len(await self.ids("/api/v1/timelines/public?local=true", token)), 1)
        self.assertEqual(len(await self.ids("/api/v1/timelines/tag/tea", token)), 1)

    async def test_an_own_format_that_is_not_allowed_any_more_becomes_plain(self) -> None:
        alice = await self.person("alice")
        token = await self.token(alice)
        await self.change(posts__formats=["text/plain"])
        await self.database.execute("UPDATE users SET default_content_type = 'text/markdown'")
        said = await self.call("POST", "/api/v1/statuses", token, data={"status": "*plain*"})
        self.assertIn("*plain*", said["content"])
        await self.call("POST", "/api/v1/statuses", token, status=422, data={"status": "*x*", "content_type": "text/markdown"})

    async def test_an_upload_that_is_too_large_now_is_refused(self) -> None:
        token = await self.token(await self.person("alice"))
        await self.change(media__max_image_bytes=1000)
        picture = b"\x89PNG\r\n\x1a\n" + bytes(2000)
        await self.call("POST", "/api/v2/media", token, status=422, files={"file": ("a.png", "image/png", picture)})
