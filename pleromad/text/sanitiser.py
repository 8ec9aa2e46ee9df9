"""Make HTML of others harmless. Two hands: `Rebuilder` writes it anew and properly nested, nh3 lets through what is on the list."""

from __future__ import annotations

from collections.abc import Callable

import nh3

from pleromad.text import links
from pleromad.text.characters import escape_text
from pleromad.text.markup import read
from pleromad.text.rebuilding import ATTRIBUTES, GLOBAL_ATTRIBUTES, KEPT, Rebuilder

_CLEANER = nh3.Cleaner(
    tags=set(KEPT),
    attributes={**{tag: set(names) for tag, names in ATTRIBUTES.items()}, "*": set(GLOBAL_ATTRIBUTES)},
    url_schemes=set(links.SCHEMES),
    link_rel=None,  # Rebuilder writes rel, and nobody else can
    strip_comments=True,
)
_ROUNDS = 4
MAX_CONTENT = 200_000  # characters; what is longer is cut


def sanitise(html: str) -> str:
    """Only what Mastodon keeps, and tables, headings and lists; links get `rel` and `target`. Doing it again changes nothing."""
    return rebuild(html, escape_text)


def rebuild(html: str, decorate: Callable[[str], str]) -> str:
    """`sanitise`, with the running text made into HTML by `decorate` (which is not trusted)."""
    built = _rewrite(html[:MAX_CONTENT], decorate)
    cleaned = _CLEANER.clean(built)
    for _ in range(_ROUNDS):
        if cleaned == built:
            return cleaned
        built = _rewrite(cleaned, escape_text)
        cleaned = _CLEANER.clean(built)
    return cleaned if cleaned == built else escape_text(_words(cleaned))


def _rewrite(html: str, decorate: Callable[[str], str]) -> str:
    rebuilder = Rebuilder(decorate)
    read(html, rebuilder)
    return rebuilder.html()


def _words(html: str) -> str:
    """The last resort for markup that never comes to rest: its text alone."""

    class Words:
        def __init__(self) -> None:
            self.found: list[str] = []

        def start(self, tag: str, attributes: object) -> None: ...

        def end(self, tag: str) -> None: ...

        def text(self, text: str) -> None:
            self.found.append(text)

    words = Words()
    read(html, words)
    return " ".join("".join(words.found).split())
