"""The words of a text as search knows them: folded, in any script, with their places. The same for what is written and what is asked.

Scripts that put no blanks between words (Chinese, Japanese, Thai ...) are cut into pairs of neighbouring characters, and so is
Korean, whose words carry their endings: a search for any part of two characters or more finds it as a phrase.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum

MAX_TEXT = 40_000  # characters that are looked at
MAX_WORD = 60  # characters of a word that are kept
MAX_PLACE = 16_383  # PostgreSQL manual, "Limitations" of text search
MAX_PLACES = 255  # of one word in one document
NOISE = frozenset({"http", "https", "www"})  # every address has them

_UNSPACED = (
    "\u0e01-\u0e4e\u0e80-\u0eff\u1000-\u109f\u1780-\u17d3\u3005-\u3007\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff"
    "\u3105-\u312f\u3131-\u318e\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff"
    "\U00020000-\U0003ffff"
)
_PICTURES = "\u2600-\u27bf\u2b50\u2b55\U0001f300-\U0001faff"


def _marks() -> str:
    """Combining marks of the Basic Multilingual Plane as ranges: letters of many scripts carry them, and `\\w` leaves them out."""
    ranges: list[tuple[int, int]] = []
    for point in range(0x300, 0x10000):
        if unicodedata.category(chr(point)) in ("Mn", "Mc"):
            if ranges and ranges[-1][1] == point - 1:
                ranges[-1] = (ranges[-1][0], point)
            else:
                ranges.append((point, point))
    return "".join(f"{chr(first)}-{chr(last)}" for first, last in ranges)


def _folding() -> dict[int, str | None]:
    """Letters of Latin, Greek and Cyrillic without their marks, so that `cafe` finds `café`. й is a letter of its own."""
    table: dict[int, str | None] = {ord(letter): plain for letter, plain in zip("øłđħıæœþð", ("o", "l", "d", "h", "i", "ae", "oe", "th", "d"), strict=True)}
    for point in (*range(0xC0, 0x530), *range(0x1E00, 0x2000)):
        decomposed = unicodedata.normalize("NFD", chr(point))
        if len(decomposed) > 1 and chr(point) != "й":
            table[point] = decomposed[0]
    # Loose accents, and what only says whether a sign is drawn in colour.
    return table | dict.fromkeys((*range(0x300, 0x370), *range(0xFE00, 0xFE10)))


_FOLDED = _folding()
_MARKS = _marks()
_TOKEN = re.compile(f"(?P<run>[{_UNSPACED}]+)|(?P<word>[^\\W_{_UNSPACED}](?:[^\\W_{_UNSPACED}]|[{_MARKS}])*)|(?P<picture>[{_PICTURES}])")


def folded(text: str) -> str:
    """One spelling of what reads the same: NFKC, lower case, without accents."""
    text = unicodedata.normalize("NFKC", text[:MAX_TEXT]).casefold()
    return text if text.isascii() else unicodedata.normalize("NFC", text).translate(_FOLDED)


class Kind(Enum):
    """What a word is: of unspaced script a PAIR, the TAIL of a run (its last character, part of a pair already) or a run that is SINGLE."""

    WHOLE = 0
    PAIR = 1
    TAIL = 2
    SINGLE = 3


@dataclass(frozen=True, slots=True)
class Word:
    """`place` counts from 1."""

    text: str
    place: int
    kind: Kind = Kind.WHOLE


def words(text: str, place: int = 0) -> Iterator[Word]:
    """In order; the first has the place after `place`."""
    for match in _TOKEN.finditer(folded(text)):
        run = match["run"]
        if run is None:
            place += 1
            if match[0] not in NOISE:
                yield Word(match[0][:MAX_WORD], place)
            continue
        for at in range(len(run)):
            place += 1
            if at < len(run) - 1:
                yield Word(run[at : at + 2], place, Kind.PAIR)
            else:
                yield Word(run[at], place, Kind.TAIL if at else Kind.SINGLE)


def document(parts: Iterable[tuple[str, str]], facts: Iterable[str] = ()) -> str:
    """A tsvector in PostgreSQL's notation. `parts` are (weight A to D, text), `facts` are words that no text has (`=image`)."""
    places: dict[str, list[str]] = {}
    place = 0
    for weight, text in parts:
        mark = "" if weight == "D" else weight
        for word in words(text, place):
            place = word.place
            if place > MAX_PLACE:
                break
            known = places.setdefault(word.text, [])
            if len(known) < MAX_PLACES:
                known.append(f"{place}{mark}")
        place += 10  # so that no phrase reaches from one part into the next
    listed = [f"'{word}':{','.join(found)}" for word, found in places.items()]
    return " ".join([*(f"'{fact}'" for fact in facts), *listed])


def asked(text: str, *, prefix: bool = False) -> str:
    """A tsquery for this text as a phrase, '' when there is no word in it. `prefix`: its last word may go on."""
    kept = [word for word in words(text) if word.kind is not Kind.TAIL]
    query = ""
    for at, word in enumerate(kept):
        # A single character begins a pair, or is a run of its own.
        goes_on = word.kind is Kind.SINGLE or (prefix and at == len(kept) - 1)
        operand = f"'{word.text}'" + (":*" if goes_on else "")
        query += f" <{word.place - kept[at - 1].place}> {operand}" if at else operand
    return f"({query})" if len(kept) > 1 else query
