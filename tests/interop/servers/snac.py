"""snac2: C, files. Wants `snac2/snac`, as its own Makefile leaves it."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import requests

from tests.interop.servers.lab import Lab, Program
from tests.interop.servers.person import Lacks, Person


class SnacPerson(Person):
    """Its API takes a list only as JSON, a poll only as a form, and has no word for a note by its address."""

    names_oneself = False

    def say(self, text: str, visibility: str = "public", **more: Any) -> dict[str, Any]:
        if "poll" not in more:
            return super().say(text, visibility, **more)
        poll = more["poll"]
        form: list[tuple[str, str]] = [
            ("status", text),
            *(("poll[options][]", option) for option in poll["options"]),
        ]
        return dict(
            self.ask("POST", "v1/statuses", data=[*form, ("poll[expires_in]", str(poll["expires_in"]))])
        )

    def vote(self, note: dict[str, Any], choice: int) -> None:
        self.ask("POST", f"v1/polls/{note['poll']['id']}/votes", json={"choices": [str(choice)]})


class Snac:
    kind, folder_name = "snac", "snac2"
    retries_within_seconds = 150.0

    def __init__(self, lab: Lab, name: str, checkout: Path) -> None:
        self.name, self.port, self.lab = name, lab.hosts[name], lab
        self.authority = str(lab.authority)
        self._binary, self._data = checkout / "snac", lab.folder / "snac"
        self._program: Program | None = None

    @classmethod
    def ready(cls, checkout: Path) -> bool:
        return (checkout / "snac").is_file()

    def version(self) -> str:
        said = subprocess.run([self._binary], capture_output=True, text=True).stdout
        return re.sub(r"^snac (\S+).*", r"\1", said.partition("\n")[0])

    def start(self) -> None:
        if not self._data.exists():
            self._run("init", told=f"127.0.0.1\n{self.port}\n{self.name}\n\n\n")
            settings = self._data / "server.json"
            known = json.loads(settings.read_text()) | {
                "queue_retry_minutes": 1,
                "disable_email_notifications": True,
            }
            settings.write_text(json.dumps(known))
            (self._data / "emojis.json").write_text(
                json.dumps({":blob:": f"https://{self.name}/{'ada'}/s/blob.png"})
            )
        self._program = Program(
            "snac", self._binary, "httpd", self._data, folder=self.lab.folder, environment={"DEBUG": "1"}
        )
        self._program.listening(self.port)

    def stop(self) -> None:
        if self._program is not None:
            self._program.stop()

    def _run(self, command: str, *words: str, told: str = "") -> str:
        done = subprocess.run(
            [self._binary, command, self._data, *words],
            input=told,
            capture_output=True,
            text=True,
            timeout=60,
        )
        if done.returncode:
            raise SystemExit(f"snac {command}: {done.stdout}{done.stderr}")
        return done.stdout

    def person(self, name: str) -> Person:
        said = self._run("adduser", name, told="\n" * 5)
        found = re.search(r"password is (\S+)", said)
        if found is None:
            raise SystemExit(f"snac adduser: {said}")
        form = {"login": name, "passwd": found[1]}
        reply = requests.post(
            f"https://{self.name}/oauth/x-snac-get-token", data=form, verify=self.authority, timeout=30
        )
        token = re.search(r"[0-9a-f]{32,}", reply.text)
        if token is None:
            raise SystemExit(f"snac gave no token: {reply.status_code} {reply.text}")
        return SnacPerson(self, name, token[0])

    def emoji(self, picture: bytes) -> str:
        static = self._data / "user" / "ada" / "static"
        (static / "blob.png").write_bytes(picture)
        return "blob"

    def delete_person(self, name: str) -> None:
        raise Lacks("tells nobody that a person is deleted")

    def rotate(self, name: str) -> None:
        raise Lacks("has no command for new keys")
