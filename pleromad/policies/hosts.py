"""Lists of hosts with wildcards, as policies keep them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from urllib.parse import urlsplit

from pleromad.hosts import ascii_host


class Hosts:
    """`example.org` is that host, on any port; `*.example.org` it and all below it; `*` every host.

    Given as a list, or as a table host = "reason". Raises ValueError for what is neither host nor pattern.
    """

    def __init__(self, patterns: Iterable[str] | Mapping[str, str]) -> None:
        self.reasons = dict(patterns) if isinstance(patterns, Mapping) else dict.fromkeys(patterns, "")
        self._exact: set[str] = set()
        self._below: set[str] = set()
        self._all = False
        for pattern in self.reasons:
            text = pattern.strip()
            if text == "*":
                self._all = True
                continue
            wild = text.startswith("*.")
            try:
                host = ascii_host(text.removeprefix("*."))
            except ValueError:
                raise ValueError(f"{pattern!r} is no host; write example.org or *.example.org") from None
            self._exact.add(host)
            if wild:
                self._below.add(host)

    def __bool__(self) -> bool:
        return self._all or bool(self._exact)

    def __contains__(self, host: object) -> bool:
        """Is this host (in any spelling, with or without a port) one of them?"""
        if self._all:
            return True
        if not isinstance(host, str) or not self._exact:
            return False
        try:
            whole = ascii_host(host)
        except ValueError:
            whole = host.strip().lower()
        name = whole.partition(":")[0]
        if whole in self._exact or name in self._exact:
            return True
        labels = name.split(".")
        return any(".".join(labels[at:]) in self._below for at in range(1, len(labels)))

    def any_of(self, hosts: Iterable[str]) -> bool:
        return any(host in self for host in hosts)


def hosts_of(domain: str | None, uri: str) -> set[str]:
    """Of the handle and of the id: they differ where a server keeps its people's names on another domain."""
    try:
        of_uri = urlsplit(uri).netloc.rpartition("@")[2]
    except ValueError:
        of_uri = ""
    return {host for host in (domain, of_uri) if host}


def readdressed(addresses: tuple[str, ...], added: str, removed: str) -> tuple[str, ...]:
    """Of a note: with one address first, without another."""
    kept = tuple(address for address in addresses if address not in (removed, added))
    return (added, *kept) if added else kept
