"""Real browsers on the real pages: lynx reads them, Chromium signs up, writes and leaves, without JavaScript."""

from __future__ import annotations

import os
import shutil
from typing import Any

from twisted.internet import reactor
from twisted.internet.utils import getProcessOutputAndValue
from twisted.trial.unittest import SkipTest

from tests.support import chromium
from tests.support.chromium import Chromium
from tests.support.core import settings_of
from tests.support.http import SiteCase
from web.adapter import listen


def needs(found: Any, name: str) -> None:
    """Skip on a person's machine, fail in CI, where the client must be there."""
    if not found:
        if os.environ.get("CI"):
            raise AssertionError(f"{name} is not installed")
        raise SkipTest(f"{name} is not installed")


class BrowserCase(SiteCase):
    DOORS = ("pages",)

    async def open_up(self) -> str:
        """Listen on a free port, and be known by it."""
        folder = str(self.core.settings.data_dir)
        self.core.settings = settings_of({"http": {"listen": ["tcp:0:interface=127.0.0.1"]}}, folder)
        service = listen(self.site, self.core, reactor)
        await service.startService()
        self.addCleanup(service.stopService)
        port = service.ports[0].getHost().port
        self.core.settings = settings_of(
            {"instance": {"domain": f"127.0.0.1:{port}"}, "http": {"public_url": f"http://127.0.0.1:{port}"}},
            folder,
        )
        return f"http://127.0.0.1:{port}"


class LynxTests(BrowserCase):
    async def dump(self, url: str) -> str:
        lynx = shutil.which("lynx")
        out, err, code = await getProcessOutputAndValue(
            lynx,
            ["-dump", "-nolist", "-width=80", "-assume_charset=utf-8", "-display_charset=utf-8", url],
            env={"HOME": self.mktemp(), "TERM": "dumb", "LANG": "C.UTF-8"},
        )
        self.assertEqual(code, 0, err)
        return out.decode("utf-8")

    async def test_a_profile_and_a_thread_are_readable(self):
        needs(shutil.which("lynx"), "lynx")
        base = await self.open_up()
        alice, bob = await self.person("alice"), await self.person("bob")
        note = await self.say(alice, "Good morning!\n\nThe **fog** has lifted.", content_type="text/markdown")
        await self.say(bob, "@alice At last.", in_reply_to_id=note.id, spoiler_text="weather")
        page = await self.dump(f"{base}/@alice")
        self.assertIn("Good morning!\n\n   The fog has lifted.", page)
        page = await self.dump(f"{base}/@alice/{note.id}")
        for text in ("alice @alice", "Good morning!", "1 reply", "weather", "@alice At last."):
            self.assertIn(text, page)


class ChromiumTests(BrowserCase):
    timeout = 120

    async def test_somebody_signs_up_writes_and_leaves_without_javascript(self):
        needs(chromium.find(), "chromium")
        base = await self.open_up()
        browser = await Chromium.start(scripts=False)
        self.addCleanup(browser.stop)
        await browser.open(f"{base}/sign-up")
        await browser.fill("#username", "nina")
        await browser.fill("#email", "nina@mail.example")
        await browser.fill("#password", "a long password")
        await browser.click("main form button")
        self.assertEqual(await browser.location(), f"{base}/home")
        await browser.fill("#status", "Hello from a real browser #first")
        await browser.click(".composer button")
        self.assertIn("Hello from a real browser", await browser.text("main"))
        await browser.open(f"{base}/tags/first")
        self.assertIn("@nina", await browser.text(".note"))
        await browser.click(".acts button[value=like]")
        self.assertEqual(await browser.text(".acts [aria-pressed=true]"), "Like 1")
        await browser.click("header button")
        self.assertIn("Log in", await browser.text("header"))
        await browser.open(f"{base}/log-in")
        await browser.fill("#login", "nina")
        await browser.fill("#password", "a long password")
        await browser.click("main button")
        self.assertEqual(await browser.location(), f"{base}/home")

    async def test_an_app_is_let_in_and_gets_its_code_at_its_own_scheme_or_page(self):
        needs(chromium.find(), "chromium")
        base = await self.open_up()
        await self.person("alice")
        callback = f"{base}/about?app=1"
        app = await self.core.accounts.add_app(
            name="App", website=None, redirect_uris=(callback,), scopes={"read"}
        )
        secret = await self.core.accounts.open_session(
            (await self.core.reading.account_by_handle("alice")).id
        )
        browser = await Chromium.start(scripts=False)
        self.addCleanup(browser.stop)
        name = "session_" + "".join(c if c.isalnum() else "_" for c in self.core.settings.domain)
        await browser.do("Network.setCookie", name=name, value=secret, url=base, httpOnly=True)
        await browser.open(
            f"{base}/oauth/authorize?response_type=code&client_id={app.client_id}&redirect_uri={base}/about%3Fapp%3D1&scope=read&state=x"
        )
        self.assertIn("Let App in?", await browser.text("h1"))
        await browser.click("button[value=allow]")
        location = await browser.location()
        self.assertTrue(location.startswith(f"{callback}&code="), location)
        self.assertTrue(location.endswith("&state=x"), location)
