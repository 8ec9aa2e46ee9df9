"""What staff do over the API, and that it is in force."""

from __future__ import annotations

import re
from urllib.parse import quote

import msgspec

from pleromad.model.account import Account, Role
from pleromad.model.activity import Create, Origin
from pleromad.model.moderation import PERMISSIONS, Permission
from pleromad.model.note import NoteDraft, Visibility
from pleromad.model.page import Page
from protocols.mastodon.admin_table import ADMIN
from protocols.mastodon.entities.base import Error
from tests.protocols.mastodon.case import MastodonCase, links
from tests.support.core import PASSWORD

SCOPES = ("read", "write", "admin:read", "admin:write")
NOT_ALLOWED = "This action is not allowed"


class StaffCase(MastodonCase):
    async def staff(self) -> None:
        self.olga = await self.person("olga", role=Role.OWNER)
        self.adam = await self.person("adam", role=Role.ADMIN)
        self.mona = await self.person("mona", role=Role.MODERATOR)
        self.by_olga, self.by_adam, self.by_mona = [await self.token(each, *SCOPES) for each in (self.olga, self.adam, self.mona)]
        self.alice, self.bob = await self.person("alice"), await self.person("bob")
        self.by_alice, self.by_bob = await self.token(self.alice), await self.token(self.bob)

    async def act(self, target: Account, type: str, status: int = 200, *, token: str | None = None, **form: str) -> None:
        path = f"/api/v1/admin/accounts/{target.id}/action"
        await self.call("POST", path, token or self.by_mona, status, data={"type": type, **form})

    async def actions(self) -> list[str]:
        return [f"{entry.action} {entry.target}" for entry in (await self.core.moderation.entries(None, Page(limit=50))).items]


class ListTests(StaffCase):
    async def names(self, query: str) -> set[str]:
        return {one["account"]["acct"] for one in await self.call("GET", f"/api/{query}", self.by_mona)}

    async def test_accounts_are_found_by_what_they_are(self) -> None:
        await self.staff()
        await self.remote("rita")
        waiting = await self.person("wanda", role=None, reason="please")
        await self.database.execute("UPDATE users SET approved_at = NULL WHERE account_id = %s", (waiting.id,))
        await self.act(self.bob, "silence")
        everybody = {"olga", "adam", "mona", "alice", "bob", "wanda"}
        for query, expected in {
            "v1/admin/accounts": everybody,
            "v1/admin/accounts?remote=true": {"rita@far.example"},
            "v1/admin/accounts?silenced=1": {"bob"},
            "v1/admin/accounts?pending=true": {"wanda"},
            "v1/admin/accounts?staff=true": {"olga", "adam", "mona"},
            "v1/admin/accounts?username=al": {"alice"},
            "v1/admin/accounts?email=bob@": {"bob"},
            "v1/admin/accounts?by_domain=far.example&remote=true": {"rita@far.example"},
            "v2/admin/accounts": everybody | {"rita@far.example"},
            "v2/admin/accounts?origin=remote": {"rita@far.example"},
            "v2/admin/accounts?permissions=staff": {"olga", "adam", "mona"},
            "v2/admin/accounts?role_ids[]=1": {"mona"},
            "v2/admin/accounts?status=silenced": {"bob"},
            f"v2/admin/accounts?invited_by={self.olga.id}": set(),
            "v2/admin/accounts?ip=nonsense": set(),
        }.items():
            self.assertEqual(await self.names(query), expected, query)
        await self.call("GET", "/api/v2/admin/accounts?origin=x", self.by_mona, 422)
        first = await self.reply("GET", "/api/v1/admin/accounts?limit=2", self.by_mona)
        second = await self.reply("GET", links(first)["next"], self.by_mona)
        back = await self.reply("GET", links(second)["prev"], self.by_mona)
        self.assertEqual(back.json(), first.json())

    async def test_staff_see_what_others_do_not(self) -> None:
        await self.staff()
        await self.core.accounts.log_in("bob", PASSWORD, address="192.0.2.7")
        shown = await self.call("GET", f"/api/v1/admin/accounts/{self.bob.id}", self.by_mona)
        self.assertEqual((shown["email"], shown["ip"], shown["ips"][0]["ip"]), ("bob@mail.example", "192.0.2.7", "192.0.2.7"))
        self.assertEqual((shown["role"]["id"], shown["confirmed"], shown["approved"], shown["domain"]), ("-99", True, True, None))
        self.assertEqual(await self.names("v1/admin/accounts?ip=192.0.2.0/24"), {"bob"})
        far = await self.remote("rita")
        shown = await self.call("GET", f"/api/v1/admin/accounts/{far.id}", self.by_mona)
        self.assertEqual((shown["email"], shown["ip"], shown["domain"]), ("", None, "far.example"))
        await self.call("GET", "/api/v1/admin/accounts/7", self.by_mona, 404)

    async def test_roles_carry_mastodons_bits(self) -> None:
        await self.staff()
        for token, role in ((self.by_mona, Role.MODERATOR), (self.by_adam, Role.ADMIN), (self.by_olga, Role.OWNER), (self.by_alice, Role.USER)):
            mine = await self.call("GET", "/api/v1/accounts/verify_credentials", token)
            self.assertEqual(mine["role"]["permissions"], str(int(PERMISSIONS[role])))
        self.assertEqual(int(PERMISSIONS[Role.MODERATOR]), 1308 | 1 << 20)
        self.assertTrue(PERMISSIONS[Role.OWNER] & Permission.ADMINISTRATOR)

    async def test_a_list_costs_the_same_however_long(self) -> None:
        await self.staff()
        before = await self.least_cost("/api/v1/admin/accounts")
        for name in ("carl", "dora", "emil"):
            await self.person(name)
        self.assertEqual(await self.least_cost("/api/v1/admin/accounts"), before)

    async def least_cost(self, path: str) -> int:
        """Statements, when none of them is new to its connection."""
        return min([await self.cost("GET", path, self.by_mona) for _ in range(6)])


