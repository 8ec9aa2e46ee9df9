"""Animated pictures without their metadata: the blocks that make the picture are kept as they are, all others left out.

GIF89a specification; WebP container specification (RFC 9649, section 2); PNG third edition, sections 5 and 11.
What follows the end of the picture is left out, too. All raise ValueError for what is not well formed.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator

_PNG_KEPT = frozenset(
    {
        b"IHDR",
        b"PLTE",
        b"IDAT",
        b"IEND",
        b"tRNS",
        b"acTL",
        b"fcTL",
        b"fdAT",
        b"gAMA",
        b"cHRM",
        b"sRGB",
        b"iCCP",
        b"sBIT",
        b"bKGD",
    }
)
_WEBP_KEPT = frozenset({b"ANIM", b"ANMF", b"ICCP"})
_WEBP_FRAME = frozenset({b"ALPH", b"VP8 ", b"VP8L"})


def strip_gif(data: bytes) -> tuple[bytes, int]:
    """(the picture, how many frames). Of the application blocks only those that say how often it is repeated are kept."""
    if len(data) < 13:
        raise ValueError("cut short")
    at = 13 + _palette(data[10])
    out = [data[:at]]
    frames = 0
    while True:
        mark = data[at : at + 1]
        if mark == b"\x2c":
            if len(data) < at + 11:
                raise ValueError("cut short")
            body = at + 10 + _palette(data[at + 9]) + 1  # the size of the codes stands before the blocks
            end = _blocks_end(data, body)
            out.append(data[at:end])
            frames += 1
        elif mark == b"\x21":
            label = data[at + 1 : at + 2]
            end = _blocks_end(data, at + 2)
            if label == b"\xf9" or (
                label == b"\xff" and data[at + 3 : at + 14] in (b"NETSCAPE2.0", b"ANIMEXTS1.0")
            ):
                out.append(data[at:end])
        elif frames:
            return b"".join((*out, b"\x3b")), frames  # the end, or what many decoders take for it
        else:
            raise ValueError("no picture in it")
        at = end


def _palette(flags: int) -> int:
    """Bytes of the colour table that a descriptor announces."""
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0


def _blocks_end(data: bytes, at: int) -> int:
    while at < len(data):
        size = data[at]
        at += size + 1
        if size == 0:
            return at
    raise ValueError("cut short")


def strip_webp(data: bytes) -> tuple[bytes, int]:
    """(the picture, how many frames)."""
    out = []
    frames = 0
    for name, body in _riff(data, 12, min(len(data), int.from_bytes(data[4:8], "little") + 8)):
        if name == b"VP8X":
            if len(body) < 10:
                raise ValueError("cut short")
            out.append(_chunk(name, bytes([body[0] & ~0x0C]) + body[1:10]))  # neither Exif nor XMP follows
        elif name == b"ANMF":
            frames += 1
            parts = (_chunk(part, inner) for part, inner in _riff(body, 16, len(body)) if part in _WEBP_FRAME)
            out.append(_chunk(name, body[:16] + b"".join(parts)))
        elif name in _WEBP_KEPT:
            out.append(_chunk(name, body))
    if not frames:
        raise ValueError("no picture in it")
    whole = b"WEBP" + b"".join(out)
    return b"RIFF" + len(whole).to_bytes(4, "little") + whole, frames


def _riff(data: bytes, at: int, end: int) -> Iterator[tuple[bytes, bytes]]:
    while at + 8 <= end:
        size = int.from_bytes(data[at + 4 : at + 8], "little")
        if at + 8 + size > end:
            raise ValueError("cut short")
        yield data[at : at + 4], data[at + 8 : at + 8 + size]
        at += 8 + size + (size & 1)


def _chunk(name: bytes, body: bytes) -> bytes:
    return name + len(body).to_bytes(4, "little") + body + b"\0" * (len(body) & 1)


def strip_png(data: bytes) -> tuple[bytes, int]:
    """(the picture, how many frames) of an animated PNG."""
    out = [data[:8]]
    frames = 0
    at = 8
    while at + 12 <= len(data):
        size = int.from_bytes(data[at : at + 4], "big")
        name = data[at + 4 : at + 8]
        end = at + 12 + size
        if end > len(data) or zlib.crc32(data[at + 4 : end - 4]) != int.from_bytes(
            data[end - 4 : end], "big"
        ):
            raise ValueError("cut short or damaged")
        if name in _PNG_KEPT:
            out.append(data[at:end])
        frames += name == b"fcTL"
        at = end
        if name == b"IEND":
            return b"".join(out), frames
    raise ValueError("cut short")
