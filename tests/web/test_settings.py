"""The settings, as a person without JavaScript uses them."""

from __future__ import annotations

import itertools
import re
from typing import Any
from xml.etree import ElementTree

from lxml import html as lxml_html
from twisted.internet import reactor
from twisted.internet.task import deferLater

from pleromad.accounts import totp
from pleromad.model.account import Account, Role
from tests.support.core import PASSWORD
from tests.support.http import Browser, Reply
from tests.support.pages import PagesCase, a_picture, words
from tests.web.test_oauth import hidden

PATHS = (
    "/settings/profile",
    "/settings/preferences",
    "/settings/password",
    "/settings/two-factor",
    "/settings/app-passwords",
    "/settings/sessions",
    "/settings/data",
    "/settings/moving",
    "/settings/leave",
)


class SettingsCase(PagesCase):
    async def begin(self, **more: Any) -> None:
        self.alice = await self.person("alice", **more)
        self.seat = await self.logged_in("alice")

    async def send(self, path: str, data: dict[str, Any], status: int = 200, **kw: Any) -> str:
        """A form of a settings page."""
        page = (await self.seat.get("/settings/profile")).text
        given = {"csrf": hidden(page)["csrf"], **data}
        if "files" in kw:
            reply = await self.seat.request("POST", path, data=given, **kw)
        else:
            reply = await self.seat.post(path, given, **kw)
        self.assertEqual(reply.status, status, words(reply.text))
        return reply.text

    async def see(self, path: str, seat: Browser | None = None) -> str:
        reply = await (seat or self.seat).get(path)
        self.assertEqual(reply.status, 200)
        return reply.text

    async def me(self) -> Account:
        return await self.core.reading.account(self.alice.id)


class EveryPageTests(SettingsCase):
    SETTINGS = {"instance": {"registrations": "approval"}}

    async def every_page(self) -> dict[str, Reply]:
        await self.begin(role=Role.OWNER)
        await self.person("bob", role=None, reason='I <b>want</b> "in"')
        await self.core.accounts.add_app_password(self.alice.id, "irssi <here>")
        await self.core.accounts.add_alias(self.alice.id, await self.remote("alice"))
        await self.core.transfers.begin_import(self.alice.id, "follows", b"x@far.example")
        app = await self.core.accounts.add_app(name="<App>", website="https://app.example", redirect_uris=["urn:ietf:wg:oauth:2.0:oob"], scopes={"read"})
        await self.core.accounts.issue(app, self.alice.id, {"read", "write:statuses"})
        replies = {path: await self.seat.get(path) for path in (*PATHS, "/settings/staff", "/forgotten", "/confirm")}
        await self.core.accounts.begin_two_factor(self.alice.id)
        replies["two factor begun"] = await self.seat.get("/settings/two-factor")
        link = await self.core.accounts.reset_link(self.alice.id)
        replies["new password"] = await self.seat.get(link)
        return replies

    async def test_each_is_well_formed_safe_and_labelled(self) -> None:
        for path, reply in (await self.every_page()).items():
            self.assertEqual(reply.status, 200, path)
            self.assertEqual(reply.headers["cache-control"], "no-store", path)
            body = re.sub(r"<(meta|link|input|img|br|hr)\b([^>]*)>", r"<\1\2/>", reply.text.replace("<!DOCTYPE html>", ""))
            body = re.sub(r"<option value=\"(\w+)\">(?!\w|[^<]*</option>)", "", body)
            body = re.sub(r" (required|selected|checked|download|autofocus)(?=[ />])", r' \1=""', body)
            ElementTree.fromstring(body)
            tree = lxml_html.fromstring(reply.text)
            ids = re.findall(r' id="([^"]+)"', reply.text)
            self.assertEqual(len(ids), len(set(ids)), path)
            levels = [int(each.tag[1]) for each in tree.iter("h1", "h2", "h3", "h4")]
            self.assertEqual((levels[0], levels.count(1)), (1, 1), path)
            self.assertTrue(all(b - a <= 1 for a, b in itertools.pairwise(levels)), (path, levels))
            for control in tree.iter("input", "textarea", "select"):
                if control.get("type") in ("hidden",):
                    continue
                labelled = tree.xpath("//label[@for=$id]", id=control.get("id")) or control.getparent().tag == "label"
                self.assertTrue(labelled, (path, control.get("name")))
            for form in tree.iter("form"):
                self.assertTrue(form.xpath(".//input[@name='csrf']"), path)
            self.assertNotIn("<script", reply.text)
            self.assertNotIn("style=", reply.text)

    async def test_nobody_is_led_to_the_log_in_and_back(self) -> None:
        for path in (*PATHS, "/settings/staff"):
            reply = await self.get(path)
            self.assertEqual((reply.status, reply.location.partition("=")[2]), (303, path), path)

    async def test_a_form_of_another_site_does_nothing(self) -> None:
        await self.begin()
        for path in ("/settings/profile", "/settings/leave", "/settings/moving/go", "/settings/two-factor/off", "/settings/email"):
            reply = await self.seat.post(path, {"password": PASSWORD, "name": "alice"})
            self.assertEqual(reply.status, 403, path)


