"""Inbox forwarding (ActivityPub 7.1.2): a reply to something of ours, addressed to our followers, goes on to them as it came."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pleromad.errors import Unreachable
from pleromad.jobs import Drop, Job, Later, growing
from pleromad.model.account import Account
from protocols.activitypub.door import Door
from protocols.activitypub.fetching import host_key
from protocols.activitypub.origins import same_origin
from protocols.activitypub.to_core import Heard
from protocols.activitypub.to_core.pieces import addresses, as_ids, prop
from protocols.activitypub.vocabulary import ACTIVITY_JSON

KIND = "forward"
MAX_BODY = 200_000
MAX_INBOXES = 1_000
TRIES = 6
_TYPES = frozenset({"Create", "Update", "Delete", "Announce", "Like", "EmojiReact"})


@dataclass(frozen=True, slots=True)
class _Addressed:
    type: str
    data: dict[str, Any]


class Forwarding:
    def __init__(self, door: Door) -> None:
        self._door = door
        self._core = door.core

    async def owner_of(self, heard: Heard) -> Account | None:
        """Whose followers it must be passed on to: asked before it is taken in, None when it is known already or not for that."""
        if heard.type not in _TYPES or self._core.uris.ours(heard.actor):
            return None
        collections = [uri for uri in (*heard.to, *heard.cc, *addresses(prop(heard.raw, "audience"))) if self._core.uris.ours(uri)]
        about = self._about(heard)
        if not about or not any(uri.endswith("/followers") for uri in collections):
            return None
        if await self._core.reading.activity_by_uri(heard.id) is not None:
            return None
        for uri in about:
            id = await self._core.reading.note_id_of(uri)
            author = await self._core.reading.author_of(id) if id is not None else None
            owner = await self._core.reading.account(author) if author is not None else None
            if owner is not None and owner.local and not owner.group and owner.followers_uri in collections:
                return owner
        return None

    def _about(self, heard: Heard) -> list[str]:
        inline = heard.inline or {}
        named = [heard.object_id, heard.target, *as_ids(prop(inline, "inReplyTo")), *as_ids(prop(inline, "tag"))]
        return [uri for uri in dict.fromkeys(named) if uri is not None and self._core.uris.ours(uri)]

    async def forward(self, heard: Heard, raw: bytes, owner: Account) -> None:
        """A job per inbox; the bytes stay what they are, so that proofs in them hold."""
        if len(raw) > MAX_BODY:
            return
        addressed: Any = _Addressed("", {"to": [owner.followers_uri]})
        for inbox, domain in (await self._core.reading.inboxes(addressed))[:MAX_INBOXES]:
            host = host_key(inbox)
            refused = self._core.activities.policies.host_refused
            if same_origin(inbox, heard.actor) or refused(host.partition(":")[0]) or refused(domain.partition(":")[0]):
                continue
            payload = {"inbox": inbox, "account_id": owner.id}
            await self._core.jobs.add(KIND, payload, raw=raw, key=host, dedupe=f"{KIND} {inbox} {heard.id}"[:2000], max_attempts=TRIES)

    async def work(self, job: Job) -> None:
        """Raises Drop and Later."""
        pen = await self._door.pens.of(int(job.payload["account_id"]))
        try:
            reply = await self._door.knocking.post(str(job.payload["inbox"]), job.raw, pen, media_type=ACTIVITY_JSON)
        except Unreachable as error:
            raise Later(growing(job.attempts), str(error)) from error
        if reply.status >= 500 or reply.status == 429:
            raise Later(growing(job.attempts), f"answered {reply.status}")
        if reply.status >= 300:
            raise Drop(f"answered {reply.status}")
