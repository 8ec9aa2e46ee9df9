"""Whose word a URL is: the one comparison of origins (scheme, lower-case IDNA host, port) that every check uses."""

from __future__ import annotations

from functools import lru_cache
from urllib.parse import urlsplit

from pleromad.hosts import ascii_host
from pleromad.service import host_of

__all__ = ["Origin", "host_of", "origin_of", "same_origin", "without_fragment"]

MAX_URI = 2_048
Origin = tuple[str, str, int]


@lru_cache(maxsize=8192)
def origin_of(uri: str) -> Origin | None:
    """None for what is no http(s) URL, has a log-in in it, or has characters no URL has."""
    if len(uri) > MAX_URI or any(c <= " " or c == "\x7f" or c == "\\" for c in uri):
        return None
    try:
        parts = urlsplit(uri)
        host, port = parts.hostname or "", parts.port
        if ":" not in host:
            host = ascii_host(host)
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or "@" in parts.netloc:
        return None
    return parts.scheme, host, port or (443 if parts.scheme == "https" else 80)


def same_origin(one: str, other: str) -> bool:
    """Do both come from one server? Never for what is no URL."""
    origin = origin_of(one)
    return origin is not None and origin == origin_of(other)


def without_fragment(uri: str) -> str:
    return uri.partition("#")[0]
