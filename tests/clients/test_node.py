"""The libraries that Elk, Phanpy and Whalebird are built on: masto and megalodon, in node."""

from __future__ import annotations

import shutil
from pathlib import Path

from PIL import Image

from tests.clients.foreign import alone, fetch, run
from tests.clients.served import ServedCase
from tests.support.programs import program

SCRIPTS = Path(__file__).with_name("node")


class NodeTests(ServedCase):
    timeout = 180
    DOORS = ("activitypub", "mastodon", "pages")  # megalodon asks nodeinfo what it speaks to

    async def scripts(self) -> Path:
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

    async def tried(self, script: str, **environment: str) -> None:
        node = program("node")
        folder = await self.scripts()
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
