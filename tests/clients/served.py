"""The HTTP doors on a real port of this machine, in the test's own process."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import requests
from twisted.internet import defer, reactor

from pleromad.model.account import Account
from tests.support.core import PASSWORD
from tests.support.daemon import free_ports
from tests.support.http import SiteCase
from web.adapter import listen


class ServedCase(SiteCase):
    """`self.url` is where it is."""

    DOORS = ("mastodon", "pages")

    @defer.inlineCallbacks
    def setUp(self):
        [port] = free_ports(1)
        self.url = f"http://localhost:{port}"
        self.SETTINGS = {
            "instance": {"domain": f"localhost:{port}"},
            "http": {"listen": (f"tcp:{port}:interface=127.0.0.1",), "public_url": self.url},
            "federation": {"allow_http": True, "allow_private_addresses": True},  # a push service here
        }
        yield super().setUp()
        service = listen(self.site, self.core, reactor)
        yield service.startService()
        self.addCleanup(service.stopService)

    async def token(self, account: Account) -> str:
        """What an app has after somebody logged in and allowed everything."""
        scopes = ("read", "write", "follow", "push")
        app = await self.core.accounts.add_app(name="Test", website=None, redirect_uris=["urn:ietf:wg:oauth:2.0:oob"], scopes=scopes)
        return (await self.core.accounts.issue(app, account.id, scopes)).access_token


def authorize(address: str, name: str) -> str:
    """What a person does in their browser: log in, allow; returns the code that is shown. Blocks: for a thread."""
    browser = requests.Session()
    base = re.match(r"https?://[^/]+", address)
    assert base is not None
    page = browser.get(address, timeout=20)
    page = _send(browser, base[0], page.text, "/log-in", {"login": name, "password": PASSWORD})
    page = _send(browser, base[0], page.text, "/oauth/authorize", {"answer": "allow"})
    shown = re.search(r"<code>([\w-]{20,})</code>", page.text)
    assert shown is not None, page.text
    return shown[1]


def _send(browser: requests.Session, base: str, page: str, action: str, answers: dict[str, Any]) -> requests.Response:
    form = page[page.index(f'action="{action}"') :]
    form = form[: form.index("</form>")]
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form)
    hidden = {name: unescape(value) for name, value in found}
    reply = browser.post(base + action, data={**hidden, **answers}, timeout=20)
    assert reply.status_code == 200, reply.text
    return reply
