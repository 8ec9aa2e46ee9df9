"""`twistd pleromad`: the one place that sees every part of the house and puts them together."""

from __future__ import annotations

import atexit
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from twisted.application.service import Service
from twisted.internet.defer import Deferred, maybeDeferred
from twisted.internet.error import CannotListenError
from twisted.internet.task import LoopingCall
from twisted.internet.threads import deferToThread
from twisted.logger import Logger
from twisted.python import usage

from pleromad import config
from pleromad.config import Settings
from pleromad.core import Core
from pleromad.daemon import Daemon
from pleromad.errors import PleromadError, SettingsError
from pleromad.garbage import Garbage
from pleromad.local import local_settings
from pleromad.model import event
from pleromad.model.event import Event
from store.embedded import Embedded
from store.migrate import migrate
from store.pool import Database
from web.adapter import build_site, listen
from web.site import Site

log = Logger()
WATCH_SECONDS = 5.0

# The doors. A new one is a folder under protocols/ and a line here.
HTTP_DOORS = (
    "web.cards.adapter",
    "protocols.activitypub.adapter",
    "protocols.ostatus.adapter",
    "protocols.mastodon.adapter",
    "protocols.mail.adapter",
    "web.pages.adapter",
)
GOPHER = "protocols.gopher.adapter"
IRC = "protocols.irc.adapter"


class Options(usage.Options):
    """What twistd's command line takes."""

    synopsis = "[options]"
    longdesc = "A fediverse server: HTTP, gopher and IRC. Settings are explained in etc/pleromad.toml."
    optParameters = [
        ["config", "c", None, "the settings file (TOML)"],
        ["http", None, 4000, "without a file: the port of the web side", int],
        ["gopher", None, 7070, "without a file: the port of gopher", int],
        ["irc", None, 6667, "without a file: the port of IRC", int],
        ["data-dir", None, "var", "without a file: where everything is kept"],
    ]
    optFlags = [["demo", None, "without a file: also make a few people and what they say, when there is nobody yet"]]

    def postOptions(self) -> None:
        # twistd chdirs only after this, so that relative paths mean what they meant where it was typed.
        try:
            self.settings = self.read()
        except SettingsError as error:
            raise usage.UsageError(error.public) from error

    def read(self) -> Settings:
        if self["config"]:
            self["config"] = os.path.abspath(self["config"])
            return config.load(Path(self["config"]))
        return local_settings(http=self["http"], gopher=self["gopher"], irc=self["irc"], data_dir=self["data-dir"])


def makeService(options: Options) -> Daemon:
    from twisted.internet import reactor

    settings = options.settings
    house = House(settings, reactor)
    daemon = _Loud([house, Garbage(reactor), Announcer(house, demo=bool(options["demo"]))], reactor)
    _reload_on_hangup(options, house, reactor)
    return daemon


class House(Service):
    """The store, the core, and behind them every door: up in this order, down in reverse.

    `http`, `gopher`, `irc` are the doors' services while it runs, None when switched off.
    """

    name = "house"

    def __init__(self, settings: Settings, reactor: Any) -> None:
        self.settings = settings
        self._reactor = reactor
        self._down: list[Callable[[], Any]] = []
        self.core: Core
        self.database: Database
        self.site: Site
        self.http: Any = None
        self.gopher: Any = None
        self.irc: Any = None

    def startService(self) -> Deferred[None]:
        super().startService()
        return Deferred.fromCoroutine(self.start())

    def stopService(self) -> Deferred[None]:
        super().stopService()
        return Deferred.fromCoroutine(self.stop())

    async def start(self) -> None:
        try:
            await self._start()
        except BaseException:
            await self.stop()
            raise

    async def _start(self) -> None:
        settings = self.settings
        for line in settings.warnings:
            log.warn("{line}", line=line)
        dsn = settings.store.dsn
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        if not dsn:
            embedded = Embedded(settings.data_dir / "postgres")
            embedded.claim()
            dsn = await deferToThread(embedded.start)
            self._down.append(lambda: deferToThread(embedded.stop))
            watch = LoopingCall(lambda: Deferred.fromCoroutine(_keep_running(embedded)))
            watch.clock = self._reactor
            watch.start(WATCH_SECONDS, now=False)
            self._down.append(lambda: watch.stop() if watch.running else None)
        self.database = Database(dsn, self._reactor, size=settings.store.connections)
        await self.database.start()
        self._down.append(self.database.stop)
        for step in await migrate(self.database):
            log.info("The schema has a new step: {number} {name}", number=step.number, name=step.name)
        self.core = core = Core(settings, self.database, self._reactor)
        await core.start()
        self._down.append(core.stop)
        self.site = build_site(core, self._reactor)
        services = [build(name)(core, self.site, self._reactor) for name in HTTP_DOORS]
        await core.jobs.start()
        self._down.append(core.jobs.stop)
        self.http = listen(self.site, core, self._reactor)
        services.append(self.http)
        if settings.gopher.enabled:
            self.gopher = build(GOPHER)(core, self._reactor)
            services.append(self.gopher)
        if settings.irc.enabled:
            self.irc = build(IRC)(core, self.site, self._reactor)
            services.append(self.irc)
        for service in services:
            if service is not None:
                await maybeDeferred(service.startService)
                self._down.append(service.stopService)

    async def stop(self) -> None:
        while self._down:
            stop = self._down.pop()
            try:
                await _awaited(stop())
            except Exception:  # noqa: BLE001 - the rest must stop all the same
                log.failure("Something did not stop well")

    def reload(self, settings: Settings) -> list[str]:
        """Take new settings; returns the keys that changed but need a restart."""
        waiting = [key for key in config.NEEDS_RESTART if _value(self.settings, key) != _value(settings, key)]
        self.core.settings = settings
        self.settings = settings
        self.core.bus.publish([Event(event.SETTINGS_CHANGED)])
        return waiting


