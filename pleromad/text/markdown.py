"""Markdown (CommonMark with tables and strike-through) to HTML. Raw HTML is shown as it was typed, line ends are kept."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from pleromad.text.characters import escape_attribute, escape_text
from pleromad.text.entities import named_at

_SCHEME = re.compile(r"(?:https?|gopher|gemini|ircs?|dat|dweb|ipfs|ipns|ssb|mailto|xmpp|magnet)\Z", re.I)


def _named(state: StateInline, silent: bool) -> bool:
    """Keep `_` and `*` inside addresses, handles and hashtags from being markup."""
    char = state.src[state.pos]
    if char not in "@#:":
        return False
    start = state.pos
    if char == ":":
        match = _SCHEME.search(state.pending[-10:])
        if match is None or state.linkLevel > 0:
            return False
        start -= len(match[0])
    found = named_at(state.src, start)
    if found is None or not state.pos < found.end <= state.posMax:
        return False
    if not silent:
        state.pending += state.src[state.pos : found.end]
    state.pos = found.end
    return True


def _image(self: RendererHTML, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    """A link: pictures are attachments here."""
    token = tokens[index]
    alt = self.renderInlineAsText(token.children or [], options, env)
    source = str(token.attrs.get("src", ""))
    return f'<a href="{escape_attribute(source)}">{escape_text(alt or source)}</a>'


_PARSER = MarkdownIt("commonmark", {"html": False, "breaks": True, "maxNesting": 20}).enable(
    ["table", "strikethrough"]
)
_PARSER.inline.ruler.before("escape", "named", _named)
_PARSER.add_render_rule("image", _image)


def to_html(text: str) -> str:
    html: str = _PARSER.render(text)
    return html.replace("<br />\n", "<br>").replace(">\n<", "><").rstrip("\n")
