"""Places of notes in lists, and who may see them: what every timeline is read with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from store.plans import any_of
from store.pool import Queries

# `pleromad.visibility.may_see` in SQL, {n} for the note and {a} for its author. The test of that module compares both.
_ANYBODY = "({n}.visibility IN ('public', 'unlisted') AND {a}.suspended_at IS NULL AND {a}.deleted_at IS NULL)"
_VIEWER = """({a}.suspended_at IS NULL AND {a}.deleted_at IS NULL AND ({n}.account_id = %(viewer)s OR (
    NOT EXISTS (SELECT FROM blocks x WHERE x.account_id = {n}.account_id AND x.target_id = %(viewer)s)
    AND NOT EXISTS (SELECT FROM blocks x WHERE x.account_id = %(viewer)s AND x.target_id = {n}.account_id)
    AND ({n}.visibility IN ('public', 'unlisted', 'local')
         OR EXISTS (SELECT FROM mentions x WHERE x.note_id = {n}.id AND x.account_id = %(viewer)s)
         OR ({n}.visibility = 'private' AND EXISTS (SELECT FROM follows x WHERE x.account_id = %(viewer)s
             AND x.target_id = coalesce({n}.room_id, {n}.account_id) AND x.accepted))))))"""


def visible(viewer: int | None, note: str = "n", author: str = "a") -> str:
    """The condition for these two aliases; bind `viewer` where one is logged in."""
    return _visible(viewer is None, note, author)


@cache
def _visible(nobody: bool, note: str, author: str) -> str:
    return (_ANYBODY if nobody else _VIEWER).format(n=note, a=author)


@dataclass(frozen=True, slots=True)
class Ref:
    """A note's place in a list with the versions of all that is rendered of it: the key of every cache."""

    id: int
    version: int
    account_id: int
    account_version: int
    boost_of: Ref | None = None

REFS = """n.id, n.xmin::text::bigint, a.id, a.xmin::text::bigint, b.id, b.xmin::text::bigint, c.id, c.xmin::text::bigint"""
REFS_FROM = """notes n JOIN accounts a ON a.id = n.account_id
    LEFT JOIN notes b ON b.id = n.boost_of_id LEFT JOIN accounts c ON c.id = b.account_id"""


def ref_of(row: Sequence[Any]) -> Ref:
    boosted = Ref(row[4], row[5], row[6], row[7]) if row[4] is not None else None
    return Ref(row[0], row[1], row[2], row[3], boosted)


async def of(db: Queries, viewer: int | None, ids: Sequence[int]) -> list[Ref]:
    """Of those of `ids` the viewer may see (a boost only with what it boosts), in the order given."""
    if not ids:
        return []
    rows = await db.fetch(
        f"SELECT {REFS} FROM {REFS_FROM} WHERE n.id = ANY(%(ids)s) AND {visible(viewer)} AND (b.id IS NULL OR {visible(viewer, 'b', 'c')})",
        {"viewer": viewer, "ids": any_of(ids)},
    )
    found = {row[0]: ref_of(row) for row in rows}
    return [found[id] for id in ids if id in found]
