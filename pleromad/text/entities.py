"""What a running text names: addresses, handles, hashtags, shortcodes. One scanner, so that none is found inside another."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from pleromad.text import links
from pleromad.text.characters import clean

MAX_TEXT = 1_000_000
MAX_TAG = 150
TAG_JOINERS = "_\u00b7\u30fb\u200c"  # Mastodon: HASHTAG_SEPARATORS

# Every repetition is bounded or cannot run into its neighbour, so that no input makes this more than linear.
_START = re.compile(
    r"""
    (?P<code> ```.*?``` | `[^`\n]{1,2000}` )
  | (?<![A-Za-z0-9@$\#_])(?P<url>
        (?:https?|gopher|gemini|ircs?|dat|dweb|ipfs|ipns|ssb)://URLCHARS
      | (?:mailto|xmpp):[^\s<>"`@/]{1,100}@URLCHARS
      | magnet:\?URLCHARS )
  | (?<![\w/=@])@(?P<handle> [A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,62}[A-Za-z0-9_])?
        (?:@\w(?:[\w.-]{0,250}\w)?(?::[0-9]{1,5})?)? )(?!@?\w)
  | (?<![\w/=)&\#\uff03])[\#\uff03](?P<tag>(?=[^\W]))
  | (?<![A-Za-z0-9]):(?P<shortcode>[A-Za-z0-9_+-]{1,64}):(?![A-Za-z0-9])
    """.replace(
        "URLCHARS",
        r"""[^\s<>"`\\^\x00-\x20\x7f-\x9f\u2028\u2029\u3000-\u3003\u3008-\u3011\uff01\uff08\uff09\uff0c\uff1a\uff1b\uff1f\u201c\u201d]+""",
    ),
    re.VERBOSE | re.DOTALL | re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Found:
    """`kind`: url, handle, tag or shortcode. `value`: without the sign before it; of a url the address to link to."""

    kind: str
    start: int
    end: int
    value: str


def scan(text: str) -> Iterator[Found]:
    """All that is named in `text`, in order. Nothing inside `code` between backticks is meant."""
    position = 0
    while (match := _START.search(text, position)) is not None:
        found = _found(text, match)
        position = max(match.end(), match.start() + 1)
        if found is not None:
            position = found.end
            yield found
        elif match.lastgroup == "tag":
            position = _tag_end(text, match.end())


def named_at(text: str, start: int) -> Found | None:
    """What is named at exactly this place, or None. Looks at a bounded part of the text."""
    match = _START.match(text, start, start + links.MAX_URL + 1)
    return _found(text, match) if match is not None else None


def _found(text: str, match: re.Match[str]) -> Found | None:
    start = match.start()
    match match.lastgroup:
        case "url":
            whole = match["url"]
            if len(whole) > links.MAX_URL:
                return None
            url = links.trim(whole)
            href = links.href_of(url)
            return None if href is None else Found("url", start, start + len(url), href)
        case "tag":
            end = _tag_end(text, match.end())
            name = text[match.end() : end]
            if len(name) > MAX_TAG or all(char.isdigit() or char in TAG_JOINERS for char in name):
                return None
            return Found("tag", start, end, name)
        case "handle" | "shortcode" as kind:
            return Found(kind, start, match.end(), match[kind])
    return None


def _tag_end(text: str, start: int) -> int:
    """Letters and digits of any script with their marks (which `\\w` leaves out), and Mastodon's joiners."""
    end = start
    last = min(len(text), start + MAX_TAG + 1)
    while end < last and (
        text[end].isalnum() or text[end] in TAG_JOINERS or unicodedata.category(text[end])[0] == "M"
    ):
        end += 1
    while end > start and text[end - 1] in TAG_JOINERS and text[end - 1] != "_":
        end -= 1
    return end


def _names(text: str, kind: str) -> list[str]:
    return list(dict.fromkeys(found.value for found in scan(clean(text[:MAX_TEXT])) if found.kind == kind))


def find_handles(text: str) -> list[str]:
    """`name` or `name@host`, as typed without the leading @, each once, in order."""
    return _names(text, "handle")


def find_hashtags(text: str) -> list[str]:
    """As typed without the #, each spelling once, in order."""
    return _names(text, "tag")


def find_shortcodes(text: str) -> list[str]:
    """The names of custom emojis: `:blobcat:` -> `blobcat`."""
    return _names(text, "shortcode")


def normal_tag(name: str) -> str:
    """The one spelling a hashtag is stored and looked up by: NFKC (full-width letters ...) and lower-case."""
    return unicodedata.normalize("NFKC", name[: MAX_TAG * 2]).lower()[: MAX_TAG * 2]
