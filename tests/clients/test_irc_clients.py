"""irssi, WeeChat, ii and sic together in one room: each says something, and each sees what all the others said, once."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from twisted.internet import reactor
from twisted.internet.defer import Deferred
from twisted.internet.protocol import ProcessProtocol
from twisted.internet.threads import deferToThread

from tests.clients.test_irssi import Terminal
from tests.clients.test_weechat import WeeChat
from tests.flows.test_daemons import PASSWORD, FlowCase
from tests.support.clients import until
from tests.support.programs import program


class Program(ProcessProtocol):
    """A client without a terminal; what it prints is `output`."""

    def __init__(self, *command: str, env: dict[str, str] | None = None) -> None:
        self.output = ""
        self.ended: Deferred[None] = Deferred()
        loop: Any = reactor
        self._process = loop.spawnProcess(self, command[0], list(command), env={**os.environ, **(env or {})})

    def outReceived(self, data: bytes) -> None:
        self.output += data.decode(errors="replace")

    def processEnded(self, reason: Any) -> None:
        self.ended.callback(None)

    def type(self, line: str) -> None:
        self._process.write(f"{line}\n".encode())

    def close(self) -> Deferred[None]:
        if not self.ended.called:
            self._process.signalProcess("KILL")
        return self.ended


class TogetherTests(FlowCase):
    timeout = 120

    async def shown(self, what: Any, *texts: str) -> None:
        """`what()` is what a client shows."""

        async def look() -> bool:
            said = await deferToThread(what)
            return all(text in said for text in texts)

        try:
            await until(look, every=0.1)
        except AssertionError:
            self.fail(f"no {texts!r} in:\n{what()}")

    async def test_four_clients_in_one_room(self) -> None:
        paths = {name: program(name) for name in ("irssi", "weechat-headless", "ii", "sic")}
        program("tmux")
        daemon = await self.daemon("here")
        for name in ("anna", "bert", "cleo", "dora"):
            await self.person(daemon, name)
        home = Path(self.mktemp()).resolve()
        (home / "irssi").mkdir(parents=True)
        (home / "weechat").mkdir()
        (home / "irssi/config").write_text('settings = { "irc/core" = { cmd_queue_speed = "10msecs"; cmds_max_at_once = "50"; }; };')

        irssi = Terminal(
            paths["irssi"], f"--home={home}/irssi", "--connect=127.0.0.1", f"--port={daemon.irc}", "--nick=anna", f"--password=anna:{PASSWORD}"
        )
        self.addCleanup(lambda: deferToThread(irssi.close))
        weechat = WeeChat(
            paths["weechat-headless"],
            home / "weechat",
            "/set logger.file.flush_delay 0",
            f"/server add here 127.0.0.1/{daemon.irc} -notls -nicks=bert -sasl_username=bert -sasl_mechanism=plain",
            f'/set irc.server.here.sasl_password "{PASSWORD}"',
            "/set irc.server.here.capabilities *",
            "/set irc.server.here.autojoin #tea",
            "/connect here",
        )
        self.addCleanup(weechat.close)
        where = ("-s", "127.0.0.1", "-p", str(daemon.irc))
        ii = Program(paths["ii"], *where, "-n", "cleo", "-k", "IIPASS", "-i", str(home / "ii"), env={"IIPASS": f"cleo:{PASSWORD}"})
        self.addCleanup(ii.close)
        sic = Program(paths["sic"], "-h", "127.0.0.1", "-p", str(daemon.irc), "-n", "dora", "-k", f"dora:{PASSWORD}")
        self.addCleanup(sic.close)

        server, room = home / "ii/127.0.0.1", home / "ii/127.0.0.1/#tea"

        def read(folder: Path) -> str:
            return (folder / "out").read_text() if (folder / "out").exists() else ""

        def write(folder: Path, line: str) -> None:
            with (folder / "in").open("w") as fifo:
                fifo.write(line + "\n")

        await self.shown(lambda: irssi.screen, "Welcome to")
        await self.shown(lambda: weechat.log, "Welcome to")
        await self.shown(lambda: read(server), "Welcome to")
        await self.shown(lambda: sic.output, "Welcome to")
        irssi.type("/join #tea")
        await deferToThread(lambda: write(server, "/j #tea"))
        sic.type(":j #tea")
        screens = {
            "anna": lambda: irssi.screen,
            "bert": lambda: weechat.log,
            "cleo": lambda: read(room),
            "dora": lambda: sic.output,
        }
        names = ("anna", "bert", "cleo", "dora")
        for number in range(4):  # all are in, whoever of them made the room
            await self.shown(screens[names[number]], "#tea" if number in (0, 3) else names[number])
        await until(lambda: self._members(daemon, 4))
        irssi.type("naïve words from anna 🐙")
        await deferToThread(lambda: weechat.type("irc.here.#tea", "some words from bert"))
        await deferToThread(lambda: write(room, "plain words from cleo"))
        sic.type(":m #tea short words from dora")
        said = ("naïve words from anna 🐙", "some words from bert", "plain words from cleo", "short words from dora")
        for name in names:
            await self.shown(screens[name], *(text for text in said if name not in text))
            self.assertTrue(all(screens[name]().count(text) <= 1 for text in said if name not in text), name)

    async def _members(self, daemon: Any, count: int) -> bool:
        api = await self.person(daemon, "watcher") if not hasattr(self, "_watcher") else self._watcher
        self._watcher = api
        found = await api.get("/api/v1/accounts/lookup?acct=tea")
        return bool(found["followers_count"] >= count)
