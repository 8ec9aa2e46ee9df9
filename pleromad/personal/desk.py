"""What the parts of `Personal` share."""

from __future__ import annotations

from dataclasses import dataclass

from pleromad.bus import Bus
from pleromad.clock import Clock
from pleromad.ids import Ids
from pleromad.reading import Reading
from store.pool import Database


@dataclass(frozen=True, slots=True)
class PersonalDesk:
    database: Database
    reading: Reading
    ids: Ids
    clock: Clock
    bus: Bus


class Keeper:
    """Base of the parts of `Personal`."""

    def __init__(self, desk: PersonalDesk) -> None:
        self._desk = desk
        self._database = desk.database
        self._reading = desk.reading
        self._ids = desk.ids
        self._clock = desk.clock
        self._bus = desk.bus
