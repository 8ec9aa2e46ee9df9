"""The daemon as `twistd pleromad --config FILE` makes it, with one more ear: a unix socket that tells what it counted.

PostgreSQL counts transactions, not statements, unless an extension is loaded that the embedded one does not have; and a
signal handler or a page for it would be code that everybody's daemon carries for us. So the ear is here.
"""

from __future__ import annotations

import gc
import json
import os
import time
from pathlib import Path
from typing import Any

from twisted.application.internet import StreamServerEndpointService
from twisted.application.service import Application, Service
from twisted.internet.endpoints import UNIXServerEndpoint
from twisted.internet.protocol import Factory, Protocol

from pleromad.tap import House, Options, makeService
from store.plans import Plans
from store.pool import Database

CONFIG = "PLEROMAD_BENCH_CONFIG"
TRACE = "PLEROMAD_BENCH_TRACE"  # a file to which every statement is written
SOCKET = "PLEROMAD_BENCH_SOCKET"
PULSE = "PLEROMAD_BENCH_PULSE"  # watch for how long the reactor is held
PULSE_SECONDS = 0.004


class Pulse:
    """Comes every few milliseconds and notes by how much it was late; and how long collecting garbage took."""

    def __init__(self, reactor: Any) -> None:
        self._reactor = reactor
        self._due = 0.0
        self._longest = 0.0
        self._collecting = 0.0
        self._collected = 0.0
        gc.callbacks.append(self._garbage)
        self._beat()

    def _garbage(self, phase: str, info: dict[str, int]) -> None:
        now = time.monotonic()
        if phase == "start":
            self._collecting = now
        else:
            self._collected = max(self._collected, now - self._collecting)

    def _beat(self) -> None:
        now = time.monotonic()
        if self._due:
            self._longest = max(self._longest, now - self._due)
        self._due = now + PULSE_SECONDS
        self._reactor.callLater(PULSE_SECONDS, self._beat)

    def longest(self) -> dict[str, float]:
        """In seconds, since this was asked last."""
        longest = {"longest_hold": self._longest, "longest_collection": self._collected}
        self._longest = self._collected = 0.0
        return longest


class Counters(Protocol):
    """Says its line of JSON and hangs up."""

    transport: Any

    def __init__(self, house: House, pulse: Pulse | None) -> None:
        self._house = house
        self._pulse = pulse

    def connectionMade(self) -> None:
        core = getattr(self._house, "core", None)
        ready = core is not None and self._house.http is not None and bool(self._house.http.ports)
        counted: dict[str, Any] = {"ready": ready, "statements": 0, "round_trips": 0}
        if core is not None:
            counted |= {"statements": core.statements, "round_trips": core.round_trips}
        if self._pulse is not None:
            counted |= self._pulse.longest()
        self.transport.write(json.dumps(counted).encode())
        self.transport.loseConnection()


class Ear(Factory):
    noisy = False

    def __init__(self, house: House, pulse: Pulse | None) -> None:
        self._house = house
        self._pulse = pulse

    def buildProtocol(self, addr: object) -> Counters:
        return Counters(self._house, self._pulse)


def trace(file: Path) -> None:
    """From now on every statement is written down before it is sent, in its own words: none is prepared."""
    Plans.AFTER = 1_000_000_000
    run_on = Database.run_on
    log = file.open("a", buffering=1)

    def traced(self: Database, connection: Any, sql: str, params: Any) -> Any:
        log.write(json.dumps([time.monotonic(), id(connection), " ".join((sql if isinstance(sql, str) else sql.decode()).split())]) + "\n")
        return run_on(self, connection, sql, params)

    Database.run_on = traced  # type: ignore[method-assign,assignment]


def make() -> Service:
    """The application for `twistd -y`."""
    from twisted.internet import reactor

    options = Options()
    options.parseOptions(["--config", os.environ[CONFIG]])
    daemon = makeService(options)
    house = next(part for part in daemon._parts if isinstance(part, House))
    application: Service = Application("pleromad under measurement")
    daemon.setServiceParent(application)
    if os.environ.get(TRACE):
        trace(Path(os.environ[TRACE]))
    pulse = Pulse(reactor) if os.environ.get(PULSE) else None
    StreamServerEndpointService(UNIXServerEndpoint(reactor, os.environ[SOCKET]), Ear(house, pulse)).setServiceParent(application)
    return application
