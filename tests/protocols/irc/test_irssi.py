"""A real irssi, in tmux, over TCP."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from twisted.internet import defer, reactor, task
from twisted.internet.utils import getProcessOutputAndValue

from pleromad.model import event as events
from pleromad.model.event import Event
from pleromad.model.page import Page
from protocols.irc.adapter import build
from tests.support.core import PASSWORD, CoreCase
from tests.support.programs import program

LOOK_AGAIN_SECONDS = 0.1
CONFIG = """
servers = ({{ address = "127.0.0.1"; port = "{port}"; chatnet = "here"; autoconnect = "yes"; cmd_queue_speed = "10msec"; }});
chatnets = {{ here = {{ type = "IRC"; nick = "alice"; sasl_mechanism = "PLAIN"; sasl_username = "alice"; sasl_password = "{password}"; }}; }};
settings = {{ core = {{ real_name = "x"; user_name = "x"; nick = "alice"; }}; }};
"""


class IrssiTests(CoreCase):
    SETTINGS = {"irc": {"listen": ["tcp:0:interface=127.0.0.1"]}}
    timeout = 90

    async def tmux(self, *words: str) -> str:
        environment = {**os.environ, "TERM": "xterm", "LANG": "C.UTF-8", "TMUX": ""}
        out, err, code = await getProcessOutputAndValue(
            self.tmux_path, ["-u", "-L", self.socket, "-f", "/dev/null", *words], env=environment
        )
        self.assertEqual(code, 0, err)
        return bytes(out).decode()

    async def open_irssi(self) -> None:
        irssi, self.tmux_path = program("irssi"), program("tmux")
        service = build(self.core, reactor)
        assert service is not None
        await service.startService()
        self.addCleanup(service.stopService)
        home = Path(self.mktemp())
        home.mkdir()
        home.joinpath("config").write_text(CONFIG.format(port=service.ports[0].getHost().port, password=PASSWORD))
        self.socket = f"pleromad-{os.getpid()}-{id(self)}"
        await self.tmux("new-session", "-d", "-x", "120", "-y", "40", f"{irssi} --home={home.resolve()}")
        self.addCleanup(lambda: defer.ensureDeferred(self.tmux("kill-server")))

    async def sees(self, text: str) -> None:
        """Until it is on the screen; trial's own timeout ends what never comes."""
        loop: Any = reactor
        while text not in await self.tmux("capture-pane", "-p"):
            await task.deferLater(loop, LOOK_AGAIN_SECONDS, lambda: None)

    async def type(self, text: str) -> None:
        await self.tmux("send-keys", "-l", text)
        await self.tmux("send-keys", "Enter")

    async def test_it_logs_in_talks_in_a_room_and_reads_along(self) -> None:
        alice, bob = await self.person("alice"), await self.person("bob")
        await self.open_irssi()
        await self.sees("You are now logged in as alice")
        await self.sees("JOIN &home and &local")

        await self.type("/join #tea")
        await self.sees("[~alice]")
        spoken: defer.Deferred[Event] = defer.Deferred()
        self.core.bus.listen(
            lambda event: spoken.callback(event) if event.kind == events.NOTE_CREATED and not spoken.called else None
        )
        await self.type("grüße ☕")
        room_id = (await spoken).other_id
        said = (await self.core.reading.room(alice.id, room_id, Page())).items[0].note
        self.assertEqual((said.account.id, said.source), (alice.id, "grüße ☕"))

        await self.follow(bob, await self.core.reading.account(room_id))
        await self.sees("bob [bob@here.example] has joined #tea")
        await self.say(bob, "hello from elsewhere", room_id=room_id)
        await self.sees("< bob> hello from elsewhere")

        await self.type("/join &local")
        await self.sees("has joined &local")
        await self.say(bob, "good morning, everybody")
        await self.sees("< bob> good morning, everybody")
