"""What a room of ours tells other servers (FEP-1b12): what is said in it, what its operators do, who comes and goes.

Only the room's own server decides. What an operator elsewhere wants is sent there, and happens when the room says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pleromad.activities import shapes
from pleromad.activities.work import Work
from pleromad.ids import PUBLIC
from pleromad.model.account import Account, ActorType
from store import rooms as room_rows

MEMBERS_TOLD = 2_000  # of larger rooms nobody is told who comes and goes
PUBLIC_SPELLINGS = (PUBLIC, "as:Public", "Public")  # what a remote activity says stays as it was said


async def pass_on_in_room(work: Work, room_id: int, data: dict[str, Any]) -> None:
    """What becomes of a line, said here or elsewhere: a room of ours tells its members elsewhere."""
    room = await work.account(room_id)
    if room.local:
        await announce_in_room(work, room, data)


async def announce_in_room(
    work: Work, room: Account, inner: dict[str, Any], *, also_to: Sequence[str] = (), members: tuple[bool, bool] | None = None
) -> None:
    """A room of ours passes on what was said or done in it to its members elsewhere, in the order it heard it (FEP-1b12)."""
    if room.type is not ActorType.GROUP:
        return
    elsewhere, boosts = members or await room_rows.remote_members(work.tx, room.id)
    if not elsewhere and not also_to:
        return
    id = await work.ids.mint()
    public = [PUBLIC] if set(PUBLIC_SPELLINGS) & {*_texts(inner.get("to")), *_texts(inner.get("cc"))} else []
    data = shapes.activity(
        "Announce",
        id=work.uris.activity(id),
        actor=room.uri,
        # A proof inside (FEP-8b32) covers the context it was made with.
        object={key: value for key, value in inner.items() if key != "@context" or "proof" in inner},
        to=[room.followers_uri, *also_to],
        cc=public,
        published=work.now,
    )
    work.also.append((work.uris.activity(id), room, data, "unlisted" if public else "direct"))
    note = inner.get("object")
    if boosts and public and inner.get("type") == "Create" and isinstance(note, dict):
        # For servers that know no groups (Mastodon): they take the note itself, boosted.
        id = await work.ids.mint()
        boost = {**data, "id": work.uris.activity(id), "object": note.get("id")}
        work.also.append((work.uris.activity(id), room, boost, "unlisted"))


async def tell_member(work: Work, room: Account, who: Account, came: bool) -> None:
    """Somebody came into a room of ours, or left: for servers like this one, which show it."""
    if not room.local or room.followers_count > MEMBERS_TOLD or not (await room_rows.remote_members(work.tx, room.id))[0]:
        return
    id = await work.ids.mint()
    data = shapes.activity(
        "Add" if came else "Remove",
        id=work.uris.activity(id),
        actor=room.uri,
        object=who.uri,
        to=[room.followers_uri],
        target=room.followers_uri,
        published=work.now,
    )
    work.also.append((work.uris.activity(id), room, data, "direct"))


async def doer(work: Work, by_id: int | None) -> Account:
    """Who did it: on a room's word its operator, else the actor."""
    return work.actor if by_id is None or not work.actor.group else await work.account(by_id)


def asked_of(work: Work, room: Account) -> bool:
    """Somebody here wants it of a room of another server: that one is asked, and nothing happens here before it says so."""
    return work.local and not room.local


def _texts(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []
