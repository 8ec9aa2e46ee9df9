"""What a person set for themselves on IRC. It is kept with the other settings of their log-in."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING

from pleromad.errors import NotFound
from pleromad.model.account import ProfileChange
from pleromad.model.activity import Origin, Update
from pleromad.model.note import Visibility

if TYPE_CHECKING:
    from protocols.irc.network import Network
    from protocols.irc.people import Person

KEY = "irc"


@dataclass(frozen=True, slots=True)
class Preferences:
    publish: bool = False  # whether plain text typed into &home and &local is posted
    ids: str = "auto"  # short ids before notes: always, never, auto (for clients that do not ask for history themselves)


IDS = ("auto", "always", "never")


@dataclass(frozen=True, slots=True)
class Composing:
    """What holds for the next note: its warning; and for all until the person goes: whom they are for. None: as usual."""

    cw: str | None = None
    visibility: Visibility | None = None


async def load(network: Network, person: Person) -> None:
    if person.account_id is None:
        return
    try:
        found = (await network.core.accounts.user(person.account_id)).settings.get(KEY)
    except NotFound:
        return
    if isinstance(found, dict):
        ids = found.get("ids")
        person.preferences = Preferences(found.get("publish") is True, ids if ids in IDS else "auto")


async def change(network: Network, person: Person, **values: object) -> None:
    assert person.account_id is not None
    person.preferences = replace(person.preferences, **values)  # type: ignore[arg-type]
    profile = ProfileChange(settings={KEY: asdict(person.preferences)})
    await network.core.activities.submit(
        Update(actor_id=person.account_id, profile=profile), Origin.local(person.account_id, door="irc")
    )
