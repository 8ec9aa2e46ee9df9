"""One server for one test of irctest: the real core, the real IRC door, a real PostgreSQL, nothing else.

`python -m tests.irctest.serve PORT [--password TEXT] [--speed N] [--fresh] [--control PATH] [--websocket PORT]`. The database is IRCTEST_DSN;
with --fresh one of its own, copied from the template IRCTEST_TEMPLATE. On the control socket `register NAME PASSWORD` makes
an account.
"""

from __future__ import annotations

import argparse
import os
import sys
from dataclasses import replace
from typing import Any

from twisted.application.service import Service
from twisted.internet import defer, reactor
from twisted.internet.endpoints import serverFromString
from twisted.internet.protocol import Factory
from twisted.logger import globalLogBeginner, textFileLogObserver
from twisted.protocols.basic import LineReceiver

from pleromad.accounts import passwords
from pleromad.clock import Clock
from pleromad.core import Core
from pleromad.daemon import spawn
from pleromad.errors import PleromadError
from pleromad.model.account import Role
from protocols.irc import websocket
from protocols.irc.adapter import IrcService, settings_of
from store.pool import Database
from tests.irctest import settings
from tests.irctest.databases import copy_database, drop_database
from web.adapter import build_site


class FastClock(Clock):
    """For tests that wait for minutes: time runs `speed` times as fast."""

    def __init__(self, loop: Any, speed: float) -> None:
        super().__init__(loop)
        self._speed = speed
        self._start = super().seconds()

    def seconds(self) -> float:
        return self._start + (super().seconds() - self._start) * self._speed


class Control(LineReceiver):
    """Makes accounts for the controller."""

    delimiter = b"\n"

    def __init__(self, core: Core) -> None:
        self._core = core

    def lineReceived(self, line: bytes) -> None:
        _, name, password = line.decode().split(" ", 2)
        spawn(self._register(name, password), "registering")

    async def _register(self, name: str, password: str) -> None:
        try:
            await self._core.accounts.register(
                username=name, email=f"{name.lower()}@irctest.example", password=password, role=Role.USER
            )
        except PleromadError as error:
            self.sendLine(error.public.encode())
        else:
            self.sendLine(b"ok")


class House(Service):
    """Everything in order, and stopped in reverse."""

    def __init__(self, port: int, password: str, speed: float, fresh: bool, control: str, websocket: int, mail: bool, early: bool) -> None:
        self._settings = settings.settings_of(port, mail=mail)
        self._early = early
        self._password = password
        self._speed = speed
        self._control = control
        self._websocket = websocket
        self._dsn = copy_database(os.environ["IRCTEST_DSN"], os.environ["IRCTEST_TEMPLATE"]) if fresh else os.environ["IRCTEST_DSN"]
        self._fresh = fresh

    def startService(self) -> Any:
        super().startService()
        return defer.ensureDeferred(self._start())

    async def _start(self) -> None:
        self._database = Database(self._dsn, reactor, size=2)
        await self._database.start()
        self._core = Core(self._settings, self._database, reactor)
        await self._core.start()
        # Without flood control: irctest talks faster than people do.
        door = replace(settings_of(self._settings), password=self._password, flood_per_second=0.0, register_before_connect=self._early)
        self._irc = IrcService(self._core, reactor, settings=door)
        if self._speed != 1.0:
            self._irc.network.clock = FastClock(reactor, self._speed)
        if self._control:
            core = self._core
            await serverFromString(reactor, f"unix:{self._control}").listen(Factory.forProtocol(lambda: Control(core)))
        if self._websocket:
            site = build_site(self._core, reactor)
            websocket.register(site, self._irc.connections, path="/")  # irctest knows no path
            await serverFromString(reactor, f"tcp:{self._websocket}:interface=127.0.0.1").listen(site.factory())
        await self._irc.startService()

    async def stop(self) -> None:
        await self._irc.stopService()
        await self._core.stop()
        await self._database.stop()
        if self._fresh:
            drop_database(self._dsn)


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("port", type=int)
    options.add_argument("--password", default="")
    options.add_argument("--speed", type=float, default=1.0)
    options.add_argument("--fresh", action="store_true")
    options.add_argument("--control", default="")
    options.add_argument("--websocket", type=int, default=0)
    options.add_argument("--mail", action="store_true")
    options.add_argument("--late", action="store_true")
    given = options.parse_args()
    # irctest has shorter ones, and longer ones, than we take.
    passwords.MIN_LENGTH, passwords.MAX_LENGTH = 1, 2000
    observer: Any = textFileLogObserver(sys.stderr)
    globalLogBeginner.beginLoggingTo([observer], redirectStandardIO=False)
    house = House(given.port, given.password, given.speed, given.fresh, given.control, given.websocket, given.mail, not given.late)
    loop: Any = reactor

    def failed(failure: Any) -> None:
        failure.printTraceback()
        loop.stop()

    loop.callWhenRunning(lambda: house.startService().addErrback(failed))
    loop.addSystemEventTrigger("before", "shutdown", lambda: defer.ensureDeferred(house.stop()))
    loop.run()


if __name__ == "__main__":
    main()
