from __future__ import annotations

from datetime import timedelta

from pleromad.errors import Forbidden, Invalid
from pleromad.model.account import Role
from pleromad.model.note import Emoji
from store import emojis
from tests.protocols.mastodon.case import MastodonCase


class AnnouncementTests(MastodonCase):
    async def people(self) -> None:
        self.olga, self.alice = await self.person("olga", role=Role.OWNER), await self.person("alice")
        self.token_of = await self.token(self.alice)

    async def listed(self) -> list[dict]:
        return await self.call("GET", "/api/v1/announcements", self.token_of)

    async def test_everybody_reads_what_staff_announce(self) -> None:
        await self.people()
        note = await self.say(self.olga, "details")
        made = await self.core.moderation.announce(self.olga, f"Hello @alice, see {note.url} #news <b>")
        [one] = await self.listed()
        self.assertEqual((one["id"], one["read"], one["starts_at"], one["all_day"]), (str(made.id), False, None, False))
        self.assertIn("#<span>news</span>", one["content"])
        self.assertIn("&lt;b&gt;", one["content"])
        self.assertEqual([m["acct"] for m in one["mentions"]], ["alice"])
        self.assertEqual((one["statuses"], one["tags"][0]["name"]), ([{"id": str(note.id), "url": note.url}], "news"))
        await self.call("POST", f"/api/v1/announcements/{one['id']}/dismiss", self.token_of)
        self.assertTrue((await self.listed())[0]["read"])
        await self.core.moderation.withdraw_announcement(self.olga, made.id)
        self.assertEqual(await self.listed(), [])
        await self.call("POST", f"/api/v1/announcements/{made.id}/dismiss", self.token_of, 404)
        await self.call("GET", "/api/v1/announcements", None, 401)

    async def test_people_react(self) -> None:
        await self.people()
        await emojis.put(self.database, Emoji("blob", "https://here.example/blob.png"))
        made = await self.core.moderation.announce(self.olga, "Hello")
        path = f"/api/v1/announcements/{made.id}/reactions"
        for emoji in ("%F0%9F%8E%89", "blob", "%F0%9F%8E%89", "1%EF%B8%8F%E2%83%A3"):
            await self.call("PUT", f"{path}/{emoji}", self.token_of)
        await self.call("PUT", f"{path}/%F0%9F%8E%89", await self.token(self.olga))
        [one] = await self.listed()
        self.assertEqual(
            [(r["name"], r["count"], r["me"], r.get("url")) for r in one["reactions"]],
            [("🎉", 2, True, None), ("blob", 1, True, "https://here.example/blob.png"), ("1️⃣", 1, True, None)],
        )
        for wrong in ("%C3%A9", "nothing", "%F0%9F%8E%89x", "a%20b"):
            await self.call("PUT", f"{path}/{wrong}", self.token_of, 422)
        for number in range(5):
            await self.call("PUT", f"{path}/%F0%9F%8E%8{number}", self.token_of)
        await self.call("PUT", f"{path}/%F0%9F%90%B1", self.token_of, 422)
        await self.call("DELETE", f"{path}/blob", self.token_of)
        await self.call("DELETE", f"{path}/blob", self.token_of, 404)
        await self.call("PUT", f"{path}/%F0%9F%90%B1", await self.token(self.alice, "read"), 403)

    async def test_what_is_over_is_not_shown(self) -> None:
        await self.people()
        now = self.core.clock.now()
        await self.core.moderation.announce(None, "over", starts_at=now - timedelta(days=2), ends_at=now - timedelta(days=1))
        await self.core.moderation.announce(None, "to come", starts_at=now + timedelta(days=1), ends_at=now + timedelta(days=2), all_day=True)
        [one] = await self.listed()
        self.assertEqual((one["content"], one["all_day"]), ("<p>to come</p>", True))
        self.assertEqual(len(await self.core.moderation.all_announcements(None)), 2)

    async def test_only_who_may_announces(self) -> None:
        await self.people()
        for person in (self.alice, await self.person("mona", role=Role.MODERATOR)):
            with self.assertRaises(Forbidden):
                await self.core.moderation.announce(person, "hello")
        with self.assertRaises(Invalid):
            await self.core.moderation.announce(self.olga, "  ")


class TextTests(MastodonCase):
    SETTINGS = {
        "instance": {
            "extended_description": "# We\n\nare **nice** <script>x</script>",
            "terms_of_service": "Be *kind*",
            "terms_effective_date": "2026-01-02",
            "show_domain_blocks": "users",
        }
    }

    async def test_the_server_speaks_of_itself_at_length(self) -> None:
        about = await self.call("GET", "/api/v1/instance/extended_description")
        self.assertIn("<strong>nice</strong>", about["content"])
        self.assertNotIn("<script", about["content"])
        terms = await self.call("GET", "/api/v1/instance/terms_of_service")
        self.assertEqual((terms["effective_date"], terms["effective"], terms["succeeded_by"]), ("2026-01-02", True, None))
        self.assertIn("<em>kind</em>", terms["content"])
        self.assertEqual(await self.call("GET", "/api/v1/instance/terms_of_service/2026-01-02"), terms)
        await self.call("GET", "/api/v1/instance/terms_of_service/2025-01-02", None, 404)
        urls = (await self.call("GET", "/api/v2/instance"))["configuration"]["urls"]
        self.assertEqual(urls["terms_of_service"], "https://here.example/terms-of-service")
        policy = await self.call("GET", "/api/v1/instance/privacy_policy")
        self.assertIn("direct notes", policy["content"])

    async def test_who_is_blocked_is_told_to_whom_it_may_be(self) -> None:
        await self.core.moderation.block_host(None, "bad.example", severity="silence", public_comment="why")
        await self.call("GET", "/api/v1/instance/domain_blocks", None, 404)
        [one] = await self.call("GET", "/api/v1/instance/domain_blocks", await self.token(await self.person("alice")))
        self.assertEqual((one["domain"], one["severity"], one["comment"]), ("bad.example", "silence", "why"))


class BareTextTests(MastodonCase):
    async def test_there_are_no_terms_unless_somebody_wrote_some(self) -> None:
        await self.call("GET", "/api/v1/instance/terms_of_service", None, 404)
        self.assertIsNone((await self.call("GET", "/api/v2/instance"))["configuration"]["urls"]["terms_of_service"])
