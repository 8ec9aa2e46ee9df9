"""What staff decided of whole hosts and of networks, at hand in every daemon: read once, and again when the bus tells of a change."""

from __future__ import annotations

import ipaddress
from datetime import datetime

from twisted.logger import Logger

from pleromad.bus import Bus
from pleromad.clock import Clock
from pleromad.daemon import spawn
from pleromad.errors import StoreUnavailable
from pleromad.model import event
from pleromad.model.event import Event
from pleromad.policies.kept import HostRules
from store import hostrules, signups
from store.pool import Database

log = Logger()

# A word of the bus may be lost: what is older than this is read again in any case.
STALE_SECONDS = 120.0

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class Gatekeeper:
    def __init__(self, database: Database, clock: Clock, bus: Bus) -> None:
        self._database = database
        self._clock = clock
        self._bus = bus
        self._hosts = HostRules()
        self._networks: tuple[tuple[Network, datetime | None], ...] = ()
        self._read_at = 0.0
        self._reading = False
        bus.listen(self._heard)

    async def start(self) -> None:
        await self.read()

    async def _heard(self, happened: Event) -> None:
        if happened.kind == event.BLOCKS_CHANGED:
            await self.read()

    async def read(self) -> None:
        """What is in force now."""
        self._read_at = self._clock.seconds()
        blocks, allows = await hostrules.all_blocks(self._database), await hostrules.all_allows(self._database)
        networks = await signups.shut_out(self._database)
        self._hosts = HostRules(blocks, allows)
        self._networks = tuple((ipaddress.ip_network(ip), until) for ip, until in networks)

    async def changed(self) -> None:
        """Here at once, and soon in the other daemons."""
        await self.read()
        self._bus.publish([Event(event.BLOCKS_CHANGED)])

    @property
    def hosts(self) -> HostRules:
        self._refresh()
        return self._hosts

    def shuts_out(self, address: str) -> bool:
        """Has this address no access to anything? This machine's own always has: behind a proxy that is not trusted it is everybody's."""
        self._refresh()
        if not self._networks:
            return False
        try:
            parsed = ipaddress.ip_address(address)
        except ValueError:
            return False
        if parsed.is_loopback:
            return False
        now = self._clock.now()
        return any(parsed in network and (until is None or until > now) for network, until in self._networks)

    def _refresh(self) -> None:
        if not self._reading and self._read_at and self._clock.seconds() - self._read_at > STALE_SECONDS:
            self._reading = True
            spawn(self._read_again(), "reading what staff decided")

    async def _read_again(self) -> None:
        try:
            await self.read()
        except StoreUnavailable as error:
            log.warn("What staff decided could not be read again: {error}", error=error.detail)
        finally:
            self._reading = False
