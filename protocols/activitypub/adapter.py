"""Wiring of the ActivityPub door."""

from __future__ import annotations

from typing import Any

from twisted.application.service import Service
from twisted.internet.defer import Deferred

from pleromad.core import Core
from pleromad.errors import PleromadError, RateLimited, StoreUnavailable, Unreachable
from pleromad.jobs import Drop, Job, Later, growing
from pleromad.relays import JOB as RELAY
from protocols.activitypub import clients
from protocols.activitypub.backfill import backfill
from protocols.activitypub.census import census
from protocols.activitypub.circuit import Circuit
from protocols.activitypub.delivery import EXPAND, POST, Delivery
from protocols.activitypub.discovery import Discovery
from protocols.activitypub.door import Door
from protocols.activitypub.follower_sync import FollowerSync
from protocols.activitypub.forwarding import KIND as FORWARD
from protocols.activitypub.forwarding import Forwarding
from protocols.activitypub.inbox import KIND, Inbox
from protocols.activitypub.interaction import Interaction
from protocols.activitypub.keyring import Keyring
from protocols.activitypub.ledger import Ledger
from protocols.activitypub.receiving import Receiver
from protocols.activitypub.resolving import Resolving
from protocols.activitypub.serving import register
from protocols.activitypub.software import Software
from protocols.activitypub.walking import Walker
from web.limits import Limit, group_of
from web.outbound.client import client_of
from web.request import Request
from web.site import Site

# Keys fetched for the sake of one address: a server that turns to us for the first time has many people.
KEY_FETCHES = Limit.of("keys")
FETCH = "fetch"


def build(core: Core, site: Site | None, reactor: Any) -> Service | None:
    """Discovery is there always, so that people's handles work in apps; the rest answers while federation is on."""
    assert site is not None
    Discovery(core, site)
    door = Door.of(core, client_of(core, reactor))

    def allow(request: Request) -> None:
        allowance = site.limits.count(KEY_FETCHES, group_of(request.address))
        if allowance.remaining < 0:
            raise RateLimited(retry_after_seconds=max(1.0, allowance.reset_at.timestamp() - core.clock.seconds()))

    circuit = Circuit(core)
    keyring = Keyring(core, door.fetcher, door.people, allow)
    inbox = Inbox(core, keyring, Receiver(door, keyring.prover), circuit, door)
    ledger = Ledger(core, reactor)
    delivery = Delivery(door, circuit, ledger)
    register(site, door, keyring, inbox)
    clients.register(site, door)
    core.activities.add_durable(EXPAND)
    core.jobs.work(KIND, inbox.work, concurrency=12)
    core.jobs.work(EXPAND, delivery.expand, concurrency=4)
    core.jobs.work(POST, delivery.post, concurrency=32, most=160)
    core.jobs.work(FORWARD, Forwarding(door).work, concurrency=4)
    core.jobs.work(RELAY, door.relaying.work, concurrency=2)
    core.jobs.work(FETCH, Fetching(door).work, concurrency=4)
    core.resolver = Resolving(door, reactor)
    Interaction(core, site)
    return _Door(core, door, ledger)


class Fetching:
    """Jobs that fetch what somebody here will want to see."""

    def __init__(self, door: Door) -> None:
        self._door = door
        self._software = Software(door.core, door.client)

    async def work(self, job: Job) -> None:
        if not self._door.core.settings.federation.enabled:
            raise Drop("federation is off")
        try:
            match job.payload["what"]:
                case "thread":
                    await Walker(self._door.core, self._door.fetcher, self._door.threads).walk(int(job.payload["note_id"]))
                case "quote":
                    await self._door.threads.requote(str(job.payload["uri"]))
                case what:
                    await self._of_account(what, job)
        except StoreUnavailable as error:
            raise Later(5, str(error), counted=False) from error
        except Unreachable as error:
            raise Later(growing(job.attempts), str(error)) from error
        except PleromadError as error:
            raise Drop(str(error)) from error


    async def _of_account(self, what: str, job: Job) -> None:
        account = await self._door.core.reading.account(int(job.payload["account_id"]))
        match what:
            case "featured":
                await self._door.threads.featured(account)
            case "followers":
                await FollowerSync(self._door).mend(account, str(job.payload["url"]))
            case "outbox":
                await backfill(self._door, account)
            case "room":
                await census(self._door, account)
            case "software":
                await self._software.ask(account)


class _Door(Service):
    name = "activitypub"

    def __init__(self, core: Core, door: Door, ledger: Ledger) -> None:
        self._core = core
        self._door = door
        self._ledger = ledger

    def stopService(self) -> Deferred[None]:
        super().stopService()
        self._core.resolver = None
        return Deferred.fromCoroutine(self._close())

    async def _close(self) -> None:
        await self._door.client.close()
        await self._ledger.close()