class ProfileTests(SettingsCase):
    async def test_a_profile_is_changed_and_shown_as_typed(self) -> None:
        await self.begin()
        data = {
            "display_name": "Alice <3",
            "note": "I write.\r\n\r\nA lot: https://alice.example",
            "name0": "Web",
            "value0": "https://alice.example",
            "name1": "",
            "value1": "",
            "avatar_description": "me, red",
            "locked": "1",
            "indexable": "1",
        }
        files = {"avatar": ("me.png", "image/png", a_picture()), "header": ("", "application/octet-stream", b"")}
        page = await self.send("/settings/profile", data, files=files)
        self.assertIn("Saved.", words(page))
        me = await self.me()
        self.assertEqual((me.display_name, me.locked, me.indexable, me.discoverable, me.bot), ("Alice <3", True, True, False, False))
        self.assertEqual((me.fields[0].source, me.avatar_description), ("https://alice.example", "me, red"))
        self.assertIn('href="https://alice.example"', me.fields[0].value)
        assert me.avatar_url is not None
        tree = lxml_html.fromstring(page)
        self.assertEqual(tree.xpath("string(//input[@id='value0']/@value)"), "https://alice.example")
        self.assertEqual(tree.xpath("string(//textarea[@id='note'])").strip(), "I write.\n\nA lot: https://alice.example")
        page = await self.send("/settings/profile", {**data, "remove_avatar": "1"})
        self.assertIsNone((await self.me()).avatar_url)

    async def test_what_is_wrong_stands_at_its_field_and_nothing_is_lost(self) -> None:
        await self.begin()
        page = await self.send("/settings/profile", {"display_name": "x" * 101, "note": "kept", "bot": "1", "name4": "Far", "value4": "down"}, 422)
        tree = lxml_html.fromstring(page)
        self.assertIn("too long", tree.xpath("string(//p[@id='display_name-hint'])"))
        self.assertEqual(tree.xpath("string(//textarea[@id='note'])").strip(), "kept")
        self.assertTrue(tree.xpath("//input[@name='bot']/@checked"))
        self.assertEqual(tree.xpath("string(//input[@id='value4']/@value)"), "down")
        files = {"avatar": ("me.txt", "image/png", b"no picture at all")}
        page = await self.send("/settings/profile", {"display_name": "Alice", "note": ""}, 422, files=files)
        self.assertIn("content type is invalid", words(page))

    async def test_preferences_are_kept(self) -> None:
        await self.begin()
        page = await self.send("/settings/preferences", {"visibility": "private", "content_type": "text/markdown", "language": "de", "sensitive": "1"})
        self.assertIn("Saved.", words(page))
        user = await self.core.accounts.user(self.alice.id)
        self.assertEqual(
            (user.default_visibility, user.default_content_type, user.default_language, user.default_sensitive, user.settings),
            ("private", "text/markdown", "de", True, {"allow_following_move": False}),
        )
        for wrong in ({"visibility": "nobody"}, {"content_type": "text/x"}, {"language": "no language"}):
            await self.send("/settings/preferences", {"visibility": "public", "content_type": "text/plain", "language": "", **wrong}, 422)


