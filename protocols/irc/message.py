"""IRC lines: bytes to messages and back.

Limits (RFC 2812 section 2.3, IRCv3 message-tags): the tags of a client are at most 4096 bytes with the `@` and the
space, the rest 512 bytes with CR LF. Nothing that goes out can carry CR, LF or NUL in a parameter, and text is never cut
inside a character (UTF8ONLY).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from pleromad.masks import casefold, match

__all__ = [
    "BODY_LIMIT_BYTES",
    "CLIENT_TAG_VALUES_LIMIT",
    "TAGS_LIMIT_BYTES",
    "LineBuffer",
    "LineTooLong",
    "Message",
    "NotUtf8",
    "casefold",
    "cut",
    "cut_text",
    "encode",
    "fits",
    "format_body",
    "format_tags",
    "match",
    "middle",
    "parse",
    "parse_tags",
    "parse_text",
    "split",
    "split_source",
]

TAGS_LIMIT_BYTES = 4096
BODY_LIMIT_BYTES = 512
CLIENT_TAG_VALUES_LIMIT = 4094

_UNESCAPE = {":": ";", "s": " ", "\\": "\\", "r": "\r", "n": "\n"}
_ESCAPE = str.maketrans({";": "\\:", " ": "\\s", "\\": "\\\\", "\r": "\\r", "\n": "\\n", "\0": ""})
_STRIP = str.maketrans({"\r": " ", "\n": " ", "\0": ""})
# Where free text begins: it always comes after a colon, as small clients (ii, sic) need it.
_TEXT_AT = {
    "PRIVMSG": 1, "NOTICE": 1, "TOPIC": 1, "PART": 1, "QUIT": 0, "KICK": 2, "ERROR": 0, "AWAY": 0, "SETNAME": 0, "WALLOPS": 0,
    "301": 2, "314": 5, "319": 2, "332": 2, "353": 3, "372": 1,
}  # fmt: skip


class LineTooLong(ValueError):
    """ERR_INPUTTOOLONG (417). `label` is the label tag when it could be read."""

    def __init__(self, label: str = "") -> None:
        super().__init__("Input line was too long")
        self.label = label


class NotUtf8(ValueError):
    """The line is not UTF-8 (FAIL INVALID_UTF8)."""

    def __init__(self, command: str, label: str = "") -> None:
        super().__init__("Message rejected, it is not UTF-8")
        self.command = command
        self.label = label


@dataclass(frozen=True, slots=True)
class Message:
    """One line. `tags` values are unescaped; a tag without a value is ''."""

    command: str
    params: tuple[str, ...] = ()
    source: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)


class LineBuffer:
    """Cuts a byte stream into lines at LF or CR LF. A line beyond the limits comes out as None, once."""

    def __init__(self, limit_bytes: int = TAGS_LIMIT_BYTES + BODY_LIMIT_BYTES) -> None:
        self._limit = limit_bytes
        self._rest = b""
        self._skipping = False

    def feed(self, data: bytes) -> Iterator[bytes | None]:
        *lines, rest = (self._rest + data).split(b"\n")
        self._rest = b""
        for line in lines:
            if self._skipping:
                self._skipping = False
                continue
            line = line.rstrip(b"\r")
            if len(line) > self._limit:
                yield None
            elif line:
                yield line
        if self._skipping:
            return
        if len(rest) > self._limit:
            self._skipping = True
            yield None
        else:
            self._rest = rest


def parse(line: bytes) -> Message | None:
    """One line without its end. None for a line with nothing in it.

    Raises LineTooLong and NotUtf8, both with the label when there is one.
    """
    tags: dict[str, str] = {}
    if line.startswith(b"@"):
        raw, _, line = line[1:].partition(b" ")
        if len(raw) + 2 > TAGS_LIMIT_BYTES:
            raise LineTooLong()
        tags = parse_tags(raw.decode("utf-8", "replace"))
    label = tags.get("label", "")
    if len(line) + 2 > BODY_LIMIT_BYTES:
        raise LineTooLong(label)
    try:
        text = line.decode("utf-8")
    except UnicodeDecodeError:
        words = line.lstrip(b" ").split(b" ")
        word = words[1] if words[0].startswith(b":") and len(words) > 1 else words[0]
        raise NotUtf8(word.decode("ascii", "replace").upper(), label) from None
    return _parse_body(text.replace("\0", ""), tags)


def parse_text(text: str) -> Message | None:
    """A line that is text already (tests, WebSocket text frames)."""
    tags: dict[str, str] = {}
    if text.startswith("@"):
        raw, _, text = text[1:].partition(" ")
        tags = parse_tags(raw)
    return _parse_body(text, tags)


def _parse_body(text: str, tags: dict[str, str]) -> Message | None:
    text = text.lstrip(" ")
    source = ""
    if text.startswith(":"):
        source, _, text = text[1:].partition(" ")
        text = text.lstrip(" ")
    head, colon, trailing = text.partition(" :")
    words = [word for word in head.split(" ") if word]
    if not words:
        return None
    params = words[1:]
    if colon:
        params.append(trailing)
    return Message(words[0].upper(), tuple(params), source, tags)


def parse_tags(raw: str) -> dict[str, str]:
    """`a=b;c;+d=e` with escapes (IRCv3 message-tags); of a repeated key the last one counts."""
    tags = {}
    for part in raw.split(";"):
        key, _, value = part.partition("=")
        if key:
            tags[key] = _unescape(value)
    return tags


def _unescape(value: str) -> str:
    if "\\" not in value:
        return value
    out = []
    characters = iter(value)
    for character in characters:
        if character == "\\":
            character = next(characters, "")
            out.append(_UNESCAPE.get(character, character))
        else:
            out.append(character)
    return "".join(out)


def format_tags(tags: Mapping[str, str]) -> str:
    return ";".join(f"{key}={value.translate(_ESCAPE)}" if value else key for key, value in tags.items())


def middle(param: str) -> str:
    """A parameter that is not the last: no spaces, not empty, no colon in front."""
    param = param.translate(_STRIP).replace(" ", "_")
    if not param:
        return "*"
    return "0" + param if param.startswith(":") else param


def format_body(message: Message) -> str:
    """Everything but the tags, without the line's end."""
    words = []
    if message.source:
        words.append(":" + middle(message.source))
    words.append(message.command)
    if message.params:
        *middles, last = message.params
        words += [middle(param) for param in middles]
        last = last.translate(_STRIP)
        if not last or " " in last or last.startswith(":") or _TEXT_AT.get(message.command) == len(middles):
            last = ":" + last
        words.append(last)
    return " ".join(words)


