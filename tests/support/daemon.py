"""A whole daemon in a process of its own: `twistd pleromad` with a settings file, on free ports, over a database of its own."""

from __future__ import annotations

import os
import signal
import socket
import sys
from pathlib import Path
from typing import Any

from twisted.internet import reactor
from twisted.internet.defer import Deferred
from twisted.internet.error import ProcessDone, ProcessTerminated
from twisted.internet.protocol import ProcessProtocol

START_SECONDS = 60


def free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    try:
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]
    finally:
        for each in sockets:
            each.close()


class Daemon(ProcessProtocol):
    """`http`, `gopher`, `irc` are its ports; `url` its public URL; `output` what it wrote. `stations`: see tests.support.stations."""

    def __init__(self, folder: str, dsn: str, *, ports: list[int] | None = None, domain_port: int | None = None, settings: str = "", stations: bool = False) -> None:
        self._stations = stations
        self.folder = Path(folder).resolve()
        self.folder.mkdir(parents=True, exist_ok=True)
        self.http, self.gopher, self.irc = ports or free_ports(3)
        self.domain = f"localhost:{domain_port or self.http}"
        self.url = f"http://{self.domain}"
        self.output = ""
        self.process: Any = None
        self._opened: Deferred[None] = Deferred()
        self._ended: Deferred[None] = Deferred()
        self.config = self.folder / "pleromad.toml"
        self.arguments = ["--config", str(self.config)]
        self.config.write_text(
            f"""
[instance]
domain = "{self.domain}"
registrations = "open"
[store]
dsn = "{dsn}"
data_dir = "data"
connections = 16
[http]
listen = ["tcp:{self.http}:interface=127.0.0.1"]
public_url = "{self.url}"
[gopher]
enabled = true
listen = ["tcp:{self.gopher}:interface=127.0.0.1"]
advertise_host = "localhost"
advertise_port = {self.gopher}
[irc]
listen = ["tcp:{self.irc}:interface=127.0.0.1"]
[federation]
allow_http = true
allow_private_addresses = true
{settings}
"""
        )

    async def start(self) -> None:
        """Until its doors are open."""
        self._opened, self._ended, self.output = Deferred(), Deferred(), ""
        program = [sys.executable, "-m", "tests.support.stations"] if self._stations else [os.path.join(os.path.dirname(sys.executable), "twistd")]
        command = [*program, "--nodaemon", "--pidfile=", "pleromad", *self.arguments]
        env = {**os.environ, **({"PYTHONPATH": str(Path(__file__).parents[2])} if self._stations else {})}
        self.process = reactor.spawnProcess(self, command[0], command, env=env, path=str(self.folder))
        self._opened.addTimeout(START_SECONDS, reactor, lambda *_: _fail(f"the daemon did not open:\n{self.output}"))
        await self._opened

    async def stop(self, sign: int = signal.SIGTERM) -> None:
        if self.process is not None:
            self.process.signalProcess(sign)
            await self._ended

    async def ended(self) -> None:
        """Until it has ended by itself."""
        await self._ended

    async def kill(self) -> None:
        """As a power cut would."""
        await self.stop(signal.SIGKILL)

    def outReceived(self, data: bytes) -> None:
        self.output += data.decode(errors="replace")
        if "is open:" in self.output and not self._opened.called:
            self._opened.callback(None)

    errReceived = outReceived

    def processEnded(self, reason: Any) -> None:
        reason.trap(ProcessDone, ProcessTerminated)
        self.process = None
        if not self._opened.called:
            self._opened.errback(RuntimeError(f"the daemon ended:\n{self.output}"))
        self._ended.callback(None)


def _fail(message: str) -> None:
    raise RuntimeError(message)
