"""The kinds of timelines: how each is called, what is in it, and who has it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pleromad.model.note import Note, Seen
from pleromad.model.notification import EVERYTHING, Chosen
from pleromad.model.page import Page
from protocols.irc.telling import Item, telling_of

if TYPE_CHECKING:
    from pleromad.core import Core

Read = Callable[["Core", int, str, Page], Awaitable[Sequence[Item]]]
OFFICE = Chosen(types=frozenset({"admin.report", "admin.sign_up"}))


@dataclass(frozen=True, slots=True)
class Kind:
    """`context`: which of a person's filters hold there, '' none. `argument`: the name goes on, as in `&tag/tea`."""

    name: str
    topic: str
    read: Read
    context: str = ""
    argument: bool = False
    writable: bool = False
    staff: bool = False


def _notes(found: Iterable[Seen]) -> list[Note]:
    return [seen.note for seen in found]


async def _home(core: Core, viewer: int, argument: str, page: Page) -> Sequence[Item]:
    return _notes((await core.reading.home(viewer, page)).items)


async def _local(core: Core, viewer: int, argument: str, page: Page) -> Sequence[Item]:
    return _notes((await core.reading.public(viewer, page, local=True)).items)


async def _federated(core: Core, viewer: int, argument: str, page: Page) -> Sequence[Item]:
    return _notes((await core.reading.public(viewer, page)).items)


async def _bookmarks(core: Core, viewer: int, argument: str, page: Page) -> Sequence[Item]:
    return _notes((await core.reading.bookmarks(viewer, page, by_note=True)).items)


async def _favourites(core: Core, viewer: int, argument: str, page: Page) -> Sequence[Item]:
    return _notes((await core.reading.likes(viewer, page, by_note=True)).items)


async def _notifications(core: Core, viewer: int, argument: str, page: Page) -> Sequence[Item]:
    return [telling_of(one) for one in (await core.reading.notifications(viewer, page, EVERYTHING)).items]


async def _tag(core: Core, viewer: int, argument: str, page: Page) -> Sequence[Item]:
    return _notes((await core.reading.tag(viewer, argument, page)).items)


async def _list(core: Core, viewer: int, argument: str, page: Page) -> Sequence[Item]:
    return _notes((await core.personal.list_timeline(viewer, int(argument), page)).items)


async def _search(core: Core, viewer: int, argument: str, page: Page) -> Sequence[Item]:
    return _notes((await core.reading.search(viewer, argument, page)).items)


async def _dm(core: Core, viewer: int, argument: str, page: Page) -> Sequence[Item]:
    return _notes((await core.reading.conversation_notes(viewer, int(argument), page)).items)


async def _ops(core: Core, viewer: int, argument: str, page: Page) -> Sequence[Item]:
    return [telling_of(one) for one in (await core.reading.notifications(viewer, page, OFFICE)).items]


KINDS = {
    kind.name: kind
    for kind in (
        Kind("&home", "What the people you follow say", _home, "home", writable=True),
        Kind("&local", "What people on this server say in public", _local, "public", writable=True),
        Kind("&federated", "What is said in public, as far as it is known here", _federated, "public"),
        Kind("&notifications", "What concerns you", _notifications, "notifications"),
        Kind("&bookmarks", "What you have put a bookmark to (/msg fedi bookmark ID)", _bookmarks),
        Kind("&favourites", "What you like (/msg fedi fav ID)", _favourites),
        Kind("&tag", "What is said in public under #{argument}", _tag, "public", argument=True),
        Kind("&list", "What the people on your list say", _list, "home", argument=True),
        Kind("&search", "What is found for {argument}, and what is said from now on that has it", _search, argument=True),
        Kind("&dm", "Between {argument} and you; what you say here is for all of them", _dm, argument=True),
        Kind("&ops", "Reports and sign-ups. What you type here are commands: help, reports, signups, hosts ...", _ops, staff=True),
    )
}