class LogInTests(SettingsCase):
    async def test_a_password_is_changed_and_the_others_are_out(self) -> None:
        await self.begin()
        other = await self.logged_in("alice")
        page = await self.send("/settings/password", {"old": "wrong password", "new": "a new good one", "again": "a new good one"}, 422)
        self.assertIn("The password is wrong", words(page))
        await self.send("/settings/password", {"old": PASSWORD, "new": "a new good one", "again": "another"}, 422)
        page = await self.send("/settings/password", {"old": PASSWORD, "new": "a new good one", "again": "a new good one"})
        self.assertIn("The password is changed", words(page))
        self.assertEqual((await other.get("/settings/profile", follow=False)).status, 303)
        await self.core.accounts.log_in("alice", "a new good one")

    async def test_an_address_is_changed_with_the_password(self) -> None:
        await self.begin()
        page = await self.send("/settings/email", {"email": "new@mail.example", "password": "wrong"}, 422)
        self.assertIn('value="new@mail.example"', page)
        await self.send("/settings/email", {"email": "new@mail.example", "password": PASSWORD})
        self.assertEqual((await self.core.accounts.user(self.alice.id)).email, "new@mail.example")

    async def test_sessions_and_apps_are_listed_and_revoked(self) -> None:
        await self.begin()
        await self.logged_in("alice")
        app = await self.core.accounts.add_app(name="Tusky", website=None, redirect_uris=["urn:ietf:wg:oauth:2.0:oob"], scopes={"read"})
        grant = await self.core.accounts.issue(app, self.alice.id, {"read", "odd"})
        await self.core.accounts.issue(app, self.alice.id, {"read"})
        page = await self.see("/settings/sessions")
        self.assertEqual((page.count(">Log out</button></form></li>"), page.count("Tusky</strong>"), page.count("this one")), (3, 1, 1))
        await self.send("/settings/apps/revoke", {"id": str(app.id)})
        self.assertIsNone(await self.core.accounts.token(grant.access_token))
        page = await self.send("/settings/sessions/close", {"id": "others"})
        self.assertEqual(len(await self.core.accounts.tokens_of(self.alice.id)), 1)
        [here] = await self.core.accounts.tokens_of(self.alice.id)
        await self.send("/settings/sessions/close", {"id": str(here.id)})
        self.assertEqual((await self.seat.get("/settings/profile", follow=False)).status, 303)

    async def test_nobody_closes_sessions_of_others(self) -> None:
        await self.begin()
        await self.person("bob")
        bob = await self.logged_in("bob")
        token = (await self.core.accounts.tokens_of((await self.core.accounts.user_by_name("bob")).account.id))[0]
        await self.send("/settings/sessions/close", {"id": str(token.id)})
        await self.see("/settings/profile", bob)

    async def test_an_app_password_is_shown_once_and_opens_http_basic(self) -> None:
        await self.begin()
        page = await self.send("/settings/app-passwords", {"name": "cron job"})
        password = lxml_html.fromstring(page).xpath("string(//p[@class='code']/code)")
        self.assertRegex(password, r"^[a-z2-7]{6}(-[a-z2-7]{6}){3}$")
        self.assertNotIn(password, await self.see("/settings/app-passwords"))
        token = await self.core.accounts.token(password)
        assert token is not None
        await self.send("/settings/app-passwords/revoke", {"id": str(token.id)})
        self.assertIsNone(await self.core.accounts.token(password))
        await self.send("/settings/app-passwords", {"name": " "}, 422)

    async def test_browsers_ask_where_to_change_a_password(self) -> None:
        self.assertEqual((await self.get("/.well-known/change-password")).location, "/settings/password")


