"""A person with WeeChat, which takes what IRCv3 has: SASL, tags, batches, its own echo."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from twisted.internet import reactor
from twisted.internet.defer import Deferred
from twisted.internet.protocol import ProcessProtocol
from twisted.internet.threads import deferToThread

from tests.flows.test_daemons import PASSWORD, FlowCase
from tests.support.clients import irc, until
from tests.support.programs import program


class WeeChat(ProcessProtocol):
    """Told what to do through its FIFO; what it shows is read from its logs."""

    def __init__(self, path: str, home: Path, *commands: str) -> None:
        self._home = home.resolve()
        self.ended: Deferred[None] = Deferred()
        arguments = [path, "-d", str(self._home)]
        for command in commands:
            arguments += ["-r", command]
        loop: Any = reactor
        self._process = loop.spawnProcess(self, path, arguments, env={"HOME": str(self._home), "LANG": "C.UTF-8"})

    def processEnded(self, reason: Any) -> None:
        self.ended.callback(None)

    def close(self) -> Deferred[None]:
        if not self.ended.called:
            self._process.signalProcess("KILL")
        return self.ended

    def type(self, buffer: str, text: str) -> None:
        with (self._home / f"weechat_fifo_{self._process.pid}").open("w") as fifo:
            fifo.write(f"{buffer} *{text}\n")

    @property
    def log(self) -> str:
        return "\n".join(file.read_text() for file in sorted(self._home.glob("logs/*.weechatlog")))


class WeeChatTests(FlowCase):
    async def sees(self, weechat: WeeChat, text: str) -> None:
        async def look() -> bool:
            return text in await deferToThread(lambda: weechat.log)

        try:
            await until(look, every=0.2)
        except AssertionError:
            self.fail(f"no {text!r} in the logs:\n{weechat.log}")

    async def test_a_person_in_weechat_talks_and_reads(self) -> None:
        path = program("weechat-headless")
        daemon = await self.daemon("here")
        alice, _ = await self.person(daemon, "alice"), await self.person(daemon, "bob")
        home = Path(self.mktemp())
        home.mkdir(parents=True)
        weechat = WeeChat(
            path,
            home,
            "/set logger.file.flush_delay 0",
            f"/server add here 127.0.0.1/{daemon.irc} -notls -nicks=bob -sasl_username=bob",
            "/set irc.server.here.sasl_mechanism plain",
            f'/set irc.server.here.sasl_password "{PASSWORD}"',
            "/set irc.server.here.capabilities *",
            "/connect here",
        )
        self.addCleanup(weechat.close)
        await self.sees(weechat, "Welcome to")
        other = await irc(daemon.irc, "alice", PASSWORD)
        other.say("JOIN #tea")
        await other.expect(" 366 ")
        await deferToThread(lambda: weechat.type("irc.server.here", "/join #tea"))
        await other.expect("bob!bob@localhost JOIN #tea")
        await self.sees(weechat, "has joined #tea")
        await deferToThread(lambda: weechat.type("irc.here.#tea", "hello from weechat, naïve 🐙"))
        await other.expect("PRIVMSG #tea :hello from weechat, naïve 🐙")
        other.say("PRIVMSG #tea :hello bob")
        await self.sees(weechat, "hello bob")
        # Its own line comes back once, as an echo.
        self.assertEqual(weechat.log.count("hello from weechat"), 1)
        await deferToThread(lambda: weechat.type("irc.server.here", "/join &local"))
        await self.sees(weechat, "has joined &local")
        await alice.post("/api/v1/statuses", {"status": "a note for everybody here"})
        await self.sees(weechat, "a note for everybody here")
        gone = Deferred()
        other.connectionLost = lambda reason=None: gone.callback(None)
        other.say("QUIT")
        await gone