class WaitingTests(StaffCase):
    SETTINGS = {"instance": {"registrations": "approval"}}

    async def test_who_waits_is_let_in_or_turned_away(self) -> None:
        await self.staff()
        wanda, will = [await self.person(name, role=None, reason="please") for name in ("wanda", "will")]
        shown = await self.call("GET", f"/api/v1/admin/accounts/{wanda.id}", self.by_mona)
        self.assertEqual((shown["approved"], shown["invite_request"]), (False, "please"))
        self.assertTrue((await self.call("POST", f"/api/v1/admin/accounts/{wanda.id}/approve", self.by_mona))["approved"])
        await self.call("POST", f"/api/v1/admin/accounts/{wanda.id}/approve", self.by_mona, 403)
        await self.call("POST", f"/api/v1/admin/accounts/{wanda.id}/reject", self.by_mona, 403)
        self.assertEqual((await self.call("POST", f"/api/v1/admin/accounts/{will.id}/reject", self.by_mona))["username"], "will")
        await self.call("GET", f"/api/v1/admin/accounts/{will.id}", self.by_mona, 404)
        await self.person("will", role=None, reason="once more")
        self.assertEqual(await self.actions(), ["reject will", "approve wanda"])


class SanctionTests(StaffCase):
    async def test_who_is_suspended_is_gone_until_they_are_back(self) -> None:
        await self.staff()
        note = await self.say(self.bob, "here I am")
        await self.follow(self.alice, self.bob)
        self.assertEqual(await self.ids("/api/v1/timelines/home", self.by_alice), [str(note.id)])
        await self.act(self.bob, "suspend", text="spam")
        shown = await self.call("GET", f"/api/v1/accounts/{self.bob.id}", self.by_alice)
        self.assertEqual((shown["suspended"], shown["note"]), (True, ""))
        self.assertEqual(await self.ids("/api/v1/timelines/home", self.by_alice), [])
        self.assertEqual(await self.ids("/api/v1/timelines/public"), [])
        await self.call("GET", f"/api/v1/statuses/{note.id}", self.by_alice, 404)
        await self.call("POST", "/api/v1/statuses", self.by_bob, 401, data={"status": "still here?"})
        reply = await self.post("/oauth/token", {"grant_type": "password", "username": "bob", "password": PASSWORD})
        self.assertNotEqual(reply.status, 200)
        path = f"/api/v1/admin/accounts/{self.bob.id}"
        self.assertTrue((await self.call("GET", path, self.by_mona))["suspended"])
        self.assertFalse((await self.call("POST", f"{path}/unsuspend", self.by_mona))["suspended"])
        await self.call("POST", f"{path}/unsuspend", self.by_mona, 403)
        self.assertEqual(await self.ids("/api/v1/timelines/home", self.by_alice), [str(note.id)])
        await self.call("POST", "/api/v1/statuses", self.by_bob, data={"status": "back"})
        [told] = await self.call("GET", "/api/v1/notifications?types[]=moderation_warning", self.by_bob)
        self.assertEqual((told["moderation_warning"]["action"], told["moderation_warning"]["text"]), ("suspend", "spam"))
        self.assertEqual(await self.actions(), ["unsuspend bob", "suspend bob"])

    async def test_the_address_of_who_is_suspended_is_not_taken_again(self) -> None:
        await self.staff()
        await self.act(self.bob, "suspend")
        app = await self.token(None)
        form = {"username": "bobby", "email": "b.o.b+new@mail.example", "password": "a long pass phrase", "agreement": "1"}
        error = await self.call("POST", "/api/v1/accounts", app, 422, data=form)
        self.assertEqual(list(error["details"]), ["email"])
        await self.call("POST", f"/api/v1/admin/accounts/{self.bob.id}/unsuspend", self.by_mona)
        await self.call("POST", "/api/v1/accounts", app, data=form)

    async def test_who_is_disabled_cannot_log_in_but_is_seen(self) -> None:
        await self.staff()
        note = await self.say(self.bob, "here I am")
        await self.act(self.bob, "disable")
        await self.call("GET", "/api/v1/accounts/verify_credentials", self.by_bob, 401)
        await self.call("GET", f"/api/v1/statuses/{note.id}")
        self.assertTrue((await self.call("GET", f"/api/v1/admin/accounts/{self.bob.id}", self.by_mona))["disabled"])
        self.assertFalse((await self.call("POST", f"/api/v1/admin/accounts/{self.bob.id}/enable", self.by_mona))["disabled"])
        await self.call("GET", "/api/v1/accounts/verify_credentials", self.by_bob)

    async def test_who_is_silenced_is_heard_by_followers_alone(self) -> None:
        await self.staff()
        await self.follow(self.alice, self.bob)
        await self.act(self.bob, "silence")
        note = await self.say(self.bob, "hello #tag @olga")
        self.assertEqual(await self.ids("/api/v1/timelines/home", self.by_alice), [str(note.id)])
        self.assertEqual(await self.ids("/api/v1/timelines/public"), [])
        self.assertEqual(await self.ids("/api/v1/timelines/tag/tag"), [])
        self.assertEqual(await self.ids("/api/v1/notifications?types[]=mention", self.by_olga), [])
        self.assertTrue((await self.call("GET", f"/api/v1/accounts/{self.bob.id}"))["limited"])
        known = await self.call("POST", f"/api/v1/accounts/{self.alice.id}/follow", self.by_bob)
        self.assertEqual((known["following"], known["requested"]), (False, True))
        await self.call("POST", f"/api/v1/admin/accounts/{self.bob.id}/unsilence", self.by_mona)
        self.assertEqual(await self.ids("/api/v1/timelines/public"), [str(note.id)])

    async def test_media_of_who_is_marked_are_sensitive(self) -> None:
        await self.staff()
        old = await self.say(self.bob, "before")
        await self.act(self.bob, "sensitive")
        self.assertTrue((await self.call("GET", f"/api/v1/statuses/{old.id}"))["sensitive"])
        new = await self.say(self.bob, "after")
        facts = await self.core.reading.note_json(new.id)
        assert facts is not None
        self.assertTrue(facts["sensitive"])
        self.assertTrue((await self.call("GET", f"/api/v1/admin/accounts/{self.bob.id}", self.by_mona))["sensitized"])
        await self.call("POST", f"/api/v1/admin/accounts/{self.bob.id}/unsensitive", self.by_mona)
        self.assertFalse((await self.call("GET", f"/api/v1/statuses/{old.id}"))["sensitive"])

    async def test_an_action_resolves_the_reports_and_a_warning_one(self) -> None:
        await self.staff()
        made = [await self.call("POST", "/api/v1/reports", self.by_alice, data={"account_id": str(self.bob.id)}) for _ in range(3)]
        await self.act(self.bob, "none", text="be nice", report_id=made[0]["id"])
        self.assertEqual(len(await self.call("GET", "/api/v1/admin/reports", self.by_mona)), 2)
        await self.act(self.bob, "silence")
        self.assertEqual(await self.call("GET", "/api/v1/admin/reports", self.by_mona), [])
        await self.act(self.alice, "none", 404, report_id=made[0]["id"])

    async def test_nobody_acts_on_those_above_or_beside_them(self) -> None:
        await self.staff()
        other = await self.person("max", role=Role.MODERATOR)
        for target in (self.mona, other, self.adam, self.olga):
            await self.act(target, "suspend", 403)
        await self.act(other, "silence", token=self.by_adam)
        await self.act(self.adam, "disable", token=self.by_olga)
        await self.act(self.olga, "suspend", 403, token=self.by_olga)
        instance = await self.core.accounts.instance_actor()
        await self.act(instance, "suspend", 403, token=self.by_olga)

    async def test_people_elsewhere_are_silenced_and_suspended_not_warned(self) -> None:
        await self.staff()
        far = await self.remote("rita")
        await self.follow(far, self.alice)
        await self.act(far, "none", 422)
        await self.act(far, "disable", 422)
        await self.act(far, "suspend")
        [relation] = await self.call("GET", f"/api/v1/accounts/relationships?id[]={far.id}&with_suspended=true", self.by_alice)
        self.assertFalse(relation["followed_by"])
        [told] = await self.call("GET", "/api/v1/notifications?types[]=severed_relationships", self.by_alice)
        self.assertEqual(
            (told["event"]["type"], told["event"]["target_name"], told["event"]["followers_count"]), ("account_suspension", "rita@far.example", 1)
        )
        rejects = await self.database.fetch("SELECT data FROM activities WHERE type = 'Reject'")
        self.assertEqual([row[0]["to"] for row in rejects], [[far.uri]])

    async def test_only_who_is_suspended_is_deleted(self) -> None:
        await self.staff()
        path = f"/api/v1/admin/accounts/{self.bob.id}"
        await self.call("DELETE", path, self.by_adam, 403)
        await self.act(self.bob, "suspend")
        await self.call("DELETE", path, self.by_mona, 403)
        await self.call("DELETE", path, self.by_adam)
        await self.call("GET", path, self.by_adam, 404)
        far = await self.remote("rita")
        await self.act(far, "suspend")
        await self.call("DELETE", f"/api/v1/admin/accounts/{far.id}", self.by_adam)

    async def test_a_note_of_somebody_suspended_does_not_come_in(self) -> None:
        await self.staff()
        await self.act(self.bob, "suspend")
        draft = NoteDraft(text="from another door", visibility=Visibility.PUBLIC)
        with self.assertRaises(Exception) as caught:
            await self.core.activities.submit(Create(actor_id=self.bob.id, note=draft), Origin.local(self.bob.id))
        self.assertEqual(type(caught.exception).__name__, "Forbidden")


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


