"""What each receiver is given."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pleromad.core import Core
from pleromad.errors import Forbidden, NotFound
from pleromad.model.account import Account
from pleromad.model.activity import Activity, Origin, Outcome
from protocols.activitypub.door import Door
from protocols.activitypub.origins import host_of, same_origin
from protocols.activitypub.to_core import Heard


@dataclass(frozen=True, slots=True)
class Call:
    """An activity whose actor was verified: by a signature, or (`room`) because a group of the same server passed it on."""

    door: Door
    heard: Heard
    actor: Account
    receive: Callable[[Call], Awaitable[None]]  # for an activity inside this one
    prover: Callable[[Mapping[str, Any]], Awaitable[Account | None]]  # whose proof is inside a document (FEP-8b32)
    room: Account | None = None

    @property
    def core(self) -> Core:
        return self.door.core

    @property
    def base(self) -> dict[str, Any]:
        """The fields every activity of the core has."""
        heard = self.heard
        return {"actor_id": self.actor.id, "uri": heard.id, "raw": heard.raw, "published": heard.published}

    async def submit(self, activity: Activity) -> Outcome:
        return await self.core.activities.submit(activity, Origin.remote(self.actor.id, host_of(self.actor.uri)))

    async def submit_for(self, actor: Account, activity: Activity) -> Outcome:
        """What was fetched from the actor's own server."""
        return await self.core.activities.submit(activity, Origin.fetched(host_of(actor.uri)))

    def own_object(self) -> dict[str, Any] | None:
        """The inline object, when it may be believed: it is on the actor's server (S4). Whose it is, is checked later."""
        inline = self.heard.inline
        if inline is None or not isinstance(inline.get("id"), str) or not same_origin(inline["id"], self.actor.uri):
            return None
        return inline

    async def local_target(self) -> Account:
        """The account of ours that is the object. Raises NotFound."""
        uri = self.heard.object_id
        account = await self.core.reading.account_by_uri(uri) if uri is not None else None
        if account is None or not account.local or account.deleted:
            raise NotFound(detail=f"{uri} is nobody here")
        return account

    async def note_id(self, uri: str | None) -> int:
        """The note with that id, or that the activity with that id is about. Raises NotFound; nothing is fetched."""
        found = await self.core.reading.note_id_of(uri) if uri is not None else None
        if found is None and uri is not None:
            row = await self.core.reading.activity_by_uri(uri)
            found = row.note_id if row is not None and row.type == "Create" else None
        if found is None:
            raise NotFound(detail=f"{uri} is not here")
        return found


def not_theirs(why: str) -> Forbidden:
    return Forbidden("This is not yours to say", detail=why, station="authorise")
