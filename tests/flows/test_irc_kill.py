"""SIGKILL while several people talk at once: every line that was acknowledged is in the history afterwards, once."""

from __future__ import annotations

import re

from twisted.internet.defer import Deferred, gatherResults

from tests.flows.test_daemons import PASSWORD, FlowCase
from tests.support.clients import irc, until

PEOPLE = ("anna", "bert", "cleo", "dora")
LINES = 25  # each; all of them fit one page of history
CAPS = "CAP REQ :batch echo-message labeled-response message-tags server-time draft/chathistory"


class KillTests(FlowCase):
    timeout = 90

    async def test_what_was_acknowledged_is_in_the_history(self) -> None:
        daemon = await self.daemon("here")
        for name in (*PEOPLE, "reader"):
            await self.person(daemon, name)
        clients = await gatherResults([Deferred.fromCoroutine(irc(daemon.irc, name, PASSWORD)) for name in PEOPLE])
        for client in clients:
            client.say(CAPS)
            client.say("JOIN #tea")
            await client.expect(" 366 ")
        for name, client in zip(PEOPLE, clients, strict=True):
            for number in range(LINES):
                client.say(f"@label={name}-{number} PRIVMSG #tea :{name} says {number}")

        def acknowledged() -> set[str]:
            found = [re.search(r"label=([a-z]+)-(\d+)\S* :\S+ PRIVMSG ", line) for client in clients for line in client.lines]
            return {f"{one[1]} says {one[2]}" for one in found if one is not None}

        async def some() -> bool:
            return len(acknowledged()) >= LINES

        await until(some, every=0.002)
        await daemon.kill()
        known = acknowledged()
        self.assertLess(len(known), LINES * len(PEOPLE), "killed too late to show anything")
        await daemon.start()
        reader = await irc(daemon.irc, "anna", PASSWORD)
        reader.say(CAPS)
        await reader.expect(" ACK ")
        reader.say("CHATHISTORY LATEST #tea * 100")
        reader.say("PING done")
        await reader.expect("PONG")
        kept = [line.rsplit(" :", 1)[1] for line in reader.lines if " PRIVMSG #tea :" in line and "batch=" in line]
        self.assertEqual(len(kept), len(set(kept)))
        self.assertLessEqual(known, set(kept))
        reader.transport.loseConnection()