def encode(message: Message, tags: Mapping[str, str] | None = None) -> bytes:
    """The line with CR LF. `tags` in place of the message's own. The body is cut to its limit at a character's end."""
    body = cut(format_body(message).encode(), BODY_LIMIT_BYTES - 2)
    chosen = message.tags if tags is None else tags
    if not chosen:
        return body + b"\r\n"
    return b"@" + format_tags(chosen).encode() + b" " + body + b"\r\n"


def fits(message: Message) -> bool:
    """Whether it goes out without being cut."""
    return len(format_body(message).encode()) <= BODY_LIMIT_BYTES - 2


def cut(data: bytes, limit_bytes: int) -> bytes:
    """At most so many bytes of UTF-8, ending at a character's end."""
    if len(data) <= limit_bytes:
        return data
    end = limit_bytes
    while end > 0 and data[end] & 0xC0 == 0x80:
        end -= 1
    return data[:end]


def cut_text(text: str, limit_bytes: int) -> str:
    return cut(text.encode(), limit_bytes).decode()


def split(text: str, limit_bytes: int) -> list[str]:
    """Pieces of at most so many bytes, broken at spaces where that does not waste half a line."""
    limit_bytes = max(limit_bytes, 4)
    pieces = []
    rest = text
    while len(rest.encode()) > limit_bytes:
        piece = cut_text(rest, limit_bytes)
        space = piece.rfind(" ")
        if space > len(piece) // 2:
            piece = piece[:space]
        pieces.append(piece)
        rest = rest[len(piece) :].removeprefix(" ")
    pieces.append(rest)
    return pieces


def split_source(source: str) -> tuple[str, str, str]:
    """nick, user, host of `nick!user@host`; parts that are missing are ''."""
    rest, _, host = source.partition("@")
    nick, _, user = rest.partition("!")
    return nick, user, host
