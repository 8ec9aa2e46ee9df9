"""Staff's work over Pleroma's administration."""

from __future__ import annotations

from typing import Any

from pleromad.model.account import Role
from pleromad.model.activity import Flag
from tests.protocols.mastodon.case import MastodonCase

USERS = "/api/v1/pleroma/admin/users"
REPORTS = "/api/v1/pleroma/admin/reports"


class AdminTests(MastodonCase):
    async def begin(self) -> None:
        self.ada = await self.person("ada", role=Role.ADMIN)
        self.molly = await self.person("molly", role=Role.MODERATOR)
        self.alice = await self.person("alice")
        scopes = ("read", "write", "admin:read", "admin:write")
        self.by_ada, self.by_molly = await self.token(self.ada, *scopes), await self.token(self.molly, *scopes)

    async def names(self, query: str) -> list[str]:
        found: dict[str, Any] = await self.call("GET", f"{USERS}?{query}", self.by_ada)
        self.assertEqual(found["count"], len(found["users"]))
        return sorted(one["nickname"] for one in found["users"])

    async def test_people_are_looked_through(self) -> None:
        await self.begin()
        await self.remote("far")
        self.assertEqual(await self.names("filters=local,active"), ["ada", "alice", "molly"])
        self.assertEqual(await self.names("filters=external"), ["far@far.example"])
        self.assertEqual(await self.names("filters=local,is_admin"), ["ada"])
        self.assertEqual(await self.names("query=ali"), ["alice"])
        second = await self.call("GET", f"{USERS}?filters=local&page=2&page_size=2", self.by_ada)
        self.assertEqual((len(second["users"]), second["count"], second["page_size"]), (1, 3, 2))
        one = await self.call("GET", f"{USERS}/alice", self.by_ada)
        self.assertEqual((one["id"], one["email"], one["is_active"]), (str(self.alice.id), "alice@mail.example", True))

    async def test_people_are_shut_out_and_let_in(self) -> None:
        await self.begin()
        changed = await self.call("PATCH", f"{USERS}/deactivate", self.by_molly, json={"nicknames": ["alice"]})
        self.assertFalse(changed["users"][0]["is_active"])
        self.assertEqual(await self.names("filters=local,deactivated"), ["alice"])
        changed = await self.call("PATCH", f"{USERS}/activate", self.by_molly, json={"nicknames": ["alice"]})
        self.assertTrue(changed["users"][0]["is_active"])
        await self.call("PATCH", f"{USERS}/deactivate", self.by_molly, 403, json={"nicknames": ["ada"]})
        log = await self.call("GET", "/api/v1/pleroma/admin/moderation_log", self.by_ada)
        self.assertEqual([one["message"] for one in log["items"]], ["@molly: enable account alice", "@molly: disable account alice"])
        for query, count in (("search=disable", 1), (f"user_id={self.molly.id}", 2), (f"user_id={self.ada.id}", 0), ("start_date=2020-01-01T00:00:00Z", 2), ("end_date=2020-01-01T00:00:00Z", 0)):
            log = await self.call("GET", f"/api/v1/pleroma/admin/moderation_log?{query}", self.by_ada)
            self.assertEqual(len(log["items"]), count, query)

    async def test_roles_are_given_by_those_above(self) -> None:
        await self.begin()
        path = f"{USERS}/alice/permission_group/moderator"
        await self.call("POST", path, self.by_molly, 403)
        self.assertEqual(await self.call("POST", path, self.by_ada), {"is_admin": False, "is_moderator": True})
        self.assertEqual(await self.call("DELETE", path, self.by_ada), {"is_admin": False, "is_moderator": False})
        await self.call("POST", f"{USERS}/alice/permission_group/admin", self.by_ada, 403)
        await self.call("POST", f"{USERS}/alice/permission_group/emperor", self.by_ada, 404)

    async def test_people_are_made_and_deleted(self) -> None:
        await self.begin()
        new = {"users": [{"nickname": "carol", "email": "carol@mail.example", "password": "correct horse battery"}]}
        await self.call("POST", USERS, self.by_molly, 403, json=new)
        self.assertEqual((await self.call("POST", USERS, self.by_ada, json=new))[0]["data"]["nickname"], "carol")
        self.assertEqual(await self.call("DELETE", USERS, self.by_ada, json={"nicknames": ["carol"]}), ["carol"])
        await self.call("GET", f"{USERS}/carol", self.by_ada, 404)

    async def test_a_way_back_is_only_for_those_below(self) -> None:
        await self.begin()
        reset = await self.call("GET", f"{USERS}/alice/password_reset", self.by_ada)
        self.assertTrue(reset["link"].endswith(reset["token"]))
        given = {"data": {"token": reset["token"], "password": "a new horse battery", "password_confirmation": "a new horse"}}
        await self.call("POST", "/api/v1/pleroma/password_reset", status=422, json=given)
        given["data"]["password_confirmation"] = "a new horse battery"
        await self.call("POST", "/api/v1/pleroma/password_reset", json=given)
        self.assertEqual((await self.core.accounts.log_in("alice", "a new horse battery")).account.id, self.alice.id)
        await self.call("POST", "/api/v1/pleroma/password_reset", status=404, json=given)
        await self.call("GET", f"{USERS}/alice/password_reset", self.by_molly, 403)
        await self.person("adam", role=Role.ADMIN)
        await self.call("GET", f"{USERS}/adam/password_reset", self.by_ada, 403)

    async def test_an_invitation_lets_somebody_in(self) -> None:
        await self.begin()
        made = await self.call("POST", f"{USERS}/invite_token", self.by_ada, data={"max_use": "1"})
        self.assertEqual((await self.core.accounts.register(username="guest", email="g@mail.example", password="correct horse battery", invite=made["token"])).account.username, "guest")
        await self.call("POST", f"{USERS}/invite_token", self.by_molly, 403)

    async def test_reports_are_read_and_closed(self) -> None:
        await self.begin()
        bob = await self.person("bob")
        note = await self.say(self.alice, "rude")
        await self.submit(Flag(actor_id=bob.id, target_id=self.alice.id, note_ids=(note.id,), comment="spam"), bob)
        found = await self.call("GET", f"{REPORTS}?state=open", self.by_molly)
        (one,) = found["reports"]
        self.assertEqual((found["total"], one["account"]["acct"], one["actor"]["acct"], one["content"]), (1, "alice", "bob", "spam"))
        self.assertEqual([status["id"] for status in one["statuses"]], [str(note.id)])
        reply = await self.request("PATCH", REPORTS, token=self.by_molly, json={"reports": [{"id": one["id"], "state": "resolved"}]})
        self.assertEqual(reply.status, 204)
        self.assertEqual((await self.call("GET", f"{REPORTS}/{one['id']}", self.by_molly))["state"], "resolved")
        self.assertEqual((await self.call("GET", f"{REPORTS}?state=open", self.by_molly))["reports"], [])

    async def test_it_is_for_staff_with_the_scope(self) -> None:
        await self.begin()
        by_alice = await self.token(self.alice, "read", "write", "admin:read", "admin:write")
        narrow = await self.token(self.ada, "read", "write")
        for path in (USERS, f"{USERS}/ada", REPORTS, "/api/v1/pleroma/admin/moderation_log", "/api/pleroma/admin/need_reboot"):
            for token in (by_alice, narrow, None):
                await self.call("GET", path, token, 403)
        await self.call("GET", "/api/pleroma/admin/need_reboot", self.by_ada)
