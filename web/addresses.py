"""Which addresses this server may be made to call: only those that are reachable from anywhere on the internet.

Whoever federates with us names the URLs we fetch, so without this they could have us ask our own network (SSRF). What
counts is the address that is connected to, never the name (DNS rebinding).
"""

from __future__ import annotations

import ipaddress
from functools import lru_cache

# What `is_global` of Python 3.11 lets through, or lets through in some versions only (IANA special-purpose registries).
_NEVER = tuple(
    ipaddress.ip_network(text)
    for text in (
        "0.0.0.0/8",
        "100.64.0.0/10",
        "192.0.0.0/24",
        "192.88.99.0/24",  # 6to4 relays
        "198.18.0.0/15",
        "224.0.0.0/4",
        "240.0.0.0/4",
        "::/96",  # IPv4-compatible
        "::ffff:0:0/96",  # IPv4-mapped
        "64:ff9b::/96",  # NAT64: what is behind it may be private
        "64:ff9b:1::/48",
        "100::/64",
        "2001::/23",  # Teredo, ORCHID and other special purposes
        "2001:db8::/32",
        "2002::/16",  # 6to4
        "3fff::/20",
        "5f00::/16",
        "fc00::/7",
        "fe80::/10",
        "fec0::/10",
        "ff00::/8",
    )
)
_WEB_PORTS = frozenset({80, 443})


@lru_cache(maxsize=4096)
def is_public(address: str) -> bool:
    """Is this IP address global unicast? False for what is no IP address."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if not parsed.is_global or parsed.is_multicast or parsed.is_reserved:
        return False
    return not any(parsed in network for network in _NEVER if network.version == parsed.version)


def is_usual_port(port: int) -> bool:
    """The web's own ports, and those an ordinary person may listen on: not mail, SSH, databases' neighbours below 1024."""
    return port in _WEB_PORTS or port >= 1024
