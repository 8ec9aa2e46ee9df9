"""Short names for notes, for people whose client shows no message ids: `[a7]`, reused in a ring, for each person their own."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

_NAMES = tuple("".join(pair) for pair in product("abcdefghijkmnpqrstuvwxyz", "23456789abcdefghijkmnpqrstuvwxyz"))
_ACTION = "\x01ACTION "


class ShortIds:
    def __init__(self) -> None:
        self._notes: dict[str, int] = {}
        self._names: dict[int, str] = {}
        self._next = 0
        self.last: int | None = None  # the note that was shown last

    def name(self, note_id: int) -> str:
        """The short name of a note, new or known."""
        self.last = note_id
        known = self._names.get(note_id)
        if known is not None:
            return known
        name = _NAMES[self._next]
        self._next = (self._next + 1) % len(_NAMES)
        self._names.pop(self._notes.get(name, 0), None)
        self._notes[name], self._names[note_id] = note_id, name
        return name

    def find(self, name: str) -> int | None:
        return self._notes.get(name.lower())


def with_id(name: str, lines: Sequence[str]) -> tuple[str, ...]:
    first, *others = lines
    if first.startswith(_ACTION):
        return f"{_ACTION}[{name}] {first[len(_ACTION) :]}", *others
    return f"[{name}] {first}", *others
