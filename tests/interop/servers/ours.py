"""A daemon of ours, as somebody would run it behind nginx: with the PostgreSQL that is in it, on a Unix socket."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import requests

from tests.interop.servers.lab import Lab, Program
from tests.interop.servers.person import Person

PASSWORD = "correct horse battery staple"
SCOPES = "read write follow"


class Ours:
    kind = "pleromad"

    def __init__(self, lab: Lab, name: str) -> None:
        self.name, self.port, self.lab = name, lab.hosts[name], lab
        self.authority = str(lab.authority)
        self.folder = lab.folder / "ours"
        self.folder.mkdir()
        self._settings = self.folder / "pleromad.toml"
        self._settings.write_text(
            f"""
[instance]
domain = "{name}"
[store]
data_dir = "{self.folder}/data"
[http]
listen = ["tcp:{self.port}:interface=127.0.0.1"]
[irc]
enabled = false
[federation]
allow_private_addresses = true
extra_ca_file = "{lab.authority}"
[polls]
min_seconds = 1
[rates]
account = "100000/1"
uploads = "1000/1"
deletions = "1000/1"
log_ins = "1000/1"
new_apps = "1000/1"
"""
        )
        tomllib.loads(self._settings.read_text())
        self._program: Program | None = None
        self._staff: Person | None = None

    def start(self) -> None:
        twistd = Path(sys.executable).with_name("twistd")
        self._program = Program(
            "ours",
            twistd,
            "--nodaemon",
            "--pidfile=",
            "pleromad",
            "--config",
            self._settings,
            folder=self.lab.folder,
        )
        self._program.listening(self.port)

    def stop(self) -> None:
        if self._program is not None:
            self._program.stop()

    def ctl(self, *words: str, told: str = "") -> str:
        command = [str(Path(sys.executable).with_name("pleromactl")), "--config", str(self._settings), *words]
        done = subprocess.run(command, input=told, capture_output=True, text=True, timeout=60)
        if done.returncode:
            raise SystemExit(f"pleromactl {' '.join(words)}: {done.stdout}{done.stderr}")
        return done.stdout

    def person(self, name: str, scopes: str = SCOPES) -> Person:
        self.ctl("user", "new", name, "--password-stdin", told=PASSWORD + "\n")
        base, app = (
            f"https://{self.name}",
            {"client_name": "lab", "redirect_uris": "urn:ietf:wg:oauth:2.0:oob", "scopes": scopes},
        )
        made = self._form(f"{base}/api/v1/apps", app)
        grant = {"grant_type": "password", "username": name, "password": PASSWORD, "scope": scopes}
        keys = {key: made[key] for key in ("client_id", "client_secret")}
        return Person(self, name, self._form(f"{base}/oauth/token", {**grant, **keys})["access_token"])

    def _form(self, url: str, form: dict[str, str]) -> dict[str, Any]:
        reply = requests.post(url, data=form, verify=self.authority, timeout=30)
        reply.raise_for_status()
        return dict(reply.json())

    def emoji(self, picture: bytes) -> str:
        if self._staff is None:
            self._staff = self.person("keeper", f"{SCOPES} admin:read admin:write")
            self.ctl("user", "role", "keeper", "admin")
            self._staff.ask("POST", "v1/pleroma/emoji/pack", params={"name": "lab"})
            sent = {"files": {"file": ("wave.png", picture, "image/png")}, "data": {"shortcode": "wave"}}
            self._staff.ask("POST", "v1/pleroma/emoji/packs/files", params={"name": "lab"}, **sent)
        return "wave"

    def rotate(self, name: str) -> None:
        self.ctl("user", "rotate-keys", name)

    def delete_person(self, name: str) -> None:
        self.ctl("user", "delete", name, "--yes")

    def retry(self, host: str) -> None:
        """Of what waits for a host, at once."""
        self.ctl("federation", "retry", host)

    def secure(self, on: bool) -> None:
        self.ctl("settings", "set", "federation.authorized_fetch", "true" if on else "false")
