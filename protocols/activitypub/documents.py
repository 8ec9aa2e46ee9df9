"""JSON of others, from bytes to a bounded tree."""

from __future__ import annotations

from typing import Any

import msgspec

from pleromad.errors import Invalid, TooLarge

MAX_BYTES = 1_000_000
MAX_DEPTH = 32
MAX_NODES = 50_000

Document = dict[str, Any]


def parse(body: bytes) -> Document:
    """A JSON object of bounded depth and size. Raises Invalid, TooLarge."""
    if len(body) > MAX_BYTES:
        raise TooLarge("The document is too large")
    try:
        document = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Invalid("This is not JSON", detail=f"{type(error).__name__}: {error}"[:200]) from error
    if not isinstance(document, dict):
        raise Invalid("This is not a JSON object")
    check_depth(document)
    return document


def check_depth(document: object) -> None:
    """Raises Invalid for what is nested too deep or has too many parts. Level by level, so that it needs no stack."""
    level: list[Any] = [document]
    nodes = 0
    for _ in range(MAX_DEPTH):
        inside: list[Any] = []
        for value in level:
            if isinstance(value, dict):
                inside.extend(value.values())
            elif isinstance(value, list):
                inside.extend(value)
        nodes += len(inside)
        if not inside:
            return
        if nodes > MAX_NODES:
            break
        level = inside
    raise Invalid("The document is nested too deep or has too many parts")
