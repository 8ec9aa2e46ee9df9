"""Sending files over HTTP for IRC (`soju.im/FILEHOST`)."""

from __future__ import annotations

import base64

from protocols.irc import filehost
from tests.protocols.irc.test_extensions import PICTURE
from tests.support.core import PASSWORD
from tests.support.http import SiteCase


class FilehostTests(SiteCase):
    DOORS = ("mastodon", "pages")

    async def test_a_file_is_sent_with_the_password_of_the_account(self) -> None:
        alice = await self.person("alice")
        if filehost.PATH not in self.site._nodes:
            filehost.register(self.site)
        blob = base64.b64encode(f"alice:{PASSWORD}".encode()).decode()
        sent = {"Content-Type": "image/png", "Content-Disposition": "attachment; filename=dot.png"}
        reply = await self.request("POST", filehost.PATH, body=PICTURE, headers={**sent, "Authorization": f"Basic {blob}"})
        self.assertEqual(reply.status, 201)
        path = reply.location.removeprefix(self.core.settings.http.public_url)
        self.assertEqual((await self.get(path)).status, 200)
        self.assertEqual(len(await self.core.media.waiting(alice.id, [path.removeprefix("/media/")])), 1)
        self.assertEqual((await self.request("POST", filehost.PATH, body=PICTURE, headers=sent)).status, 401)
        wrong = await self.request("POST", filehost.PATH, body=b"<html>", headers={"Authorization": f"Basic {blob}"})
        self.assertEqual(wrong.status, 422)
        self.assertIn("POST", (await self.request("OPTIONS", filehost.PATH)).headers.get("allow", ""))
