"""A person in a browser and one in an IRC client, in one room."""

from __future__ import annotations

from twisted.internet.defer import Deferred

from tests.flows.test_daemons import PASSWORD, FlowCase
from tests.support.chromium import NAMES, Chromium
from tests.support.clients import irc, until
from tests.support.programs import program


class RoomPageTests(FlowCase):
    timeout = 120

    async def test_a_browser_and_an_irc_client_talk(self) -> None:
        program(*NAMES)
        daemon = await self.daemon("here")
        for name in ("alice", "bob"):
            await self.person(daemon, name)
        bob = await irc(daemon.irc, "bob", PASSWORD)
        for line in ("JOIN #lobby", "TOPIC #lobby :Tea and trains", "PRIVMSG #lobby :anybody here?"):
            bob.say(line)
        await bob.expect(" TOPIC #lobby ")

        page = await Chromium.start(width=1000, height=760)
        self.addCleanup(page.stop)
        await page.open(f"{daemon.url}/log-in?next=/rooms")
        await page.fill("#login", "alice")
        await page.fill("#password", PASSWORD)
        await page.click("main form button")
        await page.click("a[href='/rooms/lobby']")
        await page.click("button[value=follow]")  # joins

        async def live() -> bool:
            return bool(await page.run("!!document.querySelector('.live')"))

        await until(live)
        self.assertIn("anybody here?", await page.text("#lines"))
        await page.fill("#status", "a cat at https://cats.example, and <b>no</b> markup")
        await page.run("document.querySelector('#say').requestSubmit()")
        await bob.expect("PRIVMSG #lobby :a cat at https://cats.example, and <b>no</b> markup")
        bob.say("PRIVMSG #lobby :\x01ACTION purrs\x01")
        bob.say("PRIVMSG #lobby :gone in a moment")

        async def purred() -> bool:
            return "gone in a moment" in await page.text("#lines")

        await until(purred)
        own = await page.run("document.querySelector('#lines li:nth-child(2) .text').innerHTML")
        self.assertEqual(own, 'a cat at <a href="https://cats.example" rel="nofollow noopener ugc">https://cats.example</a>, and &lt;b&gt;no&lt;/b&gt; markup')
        self.assertEqual(await page.run("document.querySelector('#lines .action .text').innerText"), "purrs")
        gone = await page.run("document.querySelector('#lines li:last-child').dataset.id")
        bob.say(f"REDACT #lobby {gone} :typing error")
        bob.say("TOPIC #lobby :Cats")

        async def withdrawn() -> bool:
            return "gone in a moment" not in await page.text("#lines") and await page.text("#topic") == "Cats"

        await until(withdrawn)
        before = await page.run("[...document.querySelectorAll('#lines li[data-id]')].map(e => e.dataset.id)")
        await page.open(f"{daemon.url}/rooms/lobby")
        self.assertEqual(await page.run("[...document.querySelectorAll('#lines li[data-id]')].map(e => e.dataset.id)"), before)
        gone_away: Deferred[None] = Deferred()
        bob.connectionLost = lambda reason=None: gone_away.callback(None)  # type: ignore[method-assign]
        bob.say("QUIT")
        await gone_away

    async def test_without_javascript_lines_are_read_and_said(self) -> None:
        program(*NAMES)
        daemon = await self.daemon("here")
        await self.person(daemon, "alice")
        page = await Chromium.start(width=420, height=760, dark=True, scripts=False)
        self.addCleanup(page.stop)
        await page.open(f"{daemon.url}/log-in?next=/rooms")
        await page.fill("#login", "alice")
        await page.fill("#password", PASSWORD)
        await page.click("main form button")
        await page.fill("#name", "Tea.House")
        await page.fill("#topic", "Green or black")
        await page.click("main form button")
        self.assertEqual(await page.text("#topic"), "Green or black")
        await page.fill("#status", "/me pours")
        await page.click("#say button")
        self.assertIn("pours", await page.text("#lines .action"))
        self.assertTrue((await page.location()).startswith(f"{daemon.url}/rooms/tea.house"))
