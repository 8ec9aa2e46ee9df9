"""Menus and texts as they go over the wire (RFC 1436, sections 3.4 and 3.9). Nothing a person wrote can make an item of its own."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from pleromad.text import columns, escape, wrap
from pleromad.text.characters import clean, without_bidi
from pleromad.text.wrapping import cut

WIDTH = 70  # columns of a line of text
LINK_WIDTH = 66  # of a link: lynx -dump puts a number before it
END = ".\r\n"
MAX_URL = 2_000

TEXT: Final = "0"
MENU: Final = "1"
ERROR: Final = "3"
SEARCH: Final = "7"
BINARY: Final = "9"
GIF: Final = "g"
IMAGE: Final = "I"
HTML: Final = "h"
INFO: Final = "i"

_BREAKS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_NOWHERE = "\t\tnull.host\t1"  # what follows the text of an item that leads nowhere


@dataclass(frozen=True, slots=True)
class Here:
    """Where this server says it is: every link back to us carries it."""

    host: str
    port: int


def one_line(text: str) -> str:
    """Without anything that ends a line or a field, and without what turns the reading direction of what follows."""
    if text.isprintable():
        return text
    return without_bidi(clean(_BREAKS.sub(" ", text)))


def fit(text: str, width: int = LINK_WIDTH) -> str:
    """One line of at most `width` columns, with an ellipsis where it was cut."""
    text = one_line(text)
    return text if columns(text) <= width else cut(text, width - 1)[0].rstrip() + "…"


def info(text: str = "") -> str:
    return f"{INFO}{one_line(text)}{_NOWHERE}"


def error(text: str) -> str:
    return f"{ERROR}{one_line(text)}{_NOWHERE}"


def link(kind: str, text: str, selector: str, here: Here) -> str:
    return f"{kind}{one_line(text)}\t{one_line(selector)}\t{here.host}\t{here.port}"


def outside(text: str, url: str, here: Here) -> str:
    """An address elsewhere, as an `h` item with a `URL:` selector; plain text when no client could take it."""
    url = one_line(url).strip()
    if not url or " " in url or len(url) > MAX_URL:
        return info(text)
    return link(HTML, text, f"URL:{url}", here)


def paragraphs(text: str, indent: str = "", width: int = WIDTH) -> list[str]:
    """Plain text, a paragraph a line, as wrapped info items."""
    lines = []
    for paragraph in text.replace("\r", "").split("\n"):
        lines += [info(indent + line) for line in wrap(one_line(paragraph), width - len(indent))]
    return lines


def block(lines: Iterable[str]) -> str:
    """Finished items as a part of a menu."""
    return "".join(f"{line}\r\n" for line in lines)


def menu(lines: Iterable[str]) -> bytes:
    return (block(lines) + END).encode()


def text_file(lines: Iterable[str]) -> bytes:
    """A type 0 answer: a line that begins with a dot gets another, so that none looks like the end."""
    said = (one_line(line) for line in lines)
    return ("".join(f".{line}\r\n" if line.startswith(".") else f"{line}\r\n" for line in said) + END).encode()


def redirect_page(url: str) -> bytes:
    """For clients that do not know `URL:` selectors and ask us for one (the `h` item convention of 2002)."""
    shown = escape(url)
    return (
        "<!DOCTYPE html>\n"
        f'<html><head><meta charset="utf-8"><meta http-equiv="refresh" content="3; url={shown}"><title>Elsewhere</title></head>\n'
        f'<body><p>This leads out of gopher, to <a href="{shown}">{shown}</a></p></body></html>\n'
    ).encode()
