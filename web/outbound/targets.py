"""URLs that may be asked for, taken apart."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import quote, urlsplit

from pleromad.errors import Unreachable
from pleromad.hosts import ascii_host

MAX_URL = 4_000


@dataclass(frozen=True, slots=True)
class Target:
    """A URL taken apart, ready to be asked for. `path` has the query and is percent-encoded ASCII."""

    url: str
    scheme: str
    host: str
    port: int
    path: str

    @property
    def netloc(self) -> str:
        """As it stands in the Host header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if (self.scheme, self.port) in (("http", 80), ("https", 443)) else f"{host}:{self.port}"


@lru_cache(maxsize=4096)
def target_of(url: str) -> Target:
    """Take a URL apart. Unreachable for what is none, has a log-in in it, or is not http or https. The path stays as it is."""
    if len(url) > MAX_URL or any(c <= " " or c == "\x7f" or c == "\\" for c in url):
        raise Unreachable(detail=f"not a URL: {url[:100]!r}")
    try:
        parts = urlsplit(url)
        port = parts.port
        host = parts.hostname or ""
        if ":" not in host:
            host = ascii_host(host)
    except ValueError as error:
        raise Unreachable(detail=f"not a URL: {url[:100]!r} ({error})") from error
    if parts.scheme not in ("http", "https") or not host or "@" in parts.netloc:
        raise Unreachable(detail=f"not a URL to fetch: {url[:100]!r}")
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._")
    if parts.query:
        path += "?" + quote(parts.query, safe="/?%:@!$&'()*+,;=~-._[]|")
    return Target(url, parts.scheme, host, port or (443 if parts.scheme == "https" else 80), path)
