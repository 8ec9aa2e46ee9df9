"""toot, the terminal client, as a person uses it: in a process and with a configuration of its own."""

from __future__ import annotations

import json
import os
import sys
from importlib.util import find_spec
from typing import Any

from twisted.internet.threads import deferToThread
from twisted.internet.utils import getProcessOutputAndValue
from twisted.trial.unittest import SkipTest

from tests.clients.served import ServedCase
from tests.support.core import PASSWORD


class TootTests(ServedCase):
    timeout = 120

    async def toot(self, *arguments: str) -> str:
        """What it prints; it must end well."""
        if find_spec("toot") is None:
            raise SkipTest("toot is not installed")
        environment = {**os.environ, "XDG_CONFIG_HOME": os.path.abspath("toot"), "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8"}
        out, err, code = await getProcessOutputAndValue(sys.executable, ["-m", "toot", "--no-color", *arguments], env=environment)
        self.assertEqual(code, 0, f"toot {' '.join(arguments)}: {out.decode()} {err.decode()}")
        return str(out.decode())

    async def told(self, *arguments: str) -> Any:
        return json.loads(await self.toot(*arguments, "--json"))

    async def test_a_day_with_toot(self) -> None:
        alice = await self.person("alice")
        bob = await self.person("bob")
        await self.follow(alice, bob)
        await self.say(bob, "Good morning from bob")
        await self.toot("login_cli", "-i", self.url, "-e", "alice", "-p", PASSWORD)
        self.assertIn("@alice", await self.toot("whoami"))
        self.assertIn("Here", await self.toot("instance", self.url))
        self.assertIn("Good morning from bob", await self.toot("timelines", "home", "--no-pager"))

        posted = await self.told("post", "Hello from toot #tag", "--spoiler-text", "careful", "--language", "en")
        self.assertEqual((posted["spoiler_text"], posted["application"]["name"][:4]), ("careful", "toot"))
        answer = await self.told("post", "And more", "--reply-to", posted["id"])
        self.assertEqual(answer["in_reply_to_id"], posted["id"])
        self.assertIn("Hello from toot", await self.toot("timelines", "public", "--local", "--no-pager"))
        self.assertIn("Hello from toot", await self.toot("timelines", "tag", "tag", "--no-pager"))
        self.assertIn("And more", await self.toot("thread", posted["id"]))
        self.assertIn("Hello from toot", await self.toot("status", posted["id"]))
        poll = await self.told("post", "Tea?", "--poll-option", "yes", "--poll-option", "no", "--poll-expires-in", "1 hour")
        self.assertEqual([option["title"] for option in poll["poll"]["options"]], ["yes", "no"])

        picture = os.path.abspath("green.png")
        await deferToThread(paint, picture)
        with_media = await self.told("post", "Look", "--media", picture, "--description", "green")
        self.assertEqual(with_media["media_attachments"][0]["description"], "green")

        for action in ("favourite", "unfavourite", "reblog", "unreblog", "bookmark", "pin", "unpin"):
            await self.toot(action, posted["id"])
        self.assertIn("Hello from toot", await self.toot("bookmarks"))
        self.assertTrue((await self.told("mute", "bob"))["muting"])
        self.assertIn("bob", await self.toot("muted"))
        await self.toot("unmute", "bob")
        self.assertIn("bob", await self.toot("following", "alice"))
        self.assertIn("bob", await self.toot("whois", "bob"))
        await self.toot("update-account", "--display-name", "Alice with toot", "--note", "I toot")
        self.assertIn("Alice with toot", await self.toot("whoami"))
        await self.say(bob, "@alice are you there?")
        self.assertIn("are you there?", await self.toot("notifications"))
        self.assertIn("bob", await self.toot("search", "bob"))
        await self.toot("delete", posted["id"])
        self.assertNotIn("Hello from toot", await self.toot("timelines", "account", "alice", "--no-pager"))
        await self.toot("logout", f"alice@{self.url.removeprefix('http://')}")


def paint(path: str) -> None:
    from PIL import Image

    Image.new("RGB", (32, 32), (0, 90, 0)).save(path)
