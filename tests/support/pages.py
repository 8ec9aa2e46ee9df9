"""Pages read and used as a person does: what the tests of them share."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from lxml import html as lxml_html
from PIL import Image

from tests.support.core import PASSWORD
from tests.support.http import Browser, SiteCase
from tests.web.test_oauth import hidden


class PagesCase(SiteCase):
    DOORS = ("pages",)

    async def read(self, path: str, **kw: Any) -> str:
        reply = await self.get(path, **kw)
        self.assertEqual(reply.status, 200, reply.text)
        return reply.text

    async def logged_in(self, name: str) -> Browser:
        browser = self.browser()
        form = hidden((await browser.get("/log-in")).text)
        reply = await browser.post("/log-in", {**form, "login": name, "password": PASSWORD})
        self.assertEqual(reply.status, 200, reply.text)
        return browser

    async def csrf(self, browser: Browser) -> str:
        return hidden((await browser.get("/home")).text)["csrf"]


def a_picture() -> bytes:
    file = BytesIO()
    Image.new("RGB", (64, 48), "red").save(file, "PNG")
    return file.getvalue()


def words(page: str) -> str:
    """What a reader sees, blanks folded."""
    tree = lxml_html.fromstring(page)
    return " ".join(tree.find("body").text_content().split())
