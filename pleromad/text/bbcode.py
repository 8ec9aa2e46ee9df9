"""A simple BBCode to HTML: b i u s code pre quote url list li h1-h6 and the like. What it does not know stays as typed."""

from __future__ import annotations

import re

from pleromad.text import links
from pleromad.text.characters import escape_attribute, escape_text

_TAG = re.compile(r"\[(/?)([a-z*][a-z0-9]{0,9})(?:=([^\]\n]{0,4000}))?\]", re.I)
_PLAIN = {
    "b": "strong", "i": "em", "u": "u", "s": "del", "sub": "sub", "sup": "sup", "quote": "blockquote", "ul": "ul", "ol": "ol",
    "li": "li", "table": "table", "tr": "tr", "td": "td", "th": "th", "small": "small",
}  # fmt: skip
_IGNORED = frozenset({"color", "size", "center", "left", "right", "font"})
_BLOCK = frozenset({"quote", "ul", "ol", "li", "list", "*", "table", "tr", "td", "th", "pre"})


def to_html(text: str) -> str:
    """Not necessarily well nested: the sanitiser mends that."""
    out = ["<p>"]
    position = 0
    lists: list[str] = []
    unclosed: set[str] = set()  # no closing tag of these follows
    while (match := _TAG.search(text, position)) is not None:
        closing, name, value = bool(match[1]), match[2].lower(), (match[3] or "").strip().strip('"')
        before = text[position : match.start()]
        position = match.end()
        if name in _BLOCK or name == "code":
            before = before.strip("\n") if name in _BLOCK else before
        out.append(_text(before))
        if name in ("code", "pre") and not closing:
            end = _end_of(text, name, position, unclosed)
            if end is None:
                out.append(_text(match[0]))
                continue
            inside = text[position : end[0]]
            position = end[1]
            inside_html = escape_text(inside.strip("\n"))
            out.append(
                f"<pre><code>{inside_html}</code></pre><p>"
                if "\n" in inside or name == "pre"
                else f"<code>{inside_html}</code>"
            )
        elif name == "url":
            if closing:
                out.append("</a>")
            elif value:
                out.append(f'<a href="{escape_attribute(value)}">')
            elif (end := _end_of(text, name, position, unclosed)) is None:
                out.append(_text(match[0]))
            else:
                url = text[position : end[0]].strip()
                position = end[1]
                out.append(
                    links.markup(url, links.href_of(url) or url) if links.allowed(url) else escape_text(url)
                )
        elif name == "list":
            if not closing:
                lists.append("ol" if value in ("1", "a", "A", "i", "I") else "ul")
                out.append(f"<{lists[-1]}>")
            elif lists:
                out.append(f"</li></{lists.pop()}><p>")
        elif name == "*" and lists:
            out.append("<li>")
        elif name in _PLAIN:
            out.append(f"<{'/' if closing else ''}{_PLAIN[name]}>")
            if name in _BLOCK and name not in ("li", "tr", "td", "th") and closing:
                out.append("<p>")
            if name == "quote" and not closing and value:
                out.append(f"<p>{escape_text(value)}:</p>")
        elif name not in _IGNORED:
            out.append(_text(match[0]))
    out.append(_text(text[position:].rstrip()))
    html = "".join(out)
    html = re.sub(r"(?:<p>(?:<br>)*)+", "<p>", html)
    return re.sub(r"<p>(?=</p>|<pre|<blockquote|<ul|<ol|<table|\Z)", "", html)


def _text(text: str) -> str:
    text = re.sub(r"\n[ \t]*\n\s*", "\n\n", text)
    return escape_text(text).replace("\n\n", "</p><p>").replace("\n", "<br>")


def _end_of(text: str, name: str, start: int, unclosed: set[str]) -> tuple[int, int] | None:
    if name in unclosed:
        return None
    match = re.compile(rf"\[/{name}\]", re.I).search(text, start)
    if match is None:
        unclosed.add(name)
        return None
    return match.start(), match.end()
