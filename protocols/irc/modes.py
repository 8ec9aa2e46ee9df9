"""Mode strings: `+ov-k alice bob key` to single changes and back (RFC 2812 section 3.2.3, modern.ircdocs.horse)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

RANKS = "qaohv"  # highest first
LIST_MODES = "beI"
FLAG_MODES = "CRimnst"
WITH_PARAMETER = "kl"
CHANGES_LIMIT = 20


@dataclass(frozen=True, slots=True)
class Change:
    """One letter. `param` None: none was given (a list is asked for, or it is missing)."""

    given: bool
    letter: str
    param: str | None = None


def parse(words: Sequence[str]) -> list[Change]:
    """At most CHANGES_LIMIT changes; unknown letters are among them, for the caller to refuse."""
    if not words:
        return []
    letters, *params = words
    changes: list[Change] = []
    waiting = iter(params)
    given = True
    for letter in letters:
        if letter in "+-":
            given = letter == "+"
            continue
        if len(changes) == CHANGES_LIMIT:
            break
        changes.append(Change(given, letter, next(waiting, None) if _takes_parameter(letter, given) else None))
    return changes


def _takes_parameter(letter: str, given: bool) -> bool:
    return letter in RANKS or letter in LIST_MODES or letter == "k" or (letter == "l" and given)


def compose(changes: Iterable[Change], limit_bytes: int = 400) -> Iterator[tuple[str, ...]]:
    """The changes as mode strings with parameters, each short enough for one line."""
    letters, sign, size = "", "", 0
    params: list[str] = []
    for change in changes:
        more = (change.letter + (" " + change.param if change.param else "")).encode()
        if letters and (size + len(more) + 1 > limit_bytes or len(params) == CHANGES_LIMIT):
            yield (letters, *params)
            letters, params, sign, size = "", [], "", 0
        mark = "+" if change.given else "-"
        letters += (mark if mark != sign else "") + change.letter
        sign = mark
        size += len(more) + 1
        if change.param:
            params.append(change.param)
    if letters:
        yield (letters, *params)
