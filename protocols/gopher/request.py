"""What a client sends: one line (RFC 1436, section 3), with what Gopher+ clients and lost browsers put around it."""

from __future__ import annotations

import re
from dataclasses import dataclass

MAX_LINE = 1_024  # bytes, without the line's end; RFC 1436 speaks of 255 for a selector, searches may be longer

_HTTP = re.compile(rb"(?:GET|HEAD|POST|OPTIONS) \S+ HTTP/\d")
_PLUS = re.compile(r"[+!$].*", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Request:
    """A selector, without the slashes around it, and what was typed into a search."""

    selector: str
    query: str = ""


def is_http(line: bytes) -> bool:
    return _HTTP.match(line) is not None


def parse(line: bytes) -> Request:
    """`line` without its end. Bytes that are not UTF-8 are taken for ISO 8859-1, as old clients send them."""
    try:
        text = line.decode("utf-8")
    except UnicodeDecodeError:
        text = line.decode("iso-8859-1")
    selector, *fields = text.split("\t")
    if selector[:4] == "URL:" or selector[:5] == "/URL:":
        return Request(selector.lstrip("/"))
    selector = selector.strip("/")
    # Gopher+ adds a last field: "+", "!", "$" and more. We answer as plain gopher, which its clients take.
    if fields and _PLUS.fullmatch(fields[-1]) and (len(fields) > 1 or selector != "search" or len(fields[-1]) == 1):
        fields.pop()
    return Request(selector, fields[0].strip() if fields else "")
