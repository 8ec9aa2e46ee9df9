"""Fedify, a library of somebody else, once with RFC 9421 first and once with draft-cavage first."""

from __future__ import annotations

from pathlib import Path

from tests.clients.foreign import node_with
from tests.interop.case import InteropCase, only_in_ci
from tests.interop.people import PeopleTests

PACKAGES = ("node@24.21.0", "@fedify/fedify@2.3.6", "@fedify/vocab@2.3.6")


class FedifyCase(InteropCase):
    FIRST = ""
    BOB = "Bob of Fedify"

    async def set_up(self) -> None:
        only_in_ci("npm")
        home = await node_with("fedify", *PACKAGES)
        await super().set_up()
        await self.run_peer(
            str(home / "node_modules/node/bin/node"),
            str(Path(__file__).with_name("fedify.mjs").absolute()),
            str(self.peer_port),
            self.FIRST,
            str(self.certificate.absolute()),
            str(self.key.absolute()),
            NODE_EXTRA_CA_CERTS=str(self.authority.absolute()),
            PEER_MODULES=str(home.absolute()),
        )
        await self.meet()


class Rfc9421FirstTests(PeopleTests, FedifyCase):
    FIRST = "rfc9421"


class CavageFirstTests(PeopleTests, FedifyCase):
    FIRST = "draft-cavage-http-signatures-12"
