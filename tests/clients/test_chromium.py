"""A person with a browser: signs up, logs in, posts, and looks at the pages, in light and dark."""

from __future__ import annotations

import os

from twisted.internet.threads import deferToThread

from tests.flows.test_daemons import PASSWORD, FlowCase
from tests.support.browser import Browser
from tests.support.daemon import Daemon


class ChromiumTests(FlowCase):
    async def test_a_person_signs_up_posts_and_reads(self) -> None:
        daemon = await self.daemon("here")
        await deferToThread(self.visit, daemon)

    def visit(self, daemon: Daemon) -> None:
        browser = Browser()
        try:
            browser.open(f"{daemon.url}/sign-up")
            browser.fill("input[name=username]", "alice")
            browser.fill("input[name=email]", "alice@mail.example")
            browser.fill("input[name=password]", PASSWORD)
            browser.click("main form button.main, form[action='/sign-up'] button")
            browser.wait("form[action='/log-out'] button")
            self.assertIn("alice", browser.text)
            browser.click("form[action='/log-out'] button")
            browser.wait("a[href='/log-in']")
            browser.open(f"{daemon.url}/log-in")
            browser.fill("input[name=login]", "alice")
            browser.fill("input[name=password]", "a wrong password")
            browser.click("form[action='/log-in'] button")
            browser.wait(".problem")
            self.assertIn("Invalid username", browser.text)
            browser.fill("input[name=password]", PASSWORD)
            browser.click("form[action='/log-in'] button")
            browser.wait("form[action='/log-out']")
            browser.open(f"{daemon.url}/home")
            browser.fill("textarea", "written in a browser, with a #tag")
            browser.click("form:has(textarea) button.main")
            browser.wait("article")
            browser.open(daemon.url)
            self.assertIn("written in a browser", browser.text)
            self._is_sound(browser)
            browser.open(f"{daemon.url}/@alice")
            self.assertIn("@alice@", browser.text)
            self._is_sound(browser)
            self._keep(browser, "profile-light")
        finally:
            browser.close()
        dark = Browser(dark=True, width=420, height=900)
        try:
            dark.open(daemon.url)
            self.assertEqual(dark.run("return matchMedia('(prefers-color-scheme: dark)').matches"), True)
            # Nothing is wider than a telephone.
            self.assertLessEqual(dark.run("return document.documentElement.scrollWidth"), 500)
            background = dark.run("return getComputedStyle(document.body).backgroundColor")
            self.assertLess(sum(int(part) for part in background[4:-1].split(",")[:3]), 200, background)
            self._keep(dark, "local-dark-narrow")
        finally:
            dark.close()

    def _is_sound(self, browser: Browser) -> None:
        """One h1, one main, every image with a text, every field with a label; and nothing the policy of the page forbids."""
        self.assertEqual((browser.count("h1"), browser.count("main")), (1, 1))
        self.assertEqual(browser.count("img:not([alt])"), 0)
        unlabelled = browser.run(
            "return [...document.querySelectorAll('input:not([type=hidden]),textarea,select')].filter(e => !e.labels.length && !e.ariaLabel).length"
        )
        self.assertEqual(unlabelled, 0)
        self.assertEqual([line for line in browser.console() if "Content Security Policy" in line or "404" in line], [])

    def _keep(self, browser: Browser, name: str) -> None:
        """Screenshots for people to look at, where PLEROMAD_SCREENSHOTS names a folder."""
        folder = os.environ.get("PLEROMAD_SCREENSHOTS")
        if folder:
            os.makedirs(folder, exist_ok=True)
            browser.screenshot(os.path.join(folder, f"{name}.png"))
