"""Takahe: Django, PostgreSQL (the one that comes with us). Wants `takahe/manage.py`, and its requirements in `takahe-venv/`."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

from store.embedded import TESTS, Embedded
from tests.interop.servers.lab import Lab, Program
from tests.interop.servers.person import Lacks, Person

# It has no commands for these.
PREPARE = """
from users.models import Domain
Domain.objects.get_or_create(domain=NAME, defaults={"local": True, "public": True, "state": "updated"})
"""
PERSON = """
import secrets
from api.models import Application, Token
from users.models import Domain, User
from users.services import IdentityService
user = User.objects.create(email=f"{PERSON}@{NAME}")
identity = IdentityService.create(user, PERSON, Domain.objects.get(domain=NAME), PERSON)
app = Application.create("lab", "urn:ietf:wg:oauth:2.0:oob", None, "read write follow push")
token = Token.objects.create(application=app, user=user, identity=identity, token=secrets.token_urlsafe(43), scopes=["read", "write", "follow", "push"])
print("token", token.token)
"""
DELETE = """
from users.models import Identity
Identity.objects.get(username=PERSON, local=True).mark_deleted()
"""


class Takahe:
    kind, folder_name = "takahe", "takahe"
    retries_within_seconds = 120.0
    settling_seconds = (
        40.0  # until a follow that was taken back is cleared away; one that comes earlier is lost
    )

    def __init__(self, lab: Lab, name: str, checkout: Path) -> None:
        self.name, self.port, self.lab = name, lab.hosts[name], lab
        self.authority = str(lab.authority)
        self._checkout, self._data = checkout, lab.folder / "takahe"
        self._programs = checkout.parent / "takahe-venv" / "bin"
        self._database = Embedded(self._data / "postgres", settings=TESTS)
        self._running: list[Program] = []
        self._environment = {
            "TAKAHE_MAIN_DOMAIN": name, "TAKAHE_ENVIRONMENT": "development", "TAKAHE_DEBUG": "true", "TAKAHE_SECRET_KEY": "lab",
            "TAKAHE_USE_PROXY_HEADERS": "true", "TAKAHE_CSRF_HOSTS": json.dumps([f"https://{name}"]), "TAKAHE_STATOR_TOKEN": "lab",
            "TAKAHE_MEDIA_ROOT": str(self._data / "media"), "TAKAHE_MEDIA_URL": f"https://{name}/media/",
            "TAKAHE_EMAIL_SERVER": "console://localhost", "TAKAHE_ENV_FILE": str(self._data / "none"),
            "PGHOST": str(self._data / "postgres"), "PGNAME": "takahe", "PGUSER": "postgres", "SSL_CERT_FILE": str(lab.bundle),
        }  # fmt: skip

    @classmethod
    def ready(cls, checkout: Path) -> bool:
        return (checkout.parent / "takahe-venv" / "bin" / "gunicorn").is_file()

    def version(self) -> str:
        found = re.search(r'__version__ = "([^"]+)"', (self._checkout / "takahe" / "__init__.py").read_text())
        return found[1] if found else ""

    def start(self) -> None:
        new = not self._data.exists()
        self._data.mkdir(exist_ok=True)
        self._database.start()
        self._database.database("takahe")
        if new:
            self._manage("migrate")
            self._shell(PREPARE)
        web: list[str | Path] = [
            self._programs / "gunicorn",
            "takahe.wsgi:application",
            "-w",
            "3",
            "-b",
            f"127.0.0.1:{self.port}",
        ]
        worker: list[str | Path] = [
            self._programs / "python",
            "manage.py",
            "runstator",
            "--schedule-interval",
            "15",
        ]
        for name, command in (("takahe-web", web), ("takahe-worker", worker)):
            folder, checkout = self.lab.folder, self._checkout
            self._running.append(
                Program(name, *command, folder=folder, environment=self._environment, cwd=checkout)
            )
        self._running[-2].listening(self.port)

    def stop(self) -> None:
        if self._running:
            while self._running:
                self._running.pop().stop()
            self._database.stop()

    def _manage(self, *words: str, told: str = "") -> str:
        done = subprocess.run(
            [self._programs / "python", "manage.py", *words], input=told, capture_output=True, text=True, timeout=300,
            cwd=self._checkout, env={"PATH": "/usr/bin:/bin", **self._environment},
        )  # fmt: skip
        if done.returncode:
            raise SystemExit(f"takahe {words[0]}: {done.stdout[-1000:]}{done.stderr[-2000:]}")
        return done.stdout

    def _shell(self, script: str, person: str = "") -> str:
        return self._manage("shell", told=f"NAME, PERSON = {self.name!r}, {person!r}\n{script}")

    def person(self, name: str) -> Person:
        found = re.search(r"token (\S+)", self._shell(PERSON, name))
        if found is None:
            raise SystemExit("takahe gave no token")
        return Person(self, name, found[1])

    def delete_person(self, name: str) -> None:
        self._shell(DELETE, name)

    def rotate(self, name: str) -> None:
        raise Lacks("has no command for new keys")
