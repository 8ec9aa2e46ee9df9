"""The settings irctest expects: its server's name, guests welcome."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from pleromad.config import Settings, build

SERVER_NAME = "My.Little.Server"


def settings_of(port: int, *, mail: bool = False) -> Settings:
    tables: dict[str, Any] = {
        "instance": {"domain": "irctest.example", "name": "irctest", "description": "test server", "registrations": "open"},
        "store": {"data_dir": tempfile.gettempdir()},
        "irc": {
            "listen": [f"tcp:{port}:interface=127.0.0.1"],
            "server_name": SERVER_NAME,
            "guests": True,
            "motd": ["irctest runs here"],
        },
        "federation": {"enabled": False},
    }
    if mail:
        tables["mail"] = {"host": "mail.invalid"}
    return build(tables, "", Path.cwd())
