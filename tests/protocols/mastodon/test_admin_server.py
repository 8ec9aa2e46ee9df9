"""What staff do over the API besides: hosts, who may sign up, figures, hashtags."""

from __future__ import annotations

from tests.protocols.mastodon.staff import StaffCase


class HostTests(StaffCase):
    async def test_a_host_is_blocked_changed_and_let_go(self) -> None:
        await self.staff()
        form = {"domain": "Bad.Example", "severity": "suspend", "private_comment": "p", "public_comment": "spam", "obfuscate": "true"}
        made = await self.call("POST", "/api/v1/admin/domain_blocks", self.by_adam, data=form)
        self.assertEqual((made["domain"], made["severity"], made["private_comment"], made["obfuscate"]), ("bad.example", "suspend", "p", True))
        self.assertTrue(self.core.activities.policies.host_refused("sub.bad.example"))
        again = await self.request("POST", "/api/v1/admin/domain_blocks", token=self.by_adam, data={"domain": "bad.example"})
        self.assertEqual((again.status, again.json()["existing_domain_block"]["id"]), (422, made["id"]))
        again = await self.request("POST", "/api/v1/admin/domain_blocks", token=self.by_adam, data={"domain": "a.bad.example"})
        self.assertEqual(again.status, 422)
        [told] = await self.call("GET", "/api/v1/instance/domain_blocks")
        self.assertEqual((told["domain"], told["severity"], told["comment"], told["digest"]), (made_public(), "suspend", "spam", made["digest"]))
        path = f"/api/v1/admin/domain_blocks/{made['id']}"
        self.assertEqual(await self.call("GET", path, self.by_adam), made)
        changed = await self.call("PUT", path, self.by_adam, data={"severity": "noop", "reject_media": "true"})
        self.assertEqual((changed["severity"], changed["reject_media"], changed["public_comment"]), ("noop", True, "spam"))
        self.assertFalse(self.core.activities.policies.host_refused("bad.example"))
        self.assertTrue(self.core.activities.policies.media_removed("bad.example"))
        self.assertEqual(await self.call("GET", "/api/v1/instance/domain_blocks"), [])
        self.assertEqual(await self.call("GET", "/api/v1/admin/domain_blocks", self.by_adam), [changed])
        await self.call("DELETE", path, self.by_adam)
        await self.call("GET", path, self.by_adam, 404)
        await self.call("POST", "/api/v1/admin/domain_blocks", self.by_adam, 422, data={"domain": "no host"})
        await self.call("POST", "/api/v1/admin/domain_blocks", self.by_adam, 422, data={"domain": "here.example"})
        self.assertEqual(await self.actions(), ["destroy bad.example", "update bad.example", "create bad.example"])

    async def test_allowances_are_kept(self) -> None:
        await self.staff()
        made = await self.call("POST", "/api/v1/admin/domain_allows", self.by_adam, data={"domain": "good.example"})
        self.assertEqual(await self.call("POST", "/api/v1/admin/domain_allows", self.by_adam, data={"domain": "good.example"}), made)
        self.assertEqual(await self.call("GET", "/api/v1/admin/domain_allows", self.by_adam), [made])
        await self.call("DELETE", f"/api/v1/admin/domain_allows/{made['id']}", self.by_adam)
        await self.call("GET", f"/api/v1/admin/domain_allows/{made['id']}", self.by_adam, 404)


def made_public() -> str:
    return "bad.*****le"


