"""Read HTML as a run of events, bounded in size, depth and work, however it was written (libxml2's HTML5 tokenizer)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from lxml import etree

from pleromad.text.characters import clean

MAX_HTML = 1_000_000  # characters
MAX_DEPTH = 200  # elements open at a time
MAX_ELEMENTS = 5_000
_PIECE = 4_096

# Their content is not text for people.
HIDDEN = frozenset(
    {
        "script", "style", "title", "template", "iframe", "object", "embed", "applet", "noembed", "noframes",
        "svg", "math", "select", "textarea", "audio", "video", "canvas", "map", "frameset",
    }
)  # fmt: skip


class Reader(Protocol):
    def start(self, tag: str, attributes: Mapping[str, str]) -> None: ...
    def end(self, tag: str) -> None: ...
    def text(self, text: str) -> None: ...


class _Events:
    """What the parser calls. Gives on only what people are to read: no hidden elements, no comments."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self.depth = 0
        self.elements = 0
        self.stopped = False  # what the parser still has half read is not to be taken for text
        self._hidden = 0

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        self.depth += 1
        self.elements += 1
        if self._hidden or tag in HIDDEN:
            self._hidden += 1
            if tag == "math" and self._hidden == 1 and attributes.get("alttext"):
                self.reader.text(attributes["alttext"])
        else:
            self.reader.start(tag, attributes)

    def end(self, tag: str) -> None:
        self.depth -= 1
        if self._hidden:
            self._hidden -= 1
        else:
            self.reader.end(tag)

    def data(self, text: str) -> None:
        if not self._hidden and not self.stopped:
            self.reader.text(text)

    def close(self) -> None:
        pass


def read(html: str, reader: Reader) -> bool:
    """Tell `reader` what is in `html`; False when it was too much and the rest was left out.

    Given in pieces: an end tag costs the parser as much as there are elements open, so that is looked at now and then.
    """
    html = clean(html[:MAX_HTML])
    if not html:
        return True
    events = _Events(reader)
    parser: Any = etree.HTMLParser(target=events, huge_tree=True)  # type: ignore[arg-type]  # it calls what is there
    for start in range(0, len(html), _PIECE):
        parser.feed(html[start : start + _PIECE])
        if events.depth > MAX_DEPTH or events.elements > MAX_ELEMENTS:
            events.stopped = True
            break
    parser.close()
    return not events.stopped
