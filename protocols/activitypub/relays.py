"""Relays: taking part in those of others, LitePub's (follow each other, Announce ids) and Mastodon's (Follow of as:Public to an inbox,
activities forwarded or announced), and being one: whoever follows /relay gets what is public here."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

import msgspec

from pleromad import relays
from pleromad.core import Core
from pleromad.errors import NotFound, PleromadError, StoreUnavailable, Unreachable
from pleromad.ids import PUBLIC
from pleromad.jobs import Drop, Job, Later, growing
from pleromad.model import event
from pleromad.model.account import Account
from pleromad.model.activity import Follow, Origin, Undo
from pleromad.model.event import Event
from pleromad.model.note import Visibility
from pleromad.model.relay import Relay
from protocols.activitypub import from_core
from protocols.activitypub.knocking import Knocking
from protocols.activitypub.origins import same_origin
from protocols.activitypub.people import People
from protocols.activitypub.signing import Pen, Pens
from protocols.activitypub.to_core.activities import Inner
from protocols.activitypub.vocabulary import ACTIVITY_JSON, PUBLIC_SPELLINGS

PASSED_ON = ("Create", "Update", "Delete")  # what Mastodon sends its relays


@dataclass(frozen=True, slots=True)
class _Addressed:
    """As much of a stored activity as `Reading.inboxes` looks at."""

    type: str
    data: dict[str, Any]


class Relaying:
    def __init__(self, core: Core, knocking: Knocking, pens: Pens, people: People) -> None:
        self._core = core
        self._knocking = knocking
        self._pens = pens
        self._people = people
        self._followers: tuple[float, list[tuple[str, str]]] | None = None
        core.bus.listen(self._heard)

    # ---- subscribing

    async def work(self, job: Job) -> None:
        """Ask a relay, or leave it. Raises Drop and Later."""
        try:
            if job.payload["what"] == "follow":
                await self._follow(str(job.payload["url"]))
            else:
                await self._unfollow(job.payload)
        except StoreUnavailable as error:
            raise Later(5, str(error), counted=False) from error
        except Unreachable as error:
            raise Later(growing(job.attempts), str(error)) from error
        except PleromadError as error:
            raise Drop(f"{type(error).__name__}: {error}") from error

    async def _follow(self, url: str) -> None:
        relay = await self._core.relays.one(url)
        if relay.kind == "litepub":
            actor = await self._people.fetch(url)
            own = await self._core.relays.actor()
            await self._core.relays.asked(url, inbox=actor.inbox, actor_uri=actor.uri, follow_uri=None)
            await self._core.activities.submit(Follow(actor_id=own.id, target_id=actor.id), Origin.system())
            return
        instance = await self._core.accounts.instance_actor()
        follow_uri = f"{instance.uri}#relay-{hashlib.sha256(url.encode()).hexdigest()[:24]}"
        await self._core.relays.asked(url, inbox=url, actor_uri=None, follow_uri=follow_uri)
        await self._post(url, _follow_of_all(instance.uri, follow_uri))

    async def _unfollow(self, relay: dict[str, Any]) -> None:
        if relay["kind"] == "litepub":
            own = await self._core.relays.actor()
            actor = await self._core.reading.account_by_uri(relay["actor_uri"]) if relay["actor_uri"] else None
            if actor is not None:
                await self._core.activities.submit(Undo(actor_id=own.id, of=Follow(actor_id=own.id, target_id=actor.id)), Origin.system())
            return
        instance = await self._core.accounts.instance_actor()
        if relay["follow_uri"]:
            inner = _follow_of_all(instance.uri, relay["follow_uri"])
            undo = {"id": f"{relay['follow_uri']}-undo", "type": "Undo", "actor": instance.uri, "object": inner, "to": [PUBLIC]}
            await self._post(relay["inbox"], undo)

    async def _post(self, inbox: str, document: dict[str, Any]) -> None:
        body = msgspec.json.encode(from_core.with_context(document))
        reply = await self._knocking.post(inbox, body, await self._pens.instance(), media_type=ACTIVITY_JSON)
        if reply.status >= 300:
            raise Unreachable(detail=f"{inbox} answers {reply.status}")

    async def answer(self, follow: Inner, actor: Account, accepted: bool) -> Relay | None:
        """An Accept or Reject: the relay it comes from, or None when it has nothing to do with relays.

        Some relays give the Follow they answer no id, or one of their own: then it is told by who follows all.
        """
        instance = (await self._core.accounts.instance_actor()).uri
        for relay in await self._core.relays.list():
            named = relay.follow_uri == follow.id or (follow.actor == instance and follow.object in PUBLIC_SPELLINGS)
            mine = relay.kind == "mastodon" and named and relay.follow_uri is not None and same_origin(relay.inbox, actor.uri)
            if mine or (relay.kind == "litepub" and relay.actor_uri == actor.uri):
                await self._core.relays.answered(relay, accepted, actor.uri)
                return relay
        return None

    async def is_relay(self, actor: Account) -> bool:
        """What it announces is news of others, not a boost."""
        return any(relay.actor_uri == actor.uri and relay.state == "accepted" for relay in await self._core.relays.list())

    # ---- what goes to relays

    async def inboxes(self, row: Any) -> tuple[list[tuple[str, str]], list[tuple[str, str]], str]:
        """Of an activity of ours: whom it is sent to as it is, who gets an Announce of its note, and the note's id."""
        inner = row.data.get("object")
        uri = str(inner.get("id", "")) if isinstance(inner, dict) else ""
        if row.visibility != Visibility.PUBLIC or row.type not in PASSED_ON or (isinstance(inner, dict) and inner.get("audience")):
            return [], [], ""
        whole = [(relay.inbox, "") for relay in await self._core.relays.list() if relay.kind == "mastodon" and relay.state == "accepted"]
        followers = await self.followers()
        if row.type == "Create":
            return whole, followers if uri else [], uri
        return [*whole, *followers], [], uri  # what they were told of is not what it was, or is gone

    async def followers(self) -> list[tuple[str, str]]:
        """(inbox, host) of whoever follows /relay."""
        now = self._core.clock.seconds()
        if self._followers is None or self._followers[0] < now:
            known = await self._core.reading.account_by_uri(self._core.uris.relay)
            asked: Any = _Addressed("", {"to": [known.followers_uri]}) if known is not None else None
            self._followers = (now + relays.KEPT_SECONDS, await self._core.reading.inboxes(asked) if asked is not None else [])
        return self._followers[1]

    async def announce(self, uri: str) -> tuple[bytes, Pen, str]:
        """The Announce of a note by /relay. Raises Drop."""
        own = await self._core.relays.actor()
        document = {
            "id": f"{own.uri}/announces/{hashlib.sha256(uri.encode()).hexdigest()[:32]}",
            "type": "Announce",
            "actor": own.uri,
            "object": uri,
            "to": [own.followers_uri],
            "cc": [],
        }
        try:
            pen = await self._pens.of(own.id)
        except NotFound as error:
            raise Drop("the relay has no key") from error
        return msgspec.json.encode(from_core.with_context(document)), pen, own.uri

    def _heard(self, what: Event) -> None:
        if what.kind in (event.FOLLOW_CHANGED, event.ACCOUNT_DELETED):
            self._followers = None
            self._core.relays.forget()


def _follow_of_all(actor: str, id: str) -> dict[str, Any]:
    return {"id": id, "type": "Follow", "actor": actor, "object": PUBLIC}