class AccessTests(StaffCase):
    """Every endpoint of the staff, for everybody who may come along."""

    # What a moderator may not: their role has no say in federation, blocks at sign-up, and deleting.
    NOT_FOR_MODERATORS = re.compile(r"domain_blocks|domain_allows|ip_blocks|canonical_email_blocks|email_domain_blocks")
    FORM = {
        "domain": "some.example", "severity": "noop", "ip": "203.0.113.0/24", "email": "x@some.example", "type": "none", "keys[]": "new_users",
        "start_at": "2026-01-01", "end_at": "2026-01-02", "frequency": "day",
    }  # fmt: skip

    async def test_only_who_may_gets_in(self) -> None:
        await self.staff()
        narrow = await self.token(self.olga, "read", "write")
        wrong = await self.token(self.olga, "admin:read:nothing", "admin:write:nothing")
        user = await self.token(self.alice, *SCOPES)
        app = await self.token(None, *SCOPES)
        gone = await self.person("gone", role=Role.MODERATOR)
        suspended = await self.token(gone, *SCOPES)
        await self.act(gone, "suspend", token=self.by_adam)
        for row in ADMIN:
            path = re.sub(r"<\w+>", "5", row.path)
            for method in row.method.split():
                for who, token, status, words in (
                    ("nobody", None, 403, NOT_ALLOWED),
                    ("a wrong token", "nonsense", 401, ""),
                    ("a token without admin scopes", narrow, 403, "outside the authorized scopes"),
                    ("a token of other admin scopes", wrong, 403, "outside the authorized scopes"),
                    ("a user", user, 403, NOT_ALLOWED),
                    ("an app", app, 403, NOT_ALLOWED),
                    ("suspended staff", suspended, 401, ""),
                ):
                    answer = await self.call(method, path, token, status, data=self.FORM)
                    self.assertIn(words, answer["error"], f"{who}: {method} {path}")

    async def test_each_scope_opens_its_own_and_no_more(self) -> None:
        await self.staff()
        for row in ADMIN:
            path = re.sub(r"<\w+>", "5", row.path)
            method = row.method.split()[0]
            [scope] = row.scopes
            self.assertTrue(scope.startswith("admin:read" if method == "GET" or "test" in path or row.path.endswith(("measures", "dimensions", "retention")) else "admin:write"))
            for given in {scope, scope.rpartition(":")[0] if scope.count(":") == 2 else scope}:
                reply = await self.request(method, path, token=await self.token(self.olga, given), data=self.FORM)
                self.assertNotIn(reply.status, (401, 403), f"{given}: {method} {path}: {reply.body[:200]!r}")

    async def test_roles_decide(self) -> None:
        await self.staff()
        for row in ADMIN:
            path = re.sub(r"<\w+>", "5", row.path)
            method = row.method.split()[0]
            for token in (self.by_mona, self.by_adam, self.by_olga):
                reply = await self.request(method, path, token=token, data=self.FORM)
                forbidden = token == self.by_mona and bool(
                    self.NOT_FOR_MODERATORS.search(row.path) or (method == "DELETE" and "accounts" in row.path)
                )
                self.assertEqual(reply.status == 403, forbidden, f"{method} {path}: {reply.status} {reply.body[:200]!r}")
                self.assertLess(reply.status, 500)

    async def test_who_loses_the_role_loses_access_at_once(self) -> None:
        await self.staff()
        await self.call("GET", "/api/v1/admin/reports", self.by_mona)
        await self.core.moderation.set_role(self.adam, self.mona.id, Role.USER)
        await self.call("GET", "/api/v1/admin/reports", self.by_mona, 403)

    async def test_garbage_is_refused_in_words(self) -> None:
        await self.staff()
        for row in ADMIN:
            method = row.method.split()[0]
            names = [field.encode_name for field in msgspec.structs.fields(row.form)]
            names += [f"{name}{more}" for name in names for more in ("[]", "[id]", "[domain]")]
            for value in ("", "-1", "9223372036854775807", "a\x00b\ud7ff\U0001f4a9", "https://[::1", "0.0.0.0/0", "1970-01-01", "99999-01-01"):
                path = re.sub(r"<\w+>", quote(value) or "5", row.path)
                form = [(name, value) for name in names]
                reply = await self.request(method, path, token=self.by_olga, data=form)
                self.assertLess(reply.status, 500, f"{method} {path} {value!r}: {reply.body[:300]!r}")
                if reply.status >= 400 and b"existing_domain_block" not in reply.body:
                    msgspec.json.decode(reply.body, type=Error)
