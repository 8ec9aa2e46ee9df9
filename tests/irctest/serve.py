"""One server for one test of irctest: the real core, the real IRC door, a real PostgreSQL, nothing else.

`python -m tests.irctest.serve PORT [--password TEXT] [--speed N]`; the database is IRCTEST_DSN.
"""

from __future__ import annotations

import argparse
import os
import sys
from dataclasses import replace
from typing import Any

from twisted.application.service import Service
from twisted.internet import defer, reactor
from twisted.logger import globalLogBeginner, textFileLogObserver

from pleromad.clock import Clock
from pleromad.core import Core
from protocols.irc.adapter import IrcService, settings_of
from store.pool import Database
from tests.irctest import settings


class FastClock(Clock):
    """For tests that wait for minutes: time runs `speed` times as fast."""

    def __init__(self, loop: Any, speed: float) -> None:
        super().__init__(loop)
        self._speed = speed
        self._start = super().seconds()

    def seconds(self) -> float:
        return self._start + (super().seconds() - self._start) * self._speed


class House(Service):
    """Everything in order, and stopped in reverse."""

    def __init__(self, port: int, password: str, speed: float) -> None:
        self._settings = settings.settings_of(port)
        self._password = password
        self._speed = speed

    def startService(self) -> Any:
        super().startService()
        return defer.ensureDeferred(self._start())

    async def _start(self) -> None:
        self._database = Database(os.environ["IRCTEST_DSN"], reactor, size=2)
        await self._database.start()
        self._core = Core(self._settings, self._database, reactor)
        await self._core.start()
        # Without flood control: irctest talks faster than people do.
        door = replace(settings_of(self._settings), password=self._password, flood_per_second=0.0)
        self._irc = IrcService(self._core, reactor, settings=door)
        if self._speed != 1.0:
            self._irc.network.clock = FastClock(reactor, self._speed)
        await self._irc.startService()

    async def stop(self) -> None:
        await self._irc.stopService()
        await self._core.stop()
        await self._database.stop()


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("port", type=int)
    options.add_argument("--password", default="")
    options.add_argument("--speed", type=float, default=1.0)
    given = options.parse_args()
    observer: Any = textFileLogObserver(sys.stderr)
    globalLogBeginner.beginLoggingTo([observer], redirectStandardIO=False)
    house = House(given.port, given.password, given.speed)
    loop: Any = reactor

    def failed(failure: Any) -> None:
        failure.printTraceback()
        loop.stop()

    loop.callWhenRunning(lambda: house.startService().addErrback(failed))
    loop.addSystemEventTrigger("before", "shutdown", lambda: defer.ensureDeferred(house.stop()))
    loop.run()


if __name__ == "__main__":
    main()