class TwoFactorTests(SettingsCase):
    async def switched_on(self) -> tuple[str, list[str]]:
        await self.begin()
        await self.send("/settings/two-factor", {"password": "wrong"}, 422)
        page = await self.send("/settings/two-factor", {"password": PASSWORD})
        tree = lxml_html.fromstring(page)
        secret = tree.xpath("string(//p[@class='code']/code)").replace(" ", "")
        self.assertTrue(tree.xpath("string(//img[@class='qr']/@src)").startswith("data:image/svg+xml"))
        await self.send("/settings/two-factor/confirm", {"code": "000000"}, 422)
        page = await self.send("/settings/two-factor/confirm", {"code": self.code(secret, -1)})
        codes = lxml_html.fromstring(page).xpath("//ul[@class='codes']//code/text()")
        self.assertEqual(len(codes), 10)
        return secret, codes

    def code(self, secret: str, off: int = 0) -> str:
        return totp.code_at(secret, int(self.core.clock.seconds() // 30) + off)

    async def enter(self, browser: Browser, code: str, status: int = 200) -> Reply:
        page = await browser.get("/log-in?next=/notifications")
        page = await browser.post("/log-in", {**hidden(page.text), "login": "alice", "password": PASSWORD})
        self.assertIn("One more step", page.text)
        reply = await browser.post("/log-in/code", {**hidden(page.text), "code": code})
        self.assertEqual(reply.status, status, words(reply.text))
        return reply

    async def test_a_code_or_a_backup_code_lets_in(self) -> None:
        secret, codes = await self.switched_on()
        browser = self.browser()
        await self.enter(browser, self.code(secret))
        self.assertEqual(browser.path, "/notifications")
        self.assertIn("Settings", await self.see("/settings/two-factor", browser))
        browser = self.browser()
        await self.enter(browser, codes[3])
        self.assertIn("9 backup codes are left", words(await self.see("/settings/two-factor", browser)))

    async def test_without_it_nobody_gets_in(self) -> None:
        await self.switched_on()
        browser = self.browser()
        page = await self.enter(browser, "123456", 401)
        self.assertIn("This code is not right", page.text)
        for _ in range(4):
            page = await browser.post("/log-in/code", {**hidden(page.text), "code": "123456"})
        page = await browser.post("/log-in/code", {**hidden(page.text), "code": "123456"})
        self.assertIn("begin again", words(page.text))
        self.assertEqual((await browser.get("/settings/profile", follow=False)).status, 303)

    async def test_it_is_switched_off_with_the_password(self) -> None:
        await self.switched_on()
        await self.send("/settings/two-factor/off", {"password": "wrong"}, 422)
        page = await self.send("/settings/two-factor/codes", {"password": PASSWORD})
        self.assertEqual(len(lxml_html.fromstring(page).xpath("//ul[@class='codes']/li")), 10)
        await self.send("/settings/two-factor/off", {"password": PASSWORD})
        await self.logged_in("alice")


class DataTests(SettingsCase):
    async def test_tables_come_and_go(self) -> None:
        await self.begin()
        bob = await self.person("bob")
        await self.core.jobs.start()
        files = {"list": ("following.csv", "text/csv", b"Account address\nbob@here.example\nnobody@here.example\n")}
        await self.send("/settings/data/import", {"kind": "follows"}, files=files)
        while not (await self.core.transfers.imports(self.alice.id))[0].finished:
            await deferLater(reactor, 0.01, lambda: None)
        page = words(await self.see("/settings/data"))
        self.assertIn("1 of 2 done, 1 did not work", page)
        self.assertIn("nobody@here.example", page)
        reply = await self.seat.get("/settings/export/follows.csv")
        self.assertEqual(reply.headers["content-disposition"], 'attachment; filename="following_accounts.csv"')
        self.assertIn(f"{bob.username}@here.example,true,false,", reply.text)
        self.assertEqual((await self.seat.get("/settings/export/secrets.csv")).status, 404)
        self.assertEqual((await self.get("/settings/export/follows.csv")).status, 303)

    async def test_what_is_no_table_is_told(self) -> None:
        await self.begin()
        for data, files in (
            ({"kind": "follows"}, {"list": ("x.png", "image/png", b"\x89PNG\0")}),
            ({"kind": "nothing"}, {"list": ("x.csv", "text/csv", b"a@b")}),
            ({"kind": "follows"}, {"list": ("", "application/octet-stream", b"")}),
        ):
            await self.send("/settings/data/import", data, 422, files=files)

    async def test_an_archive_is_for_its_owner(self) -> None:
        await self.begin()
        await self.core.jobs.start()
        await self.send("/settings/data/archive", {})
        while not (await self.core.transfers.archives(self.alice.id))[0].ready:
            await deferLater(reactor, 0.01, lambda: None)
        [archive] = await self.core.transfers.archives(self.alice.id)
        path = f"/settings/archive/{archive.id}"
        self.assertIn(path, await self.see("/settings/data"))
        reply = await self.seat.get(path)
        self.assertEqual((reply.headers["content-type"], reply.body[:2], reply.headers["cache-control"]), ("application/zip", b"PK", "private, no-store"))
        await self.person("bob")
        self.assertEqual((await (await self.logged_in("bob")).get(path)).status, 404)
        self.assertEqual((await self.get(path)).status, 303)
        await self.send("/settings/data/archive", {}, 422)


class MovingTests(SettingsCase):
    async def test_one_comes_and_goes(self) -> None:
        await self.begin()
        bob = await self.person("bob")
        page = await self.send("/settings/moving/alias", {"alias": "nobody@here.example"}, 422)
        self.assertIn("nobody of that name", words(page))
        await self.send("/settings/moving/alias", {"alias": "@bob"})
        self.assertEqual((await self.me()).also_known_as, (bob.uri,))
        await self.send("/settings/moving/alias/remove", {"uri": bob.uri})
        self.assertEqual((await self.me()).also_known_as, ())
        page = await self.send("/settings/moving/go", {"target": "bob", "password": PASSWORD}, 422)
        self.assertIn("does not say yet", words(page))
        await self.core.accounts.add_alias(bob.id, self.alice)
        await self.send("/settings/moving/go", {"target": "bob", "password": "wrong"}, 422)
        page = await self.send("/settings/moving/go", {"target": "bob", "password": PASSWORD})
        self.assertIn("This account has moved to bob @bob", words(page))
        self.assertIn("Has moved to", words(await self.read("/@alice")))
        page = await self.send("/settings/moving/stay", {})
        self.assertNotIn("Come back", page)

    async def test_one_leaves_for_good(self) -> None:
        await self.begin()
        await self.say(self.alice, "farewell")
        await self.send("/settings/leave", {"name": "bob", "password": PASSWORD}, 422)
        await self.send("/settings/leave", {"name": "alice", "password": "wrong"}, 422)
        page = await self.send("/settings/leave", {"name": "@Alice", "password": PASSWORD})
        self.assertIn("Farewell", page)
        self.assertEqual((await self.seat.get("/settings/profile", follow=False)).status, 303)
        self.assertEqual((await self.get("/@alice", headers={"Accept": "text/html"})).status, 410)


class StaffTests(SettingsCase):
    SETTINGS = {"instance": {"registrations": "approval"}}

    async def test_staff_lets_people_in_or_not(self) -> None:
        await self.begin(role=Role.MODERATOR)
        bob = await self.person("bob", role=None, reason="to <i>write</i>")
        carol = await self.person("carol", role=None, reason="spam")
        page = await self.see("/settings/staff")
        self.assertIn("to &lt;i&gt;write&lt;/i&gt;", page)
        self.assertNotIn("lost their password", page)
        await self.send("/settings/staff/approve", {"id": str(bob.id)})
        page = await self.send("/settings/staff/turn-away", {"id": str(carol.id)})
        self.assertIn("Nobody waits.", words(page))
        await self.logged_in("bob")
        await self.send("/settings/staff/turn-away", {"id": str(bob.id)}, 403)
        await self.send("/settings/staff/link", {"name": "bob"}, 403)

    async def test_an_administrator_makes_a_link_for_who_lost_the_password(self) -> None:
        await self.begin(role=Role.ADMIN)
        await self.person("bob")
        page = await self.send("/settings/staff/link", {"name": "bob"})
        link = lxml_html.fromstring(page).xpath("string(//p[@class='code']/code)")
        browser = self.browser()
        path = link.removeprefix("https://here.example")
        form = hidden((await browser.get(path)).text)
        reply = await browser.post(path, {**form, "password": "a new good one", "again": "another"})
        self.assertEqual(reply.status, 422)
        reply = await browser.post(path, {**form, "password": "a new good one", "again": "a new good one"})
        self.assertIn("Your password is changed", words(reply.text))
        await self.core.accounts.log_in("bob", "a new good one")
        self.assertEqual((await browser.get(path)).status, 404)
        await self.person("oscar", role=Role.OWNER)
        await self.send("/settings/staff/link", {"name": "oscar"}, 403)

    async def test_others_do_not_get_there(self) -> None:
        await self.begin()
        self.assertEqual((await self.seat.get("/settings/staff")).status, 403)
        bob = await self.person("bob", role=None, reason="x")
        await self.send("/settings/staff/approve", {"id": str(bob.id)}, 403)
        self.assertFalse((await self.core.accounts.user(bob.id)).approved)


class LetterTests(PagesCase):
    SETTINGS = {"mail": {"host": "mail.example"}}

    async def letter(self, kind: str) -> str:
        """The path of its link."""
        payload = await self.database.fetch_value("DELETE FROM jobs WHERE kind = 'mail' AND payload->>'kind' = %s RETURNING payload", (kind,))
        self.assertIsNotNone(payload)
        text = (await self.core.accounts.letter(payload)).text
        return next(line.strip() for line in text.splitlines() if line.startswith("  http")).removeprefix("https://here.example")

    async def test_somebody_signs_up_confirms_and_logs_in(self) -> None:
        browser = self.browser()
        form = hidden((await browser.get("/sign-up")).text)
        reply = await browser.post("/sign-up", {**form, "username": "nina", "email": "nina@mail.example", "password": "a long pass phrase"})
        self.assertIn("letter to nina@mail.example", words(reply.text))
        form = hidden((await browser.get("/log-in")).text)
        reply = await browser.post("/log-in", {**form, "login": "nina", "password": "a long pass phrase"})
        self.assertEqual(reply.status, 403)
        self.assertIn("Send me the letter again", words(reply.text))
        await self.database.execute("DELETE FROM jobs")
        form = hidden((await browser.get("/confirm")).text)
        await browser.post("/confirm", {**form, "login": "nina"})
        path = await self.letter("confirm")
        page = await browser.get(path)
        self.assertFalse((await self.core.accounts.user_by_name("nina")).confirmed)  # a program that looks at links changes nothing
        reply = await browser.post(path, hidden(page.text))
        self.assertIn("nina@mail.example is the address of @nina now", words(reply.text))
        form = hidden((await browser.get("/log-in")).text)
        self.assertEqual((await browser.post("/log-in", {**form, "login": "nina", "password": "a long pass phrase"})).status, 200)
        self.assertEqual((await browser.get(path)).status, 404)

    async def test_a_forgotten_password(self) -> None:
        await self.person("alice")
        said = []
        for login in ("alice", "nobody"):
            browser = self.browser()
            form = hidden((await browser.get("/forgotten")).text)
            said.append(words((await browser.post("/forgotten", {**form, "login": login})).text))
        self.assertEqual(said[0], said[1])
        self.assertTrue((await self.letter("password")).startswith("/new-password/"))


class WithoutMailTests(PagesCase):
    async def test_who_asks_for_a_letter_is_told_whom_to_ask(self) -> None:
        self.assertIn("This server sends no mail", words(await self.read("/forgotten")))
