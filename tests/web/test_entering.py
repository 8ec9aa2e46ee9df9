"""Signing up, logging in and out on the pages."""

from __future__ import annotations

from typing import Any

from lxml import html as lxml_html

from pleromad.model.account import Role
from tests.support.core import PASSWORD
from tests.support.http import Browser, Reply
from tests.support.pages import PagesCase, words
from tests.web.test_oauth import hidden


class EnteringTests(PagesCase):
    async def sign_up(self, browser: Browser, path: str = "/sign-up", **more: str) -> Reply:
        form = hidden((await browser.get(path)).text)
        given = {"username": "nina", "email": "nina@mail.example", "password": "a long password", **more}
        return await browser.post("/sign-up", {**form, **given})

    async def test_signing_up_logging_out_and_in(self):
        browser = self.browser()
        reply = await self.sign_up(browser)
        self.assertEqual((reply.status, browser.path), (200, "/home"), reply.text)
        self.assertIn("@nina", words(reply.text))
        await browser.post("/log-out", {"csrf": await self.csrf(browser)})
        reply = await browser.get("/home")
        self.assertTrue(browser.path.startswith("/log-in"))
        reply = await browser.post(
            "/log-in", {**hidden(reply.text), "login": "nina", "password": "a long password"}
        )
        self.assertEqual(browser.path, "/home")

    async def test_mistakes_stand_beside_their_field(self):
        await self.person("alice")
        for more, field in (
            ({"username": "alice"}, "username"),
            ({"username": "a b"}, "username"),
            ({"username": "admin"}, "username"),
            ({"email": "nothing"}, "email"),
            ({"email": "alice@mail.example"}, "email"),
            ({"password": "short"}, "password"),
        ):
            reply = await self.sign_up(self.browser(), **more)
            self.assertEqual(reply.status, 422)
            tree = lxml_html.fromstring(reply.text)
            [wrong] = tree.xpath("//input[@aria-invalid='true']")
            self.assertEqual(wrong.get("name"), field)
            self.assertTrue(tree.get_element_by_id(wrong.get("aria-describedby")).text_content())
            self.assertNotIn("a long password", reply.text)

    async def test_a_wrong_password(self):
        await self.person("alice")
        browser = self.browser()
        form = hidden((await browser.get("/log-in?next=/@alice")).text)
        reply = await browser.post("/log-in", {**form, "login": "alice", "password": "wrong"})
        self.assertEqual(reply.status, 401)
        self.assertIn('value="alice"', reply.text)
        self.assertEqual(hidden(reply.text)["next"], "/@alice")

    async def test_nobody_is_led_elsewhere(self):
        await self.person("alice")
        browser = self.browser()
        form = hidden((await browser.get("/log-in?next=//evil.example/")).text)
        self.assertEqual(form["next"], "")
        form["next"] = "https://evil.example/"
        reply = await browser.post("/log-in", {**form, "login": "alice", "password": PASSWORD}, follow=False)
        self.assertEqual(reply.location, "/home")

    async def test_the_owner_link_works_once(self):
        link = await self.core.accounts.owner_link()
        page = (await self.browser().get(link)).text
        self.assertIn("Become the owner", page)
        browser = self.browser()
        reply = await self.sign_up(browser, link, email="")
        self.assertEqual(browser.path, "/home", reply.text)
        account = await self.core.reading.account_by_handle("nina")
        self.assertEqual(account.role, Role.OWNER)
        reply = await self.sign_up(self.browser(), link, username="eve", email="eve@mail.example")
        self.assertIn("This invitation is not valid any more", (await self.browser().get(link)).text)

    async def test_rules_are_agreed_to(self):
        self.core.settings = self.with_settings(rules=("Be kind",))
        browser = self.browser()
        reply = await self.sign_up(browser)
        self.assertEqual(reply.status, 422)
        self.assertIn("agree to the rules", reply.text)
        await self.sign_up(browser, agreement="true")
        self.assertEqual(browser.path, "/home")

    def with_settings(self, **instance: Any) -> Any:
        import msgspec

        settings = self.core.settings
        return msgspec.structs.replace(
            settings, instance=msgspec.structs.replace(settings.instance, **instance)
        )

    async def test_closed_means_closed(self):
        self.core.settings = self.with_settings(registrations="closed")
        page = (await self.browser().get("/sign-up")).text
        self.assertNotIn('name="username"', page)
        browser = self.browser()
        form = hidden((await browser.get("/log-in")).text)
        reply = await browser.post(
            "/sign-up",
            {"csrf": form["csrf"], "username": "nina", "email": "n@m.example", "password": "a long password"},
        )
        self.assertEqual(reply.status, 403)

    async def test_an_invitation_opens(self):
        self.core.settings = self.with_settings(registrations="invite")
        browser = self.browser()
        self.assertEqual((await self.sign_up(browser)).status, 403)
        code = await self.core.accounts.invite(None)
        await self.sign_up(browser, f"/sign-up?invite={code}")
        self.assertEqual(browser.path, "/home")

    async def test_approval_waits_for_a_person(self):
        self.core.settings = self.with_settings(registrations="approval")
        browser = self.browser()
        self.assertEqual((await self.sign_up(browser)).status, 422)
        reply = await self.sign_up(browser, reason="I like boats")
        self.assertIn("A person looks at it now", reply.text)
        form = hidden((await browser.get("/log-in")).text)
        reply = await browser.post("/log-in", {**form, "login": "nina", "password": "a long password"})
        self.assertEqual(reply.status, 403)
        await self.core.accounts.approve((await self.core.reading.account_by_handle("nina")).id)
        form = hidden((await browser.get("/log-in")).text)
        await browser.post("/log-in", {**form, "login": "nina", "password": "a long password"})
        self.assertEqual(browser.path, "/home")
