"""A person with irssi, in a terminal: joins a room, talks, and sees notes in &local."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from twisted.internet.defer import Deferred
from twisted.internet.threads import deferToThread

from tests.flows.test_daemons import PASSWORD, FlowCase
from tests.support.clients import irc, until
from tests.support.programs import program


class Terminal:
    """A program in tmux. `screen` is what a person sees."""

    def __init__(self, *command: str) -> None:
        self._folder = tempfile.mkdtemp()  # the path of a socket must be short
        self._tmux = [program("tmux"), "-S", f"{self._folder}/tmux", "-f", "/dev/null"]
        self._call("new-session", "-d", "-x", "110", "-y", "40", *command)

    def _call(self, *arguments: str) -> str:
        done = subprocess.run(
            [*self._tmux, *arguments],
            capture_output=True,
            text=True,
            check=True,
            env={**os.environ, "TERM": "xterm-256color", "LANG": "C.UTF-8"},
        )
        return done.stdout

    def type(self, line: str) -> None:
        self._call("send-keys", "-l", line)
        self._call("send-keys", "Enter")

    @property
    def screen(self) -> str:
        return self._call("capture-pane", "-p")

    def close(self) -> None:
        self._call("kill-server")
        shutil.rmtree(self._folder)


class IrssiTests(FlowCase):
    async def sees(self, terminal: Terminal, text: str) -> None:
        async def look() -> bool:
            return text in await deferToThread(lambda: terminal.screen)

        try:
            await until(look, every=0.2)
        except AssertionError:
            shown = terminal.screen
            terminal.type("/window 1")
            self.fail(f"no {text!r} on the screen:\n{shown}\nin the first window:\n{terminal.screen}")

    async def test_a_person_in_irssi_talks_and_reads(self) -> None:
        irssi = program("irssi")
        program("tmux")
        daemon = await self.daemon("here")
        alice, _ = await self.person(daemon, "alice"), await self.person(daemon, "bob")
        home = Path(self.mktemp())
        home.mkdir(parents=True)
        # Else irssi itself waits two seconds between commands.
        (home / "config").write_text('settings = { "irc/core" = { cmd_queue_speed = "10msecs"; cmds_max_at_once = "50"; }; };')
        terminal = Terminal(
            irssi,
            f"--home={home.resolve()}",
            "--connect=127.0.0.1",
            f"--port={daemon.irc}",
            "--nick=bob",
            f"--password=bob:{PASSWORD}",
        )
        self.addCleanup(lambda: deferToThread(terminal.close))
        await self.sees(terminal, "Welcome to")
        other = await irc(daemon.irc, "alice", PASSWORD)
        other.say("JOIN #tea")
        await other.expect(" 366 ")
        terminal.type("/join #tea")
        await self.sees(terminal, "#tea")
        await other.expect("bob")
        terminal.type("hello from irssi, naïve 🐙")
        await other.expect("PRIVMSG #tea :hello from irssi, naïve 🐙")
        other.say("PRIVMSG #tea :hello bob")
        await self.sees(terminal, "hello bob")
        room_notes = await alice.get("/api/v1/accounts/lookup?acct=tea")
        self.assertTrue(room_notes["group"])
        terminal.type("/join &local")
        await self.sees(terminal, "bob [bob@localhost] has joined &local")
        await alice.post("/api/v1/statuses", {"status": "a note for everybody here"})
        await self.sees(terminal, "a note for everybody here")
        gone = Deferred()
        other.connectionLost = lambda reason=None: gone.callback(None)
        other.say("QUIT")
        await gone
