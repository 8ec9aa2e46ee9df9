"""Send activities of ours out: one job finds the inboxes, one job per inbox posts, signed (ActivityPub 7.1)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import msgspec
from twisted.logger import Logger

from pleromad.cache import Cache
from pleromad.errors import NotFound, Unreachable
from pleromad.jobs import Drop, Job, Later, growing
from pleromad.model import event
from pleromad.model.account import Account
from pleromad.model.event import Event
from pleromad.model.note import Visibility
from protocols.activitypub import from_core
from protocols.activitypub.circuit import Circuit
from protocols.activitypub.door import Door
from protocols.activitypub.fetching import host_key
from protocols.activitypub.follower_sync import FollowerSync
from protocols.activitypub.origins import origin_of
from protocols.activitypub.signing import Pen, assertion_method
from protocols.activitypub.vocabulary import ACTIVITY_JSON
from web.client import Reply

log = Logger(namespace="activitypub")

EXPAND = "deliver"
POST = "post"
TRIES = 20
LONGEST_RETRY_AFTER_SECONDS = 12 * 3600.0
GIVE_UP = timedelta(days=7)
MISSING_TRIES = 3  # 401, 403, 404: a peer that is being set up, or has lost our key
READY = 200  # activities kept in the form they go out
# What is public may be passed on by anybody, so it carries its own proof (FEP-8b32); what is not must stay deniable.
PROVED = (Visibility.PUBLIC, Visibility.UNLISTED)


@dataclass(frozen=True, slots=True)
class Ready:
    """An activity as the bytes that are sent, and who signs."""

    body: bytes
    pen: Pen
    actor: str
    followers: tuple[int, str] | None = None  # for followers only: the actor's id here and the collection (FEP-8fcf)


class Delivery:
    def __init__(self, door: Door, circuit: Circuit) -> None:
        self._door = door
        self._core = door.core
        self._circuit = circuit
        self._sync = FollowerSync(door)
        self._ready: Cache[int, Ready] = Cache(READY)
        self._core.bus.listen(self._heard)

    def _heard(self, what: Event) -> None:
        if what.kind in (event.ACCOUNT_UPDATED, event.ACCOUNT_DELETED):
            self._ready.clear()

    # ---- who gets it

    async def expand(self, job: Job) -> None:
        """One post per inbox; shared inboxes are merged. Raises Drop."""
        if not self._core.settings.federation.enabled:
            raise Drop("federation is off")
        row = await self._core.reading.activity(int(job.payload["activity_id"]))
        if row is None:
            raise Drop("the activity is gone")
        refused = self._core.activities.policies.host_refused
        jobs: list[tuple[str | None, dict[str, Any]]] = []
        marks: list[str | None] = []
        for inbox, domain in await self._core.reading.inboxes(row):
            host = host_key(inbox)
            if origin_of(inbox) is None or self._core.uris.ours(inbox):
                continue
            if refused(host.partition(":")[0]) or refused(domain.partition(":")[0]):
                continue
            jobs.append((host, {"activity_id": row.id, "inbox": inbox}))
            marks.append(f"{POST} {row.id} {inbox}")
        if jobs:
            await self._core.jobs.add_many(POST, jobs, dedupe=marks, max_attempts=TRIES)

    # ---- one of them

    async def post(self, job: Job) -> None:
        """Raises Drop and Later."""
        if not self._core.settings.federation.enabled:
            raise Drop("federation is off")
        inbox = str(job.payload["inbox"])
        host = host_key(inbox)
        if self._core.clock.now() - job.created_at > GIVE_UP:
            raise Drop(f"{host} did not take it for {GIVE_UP.days} days")
        wait = self._circuit.wait(host)
        if wait > 0:
            raise Later(wait, f"{host} is left alone for a while", counted=False)
        if self._core.activities.policies.host_refused(host.partition(":")[0]):
            raise Drop(f"{host} is refused")
        if await self._circuit.is_dead(host):
            raise Drop(f"{host} is dead")
        ready = await self._ready_of(int(job.payload["activity_id"]))
        try:
            reply = await self._door.knocking.post(
                inbox, ready.body, ready.pen, media_type=ACTIVITY_JSON, headers=await self._synchronising(ready, inbox)
            )
        except Unreachable as error:
            await self._circuit.failed(host)
            raise Later(growing(job.attempts), str(error)) from error
        await self._judge(reply, host, job)

    async def _synchronising(self, ready: Ready, inbox: str) -> Mapping[str, str] | None:
        if ready.followers is None:
            return None
        return await self._sync.headers(ready.followers[0], ready.actor, ready.followers[1], inbox)

    async def _judge(self, reply: Reply, host: str, job: Job) -> None:
        status = reply.status
        if 200 <= status < 300:
            await self._circuit.succeeded(host)
            return
        if status in (429, 503):
            seconds = self._retry_after(reply)
            if seconds is not None:
                self._circuit.hold(host, seconds)
                raise Later(seconds, f"{host} answers {status}")
        if status >= 500 or status in (408, 425, 429) or 300 <= status < 400:
            if status >= 500:
                await self._circuit.failed(host)
            raise Later(growing(job.attempts), f"{host} answers {status}")
        await self._circuit.succeeded(host)
        if status in (401, 403, 404) and job.attempts < MISSING_TRIES:
            raise Later(growing(job.attempts), f"{host} answers {status}")
        raise Drop(f"{host} answers {status}: {reply.body[:200]!r}")

    def _retry_after(self, reply: Reply) -> float | None:
        """Seconds, given as such or as a date (RFC 9110, section 10.2.3)."""
        text = reply.headers.get("retry-after", "").strip()
        if text.isascii() and text.isdigit():
            seconds = float(text[:9])
        else:
            try:
                seconds = parsedate_to_datetime(text).timestamp() - self._core.clock.seconds()
            except (ValueError, TypeError, IndexError, OverflowError):
                return None
        return max(1.0, min(seconds, LONGEST_RETRY_AFTER_SECONDS))

    async def _ready_of(self, activity_id: int) -> Ready:
        ready = self._ready.get(activity_id)
        if ready is None:
            ready = await self._make(activity_id)
            self._ready.put(activity_id, ready)
        return ready

    async def _make(self, activity_id: int) -> Ready:
        row = await self._core.reading.activity(activity_id)
        if row is None:
            raise Drop("the activity is gone")
        # On behalf of a room its operators act, the room signs: whoever is named as the actor.
        actor = await self._core.reading.account_by_uri(str(row.data.get("actor")))
        if actor is None or not actor.local:
            raise Drop("the actor is not ours")
        document = from_core.activity(row.data)
        if row.type == "Update" and isinstance(document.get("object"), str):
            document["object"] = await self._whole(str(document["object"]))
        try:
            pen = await self._door.pens.of(actor.id)
        except NotFound as error:
            raise Drop("the actor has no key") from error
        if row.visibility in PROVED:
            document = pen.prove(from_core.with_proof_context(document))
        followers = (actor.id, actor.followers_uri) if row.type == "Create" and row.visibility == Visibility.FOLLOWERS and not actor.group else None
        return Ready(msgspec.json.encode(document), pen, actor.uri, followers)

    async def _whole(self, uri: str) -> Any:
        """An actor of ours as it is now: others need the whole of it."""
        account = await self._core.reading.account_by_uri(uri)
        if account is None or not account.local or account.deleted:
            raise Drop("the actor is gone")
        return await actor_document(self._door, account)


async def actor_document(door: Door, account: Account) -> dict[str, Any]:
    """Without @context."""
    room = await door.core.reading.room_by_id(account.id) if account.group else None
    keys = await door.core.accounts.keys_of(account.id)
    return from_core.actor(account, door.core.uris, room, assertion_method(keys, account.uri))


