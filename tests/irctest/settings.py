"""The settings irctest expects: its server's name, guests welcome."""

from __future__ import annotations

import tempfile
from pathlib import Path

from pleromad.config import Settings, build

SERVER_NAME = "My.Little.Server"


def settings_of(port: int) -> Settings:
    tables = {
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
    return build(tables, "", Path.cwd())
