"""Lines of a given width on a terminal: wide characters count two, marks nothing, and an address stays whole."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

MAX_WHOLE = 500  # an address up to this long is never broken
_NOT_FIRST = frozenset("、。，．・：；！？）］｝」』】〉》〕ー々ぁぃぅぇぉっゃゅょァィゥェォッャュョ…‥")
_ZWJ = "\u200d"


def columns(text: str) -> int:
    """How many columns a terminal shows it in (Unicode East Asian Width)."""
    return len(text) if text.isascii() else sum(map(_width, text))


def _width(char: str) -> int:
    if char < "\u0300":
        return 0 if char == "\u00ad" else 1
    if unicodedata.category(char) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def wrap(text: str, width: int, first: str = "", rest: str = "") -> list[str]:
    """The words of one paragraph in lines of at most `width` columns, the first beginning with `first`, the others with `rest`.

    Only an address may stand out. At least one line, and at least 8 columns for words however long the beginnings are.
    """
    lines: list[str] = []
    start = first
    line: list[str] = []
    room = free = max(8, width - columns(first))

    def end_line() -> None:
        nonlocal start, room, free
        lines.append((start + "".join(line)).rstrip())
        line.clear()
        start = rest
        room = free = max(8, width - columns(rest))

    for word in text.split():
        gap = 1 if line else 0
        size = columns(word)
        if size + gap <= free:
            line.append(" " + word if gap else word)
            free -= size + gap
            continue
        if "://" in word and len(word) <= MAX_WHOLE:
            if line:
                end_line()
            line.append(word)
            free -= size
            continue
        if line and (word.isascii() or free < 4):
            end_line()
            gap = 0
        for piece, piece_size in _pieces(word, max(8, min(room, width - columns(rest)))):
            if piece_size + gap > free and line:
                end_line()
                gap = 0
            line.append(" " + piece if gap else piece)
            free -= piece_size + gap
            gap = 0
    if line or not lines:
        end_line()
    return lines


def _pieces(word: str, most: int) -> Iterator[tuple[str, int]]:
    """Parts a line may end after, each at most `most` columns: runs of narrow characters, single wide ones."""
    piece: list[str] = []
    size = 0
    wide_before = False
    last = ""
    for char in word:
        width = _width(char)
        joined = width == 0 or last == _ZWJ or char in _NOT_FIRST
        too_long = size + width > most and width > 0
        if piece and (too_long or (not joined and (wide_before or width == 2))):
            yield "".join(piece), size
            piece, size = [], 0
        piece.append(char)
        size += width
        wide_before = width == 2 or (width == 0 and wide_before)
        last = char
    if piece:
        yield "".join(piece), size


def cut(line: str, width: int) -> list[str]:
    """A line of code in pieces of at most `width` columns, blanks and all."""
    if columns(line) <= width:
        return [line]
    lines = [""]
    used = 0
    for char in line:
        size = _width(char)
        if used + size > width:
            lines.append("")
            used = 0
        lines[-1] += char
        used += size
    return lines
