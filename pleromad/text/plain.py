"""HTML as plain text: for gopher, IRC, search and the short form of a note. Linear in the input, bounded in the output."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import unquote

from pleromad.hosts import ascii_host
from pleromad.text import links as addresses
from pleromad.text.characters import clean, without_bidi
from pleromad.text.markup import read
from pleromad.text.wrapping import columns, cut, wrap

MAX_PLAIN = 1_000_000  # characters
MAX_PREFIXES = 10  # quotes and lists deeper than this are not set in further
MAX_COLUMNS = 50
WIDEST_CELL = 60
MAX_LINKS = 200

_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_APART = frozenset(
    {"p", "pre", "blockquote", "dl", "table", "hr", "figure", *_HEADINGS}
)  # a blank line before and after
_LINES = frozenset(
    {
        "address", "article", "aside", "body", "center", "dd", "details", "div", "dt", "fieldset", "figcaption", "footer",
        "form", "header", "li", "main", "nav", "ol", "section", "summary", "tr", "ul",
    }
)  # fmt: skip
_CELLS = frozenset({"td", "th"})
_BLANKS = re.compile(r"\s+")
_ADDRESS = re.compile(r"([a-z][a-z0-9+.-]{1,15}:(?://)?)?(?:www\.)?([^/?#\s]*)([^\s]*)", re.I)

LinkStyle = Literal["inline", "footnotes", "none"]


@dataclass(frozen=True, slots=True)
class Link:
    """`kind`: link, mention or hashtag."""

    text: str
    href: str
    kind: str = "link"


def to_plain(html: str, *, links: LinkStyle = "inline", width: int | None = None) -> str:
    """Paragraphs, lists, quotes (`> `), tables and code as plain text; lines of `width` columns, or one per paragraph.

    `links`: what is behind a link's words follows in parentheses ("inline"), is listed at the end ("footnotes") or is
    left out. Without controls but line feeds, and without what turns the reading direction.
    """
    writer = _Writer(links, width)
    read(html, writer)
    return writer.whole()


def excerpt(html: str, limit: int) -> str:
    """The beginning in one line of at most `limit` characters, cut between words, with an ellipsis when there is more."""
    text = " ".join(to_plain(html[: limit * 20 + 4_000], links="none").split())
    if len(text) <= limit:
        return text
    begin = text[: max(0, limit - 1)]
    at = begin.rfind(" ")
    return (begin[:at] if at > limit // 2 else begin).rstrip(" .,;:\u200d") + "\u2026" if limit > 0 else ""


def find_links(html: str) -> tuple[Link, ...]:
    """Where the links of a text lead, each address once, in order."""
    writer = _Writer("none", None)
    read(html, writer)
    writer.whole()
    found: dict[str, Link] = {}
    for link in writer.links:
        found.setdefault(link.href, link)
    return tuple(found.values())


@dataclass(slots=True)
class _Container:
    """A quote or an item of a list: what its first line begins with, and the others."""

    first: str
    rest: str
    used: bool = False


@dataclass(slots=True)
class _List:
    number: int | None  # of the next item; None: bullets
    begun: bool = False


@dataclass(slots=True)
class _Table:
    rows: list[list[str]] = field(default_factory=list)
    caption: str = ""
    head: bool = False
    nested: int = 0


class _Writer:
    """A `markup.Reader` that writes lines."""

    def __init__(self, links: LinkStyle, width: int | None) -> None:
        self.links: list[Link] = []
        self._style = links
        self._width = width
        self._lines: list[str] = []
        self._size = 0
        self._text: list[str] = []
        self._flushes = 0
        self._gap = False
        self._pre = 0
        self._muted = 0
        self._containers: list[_Container] = []
        self._lists: list[_List] = []
        self._table: _Table | None = None
        self._anchors: list[
            tuple[str, str, int, int]
        ] = []  # href, kind, where its text begins, at which flush
        self._notes: dict[str, int] = {}

    def whole(self) -> str:
        self._flush()
        if self._notes:
            self._containers.clear()
            self._gap = True
            for href, number in self._notes.items():
                self._emit(f"[{number}] {href}")
        return "\n".join(self._lines)[:MAX_PLAIN].strip("\n")

    # ---- events

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        if tag == "br":
            self._text.append("\n")
        elif tag == "img":
            self.text(attributes.get("alt", ""))
        elif tag == "a":
            self._anchors.append(
                (attributes.get("href", ""), _kind(attributes), len(self._text), self._flushes)
            )
        elif tag == "rp":
            self._muted += 1
        elif tag == "rt":
            self._text.append("(")
        elif self._table is not None:
            self._start_in_table(self._table, tag)
        elif tag in _APART or tag in _LINES:
            self._start_block(tag, attributes)

    def end(self, tag: str) -> None:
        if tag == "a":
            if self._anchors:
                self._end_link(*self._anchors.pop())
        elif tag == "rp":
            self._muted = max(0, self._muted - 1)
        elif tag == "rt":
            self._text.append(")")
        elif self._table is not None:
            self._end_in_table(self._table, tag)
        elif tag in _APART or tag in _LINES:
            self._end_block(tag)

    def text(self, text: str) -> None:
        if not self._muted:
            self._text.append(text if self._pre else _BLANKS.sub(" ", text))

    # ---- blocks

    def _start_block(self, tag: str, attributes: Mapping[str, str]) -> None:
        self._flush()
        if tag in ("ul", "ol"):
            self._gap = not self._lists
            self._lists.append(_List(_number(attributes.get("start", "1")) if tag == "ol" else None))
        elif tag == "li":
            bullet = self._bullet(attributes.get("value", ""))
            self._contain(bullet, " " * len(bullet))
        elif tag == "blockquote":
            self._gap = True
            self._contain("> ", "> ")
        elif tag == "dd":
            self._contain("    ", "    ")
        elif tag == "table":
            self._gap = True
            self._table = _Table()
        elif tag == "hr":
            self._gap = True
            self._emit("-" * 20)
        elif tag == "pre":
            self._gap = True
            self._pre += 1
        elif tag in _APART:
            self._gap = self._gap or not self._begins_item()

    def _end_block(self, tag: str) -> None:
        self._flush()
        if tag in ("ul", "ol"):
            if self._lists:
                self._lists.pop()
            self._gap = self._gap or not self._lists
        elif tag in ("li", "blockquote", "dd"):
            if self._containers:
                self._containers.pop()
            self._gap = tag == "blockquote"
        elif tag == "pre":
            self._pre = max(0, self._pre - 1)
            self._gap = True
        elif tag in _APART:
            self._gap = True

    def _contain(self, first: str, rest: str) -> None:
        self._containers.append(
            _Container(first, rest) if len(self._containers) < MAX_PREFIXES else _Container("", "")
        )

    def _begins_item(self) -> bool:
        return bool(self._containers) and not self._containers[-1].used

    def _bullet(self, value: str) -> str:
        """What the next item begins with. Items of a list stand close together."""
        list_ = self._lists[-1] if self._lists else _List(None)
        if list_.begun:
            self._gap = False
        list_.begun = True
        if list_.number is None:
            return "* "
        number = _number(value, list_.number)
        list_.number = number + 1
        return f"{number}. "

    # ---- lines

    def _flush(self) -> None:
        """Write the text gathered so far as a paragraph."""
        if not self._text:
            return
        text = without_bidi(clean("".join(self._text)))
        self._text.clear()
        self._flushes += 1
        if self._pre:
            for line in text.strip("\n").expandtabs(4).split("\n"):
                for part in cut(line.rstrip(), self._room()) if self._width else (line.rstrip(),):
                    self._emit(part)
            return
        if not text.strip():
            return
        for line in text.strip().split("\n"):
            words = " ".join(line.split())
            for part in wrap(words, self._room()) if self._width else (words,):
                self._emit(part)

    def _room(self) -> int:
        return max(16, (self._width or 80) - sum(len(container.rest) for container in self._containers))

    def _emit(self, line: str) -> None:
        if self._size > MAX_PLAIN:
            return
        if self._gap and self._lines:
            self._lines.append(
                "".join(container.rest for container in self._containers if container.used).rstrip()
            )
        self._gap = False
        prefix = ""
        for container in self._containers:
            prefix += container.rest if container.used else container.first
            container.used = True
        self._lines.append((prefix + line).rstrip())
        self._size += len(self._lines[-1]) + 1

    # ---- tables

    def _start_in_table(self, table: _Table, tag: str) -> None:
        if tag == "table":
            table.nested += 1
        if table.nested:
            self._text.append(" ")
        elif tag == "tr":
            table.rows.append([])
            self._text.clear()
        elif tag in _CELLS:
            if not table.rows:
                table.rows.append([])
            if tag == "th" and len(table.rows) == 1:
                table.head = True
            self._text.clear()
        elif tag in _APART or tag in _LINES:
            self._text.append(" ")

    def _end_in_table(self, table: _Table, tag: str) -> None:
        if tag == "table":
            if not table.nested:
                self._write_table(table)
                return
            table.nested -= 1
        if table.nested:
            self._text.append(" ")
        elif tag in _CELLS or tag == "caption":
            text = " ".join(without_bidi(clean("".join(self._text))).split())
            self._text.clear()
            self._flushes += 1
            if tag == "caption":
                table.caption = text
            elif table.rows and len(table.rows[-1]) < MAX_COLUMNS:
                table.rows[-1].append(text)

    def _write_table(self, table: _Table) -> None:
        self._table = None
        self._text.clear()
        rows = [row for row in table.rows if any(row)]
        count = max((len(row) for row in rows), default=0)
        widths = [
            max((columns(row[at]) for row in rows if at < len(row) and len(row) > 1), default=0)
            for at in range(count)
        ]
        room = self._room() if self._width else 10_000
        for line in wrap(table.caption, room) if table.caption else ():
            self._emit(line)
        aligned = sum(widths) + 3 * max(0, count - 1) <= room and max(widths, default=0) <= WIDEST_CELL
        for at, row in enumerate(rows):
            if aligned and len(row) > 1:
                self._emit(" | ".join(cell + " " * (widths[n] - columns(cell)) for n, cell in enumerate(row)))
            else:
                for line in wrap(" | ".join(row), room) if self._width else (" | ".join(row),):
                    self._emit(line)
            if at == 0 and table.head and aligned and len(row) > 1:
                self._emit("-+-".join("-" * width for width in widths))
        self._gap = True

    # ---- links

    def _end_link(self, href: str, kind: str, begin: int, flush: int) -> None:
        label = "".join(self._text[begin:]).strip() if flush == self._flushes else ""
        if addresses.allowed(href) is None or len(self.links) >= MAX_LINKS:
            return
        href = without_bidi(_BLANKS.sub("", clean(href)))
        shown = " ".join(without_bidi(clean(label)).split())
        if kind == "link" and " " not in shown and shown[:1] in ("#", "@"):
            kind = "mention" if shown[0] == "@" else "hashtag"
        self.links.append(Link(shown, href, kind))
        if self._style == "none" or kind != "link":
            return
        same, whole = _compare(shown, href)
        if same:
            if not whole and self._style == "inline":
                del self._text[begin:]
                self._text.append(href)
                return
            if self._style == "inline" or whole:
                return
        if self._style == "inline":
            self._text.append(f" ({href})" if shown else f" {href} ")
        else:
            self._text.append(f"[{self._notes.setdefault(href, len(self._notes) + 1)}]")


def _kind(attributes: Mapping[str, str]) -> str:
    words = attributes.get("class", "").split()
    if "hashtag" in words or "tag" in attributes.get("rel", "").split():
        return "hashtag"
    return "mention" if "mention" in words else "link"


def _compare(label: str, href: str) -> tuple[bool, bool]:
    """Does a link's text name its address, and whole? `example.com/a\u2026` names it, but not whole."""
    shortened = label.rstrip("\u2026").removesuffix("...")
    if not shortened or " " in shortened:
        return False, False
    one, other = _key(shortened), _key(href)
    if one == other:
        return True, ":" in label or "@" in label
    return shortened != label and other.startswith(one), False


def _key(url: str) -> str:
    match = _ADDRESS.match(url)
    if match is None:
        return url
    try:
        host = ascii_host(match[2])
    except ValueError:
        host = match[2].lower()
    return host + unquote(match[3]).rstrip("/")


def _number(text: str, otherwise: int = 1) -> int:
    return int(text) if re.fullmatch(r"-?[0-9]{1,6}", text) else otherwise
