"""Mastodon::Client of Perl, as Debian has it: it makes objects of what it is told, and minds their types."""

from __future__ import annotations

from pathlib import Path

from PIL import Image

from protocols.mastodon.streaming import hub
from tests.clients.foreign import run
from tests.clients.served import ServedCase
from tests.support.programs import perl_with


class PerlTests(ServedCase):
    timeout = 120

    async def test_every_entity_is_of_its_kind(self) -> None:
        perl = await perl_with("Mastodon::Client")
        self.patch(hub, "HEARTBEAT_SECONDS", 0.3)  # by it the script knows that the stream is open
        alice, bob = await self.person("alice"), await self.person("bob")
        picture = Path(self.mktemp() + ".png")
        Image.new("RGB", (32, 32), (0, 90, 0)).save(picture)
        code, said = await run(
            *(perl, str(Path(__file__).with_name("client.pl"))),
            URL=self.url,
            TOKEN=await self.token(alice),
            OTHER=str(bob.id),
            PICTURE=str(picture.resolve()),
        )
        self.assertEqual(code, 0, said)
