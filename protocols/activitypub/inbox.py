"""POST to an inbox: known to be genuine before it is answered, kept as it came before it is acknowledged, read by a job."""

from __future__ import annotations

import hashlib
from typing import Any

from twisted.logger import Logger

from pleromad.core import Core
from pleromad.errors import (
    Gone,
    Invalid,
    NotFound,
    PleromadError,
    RateLimited,
    Rejected,
    StoreUnavailable,
    Unreachable,
)
from pleromad.jobs import Drop, Job, Later, growing
from protocols.activitypub import documents, passing_on, signatures, to_core
from protocols.activitypub.circuit import Circuit
from protocols.activitypub.door import Door
from protocols.activitypub.fetching import host_key
from protocols.activitypub.follower_sync import HEADER, MAX_HEADER, FollowerSync
from protocols.activitypub.forwarding import Forwarding
from protocols.activitypub.keyring import Keyring, presented
from protocols.activitypub.receiving import Receiver
from protocols.activitypub.to_core import Heard
from protocols.activitypub.to_core.pieces import as_id, as_list, prop, type_of
from protocols.activitypub.vocabulary import ACTIVITIES, ACTIVITY_JSON, LD_JSON
from web.answers import Answer
from web.request import Request

log = Logger(namespace="activitypub")

KIND = "inbox"
MAX_BODY = documents.MAX_BYTES
MEDIA_TYPES = frozenset({ACTIVITY_JSON, LD_JSON, "application/json"})
UNDO_AGAIN_SECONDS = 30
LINES = frozenset({"Create", "Update", "Delete", "EmojiReact"})
TRIES = 8  # while a server that must be asked does not answer: over some hours

TAKEN = Answer(202, b"", "")


class Inbox:
    def __init__(self, core: Core, keyring: Keyring, receiver: Receiver, circuit: Circuit, door: Door) -> None:
        self._core = core
        self._circuit = circuit
        self._keyring = keyring
        self._receiver = receiver
        self._door = door
        self._forwarding = Forwarding(door)
        self._sync = FollowerSync(door)

    async def post(self, request: Request) -> Answer:
        """202 when it is kept, 401 for a signature that does not hold, 400 and 422 for junk, 503 when its server cannot be asked."""
        media_type = request.header("content-type").partition(";")[0].strip().lower()
        if media_type not in MEDIA_TYPES:
            return Answer.json({"error": f"An activity is {ACTIVITY_JSON}"}, status=415)
        body = request.body
        try:
            heard = to_core.heard(documents.parse(body))
        except Invalid as error:
            return Answer.json({"error": error.public}, status=400)
        host = host_key(heard.actor)
        if self._core.activities.policies.host_refused(host.partition(":")[0]):
            raise Rejected("This server has nothing to do with that one", policy="host", detail=host)
        signature = presented(request)
        if heard.type in ("Delete", "Update"):
            known = await self._keyring.known(signature.key_id)
            if (known is None or known.deleted) and not await self._is_about_a_room(heard):
                # Large servers tell everybody whom they delete: those we never knew are not asked for (their keys are gone).
                return TAKEN
        try:
            signer = await self._keyring.signer(request, with_body=True)
        except Gone as error:
            raise signatures.refused("the actor is gone") from error
        await self._keep(heard, signer.id, signer.uri, body, request.header(HEADER)[:MAX_HEADER])
        await self._circuit.called(host_key(signer.inbox))
        return TAKEN

    async def _is_about_a_room(self, heard: Heard) -> bool:
        """Its operators change a room; those of another server may never have been heard of."""
        if heard.type != "Update" or heard.object_id in (None, heard.actor):
            return False
        account = await self._core.reading.account_by_uri(str(heard.object_id))
        return account is not None and account.group

    async def _keep(self, heard: Heard, signer_id: int, signer_uri: str, body: bytes, followers: str) -> None:
        mark = hashlib.sha256(f"{signer_uri} {heard.id}".encode()).hexdigest()
        await self._core.jobs.keep(
            KIND,
            {"account_id": signer_id, "forwarded": heard.actor != signer_uri, **({"followers": followers} if followers else {})},
            raw=body,
            key=thing_of(heard),
            dedupe=f"{KIND} {mark}",
            max_attempts=TRIES,
        )

    async def work(self, job: Job) -> None:
        """Read one activity that was taken. Raises Drop and Later."""
        heard: Heard | None = None
        try:
            heard = to_core.heard(documents.parse(job.raw))
            actor = await self._keyring.account(int(job.payload["account_id"]))
            if job.payload.get("forwarded"):
                prover = await self._keyring.prover(heard.raw)
                if prover is not None and prover.uri == heard.actor:
                    await self._receiver.hear(heard, prover)
                else:
                    await self._receiver.hear_forwarded(heard, actor)
            else:
                if job.payload.get("followers") and not actor.suspended:
                    await self._sync.compare(actor, str(job.payload["followers"]))
                owner = await self._forwarding.owner_of(heard) or await passing_on.changed(self._door, heard)
                await self._receiver.hear(heard, actor)
                if owner is not None:
                    await self._forwarding.forward(heard, job.raw, owner)
        except StoreUnavailable as error:
            raise Later(5, str(error), counted=False) from error
        except RateLimited as error:
            raise Later(error.retry_after_seconds, str(error)) from error
        except Unreachable as error:
            raise Later(growing(job.attempts), str(error)) from error
        except NotFound as error:
            if heard is not None and heard.type == "Undo" and job.attempts == 1:
                # By its id alone it is not known to belong to what it takes back, and may have overtaken it.
                raise Later(UNDO_AGAIN_SECONDS, str(error)) from error
            raise Drop(f"{error.station or type(error).__name__}: {error}") from error
        except PleromadError as error:
            log.debug("An activity was not taken in: {error}", error=f"{type(error).__name__}: {error}")
            raise Drop(f"{error.station or type(error).__name__}: {error}") from error


def thing_of(heard: Heard) -> str:
    """What an activity is about, down to the innermost object: those about the same are read one after the other.

    So a Create comes before its Update and its Delete, a Like before its Undo, and a lively actor holds up nobody. What
    somebody says in a room, and what a room passes on of it, is one thing: it is read in the order it came.
    """
    room = as_id(prop(heard.raw, "audience"))
    if room is not None and heard.type in LINES:
        return f"{heard.actor} in {room}"[:500]
    if heard.type == "Announce" and heard.inline is not None and type_of(heard.inline, ACTIVITIES) in LINES:
        return f"{heard.actor} passes on"[:500]
    about: Any = heard.object
    thing = heard.id
    for _ in range(3):
        inner = next((item for item in as_list(about) if isinstance(item, dict)), None)
        thing = as_id(about) or thing
        if inner is None or type_of(inner, ACTIVITIES) not in ACTIVITIES:
            break
        about = prop(inner, "object")
    return f"{heard.actor} {thing}"[:500]