async def _keep_running(embedded: Embedded) -> None:
    """An embedded PostgreSQL that died (out of memory, an impatient person) is started again."""
    if embedded.running:
        return
    log.error("The embedded PostgreSQL is not running any more; starting it again")
    try:
        await deferToThread(embedded.start)
    except PleromadError as error:
        log.error("{error}", error=error.public)


async def _awaited(result: Any) -> None:
    if result is not None:
        await result


def build(name: str) -> Callable[..., Any]:
    from importlib import import_module

    function: Callable[..., Any] = import_module(name).build
    return function


def _value(settings: Settings, key: str) -> Any:
    value: Any = settings
    for part in key.split("."):
        value = getattr(value, part)
    return value


class Announcer(Service):
    """Says where the doors are once they are open, and how to become the owner of a new server."""

    def __init__(self, house: House, *, demo: bool = False) -> None:
        self._house = house
        self._demo = demo

    def startService(self) -> Deferred[None]:
        super().startService()
        return Deferred.fromCoroutine(self.say())

    async def say(self) -> None:
        core, settings = self._house.core, self._house.settings
        if self._demo:
            from pleromad.demo import furnish

            await furnish(core)
        lines = [f"  web     {settings.http.public_url}"]
        if settings.gopher.enabled:
            lines.append(f"  gopher  gopher://{settings.gopher.advertise_host}:{settings.gopher.advertise_port}")
        if settings.irc.enabled:
            lines.append(f"  irc     irc://{settings.irc.server_name}:{_port(self._house.irc, 6667)}")
        link = await core.accounts.owner_link()
        if link is not None:
            lines.append(f"  Create the owner's account here, once: {settings.http.public_url}{link}")
        print("\n".join([f"{settings.name} is open:", *lines]), flush=True)


def _port(service: Any, default: int) -> int:
    for port in getattr(service, "ports", ()):
        number = getattr(port.getHost(), "port", None)
        if number:
            return int(number)
    return default


class _Loud(Daemon):
    """A start that fails ends the process with one line and status 1."""

    def __init__(self, parts: list[Service], reactor: Any) -> None:
        super().__init__(parts)
        self._reactor = reactor

    def startService(self) -> Deferred[None]:
        starting = super().startService()
        starting.addErrback(self._failed)
        return starting

    def _failed(self, failure: Any) -> None:
        error = failure.value
        if isinstance(error, PleromadError):
            said = f"{error.public}{f' ({error.detail})' if error.detail else ''}"
        elif isinstance(error, CannotListenError):
            said = f"{error}: is another program, or another pleromad, there already?"
        else:
            log.failure("pleromad cannot start", failure=failure)
            said = f"{type(error).__name__}: {error}"
        print(f"pleromad cannot start: {said}", file=sys.stderr, flush=True)
        atexit.register(os._exit, 1)
        if self._reactor.running:
            self._reactor.stop()
        else:
            self._reactor.callWhenRunning(self._reactor.stop)


def _reload_on_hangup(options: Options, house: House, reactor: Any) -> None:
    def reload() -> None:
        try:
            waiting = house.reload(options.read())
        except SettingsError as error:
            log.error("Settings were not reloaded: {error}", error=error.public)
            return
        log.info("Settings reloaded")
        if waiting:
            log.warn("These change only with a restart: {keys}", keys=", ".join(waiting))

    def install() -> None:
        signal.signal(signal.SIGHUP, lambda *_: reactor.callFromThread(reload))

    reactor.callWhenRunning(install)
