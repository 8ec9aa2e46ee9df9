"""Real browsers on the real pages: lynx reads them, Chromium signs up, writes and leaves, without JavaScript."""

from __future__ import annotations

import os
import shutil

from twisted.internet import reactor
from twisted.internet.utils import getProcessOutputAndValue

from tests.support.chromium import NAMES, Chromium
from tests.support.core import settings_of
from tests.support.http import SiteCase
from tests.support.programs import program
from web.adapter import listen

# How many h1, main, pictures without a text, fields without a label a page has.
SOUND = """[document.querySelectorAll('h1').length, document.querySelectorAll('main').length,
    document.querySelectorAll('img:not([alt])').length,
    [...document.querySelectorAll('input:not([type=hidden]),textarea,select')].filter(e => !e.labels.length && !e.ariaLabel).length]"""


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
        program("lynx")
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
        program(*NAMES)
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

    async def test_pages_are_sound_in_light_and_dark_wide_and_narrow(self):
        """One h1 and one main, a text for each picture, a label for each field, nothing wider than a telephone.

        Where PLEROMAD_SCREENSHOTS names a folder, what was seen is kept there for people to look at.
        """
        program(*NAMES)
        base = await self.open_up()
        alice = await self.person("alice")
        note = await self.say(alice, "Good morning #fog " + "and a very long word: " + "x" * 300)
        browser = await Chromium.start()
        self.addCleanup(browser.stop)
        for path in ("/", "/@alice", f"/@alice/{note.id}", "/tags/fog", "/about", "/sign-up", "/log-in"):
            for width, dark in ((1000, False), (400, True)):
                await browser.resize(width, 900)
                await browser.colours(dark)
                await browser.open(base + path)
                seen = await browser.run(SOUND)
                self.assertEqual(seen, [1, 1, 0, 0], path)
                self.assertLessEqual(await browser.run("document.documentElement.scrollWidth"), width, path)
                red = await browser.run("Number(getComputedStyle(document.body).backgroundColor.match(/\\d+/)[0])")
                (self.assertLess if dark else self.assertGreater)(red, 128, path)
                await self.keep(browser, f"{path.strip('/').replace('/', '-') or 'local'}-{'dark' if dark else 'light'}")

    async def keep(self, browser: Chromium, name: str) -> None:
        folder = os.environ.get("PLEROMAD_SCREENSHOTS")
        if folder:
            os.makedirs(folder, exist_ok=True)
            await browser.screenshot(os.path.join(folder, f"{name}.png"))

    async def test_an_app_is_let_in_and_gets_its_code_at_its_own_scheme_or_page(self):
        program(*NAMES)
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
