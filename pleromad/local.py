"""A server for this machine only, without a settings file: what `make run` starts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pleromad.config import Settings, build


def local_settings(*, http: int = 4000, gopher: int = 7070, irc: int = 6667, data_dir: str = "var", more: dict[str, Any] | None = None) -> Settings:
    """Every door open on loopback; plain http, so that a second one on another port can be talked to."""
    tables: dict[str, dict[str, Any]] = {
        "instance": {"domain": f"localhost:{http}", "name": "pleromad on this machine", "registrations": "open"},
        "store": {"data_dir": data_dir},
        "http": {"listen": (f"tcp:{http}:interface=127.0.0.1",), "public_url": f"http://localhost:{http}"},
        "gopher": {
            "enabled": True,
            "listen": (f"tcp:{gopher}:interface=127.0.0.1",),
            "advertise_host": "localhost",
            "advertise_port": gopher,
        },
        "irc": {"listen": (f"tcp:{irc}:interface=127.0.0.1",), "server_name": "localhost"},
        "rooms": {"lobby": "lobby"},
        "federation": {"allow_http": True, "allow_private_addresses": True},
    }
    for section, values in (more or {}).items():
        tables[section] = {**tables.get(section, {}), **values}
    return build(tables, "", Path.cwd())
