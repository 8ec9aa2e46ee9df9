"""What staff do over Pleroma's administration besides people and reports: tags, access, statuses, the house."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from twisted.internet.defer import Deferred

from pleromad.errors import Forbidden, Unauthenticated
from pleromad.ids import PUBLIC
from pleromad.model.account import Account, Role
from pleromad.model.activity import Create, Flag, Follow
from pleromad.model.note import RemoteNote, Visibility
from pleromad.policies import tags
from tests.protocols.mastodon.case import MastodonCase
from tests.support.clients import until
from tests.support.core import PASSWORD

ADMIN = "/api/v1/pleroma/admin"
USERS = f"{ADMIN}/users"
REPORTS = f"{ADMIN}/reports"
STATUSES = f"{ADMIN}/statuses"


class StaffCase(MastodonCase):
    async def begin(self) -> None:
        self.ada = await self.person("ada", role=Role.ADMIN)
        self.molly = await self.person("molly", role=Role.MODERATOR)
        self.alice = await self.person("alice")
        scopes = ("read", "write", "admin:read", "admin:write")
        self.by_ada, self.by_molly, self.by_alice = [await self.token(one, *scopes) for one in (self.ada, self.molly, self.alice)]

    async def nothing(self, method: str, path: str, token: str, **form: Any) -> None:
        reply = await self.request(method, path, token=token, json=form)
        self.assertEqual((reply.status, reply.body), (204, b""), reply.text)


class TagTests(StaffCase):
    async def tagged(self, *given: str) -> None:
        await self.nothing("PUT", f"{USERS}/tag", self.by_molly, nicknames=["alice"], tags=list(given))

    async def test_tags_are_given_told_and_taken(self) -> None:
        await self.begin()
        await self.tagged(tags.UNLISTED, tags.NSFW)
        self.assertEqual((await self.call("GET", f"/api/v1/accounts/{self.alice.id}"))["pleroma"]["tags"], sorted([tags.UNLISTED, tags.NSFW]))
        found = await self.call("GET", f"{USERS}?tags[]={tags.NSFW}", self.by_molly)
        self.assertEqual([one["nickname"] for one in found["users"]], ["alice"])
        await self.nothing("DELETE", f"{USERS}/tag", self.by_molly, nicknames=["alice"], tags=[tags.NSFW])
        self.assertEqual((await self.call("GET", f"{USERS}/alice", self.by_molly))["tags"], [tags.UNLISTED])
        await self.call("PUT", f"{USERS}/tag", self.by_molly, 422, json={"nicknames": ["alice"], "tags": ["mrf_tag:nothing"]})
        await self.call("PUT", f"{USERS}/tag", self.by_molly, 403, json={"nicknames": ["ada"], "tags": [tags.NSFW]})
        await self.call("PUT", f"{USERS}/tag", self.by_alice, 403, json={"nicknames": ["alice"], "tags": [tags.NSFW]})

    async def test_what_who_is_tagged_says_is_held_to_it(self) -> None:
        await self.begin()
        await self.tagged(tags.UNLISTED)
        said = await self.call("POST", "/api/v1/statuses", self.by_alice, json={"status": "hello"})
        self.assertEqual(said["visibility"], "unlisted")
        direct = await self.call("POST", "/api/v1/statuses", self.by_alice, json={"status": "psst", "visibility": "direct"})
        self.assertEqual(direct["visibility"], "direct")
        await self.tagged(tags.SANDBOX)
        said = await self.call("POST", "/api/v1/statuses", self.by_alice, json={"status": "hello", "visibility": "public"})
        self.assertEqual(said["visibility"], "private")

    async def test_nobody_begins_to_follow_who_is_tagged_so(self) -> None:
        await self.begin()
        far = await self.remote("far")
        await self.tagged(tags.NO_REMOTE_FOLLOWERS)
        await self.call("POST", f"/api/v1/accounts/{self.alice.id}/follow", self.by_molly)
        with self.assertRaises(Forbidden):
            await self.submit(Follow(actor_id=far.id, target_id=self.alice.id, uri=f"{far.uri}/f/1", raw={"id": f"{far.uri}/f/1"}), far)
        await self.tagged(tags.NO_NEW_FOLLOWERS)
        await self.call("POST", f"/api/v1/accounts/{self.alice.id}/follow", self.by_ada, 403)
        await self.call("POST", f"/api/v1/accounts/{self.alice.id}/follow", self.by_molly, json={"notify": True})

    async def test_whom_staff_recommend_comes_first(self) -> None:
        await self.begin()
        changed = await self.call("PATCH", f"{USERS}/suggest", self.by_molly, json={"nicknames": ["alice"]})
        self.assertTrue(changed["users"][0]["is_suggested"])
        self.assertTrue((await self.call("GET", f"/api/v1/accounts/{self.alice.id}"))["pleroma"]["is_suggested"])
        (one,) = await self.call("GET", "/api/v2/suggestions", self.by_ada)
        self.assertEqual((one["account"]["acct"], one["source"], one["sources"]), ("alice", "staff", ["featured"]))
        await self.call("PATCH", f"{USERS}/unsuggest", self.by_molly, json={"nicknames": ["alice"]})
        self.assertEqual(await self.call("GET", "/api/v2/suggestions", self.by_ada), [])


class AccessTests(StaffCase):
    async def test_staff_help_people_in(self) -> None:
        await self.begin()
        told = await self.call("GET", f"{USERS}/alice/credentials", self.by_ada)
        self.assertEqual((told["email"], told["two_factor"]), ("alice@mail.example", False))
        await self.call("PATCH", f"{USERS}/alice/credentials", self.by_ada, json={"email": "new@mail.example", "name": "Alice B", "password": "another horse battery"})
        told = await self.call("GET", f"{USERS}/alice/credentials", self.by_ada)
        self.assertEqual((told["email"], told["name"]), ("new@mail.example", "Alice B"))
        self.assertEqual((await self.core.accounts.log_in("new@mail.example", "another horse battery")).account.id, self.alice.id)
        await self.call("PATCH", f"{USERS}/alice/credentials", self.by_ada, 422, json={"email": "ada@mail.example"})
        for method, path, form in (
            ("GET", f"{USERS}/alice/credentials", {}),
            ("PATCH", f"{USERS}/alice/credentials", {"name": "x"}),
            ("PUT", f"{USERS}/disable_mfa", {"nickname": "alice"}),
            ("PATCH", f"{USERS}/force_password_reset", {"nicknames": ["alice"]}),
            ("POST", f"{USERS}/follow", {"follower": "alice", "followed": "molly"}),
            ("POST", f"{ADMIN}/backups", {"nickname": "alice"}),
        ):
            await self.call(method, path, self.by_molly, 403, json=form)
        await self.call("GET", f"{USERS}/ada/credentials", self.by_ada, 403)

    async def test_a_password_is_made_void(self) -> None:
        await self.begin()
        self.assertEqual((await self.get("/api/v1/accounts/verify_credentials", token=self.by_alice)).status, 200)
        await self.nothing("PATCH", f"{USERS}/force_password_reset", self.by_ada, nicknames=["alice"])
        self.assertEqual((await self.get("/api/v1/accounts/verify_credentials", token=self.by_alice)).status, 401)
        with self.assertRaises(Unauthenticated):
            await self.core.accounts.log_in("alice", PASSWORD)

    async def test_addresses_are_confirmed_and_second_factors_ended(self) -> None:
        await self.begin()
        await self.database.execute("UPDATE users SET confirmed_at = NULL WHERE account_id = %s", (self.alice.id,))
        await self.nothing("PATCH", f"{USERS}/resend_confirmation_email", self.by_ada, nicknames=["alice"])
        changed = await self.call("PATCH", f"{USERS}/confirm_email", self.by_ada, json={"nicknames": ["alice"]})
        self.assertTrue(changed["users"][0]["is_confirmed"])
        self.assertEqual(await self.call("PUT", f"{USERS}/disable_mfa", self.by_ada, json={"nickname": "alice"}), "alice")

    async def test_staff_let_somebody_follow(self) -> None:
        await self.begin()
        both = {"follower": "alice", "followed": "molly"}
        for what, count in (("follow", 1), ("unfollow", 0)):
            await self.call("POST", f"{USERS}/{what}", self.by_ada, json=both)
            self.assertEqual((await self.call("GET", f"/api/v1/accounts/{self.molly.id}"))["followers_count"], count)

    async def test_several_get_a_role_and_lose_it(self) -> None:
        await self.begin()
        await self.person("bob")
        path = f"{USERS}/permission_group/moderator"
        self.assertEqual(await self.call("POST", path, self.by_ada, json={"nicknames": ["alice", "bob"]}), {"is_admin": False, "is_moderator": True})
        self.assertEqual((await self.call("GET", f"{USERS}?filters=is_moderator", self.by_ada))["count"], 4)
        await self.call("DELETE", path, self.by_ada, json={"nicknames": ["alice", "bob"]})
        self.assertEqual((await self.core.reading.account(self.alice.id)).role, Role.USER)

    async def test_somebody_is_shut_out_and_let_in_with_one_button(self) -> None:
        await self.begin()
        for active in (False, True):
            told = await self.call("PATCH", f"{USERS}/alice/toggle_activation", self.by_molly)
            self.assertEqual(told["is_active"], active)

    async def test_invitations_are_listed_and_revoked(self) -> None:
        await self.begin()
        made = await self.call("POST", f"{USERS}/invite_token", self.by_ada, json={"max_use": 3})
        self.assertEqual((made["max_use"], made["uses"], made["used"]), (3, 0, False))
        await self.core.accounts.register(username="guest", email="g@mail.example", password="correct horse battery", invite=made["token"])
        (one,) = (await self.call("GET", f"{USERS}/invites", self.by_ada))["invites"]
        self.assertEqual((one["id"], one["token"], one["uses"], one["max_use"]), (made["id"], "", 1, 3))
        gone = await self.call("POST", f"{USERS}/revoke_invite", self.by_ada, json={"token": made["token"]})
        self.assertTrue(gone["used"])
        self.assertIsNone(await self.core.accounts.invite_role(made["token"]))
        await self.call("POST", f"{USERS}/revoke_invite", self.by_ada, 404, json={"token": "nothing"})
        await self.call("POST", f"{USERS}/email_invite", self.by_ada, 403, json={"email": "x@mail.example"})  # no mail is sent here

    async def test_a_backup_is_made_for_somebody(self) -> None:
        await self.begin()
        await self.call("POST", f"{ADMIN}/backups", self.by_ada, json={"nickname": "alice"})
        self.assertEqual(len(await self.call("GET", "/api/v1/pleroma/backups", self.by_alice)), 1)


class StatusTests(StaffCase):
    async def test_staff_look_through_what_was_said_but_not_in_private(self) -> None:
        await self.begin()
        far = await self.remote("far")
        said = [await self.say(self.alice, "hello"), await self.say(self.alice, "psst", visibility=Visibility.DIRECT)]
        theirs = await self.say_far(far, "from afar")
        found = await self.call("GET", STATUSES, self.by_molly)
        self.assertEqual(found[0]["account"]["nickname"], found[0]["account"]["acct"])
        self.assertEqual([one["id"] for one in found], sorted([str(said[0].id), str(theirs)], key=int, reverse=True))
        self.assertEqual(await self.ids(f"{STATUSES}?local_only=true", self.by_molly), [str(said[0].id)])
        found = await self.call("GET", f"{ADMIN}/instances/far.example/statuses", self.by_molly)
        self.assertEqual([one["id"] for one in found["activities"]], [str(theirs)])
        found = await self.call("GET", f"{USERS}/alice/statuses", self.by_molly)
        self.assertEqual(([one["id"] for one in found["activities"]], found["total"]), ([str(said[0].id)], 1))
        await self.call("GET", f"{STATUSES}?godmode=true", self.by_molly, 422)
        await self.call("GET", f"{STATUSES}/{said[1].id}", self.by_molly, 404)
        self.assertEqual(await self.call("GET", f"{USERS}/alice/chats", self.by_molly), [])
        for path in (f"{ADMIN}/chats/1", f"{ADMIN}/chats/1/messages"):
            await self.call("GET", path, self.by_molly, 422)
        counts = await self.call("GET", f"{ADMIN}/stats", self.by_molly)
        self.assertEqual((counts["status_visibility"]["public"], counts["status_visibility"]["direct"]), (2, 1))
        counts = await self.call("GET", f"{ADMIN}/stats?instance=far.example", self.by_molly)
        self.assertEqual(counts["status_visibility"]["public"], 1)

    async def say_far(self, author: Account, text: str) -> int:
        uri = f"{author.uri}/n/1"
        note = RemoteNote(uri=uri, type="Note", to=(PUBLIC,), cc=(), content=f"<p>{text}</p>", published=datetime.now(UTC))
        outcome = await self.submit(Create(actor_id=author.id, uri=f"{uri}/c", note=note, raw={"id": f"{uri}/c", "type": "Create"}), author)
        assert outcome.note_id is not None
        return outcome.note_id

    async def test_what_was_reported_is_read_marked_and_deleted(self) -> None:
        await self.begin()
        bob = await self.person("bob")
        note = await self.say(self.alice, "@bob rude", visibility=Visibility.DIRECT)
        await self.submit(Flag(actor_id=bob.id, target_id=self.alice.id, note_ids=(note.id,), comment="look"), bob)
        self.assertEqual((await self.call("GET", f"{STATUSES}/{note.id}", self.by_molly))["id"], str(note.id))
        changed = await self.call("PUT", f"{STATUSES}/{note.id}", self.by_molly, json={"sensitive": True})
        self.assertTrue(changed["sensitive"])
        await self.call("PUT", f"{STATUSES}/{note.id}", self.by_molly, 422, json={"visibility": "public"})
        await self.call("DELETE", f"{STATUSES}/{note.id}", self.by_molly)
        await self.call("GET", f"/api/v1/statuses/{note.id}", self.by_alice, 404)

    async def test_public_becomes_unlisted_and_is_found_no_more(self) -> None:
        await self.begin()
        note = await self.say(self.alice, "hello")
        await self.call("PUT", f"{STATUSES}/{note.id}", self.by_molly, json={"visibility": "unlisted"})
        self.assertEqual(await self.ids("/api/v1/timelines/public"), [])
        data = await self.database.fetch_value("SELECT data FROM notes WHERE id = %s", (note.id,))
        self.assertEqual((data["to"], data["cc"]), ([self.alice.followers_uri], ["https://www.w3.org/ns/activitystreams#Public"]))
        await self.call("PUT", f"{STATUSES}/{note.id}", self.by_molly, json={"visibility": "public"})
        self.assertEqual(await self.ids("/api/v1/timelines/public"), [str(note.id)])
        theirs = await self.say(self.ada, "I am above")
        await self.call("DELETE", f"{STATUSES}/{theirs.id}", self.by_molly, 403)

    async def test_staff_remark_on_reports(self) -> None:
        await self.begin()
        bob = await self.person("bob")
        await self.submit(Flag(actor_id=bob.id, target_id=self.alice.id, comment="spam"), bob)
        id = (await self.call("GET", REPORTS, self.by_molly))["reports"][0]["id"]
        await self.nothing("POST", f"{REPORTS}/{id}/notes", self.by_molly, content="I look at it")
        (remark,) = (await self.call("GET", f"{REPORTS}/{id}", self.by_ada))["notes"]
        self.assertEqual((remark["content"], remark["user"]["acct"]), ("I look at it", "molly"))
        await self.call("POST", f"{REPORTS}/{id}/notes", self.by_molly, 422, json={"content": " "})
        await self.nothing("DELETE", f"{REPORTS}/{id}/notes/{remark['id']}", self.by_molly)
        await self.call("DELETE", f"{REPORTS}/{id}/notes/{remark['id']}", self.by_molly, 404)

    async def test_a_host_is_forgotten(self) -> None:
        await self.begin()
        far = await self.remote("far")
        await self.call("DELETE", f"{ADMIN}/instances/far.example", self.by_molly, 403)
        self.assertEqual(await self.call("DELETE", f"{ADMIN}/instances/far.example", self.by_ada), "far.example")
        await self.core.jobs.start()
        self.addCleanup(lambda: Deferred.fromCoroutine(self.core.jobs.stop()))

        async def gone() -> bool:
            return (await self.core.reading.accounts([far.id]))[far.id].deleted

        await until(gone)


class HouseTests(StaffCase):
    async def test_rules_are_added_moved_and_deleted(self) -> None:
        await self.begin()
        path = f"{ADMIN}/rules"
        made = await self.call("POST", path, self.by_ada, json={"text": "Be kind"})
        self.assertEqual((made["id"], made["priority"], made["text"]), ("1", 1, "Be kind"))
        await self.call("POST", path, self.by_ada, json={"text": "No adverts", "hint": "none", "priority": 1})
        self.assertEqual([one["text"] for one in await self.call("GET", "/api/v1/instance/rules")], ["No adverts (none)", "Be kind"])
        self.assertEqual((await self.call("PATCH", f"{path}/2", self.by_ada, json={"text": "Be very kind", "priority": 1}))["id"], "1")
        await self.call("DELETE", f"{path}/2", self.by_ada)
        self.assertEqual([one["text"] for one in await self.call("GET", path, self.by_ada)], ["Be very kind"])
        await self.call("DELETE", f"{path}/2", self.by_ada, 404)
        await self.call("GET", path, self.by_molly, 403)

    async def test_announcements_are_made_changed_and_withdrawn(self) -> None:
        await self.begin()
        path = f"{ADMIN}/announcements"
        made = await self.call("POST", path, self.by_ada, json={"content": "Tea at *five*", "all_day": True})
        self.assertEqual((made["pleroma"]["raw_content"], made["all_day"]), ("Tea at *five*", True))
        changed = await self.call("PATCH", f"{path}/{made['id']}", self.by_ada, json={"content": "Tea at six", "ends_at": "2020-01-01T00:00:00.000Z"})
        self.assertEqual((changed["content"], changed["all_day"]), ("<p>Tea at six</p>", True))
        self.assertEqual(await self.call("GET", "/api/v1/announcements", self.by_alice), [])
        self.assertEqual(await self.call("GET", path, self.by_ada), [changed])
        self.assertEqual(await self.call("GET", f"{path}/{made['id']}", self.by_ada), changed)
        await self.call("DELETE", f"{path}/{made['id']}", self.by_ada)
        await self.call("GET", f"{path}/{made['id']}", self.by_ada, 404)

    async def test_applications_are_listed_made_changed_and_deleted(self) -> None:
        await self.begin()
        path = f"{ADMIN}/oauth_app"
        made = await self.call("POST", path, self.by_ada, json={"name": "Kiosk", "redirect_uris": "urn:ietf:wg:oauth:2.0:oob", "scopes": ["read"], "trusted": True})
        self.assertTrue(made["trusted"])
        found = await self.call("GET", f"{path}?name=kio&trusted=true", self.by_ada)
        self.assertEqual((found["apps"], found["count"]), ([made], 1))
        changed = await self.call("PATCH", f"{path}/{made['id']}", self.by_ada, json={"name": "Till", "trusted": False})
        self.assertEqual((changed["name"], changed["trusted"], changed["client_id"]), ("Till", False, made["client_id"]))
        reply = await self.request("DELETE", f"{path}/{made['id']}", token=self.by_ada)
        self.assertEqual(reply.status, 204)
        await self.call("PATCH", f"{path}/{made['id']}", self.by_ada, 404, json={"name": "x"})
        own = (await self.call("GET", f"{path}?name=Test", self.by_ada))["apps"]
        self.assertEqual(len(own), 3)

    async def test_who_had_a_token_of_a_deleted_application_is_out(self) -> None:
        await self.begin()
        app = (await self.core.accounts.token(self.by_alice)).app  # type: ignore[union-attr]
        assert app is not None
        await self.request("DELETE", f"{ADMIN}/oauth_app/{app.id}", token=self.by_ada)
        await self.call("GET", "/api/v1/accounts/verify_credentials", self.by_alice, 401)

    async def test_documents_are_written_and_given_back(self) -> None:
        await self.begin()
        path = f"{ADMIN}/instance_document/instance-panel"
        made = await self.call("PATCH", path, self.by_ada, files={"file": ("p.html", "text/html", b"<h4>Hi</h4><p>You<script>x</script></p>")})
        self.assertTrue(made["url"].endswith("/instance/panel.html"))
        shown = (await self.request("GET", path, token=self.by_ada)).text
        self.assertIn("Hi", shown)
        self.assertNotIn("script", shown)
        await self.call("DELETE", path, self.by_ada)
        self.assertIn("small server", (await self.request("GET", path, token=self.by_ada)).text)
        await self.call("PATCH", f"{ADMIN}/instance_document/terms-of-service", self.by_ada, json={"file": "Be **good**"})
        self.assertIn("<strong>good</strong>", (await self.call("GET", "/api/v1/instance/terms_of_service"))["content"])
        await self.call("GET", f"{ADMIN}/instance_document/passwd", self.by_ada, 404)

    async def test_what_there_is_not_is_said(self) -> None:
        await self.begin()
        for method, path, status in (
            ("GET", "restart", 422),
            ("POST", "frontends/install", 422),
            ("POST", "media_proxy_caches/purge", 404),
            ("POST", "media_proxy_caches/delete", 404),
        ):
            self.assertTrue((await self.call(method, f"{ADMIN}/{path}", self.by_ada, status))["error"])
        self.assertEqual((await self.call("GET", f"{ADMIN}/media_proxy_caches", self.by_ada))["urls"], [])
        self.assertEqual(await self.call("POST", f"{ADMIN}/reload_emoji", self.by_ada), "ok")

    async def test_front_ends_are_told_what_staff_may(self) -> None:
        await self.begin()
        told = await self.call("GET", f"/api/v1/accounts/{self.molly.id}")
        self.assertIn("reports_manage_reports", told["pleroma"]["privileges"])
        self.assertNotIn("users_manage_credentials", told["pleroma"]["privileges"])
        self.assertEqual((await self.call("GET", f"/api/v1/accounts/{self.alice.id}"))["pleroma"]["privileges"], [])
