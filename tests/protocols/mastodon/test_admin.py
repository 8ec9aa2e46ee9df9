"""What staff do to people over the API, that it is in force, and who may do it."""

from __future__ import annotations

import re
from urllib.parse import quote

import msgspec

from pleromad.model.account import Role
from pleromad.model.activity import Create, Origin
from pleromad.model.moderation import PERMISSIONS, Permission
from pleromad.model.note import NoteDraft, Visibility
from protocols.mastodon.admin_table import ADMIN
from protocols.mastodon.entities.base import Error
from tests.protocols.mastodon.case import links
from tests.protocols.mastodon.staff import NOT_ALLOWED, SCOPES, StaffCase
from tests.support.core import PASSWORD


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
