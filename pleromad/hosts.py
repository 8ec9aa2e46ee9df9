"""Host names in the one spelling everything is compared in: lower-case ASCII (IDNA 2008 with UTS 46, RFC 5891)."""

from __future__ import annotations

import re

import idna

MAX_HOST = 253

_PORT = re.compile(r"[1-9][0-9]{0,4}")
_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")


def ascii_host(host: str) -> str:
    """`BÜCHER.example.` -> `xn--bcher-kva.example`; a port stays. ValueError for what can be no host name."""
    name, colon, port = host.strip().partition(":")
    name = name.rstrip(".").lower()
    if colon and not _PORT.fullmatch(port):
        raise ValueError(f"not a port: {port[:20]!r}")
    if not name or len(name) > MAX_HOST:
        raise ValueError("not a host name: empty or too long")
    if not name.isascii():
        try:
            name = idna.encode(name, uts46=True).decode("ascii")
        except UnicodeError as error:
            raise ValueError(f"not a host name: {error}") from error
    if len(name) > MAX_HOST or not all(_LABEL.fullmatch(label) for label in name.split(".")):
        raise ValueError(f"not a host name: {name[:60]!r}")
    return name + colon + port
