"""Read markers: how far a person has read, told to all their clients (IRCv3 draft/read-marker).

They are the markers of the core, so that `&home` is read as far as the Mastodon API's home. Guests' live with them.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from pleromad.clock import iso
from pleromad.errors import StoreUnavailable
from pleromad.ids import moment_of
from pleromad.model import event as events
from pleromad.model.event import Event
from protocols.irc.message import Message, casefold
from protocols.irc.names import looks_like_channel

if TYPE_CHECKING:
    from protocols.irc.network import Network
    from protocols.irc.people import Person
    from protocols.irc.session import Session
    from protocols.irc.table import Call

CAPABILITY = "draft/read-marker"
MAX_DEVICES = 20
DELIVERED = ".irc"  # the place of the last direct message that IRC has shown somebody


def place_of(target: str) -> str:
    """What a target is called among the core's markers."""
    key = casefold(target)
    if key in ("&home", "&notifications"):
        return key[1:]
    return key if looks_like_channel(key) else f"@{key}"


def target_of(place: str) -> str:
    return f"&{place}" if place in ("home", "notifications") else place.removeprefix("@")


def line(network: Network, person: Person, target: str) -> Message:
    """How far it was read, as the server tells it."""
    key = person.read.get(place_of(target))
    return network.server_line("MARKREAD", target, f"timestamp={iso(moment_of(key))}" if key else "*")


async def load(network: Network, person: Person) -> None:
    if person.account_id is not None:
        person.read.update(await network.core.reading.read_marks(person.account_id))


def recognise(session: Session) -> None:
    """A client that says which device it is will be shown what was said since that device was here last."""
    if session.device and session.person is not None:
        session.missed_since = session.person.read.get(f"{DELIVERED}:{session.device}", 0)


async def left(session: Session, account_id: int) -> None:
    """The device has gone: up to now it was shown everything."""
    network, person = session.network, session.person
    devices = [place for place in person.read if place.startswith(f"{DELIVERED}:")] if person is not None else []
    place = f"{DELIVERED}:{session.device}"
    if person is None or (place not in devices and len(devices) >= MAX_DEVICES):
        return
    key = network.next_key()
    person.read[place] = key
    with suppress(StoreUnavailable):
        await network.core.personal.mark_read(account_id, place, key)


async def move(network: Network, person: Person, target: str, key: int, call: Call) -> None:
    """Somebody has read up to here; the person's other clients are told."""
    place = place_of(target)
    before = person.read.get(place, 0)
    if key > before:
        holds = key
        person.read[place] = key
        if person.account_id is not None:
            holds = await network.core.personal.mark_read(person.account_id, place, key)
        person.read[place] = holds
        tell(network, person, target, without=call.session)
    call.replies.add(line(network, person, target))


async def delivered(network: Network, person: Person, note_id: int) -> None:
    """A direct message was shown to a person on IRC: it is none of those they missed."""
    if person.account_id is not None and note_id > person.read.get(DELIVERED, 0):
        person.read[DELIVERED] = note_id
        await network.core.personal.mark_read(person.account_id, DELIVERED, note_id)


def tell(network: Network, person: Person, target: str, without: Session | None = None) -> None:
    for session in list(person.sessions):
        if session is not without and session.has(CAPABILITY):
            session.send(line(network, person, target))


def heard(network: Network, event: Event) -> None:
    """Read in another door or on another daemon."""
    if event.kind != events.MARKER_MOVED:
        return
    for person in network.of_account(event.account_id):
        if person.read.get(event.text, 0) < event.other_id:
            person.read[event.text] = event.other_id
            if not event.text.startswith(DELIVERED):
                tell(network, person, target_of(event.text))