class SignUpTests(StaffCase):
    FORM = {"username": "carl", "email": "carl@evil.example", "password": "a long pass phrase", "agreement": "1"}

    async def sign_up(self, status: int, *, address: str = "192.0.2.9", **form: str) -> dict[str, object]:
        found: dict[str, object] = await self.call("POST", "/api/v1/accounts", self.app, status, data={**self.FORM, **form}, address=address)
        return found

    async def check_waits(self, made: dict[str, object]) -> None:
        """They have a token, and cannot do anything with it before staff has let them in."""
        answer = await self.call("GET", "/api/v1/timelines/home", str(made["access_token"]), 403)
        self.assertIn("pending approval", answer["error"])

    async def test_mail_domains_are_kept_out(self) -> None:
        await self.staff()
        self.app = await self.token(None)
        path = "/api/v1/admin/email_domain_blocks"
        made = await self.call("POST", path, self.by_adam, data={"domain": "evil.example"})
        await self.call("POST", path, self.by_adam, 422, data={"domain": "evil.example"})
        await self.sign_up(422)
        await self.sign_up(422, email="carl@mx.evil.example")
        shown = await self.call("GET", f"{path}/{made['id']}", self.by_adam)
        self.assertEqual((shown["history"][0]["uses"], shown["history"][0]["accounts"], len(shown["history"])), ("2", "1", 7))
        self.assertEqual(await self.ids(path, self.by_adam), [made["id"]])
        await self.call("DELETE", f"{path}/{made['id']}", self.by_adam)
        soft = await self.call("POST", path, self.by_adam, data={"domain": "evil.example", "allow_with_approval": "true"})
        self.assertTrue(soft["allow_with_approval"])
        await self.check_waits(await self.sign_up(200))

    async def test_mail_addresses_are_kept_out_in_any_spelling(self) -> None:
        await self.staff()
        self.app = await self.token(None)
        path = "/api/v1/admin/canonical_email_blocks"
        made = await self.call("POST", path, self.by_adam, data={"email": "Carl@evil.example"})
        self.assertEqual(await self.call("POST", f"{path}/test", self.by_adam, data={"email": "c.a.r.l+x@evil.example"}), [made])
        self.assertEqual(await self.call("POST", f"{path}/test", self.by_adam, data={"email": "other@evil.example"}), [])
        await self.sign_up(422, email="c.arl@evil.example")
        self.assertEqual(await self.call("GET", f"{path}/{made['id']}", self.by_adam), made)
        await self.call("POST", path, self.by_adam, 422, data={"canonical_email_hash": made["canonical_email_hash"]})
        await self.call("POST", path, self.by_adam, 422)
        await self.call("DELETE", f"{path}/{made['id']}", self.by_adam)
        self.assertEqual(await self.call("GET", path, self.by_adam), [])
        await self.sign_up(200)

    async def test_networks_are_kept_out(self) -> None:
        await self.staff()
        self.app = await self.token(None)
        path = "/api/v1/admin/ip_blocks"
        made = await self.call("POST", path, self.by_adam, data={"ip": "192.0.2.77/24", "severity": "sign_up_block", "comment": "c"})
        self.assertEqual((made["ip"], made["severity"], made["expires_at"]), ("192.0.2.0/24", "sign_up_block", None))
        await self.call("POST", path, self.by_adam, 422, data={"ip": "192.0.2.0/24", "severity": "no_access"})
        await self.call("POST", path, self.by_adam, 422, data={"ip": "x", "severity": "no_access"})
        await self.sign_up(403)
        changed = await self.call("PUT", f"{path}/{made['id']}", self.by_adam, data={"severity": "no_access", "expires_in": "3600"})
        self.assertIsNotNone(changed["expires_at"])
        await self.call("GET", "/api/v1/instance", None, 403, address="192.0.2.5")
        await self.call("GET", "/api/v1/instance", None, 200, address="198.51.100.5")
        await self.call("PUT", f"{path}/{made['id']}", self.by_adam, data={"severity": "sign_up_requires_approval"})
        await self.check_waits(await self.sign_up(200))
        self.assertEqual(await self.ids(path, self.by_adam), [made["id"]])
        await self.call("DELETE", f"{path}/{made['id']}", self.by_adam)
        await self.call("GET", f"{path}/{made['id']}", self.by_adam, 404)
        single = await self.call("POST", path, self.by_adam, data={"ip": "2001:db8::1", "severity": "no_access"})
        self.assertEqual(single["ip"], "2001:db8::1/128")


