"""GoToSocial: Go, SQLite. Wants `gotosocial/gotosocial`, the program, beside the checkout's `web/`."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

import requests

from tests.interop.servers.lab import Lab, Program
from tests.interop.servers.person import Lacks, Person

PASSWORD = "Correct-Horse-Battery-Staple-9"
OUT_OF_BAND = "urn:ietf:wg:oauth:2.0:oob"


class GoToSocial:
    kind, folder_name = "gotosocial", "gotosocial"
    retries_within_seconds = 120.0

    def __init__(self, lab: Lab, name: str, checkout: Path) -> None:
        self.name, self.port, self.lab = name, lab.hosts[name], lab
        self.authority = str(lab.authority)
        self._checkout, self._data = checkout, lab.folder / "gotosocial"
        self._settings = {
            "host": name, "bind-address": "127.0.0.1", "port": self.port, "db-type": "sqlite", "db-address": f"{self._data}/sqlite.db",
            "storage-local-base-path": f"{self._data}/storage", "web-template-base-dir": f"{checkout}/web/template/",
            "web-asset-base-dir": f"{checkout}/web/assets/", "letsencrypt-enabled": "false", "http-client-allow-ips": "127.0.0.1/32",
            "trusted-proxies": "127.0.0.1/32", "advanced-rate-limit-requests": "0", "advanced-throttling-multiplier": "0", "log-level": "info",
        }  # fmt: skip
        self._environment = {"SSL_CERT_FILE": str(lab.bundle), "HOME": str(self._data)}
        self._program: Program | None = None
        self._people: dict[str, Person] = {}

    @classmethod
    def ready(cls, checkout: Path) -> bool:
        return (checkout / "gotosocial").is_file()

    def _command(self, *words: str) -> list[str]:
        return [
            str(self._checkout / "gotosocial"),
            *(f"--{key}={value}" for key, value in self._settings.items()),
            *words,
        ]

    def version(self) -> str:
        said = subprocess.run(
            [self._checkout / "gotosocial", "--version"], capture_output=True, text=True
        ).stdout
        found = re.search(r"\d+\.\d+\.\d+\S*", said)
        return found[0] if found else ""

    def start(self) -> None:
        self._data.mkdir(exist_ok=True)
        self._program = Program(
            "gotosocial",
            *self._command("server", "start"),
            folder=self.lab.folder,
            environment=self._environment,
        )
        self._program.listening(self.port)

    def stop(self) -> None:
        if self._program is not None:
            self._program.stop()

    def _account(self, command: str, *words: str) -> None:
        done = subprocess.run(
            self._command("admin", "account", command, *words),
            env=self._environment,
            capture_output=True,
            text=True,
            timeout=120,
        )
        if done.returncode:
            raise SystemExit(f"gotosocial {command}: {done.stdout[-500:]}{done.stderr[-500:]}")

    def _create(self, name: str) -> None:
        self._account("create", f"--username={name}", f"--email={name}@{self.name}", f"--password={PASSWORD}")

    def person(self, name: str) -> Person:
        """New ones are locked until they say otherwise."""
        self._create(name)
        person = self._people[name] = Person(self, name, self._token(name))
        person.ask("PATCH", "v1/accounts/update_credentials", data={"locked": "false"})
        return person

    def _token(self, name: str, scope: str = "read write") -> str:
        """As a browser does it: log in, agree, copy the code."""
        base, session = f"https://{self.name}", requests.Session()
        session.verify = self.authority
        scopes = {"scopes": "read write admin"}
        app = session.post(
            f"{base}/api/v1/apps",
            data={"client_name": "lab", "redirect_uris": OUT_OF_BAND, **scopes},
            timeout=60,
        ).json()
        asked = {
            "client_id": app["client_id"],
            "redirect_uri": OUT_OF_BAND,
            "response_type": "code",
            "scope": scope,
        }
        session.get(f"{base}/oauth/authorize", params=asked, timeout=60)
        session.post(
            f"{base}/auth/sign_in", data={"username": f"{name}@{self.name}", "password": PASSWORD}, timeout=60
        )
        shown = session.post(f"{base}/oauth/authorize", timeout=60)
        found = re.search(r"code=([A-Za-z0-9_-]+)", shown.url) or re.search(
            r"<code>([^<]+)</code>", shown.text
        )
        if found is None:
            raise SystemExit(f"gotosocial gave no code: {shown.url} {shown.text[:2000]}")
        form = {"grant_type": "authorization_code", "code": found[1], "redirect_uri": OUT_OF_BAND}
        keys: dict[str, Any] = {key: app[key] for key in ("client_id", "client_secret")}
        reply = session.post(f"{base}/oauth/token", data={**form, **keys}, timeout=60)
        return str(reply.json()["access_token"])

    def delete_person(self, name: str) -> None:
        self._people[name].ask("POST", "v1/accounts/delete", data={"password": PASSWORD})

    def emoji(self, picture: bytes) -> str:
        self._create("staff")
        self._account("promote", "--username=staff")
        staff = Person(self, "staff", self._token("staff", "read write admin"))
        sent = {"files": {"image": ("wave.png", picture, "image/png")}, "data": {"shortcode": "wave"}}
        staff.ask("POST", "v1/admin/custom_emojis", **sent)
        return "wave"

    def rotate(self, name: str) -> None:
        raise Lacks("has no command for new keys")
