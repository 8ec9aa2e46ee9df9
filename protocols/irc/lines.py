"""Text to lines of IRC and back: length, ACTION, formatting codes."""

from __future__ import annotations

import re
from collections.abc import Iterator

from protocols.irc.message import BODY_LIMIT_BYTES, split

# mIRC formatting: colours with their numbers, then the single codes (modern.ircdocs.horse, formatting).
_FORMATTING = re.compile(r"\x03(?:\d{1,2}(?:,\d{1,2})?)?|\x04(?:[0-9A-Fa-f]{6})?|[\x00-\x08\x0b-\x1f\x7f]")
_ACTION = "\x01ACTION "


def pieces(text: str, source: str, command: str, target: str) -> Iterator[str]:
    """The text in as many parts as are needed for `:source COMMAND target :text` to fit a line."""
    room = BODY_LIMIT_BYTES - 2 - len(f":{source} {command} {target} :".encode())
    if text.startswith(_ACTION):
        for part in split(text[len(_ACTION) :].rstrip("\x01"), room - len(_ACTION) - 1):
            yield f"{_ACTION}{part}\x01"
    else:
        yield from split(text, room)


def plain(text: str) -> str:
    """What was typed on IRC as it is kept: `/me` for an ACTION, no formatting codes, no control characters."""
    if text.startswith(_ACTION):
        text = "/me " + text[len(_ACTION) :]
    return _FORMATTING.sub("", text).strip()


def shown(text: str) -> str:
    """One line of kept text as IRC shows it: `/me` becomes an ACTION; nothing in it can start or end one."""
    text = _FORMATTING.sub(" ", text.replace("\t", " "))
    if text.startswith("/me "):
        return f"{_ACTION}{text[4:]}\x01"
    return text
