"""The settings in force: those of the file, and over them what staff changed, which all daemons of a database share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from twisted.logger import Logger

from pleromad import config
from pleromad.bus import Bus
from pleromad.clock import Clock
from pleromad.daemon import spawn
from pleromad.errors import Invalid, SettingsError, StoreUnavailable
from pleromad.model import event
from pleromad.model.event import Event
from pleromad.sections import Declaration, Settings, declarations
from store import kept_settings
from store.pool import Database

log = Logger()

# A word of the bus may be lost: what is older than this is read again in any case.
STALE_SECONDS = 120.0
# key: declaration, of all that may be changed while the server runs.
LIVE: Mapping[str, Declaration] = {one.key: one for one in declarations().values() if one.live}


class LiveSettings:
    """`current` is replaced whole; `kept` are the values of the database, by key."""

    def __init__(self, of_file: Settings, database: Database, clock: Clock, bus: Bus) -> None:
        self._of_file = of_file
        self._current = of_file
        self.kept: Mapping[str, Any] = {}
        self._database = database
        self._clock = clock
        self._bus = bus
        self._read_at = 0.0
        self._reading = False
        bus.listen(self._heard)

    @property
    def current(self) -> Settings:
        if self._read_at and not self._reading and self._clock.seconds() - self._read_at > STALE_SECONDS:
            self._reading = True
            spawn(self._read_again(), "reading the settings")
        return self._current

    @property
    def of_file(self) -> Settings:
        return self._of_file

    @of_file.setter
    def of_file(self, settings: Settings) -> None:
        self._of_file = settings
        self._take(self.kept)

    async def read(self) -> None:
        self._read_at = self._clock.seconds()
        self._take(await kept_settings.all(self._database))

    async def changed(self) -> None:
        """Here at once, and soon in the other daemons."""
        await self.read()
        self._bus.publish([Event(event.SETTINGS_CHANGED)])

    async def _heard(self, happened: Event) -> None:
        if happened.kind == event.SETTINGS_CHANGED:
            await self.read()

    async def _read_again(self) -> None:
        try:
            await self.read()
        except StoreUnavailable as error:
            log.warn("The settings could not be read again: {error}", error=error.detail)
        finally:
            self._reading = False

    def _take(self, kept: Mapping[str, Any]) -> None:
        """What does not fit any more, after an update or beside another file, is left out and told."""
        settings, taken = self._of_file, {}
        for key, value in kept.items():
            try:
                settings = overlaid(settings, key, value)
            except Invalid as error:
                log.warn("A setting in the database is not used: {key}: {error}", key=key, error=error.public)
            else:
                taken[key] = value
        try:
            config.check(settings, "database")
        except SettingsError as error:
            log.warn("The settings in the database are not used: {error}", error=error.public)
            settings, taken = self._of_file, {}
        if taken != self.kept or settings != self._current:
            self._current, self.kept = settings, taken


def overlaid(settings: Settings, key: str, value: Any) -> Settings:
    """With another value of one key. Raises Invalid, with the key as the field, for what is not declared so."""
    known = LIVE.get(key)
    if known is None:
        raise Invalid(f"{key} is not a setting that can be changed while the server runs", field=key)
    try:
        converted = msgspec.convert({known.section: {known.name: value}}, _PARTS[known.section])
    except msgspec.ValidationError as error:
        raise Invalid(config.explain(error), field=key) from error
    new = getattr(getattr(converted, known.section), known.name)
    section = msgspec.structs.replace(getattr(settings, known.section), **{known.name: new})
    return msgspec.structs.replace(settings, **{known.section: section})


def understood(declared: Declaration, value: Any) -> Any:
    """What came as a text (from a shell, a form), as its type. What cannot be is left as it is, and refused where it is checked."""
    if not isinstance(value, str):
        return value
    text = value.strip()
    match declared.kind:
        case "number" if text.isascii() and text.isdecimal() and len(text) < 19:
            return int(text)
        case "switch":
            return _SWITCHES.get(text.lower(), value)
        case "texts" | "choices":
            return [value] if text else []
        case _:
            return value


_SWITCHES = {"true": True, "on": True, "yes": True, "1": True, "false": False, "off": False, "no": False, "0": False}

# A Struct for each section that holds nothing but it, so that what is wrong is told with its place.
_PARTS: Mapping[str, Any] = {
    field.name: msgspec.defstruct(field.name, [(field.name, field.type)])
    for field in msgspec.structs.fields(Settings)
    if field.name not in ("policies", "source")
}
