"""The libraries that Elk, Phanpy, Whalebird and The Lounge are built on: masto, megalodon and irc-framework, and Pleroma-FE's phoenix, in node."""

from __future__ import annotations

import shutil
from pathlib import Path

from PIL import Image

from tests.clients.foreign import alone, fetch, run
from tests.clients.served import ServedCase
from tests.flows.test_daemons import PASSWORD, FlowCase
from tests.support.programs import program

SCRIPTS = Path(__file__).with_name("node")


async def scripts() -> Path:
    """A folder with the scripts and what they need. Without a lock file, which would name where it came from."""
    async with alone("node") as folder:
        wanted = (SCRIPTS / "package.json").read_text()
        if not (folder / "package.json").is_file() or (folder / "package.json").read_text() != wanted:
            shutil.rmtree(folder, ignore_errors=True)
            draft = folder / "draft"
            draft.mkdir(parents=True)
            shutil.copy(SCRIPTS / "package.json", draft)
            await fetch(program("npm"), "install", "--no-package-lock", "--no-audit", "--no-fund", "--silent", folder=draft)
            (draft / "node_modules").rename(folder / "node_modules")
            shutil.rmtree(draft)
            (folder / "package.json").write_text(wanted)
        for script in SCRIPTS.glob("*.js"):
            shutil.copy(script, folder)
    return folder


class NodeTests(ServedCase):
    timeout = 180
    DOORS = ("activitypub", "mastodon", "pages")  # megalodon asks nodeinfo what it speaks to

    async def tried(self, script: str, **environment: str) -> None:
        node = program("node")
        folder = await scripts()
        alice, bob = await self.person("alice"), await self.person("bob")
        picture = Path(self.mktemp() + ".png")
        Image.new("RGB", (32, 32), (0, 90, 0)).save(picture)
        code, said = await run(
            *(node, script),
            folder=folder,
            URL=self.url,
            TOKEN=await self.token(alice),
            OTHER_TOKEN=await self.token(bob),
            PICTURE=str(picture.resolve()),
            **environment,
        )
        self.assertEqual((code, said.strip().splitlines()[-1:]), (0, ["done"]), said)

    async def test_masto(self) -> None:
        await self.tried("masto.js")

    async def test_megalodon_takes_it_for_mastodon(self) -> None:
        await self.tried("megalodon.js", KIND="mastodon")

    async def test_megalodon_takes_it_for_pleroma(self) -> None:
        await self.tried("megalodon.js", KIND="pleroma")


class IrcFrameworkTests(FlowCase):
    timeout = 120

    async def test_two_people_talk_over_websockets(self) -> None:
        node = program("node")
        folder = await scripts()
        daemon = await self.daemon("here")
        for name in ("alice", "bob"):
            await self.person(daemon, name)
        code, said = await run(node, "irc.js", folder=folder, PORT=str(daemon.http), PASSWORD=PASSWORD)
        self.assertEqual((code, said.strip().splitlines()[-1:]), (0, ["done"]), said)

    async def test_the_shoutbox_is_the_lobby(self) -> None:
        node = program("node")
        folder = await scripts()
        daemon = await self.daemon("here", settings='[rooms]\nlobby = "lobby"\n')
        for name in ("alice", "bob"):
            await self.person(daemon, name)
        code, said = await run(node, "shoutbox.js", folder=folder, PORT=str(daemon.http), PASSWORD=PASSWORD)
        self.assertEqual((code, said.strip().splitlines()[-1:]), (0, ["done"]), said)