class DashboardTests(StaffCase):
    async def test_figures_are_counted_from_the_database(self) -> None:
        await self.staff()
        note = await self.say(self.bob, "hi #cats", language="en")
        await self.call("POST", f"/api/v1/statuses/{note.id}/favourite", self.by_alice)
        await self.call("POST", "/api/v1/reports", self.by_alice, data={"account_id": str(self.bob.id)})
        await self.core.accounts.seen(self.alice.id)
        await self.core.accounts.seen(self.bob.id)
        await self.remote("rita")
        today = self.core.clock.now().date().isoformat()
        keys = [
            "active_users", "new_users", "interactions", "opened_reports", "resolved_reports", "tag_uses", "tag_accounts", "tag_servers",
            "instance_accounts", "instance_statuses", "instance_media_attachments", "instance_follows", "instance_followers",
            "instance_reports", "nonsense",
        ]  # fmt: skip
        form = [("keys[]", key) for key in keys] + [("start_at", today), ("end_at", today)]
        form += [(f"{key}[id]", "cats") for key in keys if key.startswith("tag_")]
        form += [(f"{key}[domain]", "far.example") for key in keys if key.startswith("instance_")]
        found = {one["key"]: one for one in await self.call("POST", "/api/v1/admin/measures", self.by_mona, data=form)}
        self.assertEqual(list(found), keys[:-1])
        totals = {key: one["total"] for key, one in found.items()}
        self.assertEqual((totals["new_users"], totals["opened_reports"], totals["resolved_reports"]), ("5", "1", "0"))
        self.assertEqual((totals["tag_uses"], totals["tag_accounts"], totals["tag_servers"]), ("1", "1", "1"))
        self.assertEqual((totals["interactions"], totals["instance_accounts"]), ("1", "1"))
        self.assertGreaterEqual(int(totals["active_users"]), 2)
        self.assertEqual(found["new_users"]["data"], [{"date": f"{today}T00:00:00.000Z", "value": "5"}])
        self.assertEqual((found["instance_media_attachments"]["unit"], found["instance_media_attachments"]["human_value"]), ("bytes", "0 Bytes"))
        self.assertNotIn("previous_total", found["instance_accounts"])
        await self.call("POST", "/api/v1/admin/measures", self.by_mona, 422, data={"keys[]": "tag_uses", "start_at": today, "end_at": today})
        await self.call("POST", "/api/v1/admin/measures", self.by_mona, 422, data={"keys[]": "new_users", "start_at": "x", "end_at": today})

    async def test_dimensions_have_parts(self) -> None:
        await self.staff()
        await self.say(self.bob, "hi #cats", language="en")
        await self.core.accounts.seen(self.bob.id)
        far = await self.remote("rita")
        await self.follow(self.alice, far)
        today = self.core.clock.now().date().isoformat()
        keys = ["languages", "sources", "servers", "space_usage", "software_versions", "tag_servers", "tag_languages", "instance_accounts", "instance_languages"]
        form = [("keys[]", key) for key in keys] + [("start_at", today), ("end_at", today), ("limit", "3")]
        form += [("tag_servers[id]", "cats"), ("tag_languages[id]", "cats")]
        form += [("instance_accounts[domain]", "far.example"), ("instance_languages[domain]", "far.example")]
        found = {one["key"]: one["data"] for one in await self.call("POST", "/api/v1/admin/dimensions", self.by_mona, data=form)}
        self.assertEqual(list(found), keys)
        self.assertEqual(found["servers"], [{"key": "here.example", "human_key": "here.example", "value": "1"}])
        self.assertEqual([(one["key"], one["value"]) for one in found["tag_languages"]], [("en", "1")])
        self.assertEqual([one["key"] for one in found["sources"]], ["web"])
        self.assertEqual([(one["key"], one["value"]) for one in found["instance_accounts"]], [("rita", "1")])
        self.assertIn("PostgreSQL", [one["human_key"] for one in found["software_versions"]])
        self.assertTrue(all(one["unit"] == "bytes" for one in found["space_usage"]))

    async def test_cohorts_show_who_stayed(self) -> None:
        await self.staff()
        now = self.core.clock.now()
        await self.database.execute("UPDATE users SET created_at = %s - interval '1 day'", (now,))
        await self.core.accounts.seen(self.bob.id)
        first = (await self.database.fetch_value("SELECT (%s - interval '1 day')::date::text", (now,)))
        form = {"start_at": first, "end_at": now.date().isoformat(), "frequency": "day"}
        found = await self.call("POST", "/api/v1/admin/retention", self.by_mona, data=form)
        self.assertEqual([len(one["data"]) for one in found], [2, 1])
        today = found[0]["data"][1]
        self.assertEqual(found[0]["period"][:10], first)
        self.assertAlmostEqual(today["rate"], int(today["value"]) / 5)
        self.assertGreaterEqual(int(today["value"]), 1)


class TagTests(StaffCase):
    async def test_hashtags_are_judged(self) -> None:
        await self.staff()
        note = await self.say(self.bob, "#Cats")
        shown = await self.call("GET", "/api/v1/admin/tags/cats", self.by_mona)
        self.assertEqual((shown["name"], shown["usable"], shown["trendable"], shown["history"][0]["uses"]), ("cats", True, True, "1"))
        self.assertEqual([one["name"] for one in await self.call("GET", "/api/v1/admin/tags", self.by_mona)], ["cats"])
        changed = await self.call("PUT", "/api/v1/admin/tags/cats", self.by_mona, data={"display_name": "CATS", "usable": "false"})
        self.assertEqual((changed["name"], changed["usable"]), ("CATS", False))
        self.assertEqual(await self.ids("/api/v1/timelines/tag/cats"), [])
        await self.call("PUT", "/api/v1/admin/tags/cats", self.by_mona, data={"usable": "true"})
        self.assertEqual(await self.ids("/api/v1/timelines/tag/cats"), [str(note.id)])
        await self.call("PUT", "/api/v1/admin/tags/cats", self.by_mona, 422, data={"display_name": "dogs"})
        await self.call("GET", "/api/v1/admin/tags/never", self.by_mona, 404)
        self.assertFalse((await self.call("POST", "/api/v1/admin/trends/tags/cats/reject", self.by_mona))["trendable"])
        self.assertTrue((await self.call("POST", "/api/v1/admin/trends/tags/cats/approve", self.by_mona))["trendable"])

    async def test_statuses_are_kept_from_the_trends(self) -> None:
        await self.staff()
        note = await self.say(self.bob, "hello")
        path = f"/api/v1/admin/trends/statuses/{note.id}"
        self.assertEqual((await self.call("POST", f"{path}/reject", self.by_mona))["id"], str(note.id))
        self.assertEqual(await self.database.fetch("SELECT kind, key FROM trend_refusals"), [("status", str(note.id))])
        await self.call("POST", f"{path}/approve", self.by_mona)
        self.assertEqual(await self.database.fetch("SELECT kind FROM trend_refusals"), [])
        await self.call("POST", "/api/v1/admin/trends/statuses/5/approve", self.by_mona, 404)
