"""What somebody types into a search box, taken apart: words, "phrases", -without, this OR that, and operators.

    from:me from:name@host   has:media|image|video|audio|poll|link|quote   is:reply|quote|sensitive|boost   language:ja
    before:2026-05-01  after:2026  during:2026-05   in:library|public

Operators are Mastodon's, and `is:boost`. What is no operator is a word.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from pleromad.text.words import asked

MAX_QUERY = 500  # characters that are looked at
MAX_TERMS = 32

_PIECE = re.compile(
    r"""(?P<minus>[-\u2212]?)(?:(?P<key>from|has|is|language|before|after|during|in):)?(?:"(?P<phrase>[^"]*)"?|(?P<word>\S+))""",
    re.IGNORECASE,
)
_DATE = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?")
_LANGUAGE = re.compile(r"[a-z]{2,8}(?:-[a-z0-9]{2,8})?")
_QUOTES = str.maketrans(dict.fromkeys("\u201c\u201d\u201e\u00ab\u00bb\uff02", '"'))

# What of a note is a word of its document, written so that no text has it.
HAS = {"media": "=media", "image": "=image", "video": "=video", "audio": "=audio", "poll": "=poll", "link": "=link", "embed": "=link", "quote": "=quote"}
IS = {"reply": "=reply", "quote": "=quote", "sensitive": "=sensitive"}


@dataclass(frozen=True, slots=True)
class Query:
    """`words` is a tsquery ('' for none); `text` whether there are words to rank by. Bounds are ids: `since` inclusive, `until` exclusive."""

    words: str = ""
    text: bool = False
    authors: tuple[str, ...] = ()  # handles; `me`
    not_authors: tuple[str, ...] = ()
    since: int | None = None
    until: int | None = None
    library: bool = False
    public: bool = False
    boosts: bool = False

    @property
    def empty(self) -> bool:
        """Nothing is asked for."""
        return self == Query() or self == Query(public=True)


def parse(text: str) -> Query:
    """Linear in the text, which is cut to MAX_QUERY characters and MAX_TERMS terms."""
    reading = _Reading()
    for number, piece in enumerate(_PIECE.finditer(text[:MAX_QUERY].replace("\0", "").translate(_QUOTES))):
        if number >= MAX_TERMS:
            break
        reading.take(piece)
    return reading.query()


class _Reading:
    def __init__(self) -> None:
        self._groups: list[list[str]] = []  # all must match, of each group any
        self._or = False
        self._text = False
        self._authors: list[str] = []
        self._not_authors: list[str] = []
        self._since: list[int] = []
        self._until: list[int] = []
        self._library = self._public = self._boosts = False

    def take(self, piece: re.Match[str]) -> None:
        key = (piece["key"] or "").lower()
        value = piece["word"] if piece["phrase"] is None else piece["phrase"]
        minus = bool(piece["minus"])
        if key and self._operator(key, value.strip().lower(), minus):
            self._or = False
            return
        if not key and not minus and value == "OR" and piece["phrase"] is None:
            self._or = bool(self._groups)
            return
        prefix = value.endswith("*") and piece["phrase"] is None
        operand = asked(f"{key} {value}" if key else value, prefix=prefix)
        if operand:
            self._text = self._text or not minus
            self._add(operand, minus)

    def _add(self, operand: str, minus: bool) -> None:
        if minus:
            operand = f"!{operand}"
        if self._or:
            self._groups[-1].append(operand)
            self._or = False
        else:
            self._groups.append([operand])

    def _operator(self, key: str, value: str, minus: bool) -> bool:
        """False when it is none: then it is words."""
        match key:
            case "from":
                (self._not_authors if minus else self._authors).append(value.lstrip("@")[:400])
                return bool(value.lstrip("@"))
            case "has" if value in HAS:
                self._add(f"'{HAS[value]}'", minus)
            case "is" if value in IS:
                self._add(f"'{IS[value]}'", minus)
            case "is" if value == "boost":
                self._boosts = not minus
            case "language" if _LANGUAGE.fullmatch(value):
                self._add(f"'=lang:{value}'", minus)
            case "in" if value in ("library", "public", "all"):
                self._library = self._library or value == "library"
                self._public = self._public or value == "public"
            case "before" | "after" | "during":
                return self._dates(key, value, minus)
            case _:
                return False
        return True

    def _dates(self, key: str, value: str, minus: bool) -> bool:
        span = _span(value)
        if span is None or (minus and key == "during"):
            return False
        first, after = span
        match key, minus:
            case ("before", False):
                self._until.append(first)
            case ("before", True):
                self._since.append(first)
            case ("after", False):
                self._since.append(after)
            case ("after", True):
                self._until.append(after)
            case _:
                self._since.append(first)
                self._until.append(after)
        return True

    def query(self) -> Query:
        return Query(
            words=" & ".join(group[0] if len(group) == 1 else f"({' | '.join(group)})" for group in self._groups),
            text=self._text,
            authors=tuple(dict.fromkeys(author for author in self._authors if author)),
            not_authors=tuple(dict.fromkeys(author for author in self._not_authors if author)),
            since=max(self._since, default=None),
            until=min(self._until, default=None),
            library=self._library,
            public=self._public,
            boosts=self._boosts,
        )


def _span(text: str) -> tuple[int, int] | None:
    """A day, a month or a year (UTC) as the first id in it and the first one after it."""
    found = _DATE.fullmatch(text)
    if found is None:
        return None
    year, month, day = (int(part) if part else None for part in found.groups())
    assert year is not None
    try:
        first = date(year, month or 1, day or 1)
        if day is not None:
            after = first + timedelta(days=1)
        else:
            after = date(year + (month in (None, 12)), 1 if month in (None, 12) else (month or 0) + 1, 1)
    except (ValueError, OverflowError):
        return None
    return _id(first), _id(after)


def _id(day: date) -> int:
    milliseconds = int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp() * 1000)
    return min(max(0, milliseconds) << 16, (1 << 63) - 1)
