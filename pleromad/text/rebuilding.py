"""Write HTML anew from what was read: only the elements we keep, properly nested, so that every reader sees the same tree.

What is left out leaves its text. Unknown blocks become paragraphs (as in Mastodon), pictures their description.
The nesting follows the HTML standard's tree construction, so that parsing the outcome again changes nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from pleromad.text import links
from pleromad.text.characters import clean, escape_attribute, escape_text

INLINE = frozenset(
    {
        "a", "abbr", "b", "code", "del", "em", "i", "ins", "kbd", "mark", "rp", "rt", "ruby", "s", "small", "span",
        "strong", "sub", "sup", "u",
    }
)  # fmt: skip
BLOCKS = frozenset(
    {
        "blockquote", "caption", "dd", "dl", "dt", "h1", "h2", "h3", "h4", "h5", "h6", "li", "ol", "p", "pre", "table",
        "tbody", "td", "tfoot", "th", "thead", "tr", "ul",
    }
)  # fmt: skip
KEPT = INLINE | BLOCKS | {"br", "hr"}
ATTRIBUTES: dict[str, set[str]] = {
    "a": {"href", "class", "target", "rel", "translate"},
    "abbr": {"title"},
    "blockquote": {"cite"},
    "li": {"value"},
    "ol": {"start", "reversed"},
    "p": {"class"},
    "span": {"class", "translate"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan"},
}
GLOBAL_ATTRIBUTES = {"lang", "dir"}
MAX_NESTING = 40

_SAME = {
    "strike": "del",
    "tt": "code",
    "acronym": "abbr",
    "samp": "code",
    "var": "i",
    "dfn": "i",
    "cite": "i",
    "big": "b",
}
_BREAKS = frozenset(
    {
        "address", "article", "aside", "center", "details", "dialog", "div", "fieldset", "figcaption", "figure",
        "footer", "form", "header", "hgroup", "legend", "main", "nav", "optgroup", "option", "search", "section", "summary",
    }
)  # fmt: skip
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_TABLE = frozenset({"table", "thead", "tbody", "tfoot", "tr"})
_GROUPS = frozenset({"thead", "tbody", "tfoot"})
# Beyond these an open paragraph, heading or list is somebody else's.
_WALLS = frozenset(
    {
        "blockquote",
        "li",
        "dd",
        "dt",
        "td",
        "th",
        "caption",
        "table",
        "thead",
        "tbody",
        "tfoot",
        "tr",
        "ul",
        "ol",
        "dl",
    }
)
_CODE = frozenset({"pre", "code", "kbd"})
# Microformats (Mastodon: Sanitize::Config, CLASS_WHITELIST), what Mastodon and Pleroma put around links, and quotes.
_CLASS = re.compile(
    r"(?:[hpue]|dt)-[a-z][a-z0-9-]{0,40}|mention|hashtag|ellipsis|invisible|quote-inline|recipients-inline"
)
_INTEGER = re.compile(r"-?[0-9]{1,6}")
_LANGUAGE = re.compile(r"[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8}){0,4}")


class Rebuilder:
    """A `markup.Reader`. `decorate` makes HTML of a run of text that is not inside a link or code."""

    def __init__(self, decorate: Callable[[str], str] = escape_text) -> None:
        self._decorate = decorate
        self._out: list[str] = []
        self._open: list[tuple[str, int]] = []  # name and serial number of what is open in the outcome
        self._read: list[
            tuple[str, int]
        ] = []  # what is open in the input: "" when it left nothing, "/" for a break
        self._serial = 0
        self._text: list[str] = []
        self._broken = False  # a block that is not kept began or ended: what follows is another paragraph

    def html(self) -> str:
        self._flush()
        self._close_above(-1)
        return "".join(self._out).strip()  # a parser leaves blanks before the first word away

    # ---- events

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        tag = _SAME.get(tag, tag)
        serial = 0
        kind = ""
        if tag == "br":
            self._into_text()
            self._out.append("<br>")
        elif tag == "hr":
            self._into_block()
            self._out.append("<hr>")
        elif tag == "img":
            self._text.append(attributes.get("alt", "") or attributes.get("title", ""))
        elif tag in _BREAKS:
            self._break()
            kind = "/"
        elif tag in INLINE:
            serial = self._start_inline(tag, attributes)
        elif tag in BLOCKS:
            serial = self._start_block(tag, attributes)
            kind = "" if serial else "/"
        self._read.append((kind, serial))

    def end(self, tag: str) -> None:
        if not self._read:
            return
        kind, serial = self._read.pop()
        if serial:
            index = self._index(serial)
            if index is not None:
                self._flush()
                self._close_above(index - 1)
        elif kind == "/":
            self._break()

    def text(self, text: str) -> None:
        self._text.append(text)

    # ---- text

    def _flush(self) -> None:
        """Write the text read so far: in one run, so that a link or a name in it is found whole."""
        if not self._text:
            return
        text = clean("".join(self._text))
        self._text.clear()
        if not text or (not text.strip() and (self._broken or self._in_table())):
            return
        self._into_phrasing()
        if self._open and self._open[-1][0] == "pre" and self._out[-1].startswith("<pre"):
            text = text.lstrip("\n")  # a parser takes the first away
        names = {name for name, _ in self._open}
        self._out.append(escape_text(text) if names & _CODE or "a" in names else self._decorate(text))

    def _into_text(self) -> None:
        self._flush()
        self._into_phrasing()

    def _into_phrasing(self) -> None:
        """Where text may stand: in a cell of a table, in a new paragraph after a break."""
        if self._in_table():
            self._ensure_row()
            self._push("td", "")
        if not self._broken:
            return
        self._broken = False
        for name, _ in reversed(self._open):
            if name == "pre":
                self._out.append("\n")
                return
            if name in INLINE or name == "p" or name in _HEADINGS or name in ("caption", "dt"):
                if not self._begins():
                    self._out.append("<br>")
                return
            if name in _WALLS:
                break
        self._push("p", "")

    def _in_table(self) -> bool:
        return bool(self._open) and self._open[-1][0] in _TABLE

    def _break(self) -> None:
        self._flush()
        index = self._near(("p",))
        if index is not None:
            self._close_above(index - 1)
        self._broken = not (self._begins() and self._open[-1][0] in BLOCKS)

    def _begins(self) -> bool:
        """Nothing was said yet in the innermost element: then there is nothing to set apart."""
        return bool(self._open) and self._out[-1].startswith(
            (f"<{self._open[-1][0]}>", f"<{self._open[-1][0]} ")
        )

    # ---- elements

    def _start_inline(self, tag: str, attributes: Mapping[str, str]) -> int:
        names = [name for name, _ in self._open]
        if len(names) >= MAX_NESTING:
            return 0
        if tag == "a" and ("a" in names or links.allowed(attributes.get("href", "")) is None):
            return 0
        if tag in ("rt", "rp"):
            index = self._near(("ruby",))
            if index is None:
                return 0
            self._flush()
            self._close_above(index)
            return self._push(tag, "")
        self._into_text()
        return self._push(tag, _attributes(tag, attributes))

    def _start_block(self, tag: str, attributes: Mapping[str, str]) -> int:
        """0 when it cannot stand here: then it is a break."""
        self._flush()
        if len(self._open) >= MAX_NESTING:
            self._break()
            return 0
        match tag:
            case "li":
                home = self._near(("ul", "ol"), stop=_WALLS - {"ul", "ol", "li"})
            case "dt" | "dd":
                home = self._near(("dl",), stop=_WALLS - {"dl", "dt", "dd"})
            case "td" | "th" | "tr" | "thead" | "tbody" | "tfoot" | "caption":
                home = self._near(("table",), stop=frozenset())
            case _:
                self._into_block()
                return self._push(tag, _attributes(tag, attributes))
        if home is None:
            self._break()
            return 0
        self._broken = False
        if tag in ("td", "th", "tr"):
            part = self._near(_TABLE if tag != "tr" else _TABLE - {"tr"}, stop=frozenset())
            self._close_above(home if part is None else part)
            if tag != "tr":
                self._ensure_row()
            elif self._open[-1][0] == "table":
                self._push("tbody", "")
        else:
            self._close_above(home)
        if tag == "caption" and not self._out[-1].startswith("<table"):
            self._broken = False
            self._push("tbody", "")
            self._push("tr", "")
            return self._push("td", "")
        return self._push(tag, _attributes(tag, attributes))

    def _ensure_row(self) -> None:
        if self._open[-1][0] == "table":
            self._push("tbody", "")
        if self._open[-1][0] in _GROUPS:
            self._push("tr", "")

    def _into_block(self) -> None:
        """Where a block may stand: not inside a paragraph, a heading or anything inline; inside a table, in a cell."""
        self._flush()
        self._broken = False
        wall = self._near(_WALLS, stop=frozenset())
        self._close_above(-1 if wall is None else wall)
        if self._in_table():
            self._ensure_row()
            self._push("td", "")

    # ---- the stack

    def _near(self, names: tuple[str, ...] | frozenset[str], *, stop: frozenset[str] = _WALLS) -> int | None:
        """Where the innermost of these is open, unless something of `stop` stands between."""
        for index in range(len(self._open) - 1, -1, -1):
            if self._open[index][0] in names:
                return index
            if self._open[index][0] in stop:
                return None
        return None

    def _index(self, serial: int) -> int | None:
        return next((index for index, entry in enumerate(self._open) if entry[1] == serial), None)

    def _push(self, tag: str, attributes: str) -> int:
        self._serial += 1
        self._open.append((tag, self._serial))
        self._out.append(f"<{tag}{attributes}>")
        return self._serial

    def _close_above(self, index: int) -> None:
        while len(self._open) > index + 1:
            self._out.append(f"</{self._open.pop()[0]}>")


def _attributes(tag: str, given: Mapping[str, str]) -> str:
    names = ATTRIBUTES.get(tag, set()) | GLOBAL_ATTRIBUTES
    kept = {}
    for name, value in given.items():
        if name in names and (checked := _checked(name, clean(value or "")[: links.MAX_URL])) is not None:
            kept[name] = checked
    if tag == "a":
        if "mention" not in kept.get("class", "").split():
            kept["target"] = "_blank"
        kept["rel"] = (
            "tag nofollow noopener" if "tag" in given.get("rel", "").split() else "nofollow noopener"
        )
    return "".join(f' {name}="{escape_attribute(value)}"' for name, value in kept.items())


def _checked(name: str, value: str) -> str | None:
    match name:
        case "href" | "cite":
            return links.allowed(value)
        case "class":
            return " ".join(word for word in value.split()[:20] if _CLASS.fullmatch(word)) or None
        case "translate":
            return value if value in ("no", "yes") else None
        case "dir":
            return value if value in ("ltr", "rtl", "auto") else None
        case "lang":
            return value if _LANGUAGE.fullmatch(value) else None
        case "title":
            return value[:300]
        case "start" | "value":
            return value if _INTEGER.fullmatch(value) else None
        case "colspan" | "rowspan":
            return value if _INTEGER.fullmatch(value) and 0 < int(value) <= 100 else None
        case "reversed":
            return ""
    return None  # target and rel are ours
