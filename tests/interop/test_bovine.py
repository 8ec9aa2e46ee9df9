"""bovine, a library of somebody else: draft-cavage, an actor that is shown to signed requests only, addresses that say nothing."""

from __future__ import annotations

from pathlib import Path

from tests.clients.foreign import python_with
from tests.interop.case import InteropCase, only_in_ci
from tests.interop.people import PeopleTests


class BovineTests(PeopleTests, InteropCase):
    BOB = "Bob of bovine"

    async def set_up(self) -> None:
        only_in_ci()
        python = await python_with("bovine", "bovine==0.5.19")
        await super().set_up()
        await self.run_peer(
            str(python.absolute()),
            str(Path(__file__).with_name("bovine_peer.py").absolute()),
            str(self.peer_port),
            str(self.certificate.absolute()),
            str(self.key.absolute()),
            SSL_CERT_FILE=str(self.authority.absolute()),
        )
        await self.meet()
