"""Custom emojis in packs."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PackedEmoji:
    """`filename`: what its picture is called in the pack."""

    shortcode: str
    filename: str
    url: str


@dataclass(frozen=True, slots=True)
class Pack:
    name: str
    description: str = ""
    license: str = ""
    homepage: str = ""
    emojis: tuple[PackedEmoji, ...] = ()
