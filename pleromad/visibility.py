"""Who may see what: pure functions, the one place where visibility is decided.

Lists are narrowed in SQL with `store.refs.visible`, which says the same thing; `tests/pleromad/test_visibility.py`
holds the two against each other for every combination.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from pleromad.ids import PUBLIC
from pleromad.model.note import Visibility

RANK = {
    Visibility.PUBLIC: 0,
    Visibility.UNLISTED: 1,
    Visibility.LOCAL: 2,
    Visibility.FOLLOWERS: 3,
    Visibility.DIRECT: 4,
}


@dataclass(frozen=True, slots=True)
class Standing:
    """How one viewer stands to one note."""

    local: bool = False  # logged in on this server
    author: bool = False
    addressed: bool = False  # named, or addressed one by one
    follows: bool = False  # follows the author; for a line of a room: is a member of the room
    blocked: bool = False  # the author blocks the viewer, or the viewer the author
    withdrawn: bool = False  # the author is suspended or deleted


def may_see(visibility: Visibility, standing: Standing) -> bool:
    if standing.withdrawn:
        return False
    if standing.author:
        return True
    if standing.blocked:
        return False
    if standing.addressed:
        return True
    match visibility:
        case Visibility.PUBLIC | Visibility.UNLISTED:
            return True
        case Visibility.LOCAL:
            return standing.local
        case Visibility.FOLLOWERS:
            return standing.follows
        case Visibility.DIRECT:
            return False


def of_audience(to: Collection[str], cc: Collection[str], followers_uris: Collection[str]) -> Visibility:
    """What the addresses of another server's object mean (as:Public already in its full form)."""
    if PUBLIC in to:
        return Visibility.PUBLIC
    if PUBLIC in cc:
        return Visibility.UNLISTED
    if any(uri and (uri in to or uri in cc) for uri in followers_uris):
        return Visibility.FOLLOWERS
    return Visibility.DIRECT


def may_boost(visibility: Visibility, *, author: bool) -> bool:
    """Others boost what is public; authors also what is for their followers."""
    if visibility in (Visibility.PUBLIC, Visibility.UNLISTED):
        return True
    return author and visibility is Visibility.FOLLOWERS


def tighter(one: Visibility, other: Visibility) -> Visibility:
    """The one that fewer people see: a reply is never wider than what it answers."""
    return one if RANK[one] >= RANK[other] else other


def leaves_this_server(visibility: Visibility) -> bool:
    return visibility is not Visibility.LOCAL
