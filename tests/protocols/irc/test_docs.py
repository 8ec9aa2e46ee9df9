"""What docs/irc.md says the server can do is what the server says: CAP LS and 005, compared."""

from __future__ import annotations

import re
from pathlib import Path

from tests.protocols.irc.support import IrcCase, said

DOCS = Path(__file__).parents[3] / "docs" / "irc.md"
BY_SETTINGS = {"sts"}  # where an endpoint speaks TLS: test_registering
VALUE_BY_SETTINGS = {"NETWORK", "soju.im/FILEHOST"}


def table(heading: str) -> list[list[str]]:
    """The cells of the table with this first heading, without its head."""
    _, _, rest = DOCS.read_text().partition(f"\n| {heading} |")
    rows = []
    for line in rest.splitlines()[2:]:
        if not line.startswith("|"):
            break
        rows.append([cell.strip().strip("`") for cell in line.strip("|").split("|")])
    return rows


class DocumentedTests(IrcCase):
    SETTINGS = {"instance": {"registrations": "open"}}

    async def test_every_capability_and_its_value(self) -> None:
        client = self.client()
        lines = await client.ask("CAP LS 302")
        listed = " ".join(line.split(" :", 1)[1] for line in said(lines, "CAP")).split()
        shown = {name: set(value.split(",")) for name, _, value in (one.partition("=") for one in listed)}
        documented = {row[0]: set(row[1].split(",")) for row in table("Capability") if row[0] not in BY_SETTINGS}
        self.assertEqual(documented, shown)

    async def test_every_token_of_isupport(self) -> None:
        client = await self.logged_in(await self.person("alice"))
        tokens = [word for line in said(await client.ask("VERSION"), "005") for word in re.findall(r"[^ ]+", line.split(" :")[0])[3:]]
        documented = [row[0] for row in table("ISUPPORT")]
        self.assertEqual(sorted(map(_without_what_varies, documented)), sorted(map(_without_what_varies, tokens)))


def _without_what_varies(token: str) -> str:
    name = token.partition("=")[0]
    return name if name in VALUE_BY_SETTINGS else token
