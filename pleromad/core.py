"""What a door is given: a handful of objects. Nothing of the store, nothing of another door."""

from __future__ import annotations

from typing import Any

from pleromad.accounts import Accounts
from pleromad.accounts.desk import Desk
from pleromad.bus import Bus
from pleromad.cards import Cards
from pleromad.clock import Clock
from pleromad.config import Settings
from pleromad.discovery import Discovery
from pleromad.federation import Federation
from pleromad.gatekeeper import Gatekeeper
from pleromad.ids import Ids, Uris
from pleromad.jobs import Jobs
from pleromad.lobby import Lobby
from pleromad.media import MediaShelf
from pleromad.media_proxy import MediaProxy
from pleromad.moderation import Moderation, ModerationDesk
from pleromad.passes import Passes
from pleromad.personal import Personal, PersonalDesk
from pleromad.reading import Reading
from pleromad.relays import Relays
from pleromad.resolver import Resolver
from pleromad.scheduling import Scheduling
from pleromad.searching.filling import Filling
from pleromad.service import ActivityService
from pleromad.settings import LiveSettings
from pleromad.transfers import TransferDesk, Transfers
from pleromad.translator import Translator
from pleromad.upkeep import Upkeep
from pleromad.walks import Walks
from store.pool import Database


class Core:
    """`settings` are replaced whole when they change: read them where they are used, never keep a part."""

    def __init__(self, settings: Settings, database: Database, reactor: Any) -> None:
        self._resolver: Resolver | None = None
        self.translator: Translator | None = None  # set by the hall, where a service may be configured
        self.clock = Clock(reactor)
        self.bus = Bus(database, reactor)
        self.jobs = Jobs(database, reactor)
        ids = Ids(database, self.clock)
        self._settings = LiveSettings(settings, database, self.clock, self.bus)

        def current() -> Settings:
            return self._settings.current

        self.gatekeeper = Gatekeeper(database, self.clock, self.bus)
        self.activities = ActivityService(database, current, ids, self.clock, self.bus, self.jobs, self.gatekeeper)
        self.reading = Reading(database, current)
        self.accounts = Accounts(Desk(database, current, ids, self.clock, self.bus, self.activities, self.jobs, reactor))
        self.passes = Passes(database, self.accounts, self.clock)
        self.relays = Relays(database, self.accounts, self.clock, self.jobs)
        self.personal = Personal(PersonalDesk(database, self.reading, ids, self.clock, self.bus))
        self.filling = Filling(database, self.jobs)
        self.federation = Federation(database, self.jobs)
        self.walks = Walks(database, self.jobs, lambda: self.resolver is not None)
        self.discovery = Discovery(database, self.clock, self.jobs)
        self.cards = Cards(database, current, self.clock)
        self.media = MediaShelf(database, current, ids, self.clock, self.jobs, reactor)
        self.media_proxy = MediaProxy(database, current)
        self.scheduling = Scheduling(database, current, ids, self.clock, self.jobs, self.activities)
        self.moderation = Moderation(
            ModerationDesk(database, current, ids, self.clock, self.bus, self.jobs, self.gatekeeper, self.activities, self.reading, self.accounts, self._settings, self.media)
        )
        self.upkeep = Upkeep(database, ids, self.clock, self.bus, self.activities, self.media, self.jobs)
        self.transfers = Transfers(
            TransferDesk(
                database=database,
                settings=current,
                resolver=lambda: self.resolver,
                ids=ids,
                clock=self.clock,
                jobs=self.jobs,
                activities=self.activities,
                reading=self.reading,
                personal=self.personal,
                accounts=self.accounts,
                reactor=reactor,
            )
        )
        self.lobby = Lobby(current, self.accounts, self.activities, self.reading, self.jobs)
        self._database = database

    @property
    def settings(self) -> Settings:
        """Those in force: the file's, and over them what staff changed."""
        return self._settings.current

    @settings.setter
    def settings(self, of_file: Settings) -> None:
        """Another file. What staff changed stays."""
        self._settings.of_file = of_file

    @property
    def resolver(self) -> Resolver | None:
        """What fetches from other servers: the ActivityPub door sets it. None where federation is off."""
        return self._resolver if self.settings.federation.enabled else None

    @resolver.setter
    def resolver(self, resolver: Resolver | None) -> None:
        self._resolver = resolver

    @property
    def uris(self) -> Uris:
        return self.settings.uris

    @property
    def statements(self) -> int:
        """How many SQL statements this daemon has sent; for measurements."""
        return self._database.statements

    @property
    def round_trips(self) -> int:
        """In how many messages; for measurements."""
        return self._database.round_trips

    async def start(self) -> None:
        """Listen to other daemons. Jobs start apart, when the doors have said who does which."""
        await self.bus.start()
        await self._settings.read()
        await self.gatekeeper.start()
        await self.media_proxy.start()
        await self.passes.start()
        await self.accounts.instance_actor()

    async def stop(self) -> None:
        await self.bus.stop()
