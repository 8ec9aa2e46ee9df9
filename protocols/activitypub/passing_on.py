"""Being a relay (`[federation] relay`): the servers that follow /relay get each other's public notes.

Both kinds take part: Mastodon's follows as:Public and posts its people's activities to /relay/inbox; LitePub's follows /relay, is followed back, and
announces ids. Each note goes on once, as an Announce of its id, when it is new here; what its author's server says of it later (Update,
Delete) goes on as it came, for those who can prove or look up that it is true.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from pleromad.model.account import Account, ActorType
from pleromad.model.activity import Follow, Origin, Undo
from pleromad.model.note import Visibility
from protocols.activitypub.delivery import POST, TRIES
from protocols.activitypub.door import Door
from protocols.activitypub.fetching import host_key
from protocols.activitypub.origins import host_of
from protocols.activitypub.to_core import Heard

NEWS = timedelta(days=1)
SERVERS = frozenset({ActorType.APPLICATION, ActorType.SERVICE})  # a person who follows /relay does not speak for their server
ASKED = 20


async def takes_part(door: Door, host: str) -> bool:
    """Does a server follow /relay, so that what its people say to all is for the others?"""
    core = door.core
    if not core.settings.federation.relay:
        return False
    own = await core.relays.actor()
    for uri in (await core.reading.followers_on(own.id, host))[:ASKED]:
        account = await core.reading.account_by_uri(uri)
        if account is not None and account.type in SERVERS and not account.suspended:
            return True
    return False


async def announces_for_us(door: Door, actor: Account) -> bool:
    """Is it the relay actor of a server that takes part (LitePub)?"""
    if not door.core.settings.federation.relay or actor.type not in SERVERS:
        return False
    follow = await door.core.reading.follow_of(actor.id, (await door.core.relays.actor()).id)
    return follow is not None and follow[1]


async def said(door: Door, author: Account, note_id: int) -> None:
    """Somebody on another server said something that is new here."""
    host = host_of(author.uri)
    if await takes_part(door, host):
        await pass_on(door, note_id, host)


async def pass_on(door: Door, note_id: int, came_from: str) -> None:
    """Announce a public note of today to whoever follows /relay, but for its author's server and the one that told of it."""
    core = door.core
    found = await core.reading.notes(None, [note_id])
    note = found[0].note if found else None
    if note is None or note.local or note.boost_of is not None or note.room_id is not None or note.visibility is not Visibility.PUBLIC:
        return
    if core.clock.now() - note.created_at > NEWS:
        return
    refused = core.activities.policies.host_refused
    jobs: list[tuple[str | None, dict[str, Any]]] = []
    for inbox, domain in await door.relaying.followers():
        host = host_key(inbox)
        if {host_of(inbox), domain} & {came_from, host_of(note.uri)} or refused(host.partition(":")[0]) or refused(domain.partition(":")[0]):
            continue
        jobs.append((host, {"activity_id": note_id, "inbox": inbox, "type": "Announce", "about": note.uri, "announce": note.uri}))
    if jobs:
        await core.jobs.add_many(POST, jobs, dedupe=[f"{POST} {note_id} {job['inbox']}" for _, job in jobs], max_attempts=TRIES)


async def changed(door: Door, heard: Heard) -> Account | None:
    """/relay, when an Update or Delete is to be told to those who got the note from it. Asked before it is taken in."""
    if heard.type not in ("Update", "Delete") or heard.object_id is None or not door.core.settings.federation.relay:
        return None
    id = await door.core.reading.note_id_of(heard.object_id)
    seen = await door.core.reading.notes(None, [id]) if id is not None else []
    public = bool(seen) and seen[0].note.visibility is Visibility.PUBLIC and seen[0].note.account.uri == heard.actor
    return await door.core.relays.actor() if public and await takes_part(door, host_of(heard.actor)) else None


async def followed(door: Door, follower: Account) -> None:
    """LitePub: a relay follows back, so that it is told."""
    if door.core.settings.federation.relay and follower.type in SERVERS:
        own = await door.core.relays.actor()
        if await door.core.reading.follow_of(own.id, follower.id) is None:
            await door.core.activities.submit(Follow(actor_id=own.id, target_id=follower.id), Origin.system())


async def left(door: Door, follower: Account) -> None:
    """It is followed back no more, unless it is a relay that this server takes part in."""
    own = await door.core.relays.actor()
    if await door.core.reading.follow_of(own.id, follower.id) is not None and not await door.relaying.is_relay(follower):
        await door.core.activities.submit(Undo(actor_id=own.id, of=Follow(actor_id=own.id, target_id=follower.id)), Origin.system())
