"""Turn what was typed into HTML, with its mentions, hashtags and links."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from pleromad.text import bbcode, links, markdown
from pleromad.text.characters import clean, escape_attribute, escape_text
from pleromad.text.entities import find_handles, normal_tag, scan
from pleromad.text.sanitiser import MAX_CONTENT, rebuild

CONTENT_TYPES = ("text/plain", "text/markdown", "text/html", "text/bbcode")

MAX_MARKDOWN = 50_000  # characters; a longer text is taken as plain

_PARAGRAPHS = re.compile(r"\n[ \t]*\n\s*")


@dataclass(frozen=True, slots=True)
class MentionTarget:
    """Who a handle means: the name to show (without host) and the page to link to."""

    name: str
    url: str


@dataclass(frozen=True, slots=True)
class Rendered:
    """`handles`: those that became mentions, as typed; `tags`: in the one spelling (`normal_tag`); each once, in order."""

    html: str
    handles: tuple[str, ...]
    tags: tuple[str, ...]


def render(
    text: str,
    content_type: str,
    *,
    mention: Callable[[str], MentionTarget | None],
    tag_url: Callable[[str], str],
) -> Rendered:
    """HTML of what was typed. `mention` says who a handle means, None leaves it as text. An unknown type is plain text.

    The outcome is what `sanitise` would leave of it. Never raises for what is in the text.
    """
    decorator = _Decorator(mention, tag_url)
    html = rebuild(_markup(clean(text[:MAX_CONTENT]), content_type), decorator)
    return Rendered(html, tuple(decorator.handles), tuple(decorator.tags))


def render_line(text: str, *, tag_url: Callable[[str], str]) -> str:
    """HTML of one line, without a paragraph around it: a row of a profile's table, a topic. Names nobody."""
    line = " ".join(clean(text[:MAX_CONTENT]).split())
    return rebuild(escape_text(line), _Decorator(lambda handle: None, tag_url))


def handles_in(text: str, content_type: str) -> list[str]:
    """Whom a text of this type names: none in code, links or what its markup takes away. What `render` may make mentions of."""
    if _kind(content_type) not in CONTENT_TYPES[1:]:
        return find_handles(text[:MAX_CONTENT])
    asked: dict[str, None] = {}

    def ask(handle: str) -> None:
        asked[handle] = None

    render(text, content_type, mention=ask, tag_url=lambda name: "")
    return list(asked)


def _kind(content_type: str) -> str:
    kind = content_type.partition(";")[0].strip().lower()
    return "text/markdown" if kind == "text/x-markdown" else kind


def _markup(text: str, content_type: str) -> str:
    match _kind(content_type):
        case "text/markdown":
            return markdown.to_html(text) if len(text) <= MAX_MARKDOWN else _paragraphs(text)
        case "text/html":
            return text
        case "text/bbcode":
            return bbcode.to_html(text)
        case _:
            return _paragraphs(text)


def _paragraphs(text: str) -> str:
    text = text.strip("\n").rstrip()
    if not text:
        return ""
    paragraphs = (escape_text(part).replace("\n", "<br>") for part in _PARAGRAPHS.split(text))
    return "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)


class _Decorator:
    """Makes HTML of a run of text: links, mentions and hashtags in the markup of Mastodon's TextFormatter."""

    def __init__(self, mention: Callable[[str], MentionTarget | None], tag_url: Callable[[str], str]) -> None:
        self._mention = mention
        self._tag_url = tag_url
        self.handles: dict[str, None] = {}
        self.tags: dict[str, None] = {}

    def __call__(self, text: str) -> str:
        out: list[str] = []
        position = 0
        for found in scan(text):
            html = self._html(found.kind, found.value, text[found.start : found.end])
            if html is not None:
                out += (escape_text(text[position : found.start]), html)
                position = found.end
        return "".join((*out, escape_text(text[position:])))

    def _html(self, kind: str, value: str, shown: str) -> str | None:
        match kind:
            case "url":
                return links.markup(shown, value)
            case "handle":
                target = self._mention(value)
                if target is None or links.allowed(target.url) is None:
                    return None
                self.handles[value] = None
                return (
                    f'<span class="h-card"><a href="{escape_attribute(target.url)}" class="u-url mention" rel="nofollow noopener">'
                    f"@<span>{escape_text(target.name)}</span></a></span>"
                )
            case "tag":
                name = normal_tag(value)
                self.tags[name] = None
                url = self._tag_url(name)
                if links.allowed(url) is None:
                    return None
                return (
                    f'<a href="{escape_attribute(url)}" class="mention hashtag" rel="tag nofollow noopener">'
                    f"#<span>{escape_text(value)}</span></a>"
                )
        return None
