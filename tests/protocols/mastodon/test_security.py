"""Signing up with a letter, two factors, moving, bringing tables, leaving: over the API, as Mastodon's and Pleroma's apps do it."""

from __future__ import annotations

import base64
from typing import Any

from twisted.internet import reactor
from twisted.internet.task import deferLater

from pleromad.accounts import totp
from pleromad.model.account import Account, ProfileChange
from pleromad.model.activity import Update
from pleromad.model.token import App
from tests.protocols.mastodon.case import EVERYTHING, MastodonCase
from tests.support.core import PASSWORD


class SecurityCase(MastodonCase):
    DOORS = ("mastodon", "pages")

    async def begin(self) -> None:
        self.alice = await self.person("alice")
        self.mine = await self.token(self.alice)

    async def app(self) -> App:
        return await self.core.accounts.add_app(name="App", website=None, redirect_uris=["urn:ietf:wg:oauth:2.0:oob"], scopes=EVERYTHING)

    async def switch_on(self) -> None:
        made = await self.core.accounts.begin_two_factor(self.alice.id)
        self.secret = made.secret
        self.codes = await self.core.accounts.confirm_two_factor(self.alice.id, self.code(-1))

    def code(self, off: int = 0) -> str:
        return totp.code_at(self.secret, int(self.core.clock.seconds() // 30) + off)


class ConfirmationTests(SecurityCase):
    SETTINGS = {"mail": {"host": "mail.example"}}
    FORM = {"username": "carol", "email": "c@mail.example", "password": "a long pass phrase", "agreement": "1"}

    async def signed_up(self) -> tuple[App, str]:
        app = await self.app()
        by_app = (await self.core.accounts.issue(app, None, EVERYTHING)).access_token
        made = await self.call("POST", "/api/v1/accounts", by_app, data=self.FORM)
        return app, made["access_token"]

    async def test_a_token_is_good_for_little_until_the_address_is_confirmed(self) -> None:
        _, token = await self.signed_up()
        self.assertEqual((await self.call("GET", "/api/v1/emails/check_confirmation", token)), False)
        for method, path in (("GET", "/api/v1/accounts/verify_credentials"), ("POST", "/api/v1/statuses"), ("GET", "/api/v1/streaming/user")):
            error = await self.call(method, path, token, 403)
            self.assertEqual(error["error"], "Your login is missing a confirmed e-mail address")
        user = await self.core.accounts.user_by_name("carol")
        await self.core.accounts.confirm_by_admin(user.account.id)
        self.assertEqual((await self.call("GET", "/api/v1/emails/check_confirmation", token)), True)
        await self.call("GET", "/api/v1/accounts/verify_credentials", token)

    async def test_the_letter_comes_again_for_the_same_application(self) -> None:
        _app, token = await self.signed_up()
        await self.database.execute("DELETE FROM jobs")
        self.assertEqual(await self.call("POST", "/api/v1/emails/confirmations", token, data={"email": "other@mail.example"}), {})
        user = await self.core.accounts.user_by_name("carol")
        self.assertEqual(user.email, "other@mail.example")
        self.assertEqual(await self.database.fetch_value("SELECT count(*) FROM jobs WHERE kind = 'mail'"), 1)
        await self.call("POST", "/api/v1/emails/confirmations", token, 422, data={"email": "nonsense"})
        await self.call("POST", "/api/v1/emails/confirmations", await self.token(user.account), 403)
        await self.core.accounts.confirm_by_admin(user.account.id)
        error = await self.call("POST", "/api/v1/emails/confirmations", token, 403)
        self.assertIn("awaiting confirmation", error["error"])

    async def test_pleromas_front_ends_ask_by_name(self) -> None:
        await self.signed_up()
        for path, body in (("/api/v1/pleroma/accounts/confirmation_resend", {"email": "c@mail.example"}), ("/auth/password", {"nickname": "carol"}), ("/auth/password", {"email": "nobody@mail.example"})):
            self.assertEqual((await self.post(path, body)).status, 204)
        kinds = {row[0] for row in await self.database.fetch("SELECT payload->>'kind' FROM jobs WHERE kind = 'mail'")}
        self.assertEqual(kinds, {"confirm", "password"})
        self.assertEqual((await self.get("/api/pleroma/password_reset/abc")).location, "/new-password/abc")
        self.assertEqual((await self.get("/api/account/confirm_email/1/abc")).location, "/confirm/abc")


class SecondFactorTests(SecurityCase):
    async def grant(self, **more: Any) -> Any:
        self.app_ = await self.app()
        form = {"grant_type": "password", "client_id": self.app_.client_id, "client_secret": self.app_.client_secret, "username": "alice", "password": PASSWORD}
        return await self.post("/oauth/token", {**form, "scope": "read write", **more})

    async def answer(self, secret: str, code: str, kind: str = "totp", app: App | None = None) -> Any:
        app = app or self.app_
        form = {"client_id": app.client_id, "client_secret": app.client_secret, "mfa_token": secret, "code": code, "challenge_type": kind}
        return await self.post("/oauth/mfa/challenge", form)

    async def test_a_password_grant_asks_for_a_code(self) -> None:
        await self.begin()
        await self.switch_on()
        reply = await self.grant()
        asked = reply.json()
        self.assertEqual((reply.status, asked["error"], asked["supported_challenge_types"]), (403, "mfa_required", ["totp"]))
        self.assertEqual((await self.answer(asked["mfa_token"], "000000")).status, 400)
        self.assertEqual((await self.answer(asked["mfa_token"], self.code(), app=await self.app())).status, 400)
        reply = await self.answer(asked["mfa_token"], self.code())
        self.assertEqual((reply.status, reply.json()["scope"]), (200, "read write"), reply.text)
        await self.call("GET", "/api/v1/accounts/verify_credentials", reply.json()["access_token"])
        self.assertEqual((await self.answer(asked["mfa_token"], self.codes[0], "recovery")).status, 400)

    async def test_a_backup_code_does_as_well(self) -> None:
        await self.begin()
        await self.switch_on()
        asked = (await self.grant()).json()
        self.assertEqual((await self.answer(asked["mfa_token"], self.codes[0])).status, 400)
        self.assertEqual((await self.answer(asked["mfa_token"], self.codes[0], "recovery")).status, 200)

    async def test_a_wrong_password_is_told_as_ever(self) -> None:
        await self.begin()
        await self.switch_on()
        reply = await self.grant(password="wrong password")
        self.assertEqual((reply.status, reply.json()["error"]), (400, "invalid_grant"))

    async def test_http_basic_takes_an_app_password(self) -> None:
        await self.begin()
        await self.switch_on()
        password = await self.core.accounts.add_app_password(self.alice.id, "script")
        for name, secret, status in (("alice", PASSWORD, 401), ("alice", password, 200), ("bob", password, 401)):
            blob = base64.b64encode(f"{name}:{secret}".encode()).decode()
            reply = await self.get("/api/v1/accounts/verify_credentials", headers={"Authorization": f"Basic {blob}"})
            self.assertEqual(reply.status, status, reply.text)
        blob = base64.b64encode(f"alice:{await self.core.accounts.open_session(self.alice.id)}".encode()).decode()
        self.assertEqual((await self.get("/api/v1/accounts/verify_credentials", headers={"Authorization": f"Basic {blob}"})).status, 401)

    async def test_a_front_end_of_pleroma_sets_it_up_and_ends_it(self) -> None:
        await self.begin()
        path = "/api/pleroma/accounts/mfa"
        self.assertEqual(await self.call("GET", path, self.mine), {"settings": {"enabled": False, "totp": False}})
        codes = (await self.call("GET", f"{path}/backup_codes", self.mine))["codes"]
        made = await self.call("GET", f"{path}/setup/totp", self.mine)
        self.secret = made["key"]
        self.assertIn(f"secret={self.secret}", made["provisioning_uri"])
        await self.call("POST", f"{path}/confirm/totp", self.mine, 403, data={"password": "wrong", "code": self.code()})
        await self.call("POST", f"{path}/confirm/totp", self.mine, 422, data={"password": PASSWORD, "code": "000000"})
        await self.call("POST", f"{path}/confirm/totp", self.mine, data={"password": PASSWORD, "code": self.code()})
        self.assertTrue((await self.call("GET", path, self.mine))["settings"]["totp"])
        asked = (await self.grant()).json()
        self.assertEqual((await self.answer(asked["mfa_token"], codes[0], "recovery")).status, 200)
        await self.call("GET", f"{path}/setup/sms", self.mine, 422)
        await self.call("DELETE", f"{path}/totp", self.mine, 403, data={"password": "wrong"})
        await self.call("DELETE", f"{path}/totp", self.mine, data={"password": PASSWORD})
        self.assertEqual((await self.grant()).status, 200)

    async def test_a_narrow_token_does_nothing_of_this(self) -> None:
        await self.begin()
        token = await self.token(self.alice, "read:statuses", "write:statuses")
        for method, path in (("GET", "/api/pleroma/accounts/mfa"), ("GET", "/api/pleroma/accounts/mfa/setup/totp"), ("GET", "/api/oauth_tokens"), ("POST", "/api/pleroma/delete_account")):
            await self.call(method, path, token, 403)


class OwnAccountTests(SecurityCase):
    async def test_password_and_address_are_changed(self) -> None:
        await self.begin()
        form = {"password": "wrong", "new_password": "a new good one", "new_password_confirmation": "a new good one"}
        error = await self.call("POST", "/api/pleroma/change_password", self.mine, 403, data=form)
        self.assertEqual(error["error"], "Invalid password.")
        await self.call("POST", "/api/pleroma/change_password", self.mine, 422, data={**form, "new_password_confirmation": "another"})
        other = await self.token(self.alice)
        await self.call("POST", "/api/pleroma/change_password", self.mine, data={**form, "password": PASSWORD})
        await self.call("POST", "/api/v1/pleroma/change_email", self.mine, data={"password": "a new good one", "email": "new@mail.example"})
        await self.call("GET", "/api/v1/accounts/verify_credentials", other, 401)
        self.assertEqual((await self.core.accounts.user(self.alice.id)).email, "new@mail.example")

    async def test_tokens_are_listed_and_revoked(self) -> None:
        await self.begin()
        await self.core.accounts.add_app_password(self.alice.id, "irssi")
        session = await self.core.accounts.open_session(self.alice.id, name="Firefox, Linux")
        found = await self.call("GET", "/api/oauth_tokens", self.mine)
        self.assertEqual([each["app_name"] for each in found], ["Firefox, Linux", "irssi", "Test app"])
        self.assertEqual((await self.request("DELETE", f"/api/oauth_tokens/{found[0]['id']}", token=self.mine)).status, 201)
        self.assertIsNone(await self.core.accounts.token(session))

    async def test_fields_come_back_as_they_were_typed(self) -> None:
        await self.begin()
        form = {"fields_attributes[0][name]": "Web", "fields_attributes[0][value]": "https://alice.example/a_b?c=<d>"}
        mine = await self.call("PATCH", "/api/v1/accounts/update_credentials", self.mine, data=form)
        self.assertEqual(mine["source"]["fields"][0]["value"], "https://alice.example/a_b?c=<d>")
        self.assertIn("<a href=", mine["fields"][0]["value"])

    async def test_one_deletes_ones_account(self) -> None:
        await self.begin()
        await self.call("POST", "/api/pleroma/delete_account", self.mine, 403, data={"password": "wrong"})
        self.assertEqual(await self.call("POST", "/api/pleroma/delete_account", self.mine, data={"password": PASSWORD}), {"status": "success"})
        await self.call("GET", "/api/v1/accounts/verify_credentials", self.mine, 401)
        await self.call("GET", "/api/v1/accounts/lookup?acct=alice", None, 404)

    async def test_one_disables_ones_account(self) -> None:
        await self.begin()
        await self.call("POST", "/api/pleroma/disable_account", self.mine, data={"password": PASSWORD})
        await self.call("GET", "/api/v1/accounts/verify_credentials", self.mine, 401)


class MovingTests(SecurityCase):
    async def test_one_moves_and_everybody_sees_where(self) -> None:
        await self.begin()
        bob = await self.person("bob")
        his = await self.token(bob)
        error = await self.call("POST", "/api/pleroma/move_account", self.mine, 422, data={"password": PASSWORD, "target_account": "bob"})
        self.assertIn("does not say yet", error["error"])
        await self.call("POST", "/api/pleroma/move_account", self.mine, 404, data={"password": PASSWORD, "target_account": "nobody@here.example"})
        await self.call("PUT", "/api/pleroma/aliases", his, data={"alias": "alice@here.example"})
        self.assertEqual(await self.call("GET", "/api/pleroma/aliases", his), {"aliases": ["alice"]})
        await self.call("POST", "/api/pleroma/move_account", self.mine, 403, data={"password": "wrong", "target_account": "bob"})
        await self.call("POST", "/api/pleroma/move_account", self.mine, data={"password": PASSWORD, "target_account": "@bob"})
        shown = await self.call("GET", f"/api/v1/accounts/{self.alice.id}")
        self.assertEqual((shown["moved"]["acct"], "moved" in shown["moved"]), ("bob", False))
        [found] = await self.call("GET", "/api/v1/accounts/search?q=alice", his)
        self.assertEqual(found["moved"]["id"], str(bob.id))
        mine = await self.call("GET", "/api/v1/accounts/verify_credentials", self.mine)
        self.assertEqual(mine["moved"]["acct"], "bob")
        await self.call("DELETE", "/api/pleroma/aliases", his, data={"alias": "alice"})
        self.assertEqual(await self.call("GET", "/api/pleroma/aliases", his), {"aliases": []})
        await self.call("DELETE", "/api/pleroma/aliases", his, 404, data={"alias": "alice"})

    async def test_the_cost_of_a_list_with_movers_is_fixed(self) -> None:
        await self.begin()
        people = [await self.person(f"bob{n}") for n in range(4)]
        for person in people:
            await self.follow(person, self.alice)
        path = f"/api/v1/accounts/{self.alice.id}/followers"
        await self.database.execute("UPDATE accounts SET moved_to_uri = %s WHERE id = %s", (self.alice.uri, people[0].id))
        await self.call("GET", path, self.mine)
        one = await self.cost("GET", path, self.mine)
        await self.database.execute("UPDATE accounts SET moved_to_uri = %s WHERE id = ANY(%s)", (self.alice.uri, [person.id for person in people]))
        self.assertEqual(await self.cost("GET", path, self.mine), one)

    async def test_whether_one_follows_movers_is_a_setting(self) -> None:
        await self.begin()
        path = "/api/v1/accounts/update_credentials"
        mine = await self.call("PATCH", path, self.mine, json={"allow_following_move": False})
        self.assertFalse(mine["pleroma"]["allow_following_move"])
        mine = await self.call("PATCH", path, self.mine, json={"display_name": "A", "pleroma_settings_store": {"fe": {"x": 1}}})
        self.assertFalse(mine["pleroma"]["allow_following_move"])


class DataTests(SecurityCase):
    async def done(self, owner: Account) -> None:
        await self.core.jobs.start()
        while not all(one.finished for one in await self.core.transfers.imports(owner.id)):
            await deferLater(reactor, 0.01, lambda: None)

    async def test_tables_are_brought_as_text_or_as_files(self) -> None:
        await self.begin()
        bob, carol, dan = [await self.person(name) for name in ("bob", "carol", "dan")]
        self.assertEqual(await self.call("POST", "/api/pleroma/follow_import", self.mine, data={"list": "bob@here.example"}), "job started")
        files = {"list": ("blocks.csv", "text/csv", b"carol@here.example\n")}
        await self.call("POST", "/api/v1/pleroma/blocks_import", self.mine, files=files)
        await self.call("POST", "/api/pleroma/mutes_import", self.mine, json={"list": "dan@here.example\n"})
        await self.call("POST", "/api/pleroma/mutes_import", self.mine, 422, json={"list": ""})
        await self.done(self.alice)
        one, two, three = await self.core.reading.relationships(self.alice.id, [bob.id, carol.id, dan.id])
        self.assertTrue(one.following and two.blocking and three.muting)

    async def test_a_backup_is_made_and_fetched_with_a_token(self) -> None:
        await self.begin()
        [made] = await self.call("POST", "/api/v1/pleroma/backups", self.mine)
        self.assertEqual((made["state"], made["processed"]), ("running", False))
        await self.core.jobs.start()
        while not (await self.core.transfers.archives(self.alice.id))[0].ready:
            await deferLater(reactor, 0.01, lambda: None)
        [made] = await self.call("GET", "/api/v1/pleroma/backups", self.mine)
        path = made["url"].removeprefix("https://here.example")
        reply = await self.get(path, token=self.mine)
        self.assertEqual((reply.status, len(reply.body)), (200, made["file_size"]))
        other = await self.token(await self.person("bob"))
        self.assertEqual((await self.get(path, token=other)).status, 404)


class ProfileTests(SecurityCase):
    async def test_a_change_by_the_core_shows_at_once(self) -> None:
        await self.begin()
        await self.submit(Update(actor_id=self.alice.id, profile=ProfileChange(fields=(("Web", "x"),))), self.alice)
        self.assertEqual((await self.call("GET", "/api/v1/accounts/verify_credentials", self.mine))["source"]["fields"][0]["value"], "x")
