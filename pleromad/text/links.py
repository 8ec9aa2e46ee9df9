"""Addresses in running text: where one ends, whether it is one, and the markup Mastodon's readers know."""

from __future__ import annotations

import re

from pleromad.hosts import ascii_host
from pleromad.text.characters import escape_attribute, escape_text

# Mastodon's LINK_PROTOCOLS, and the doors of this house.
SCHEMES = frozenset(
    {
        "http", "https", "gopher", "gemini", "mailto", "xmpp", "magnet", "irc", "ircs", "dat", "dweb", "ipfs", "ipns", "ssb",
    }
)  # fmt: skip
MAX_URL = 4_000
SHOWN = 30  # characters of an address that are shown, as in Mastodon's TextFormatter

_AUTHORITY = re.compile(r"([a-z]{2,8})://([^/?#\s]{1,300})", re.I)
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]{1,15}:", re.I)
_JUNK = re.compile("[\x00-\x1f\x7f]")
_ENDS = ".,;:!?'\"*~&|\u2026\u00bb\u201d\u2019\u203a"
_PAIRS = {")": "(", "]": "[", "}": "{"}
_PREFIX = re.compile(r"https?://(?:www\.)?|xmpp:|mailto:", re.I)


def trim(url: str) -> str:
    """What of a run of non-blanks is the address: punctuation at its end is the sentence's, and so is a `)` without its `(`."""
    depth = {closing: url.count(opening) - url.count(closing) for closing, opening in _PAIRS.items()}
    end = len(url)
    while end:
        last = url[end - 1]
        if last in _PAIRS:
            if depth[last] >= 0:
                break
            depth[last] += 1
        elif last not in _ENDS:
            break
        end -= 1
    return url[:end]


def href_of(url: str) -> str | None:
    """The address to link to, with an ASCII host; None when this is no address one should link to.

    A log-in before the host (`https://bank.example@evil.example`) is only ever there to deceive.
    """
    match = _AUTHORITY.match(url)
    if match is None:
        scheme = url.partition(":")[0].lower()
        return url if scheme in ("mailto", "xmpp", "magnet") else None
    scheme, host = match[1].lower(), match[2]
    if scheme not in ("http", "https", "gopher", "gemini", "irc", "ircs"):
        return url if scheme in SCHEMES else None
    if not host.startswith("["):
        try:
            host = ascii_host(host)
        except ValueError:
            return None
    elif not re.fullmatch(r"\[[0-9a-fA-F:.]{2,45}\](?::[0-9]{1,5})?", host):
        return None
    return f"{match[1]}://{host}{url[match.end() :]}"


def allowed(href: str) -> str | None:
    """An `href` of somebody's HTML, without what browsers skip, or None when its scheme is none of ours."""
    href = _JUNK.sub("", href).strip()
    match = _SCHEME.match(href)
    if match is None or len(href) > MAX_URL:
        return None
    scheme = match[0][:-1].lower()
    if scheme not in SCHEMES:
        return None
    if scheme in ("http", "https") and not re.match(r"https?://[^\s/?#]", href, re.I):
        return None
    return href


def markup(url: str, href: str) -> str:
    """A link with the parts nobody needs to read made invisible, as Mastodon writes it."""
    prefix = match[0] if (match := _PREFIX.match(url)) else ""
    rest = url[len(prefix) :]
    shown = f'<span class="invisible">{escape_text(prefix)}</span>' if prefix else ""
    if len(rest) > SHOWN:
        shown += f'<span class="ellipsis">{escape_text(rest[:SHOWN])}</span><span class="invisible">{escape_text(rest[SHOWN:])}</span>'
    else:
        shown += f"<span>{escape_text(rest)}</span>"
    return f'<a href="{escape_attribute(href)}" target="_blank" rel="nofollow noopener">{shown}</a>'
