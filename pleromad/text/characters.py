"""Single characters: what is taken out of every text, and what HTML wants escaped."""

from __future__ import annotations

import re

# Controls but tab, line feed and carriage return; DEL and C1; non-characters that XML and PostgreSQL refuse.
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]")
# What turns the reading direction of the text around it (Unicode Bidirectional Algorithm, "Trojan Source").
_BIDI = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_ONE_LINE = re.compile("[\\s\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180e\u200b\u2060-\u2064\u206a-\u206f\u3164\ufeff\uffa0\ufff9-\uffff]"
)


def clean(text: str) -> str:
    """Without controls, lone surrogates and carriage returns: what UTF-8, XML and PostgreSQL all take."""
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError:
            text = text.encode("utf-8", "replace").decode()
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _CONTROLS.sub("", text)


def without_bidi(text: str) -> str:
    """For terminals and menus, where an override in one line could turn the next around."""
    return _BIDI.sub("", text)


def escape(text: str) -> str:
    """For HTML text and for attributes in double quotes."""
    return escape_text(text).replace('"', "&quot;").replace("'", "&#39;")


def escape_text(text: str) -> str:
    """As an HTML serialiser writes text (HTML standard, "Escaping a string")."""
    return text.replace("&", "&amp;").replace("\xa0", "&nbsp;").replace("<", "&lt;").replace(">", "&gt;")


def escape_attribute(text: str) -> str:
    """As an HTML serialiser writes what stands between double quotes."""
    return escape_text(text).replace('"', "&quot;")


def plain_name(text: str, limit: int) -> str:
    """One line of at most `limit` characters: names, titles, warnings. Takes out what hides or turns text around."""
    text = clean(text[: limit * 8 + 64])
    text = _INVISIBLE.sub("", _BIDI.sub("", text))
    return _ONE_LINE.sub(" ", text).strip()[:limit].rstrip(" \u200d")
