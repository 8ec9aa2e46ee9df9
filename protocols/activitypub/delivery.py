"""Send activities of ours out: one job finds the inboxes, one job per inbox posts, signed (ActivityPub 7.1)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import msgspec
from twisted.logger import Logger

from pleromad import text
from pleromad.cache import Cache
from pleromad.errors import NotFound, Unreachable
from pleromad.jobs import Drop, Job, Later, growing
from pleromad.model import event
from pleromad.model.account import Account
from pleromad.model.delivery import GIVEN_UP, REFUSED, TAKEN, WAITING, line_of
from pleromad.model.delivery import Delivery as Delivered
from pleromad.model.event import Event
from pleromad.model.note import Visibility
from protocols.activitypub import from_core
from protocols.activitypub.circuit import Circuit
from protocols.activitypub.door import Door
from protocols.activitypub.fetching import host_key
from protocols.activitypub.follower_sync import FollowerSync
from protocols.activitypub.ledger import Ledger
from protocols.activitypub.origins import origin_of
from protocols.activitypub.signing import Pen, assertion_method
from protocols.activitypub.to_core.pieces import as_id
from protocols.activitypub.vocabulary import ACTIVITY_JSON
from web.outbound.client import Reply

log = Logger(namespace="activitypub")

EXPAND = "deliver"
POST = "post"
TRIES = 20
LONGEST_RETRY_AFTER_SECONDS = 12 * 3600.0
GIVE_UP = timedelta(days=7)
MISSING_TRIES = 3  # 401, 403, 404: a peer that is being set up, or has lost our key
BY_HAND_SECONDS = 60.0  # after staff said so, a host is asked whatever is remembered of it
UNKNOWN_KEY = (400, 401, 403)  # what a signature that does not fit is answered with
LINE_SECONDS = 5.0  # what is said in a room is tried again sooner: people wait for it
LINE_TRIES = 6  # what a server answers with an error so often holds up no longer what was said after it
READY = 200  # activities kept in the form they go out
# What is public may be passed on by anybody, so it carries its own proof (FEP-8b32), as what is said in a room, which the
# room passes on; what is not must stay deniable.
PROVED = (Visibility.PUBLIC, Visibility.UNLISTED)


@dataclass(frozen=True, slots=True)
class Ready:
    """An activity as the bytes that are sent, and who signs."""

    body: bytes
    pen: Pen
    actor: str
    followers: tuple[int, str] | None = None  # for followers only: the actor's id here and the collection (FEP-8fcf)
    former: Ready | None = None  # an actor's Update under the keys it had before: tried first


class _Again(Later):
    def __init__(self, seconds: float, reason: str, status: int, *, leaves: bool = False) -> None:
        super().__init__(seconds, reason, leaves=leaves)
        self.status = status


class _Refused(Drop):
    def __init__(self, reason: str, status: int) -> None:
        super().__init__(reason)
        self.status = status


class Delivery:
    def __init__(self, door: Door, circuit: Circuit, ledger: Ledger) -> None:
        self._door = door
        self._core = door.core
        self._circuit = circuit
        self._sync = FollowerSync(door)
        self._ledger = ledger
        self._ready: Cache[int, Ready] = Cache(READY)
        self._core.bus.listen(self._heard)

    def _heard(self, what: Event) -> None:
        if what.kind in (event.ACCOUNT_UPDATED, event.ACCOUNT_DELETED):
            self._ready.clear()
            # From another process (pleromactl): new keys must be told of before anything is signed with them.
            self._core.jobs.wake(EXPAND)

    # ---- who gets it

    async def expand(self, job: Job) -> None:
        """One post per inbox; shared inboxes are merged. Raises Drop."""
        if not self._core.settings.federation.enabled:
            raise Drop("federation is off")
        row = await self._core.reading.activity(int(job.payload["activity_id"]))
        if row is None:
            raise Drop("the activity is gone")
        refused = self._core.activities.policies.host_refused
        inboxes = await self._dialect(row.type, row.data, await self._core.reading.inboxes(row))
        jobs: list[tuple[str | None, dict[str, Any]]] = []
        marks: list[str | None] = []
        about, line = about_of(row.data), line_of(row.type, row.data)
        whole, announced, note_uri = await self._door.relaying.inboxes(row)
        found = dict.fromkeys([*inboxes, *whole])
        named = {inbox for inbox, _ in found}
        announcing = [(inbox, domain) for inbox, domain in announced if inbox not in named]
        for inbox, domain in (*found, *announcing):
            host = host_key(inbox)
            if origin_of(inbox) is None or self._core.uris.ours(inbox):
                continue
            if refused(host.partition(":")[0]) or refused(domain.partition(":")[0]):
                continue
            payload = {"activity_id": row.id, "inbox": inbox, "type": row.type, "about": about}
            if line is not None:
                payload["line"] = f"{line} {inbox}"
            if inbox not in named:
                payload |= {"type": "Announce", "announce": note_uri}  # to who follows our relay
            jobs.append((host, payload))
            marks.append(f"{POST} {row.id} {inbox}")
        if jobs:
            await self._core.jobs.add_many(POST, jobs, dedupe=marks, max_attempts=TRIES)

    async def _dialect(self, type: str, data: dict[str, Any], inboxes: list[tuple[str, str]]) -> list[tuple[str, str]]:
        """What a room passes on goes whole to those who know groups, as a boost of the note to the others (`announce_in_room`).

        These get its own actor's Update, too, which the first have inside; who comes and goes is for servers like this one.
        """
        if type not in ("Announce", "Update", "Add", "Remove") or not inboxes:
            return inboxes
        actor = await self._core.reading.account_by_uri(str(data.get("actor")))
        if actor is None or not actor.group:
            return inboxes
        hosts = [host_key(inbox) for inbox, _ in inboxes]
        if type in ("Add", "Remove"):
            without = await self._core.reading.without_rooms(hosts) if data.get("target") == actor.followers_uri else set()
            return [each for each in inboxes if host_key(each[0]) not in without]
        whole = type == "Announce" and isinstance(data.get("object"), dict)
        boosts = await self._core.reading.without_groups(hosts)
        return [each for each in inboxes if (host_key(each[0]) in boosts) is not whole]

    # ---- one of them

    async def post(self, job: Job) -> None:
        """Raises Drop and Later; what became of it is written down."""
        try:
            status = await self._post(job)
        except Later as later:
            if later.counted:
                last = job.attempts >= job.max_attempts
                self._note(job, GIVEN_UP if last else WAITING, later)
            raise
        except _Refused as refused:
            self._note(job, REFUSED, refused)
            raise
        except Drop as drop:
            self._note(job, GIVEN_UP, drop)
            raise
        self._note(job, TAKEN, None, status)

    def _note(self, job: Job, state: str, said: Exception | None, status: int | None = None) -> None:
        inbox = str(job.payload["inbox"])
        status = status if said is None else getattr(said, "status", None)
        words = str(said)[:300] if said is not None else ""
        row = Delivered(int(job.payload["activity_id"]), inbox, host_key(inbox), state, job.attempts, status, words, self._core.clock.now())
        self._ledger.note(row)

    async def _in_order(self, job: Job, host: str) -> None:
        """What was said of the same thing before and still waits: it comes first, or is not said any more when this takes it back."""
        type, about = str(job.payload.get("type")), job.payload.get("about")
        if type not in ("Delete", "Undo", "Update") or not about:
            return
        before = await self._core.federation.overtaken(host, str(job.payload["inbox"]), str(about), job.id)
        if not before:
            return
        if type == "Update":
            raise Later(60, "what it changes was not taken yet", counted=False)
        await self._core.federation.forget(before)  # all the same this one goes: a try may have arrived unanswered

    async def _post(self, job: Job) -> int:
        if not self._core.settings.federation.enabled:
            raise Drop("federation is off")
        inbox = str(job.payload["inbox"])
        host = host_key(inbox)
        if self._core.clock.now() - job.created_at > GIVE_UP:
            raise Drop(f"{host} did not take it for {GIVE_UP.days} days")
        by_hand = self._core.clock.now().timestamp() - float(job.payload.get("now") or 0) < BY_HAND_SECONDS
        wait = 0.0 if by_hand else self._circuit.wait(host)
        if wait > 0:
            raise Later(wait, f"{host} is left alone for a while", counted=False)
        if self._core.activities.policies.host_refused(host.partition(":")[0]):
            raise Drop(f"{host} is refused")
        if await self._circuit.is_dead(host):
            raise Drop(f"{host} is dead")
        await self._in_order(job, host)
        announced = job.payload.get("announce")
        if announced is not None:
            ready = Ready(*await self._door.relaying.announce(str(announced)))
        else:
            ready = await self._ready_of(int(job.payload["activity_id"]))
        try:
            reply = await self._send(ready.former, inbox) if ready.former is not None else None
            if reply is None or reply.status in UNKNOWN_KEY:
                reply = await self._send(ready, inbox)
        except Unreachable as error:
            await self._circuit.failed(host, silent=True)
            raise Later(_pause(job), str(error)) from error
        await self._judge(reply, host, job)
        return reply.status

    async def _send(self, ready: Ready, inbox: str) -> Reply:
        return await self._door.knocking.post(
            inbox, ready.body, ready.pen, media_type=ACTIVITY_JSON, headers=await self._synchronising(ready, inbox)
        )

    async def _synchronising(self, ready: Ready, inbox: str) -> Mapping[str, str] | None:
        if ready.followers is None:
            return None
        return await self._sync.headers(ready.followers[0], ready.actor, ready.followers[1], inbox)

    async def _judge(self, reply: Reply, host: str, job: Job) -> None:
        status = reply.status
        if 200 <= status < 300:
            await self._circuit.succeeded(host)
            return
        said = f"{host} answers {status}"
        if status in (429, 503):
            seconds = self._retry_after(reply)
            if seconds is not None:
                self._circuit.hold(host, seconds)
                raise _Again(seconds, said, status)
        if status >= 500 or status in (408, 425, 429) or 300 <= status < 400:
            if status >= 500:
                await self._circuit.failed(host)
            raise _Again(_pause(job), said, status, leaves=job.attempts >= LINE_TRIES)
        await self._circuit.succeeded(host)
        if status in (401, 403, 404) and job.attempts < MISSING_TRIES:
            raise _Again(_pause(job), said, status)
        if status == 410:
            await self._core.federation.inbox_gone(str(job.payload["inbox"]))
        raise _Refused(f"{said}: {reply.body[:200]!r}", status)

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
        inner = document.get("object")
        if actor.group and isinstance(inner, dict) and inner.get("type") == "Update" and inner.get("object") == actor.uri:
            document["object"] = {**inner, "object": await room_document(self._door, actor)}
        try:
            pen = await self._door.pens.of(actor.id)
        except NotFound as error:
            raise Drop("the actor has no key") from error
        proved = row.visibility in PROVED or bool(document.get("audience"))
        followers = (actor.id, actor.followers_uri) if row.type == "Create" and row.visibility == Visibility.FOLLOWERS and not actor.group else None
        former = None
        if row.type == "Update" and row.data.get("object") == actor.uri and (old := await self._door.pens.former(actor.id)) is not None:
            former = Ready(_written(document, old, proved), old, actor.uri)
        return Ready(_written(document, pen, proved), pen, actor.uri, followers, former)

    async def _whole(self, uri: str) -> Any:
        """An actor of ours as it is now: others need the whole of it."""
        account = await self._core.reading.account_by_uri(uri)
        if account is None or not account.local or account.deleted:
            raise Drop("the actor is gone")
        return await actor_document(self._door, account)


def _written(document: dict[str, Any], pen: Pen, proved: bool) -> bytes:
    return msgspec.json.encode(pen.prove(from_core.with_proof_context(document)) if proved else document)


def _pause(job: Job) -> float:
    seconds = growing(job.attempts)
    return seconds * LINE_SECONDS / 60 if job.payload.get("line") and job.attempts <= LINE_TRIES else seconds


def about_of(data: Mapping[str, Any]) -> str:
    """What an activity is about, so that what is said of it later is not told before: a note, or the activity an Undo takes back."""
    inner = data.get("object")
    if data.get("type") in ("Create", "Update", "Delete", "Undo"):
        return (as_id(inner) or "")[:2_000]
    return str(data.get("id") or "")[:2_000]


async def room_document(door: Door, account: Account) -> dict[str, Any]:
    """As its members are told, who know what a secret room is about. Without @context."""
    room = await door.core.reading.room_by_id(account.id)
    return {**await actor_document(door, account), "summary": text.escape(room.topic if room is not None else "")}


async def actor_document(door: Door, account: Account) -> dict[str, Any]:
    """Without @context."""
    room = await door.core.reading.room_by_id(account.id) if account.group else None
    keys = await door.core.accounts.keys_of(account.id)
    return from_core.actor(account, door.core.uris, room, assertion_method(keys, account.uri))


