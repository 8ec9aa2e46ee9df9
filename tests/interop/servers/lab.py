"""A network of its own: loopback only, names and an authority that nobody outside knows, nginx in front of every server.

All of it lies in the namespaces this process was started in (see __main__.enter); nothing of the machine is changed.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

from cryptography.hazmat.primitives import serialization

from tests.web.test_outbound import certificate, pem

T = TypeVar("T")
BUNDLE = Path("/etc/ssl/certs/ca-certificates.crt")
START_SECONDS = 90
_TAP = """'{"time":$msec,"host":"$host","method":"$request_method","uri":"$request_uri","status":$status,"agent":"$http_user_agent",'
  '"signature":"$http_signature","signature_input":"$http_signature_input","date":"$http_date","digest":"$http_digest",'
  '"content_digest":"$http_content_digest","content_type":"$http_content_type","body":"$request_body"}'"""


class Failed(Exception):
    """What a row expects has not happened."""


def until(found: Callable[[], T | None], what: str, *, seconds: float = 15.0) -> T:
    """What `found` returns once that is true. The servers have no event to wait for, so they are asked again."""
    end = time.monotonic() + seconds
    while True:
        if value := found():
            return value
        if time.monotonic() > end:
            raise Failed(what)
        time.sleep(0.2)


class Program:
    """A process and all it started; what they write is in the folder's `log`."""

    def __init__(
        self,
        name: str,
        *command: str | Path,
        folder: Path,
        environment: Mapping[str, str] | None = None,
        cwd: Path | None = None,
    ) -> None:
        self.name, self.log = name, folder / f"{name}.log"
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [str(word) for word in command], stdout=log, stderr=log, stdin=subprocess.DEVNULL, cwd=cwd or folder,
                env={**os.environ, **(environment or {})}, start_new_session=True,
            )  # fmt: skip

    def stop(self, seconds: float = 20.0) -> None:
        if self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGTERM)
            try:
                self._process.wait(seconds)
            except subprocess.TimeoutExpired:
                os.killpg(self._process.pid, signal.SIGKILL)
                self._process.wait()

    def listening(self, port: int) -> None:
        """Until it takes connections."""

        def open_() -> bool:
            if self._process.poll() is not None:
                raise SystemExit(
                    f"{self.name} has ended: {self.log}\n{self.log.read_text(errors='replace')[-2000:]}"
                )
            with socket.socket() as one:
                return one.connect_ex(("127.0.0.1", port)) == 0

        until(open_, f"{self.name} does not listen; see {self.log}", seconds=START_SECONDS)


class Lab:
    """The folder, the names (`hosts`: name -> port on loopback), the authority (`authority`: a file) and the front."""

    def __init__(self, folder: Path, hosts: Mapping[str, int]) -> None:
        self.folder, self.hosts = folder.resolve(), hosts
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        self.folder.chmod(0o755)
        self.authority = self.folder / "authority.pem"
        self.bundle = self.folder / "bundle.pem"
        self._front: Program | None = None

    def build(self) -> None:
        subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
        names = self.folder / "hosts"
        names.write_text("127.0.0.1 localhost\n" + "".join(f"127.0.0.1 {name}\n" for name in self.hosts))
        authority, key = certificate("lab", None, None)
        self.authority.write_bytes(pem(authority))
        self.bundle.write_bytes((BUNDLE.read_bytes() if BUNDLE.exists() else b"") + pem(authority))
        for name in self.hosts:
            own, own_key = certificate(name, authority, key)
            (self.folder / f"{name}.pem").write_bytes(pem(own))
            (self.folder / f"{name}.key").write_bytes(
                own_key.private_bytes(
                    serialization.Encoding.PEM,
                    serialization.PrivateFormat.PKCS8,
                    serialization.NoEncryption(),
                )
            )
        mounts = {names: Path("/etc/hosts"), self.bundle: BUNDLE}
        for here, there in mounts.items():
            if there.exists():
                subprocess.run(["mount", "--bind", here, there], check=True)
        self._start_front()

    def _start_front(self) -> None:
        folder = self.folder / "front"
        folder.mkdir()
        temporary = "\n".join(
            f"{kind}_temp_path {folder}/{kind};"
            for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        servers = "\n".join(
            f"server {{ listen 127.0.0.1:443 ssl; server_name {name}; ssl_certificate {self.folder}/{name}.pem;"
            f" ssl_certificate_key {self.folder}/{name}.key; location / {{ proxy_pass http://127.0.0.1:{port}; }} }}"
            for name, port in self.hosts.items()
        )
        (folder / "nginx.conf").write_text(f"""{"user root;" if os.geteuid() == 0 else ""}
daemon off; pid {folder}/pid; error_log stderr; worker_processes 1;
events {{ worker_connections 1024; }}
http {{
  {temporary}
  log_format tap escape=json {_TAP};
  access_log {self.folder}/tap.jsonl tap;
  client_max_body_size 50m; client_body_buffer_size 2m; client_body_in_single_buffer on;
  proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header Host $host;
  proxy_set_header X-Forwarded-For $remote_addr; proxy_set_header X-Forwarded-Proto https;
  {servers}
}}
""")
        self._front = Program(
            "nginx", "nginx", "-p", folder, "-c", folder / "nginx.conf", "-e", "stderr", folder=self.folder
        )
        self._front.listening(443)

    def tap(self) -> Iterator[dict[str, Any]]:
        """What went over the wire so far, the newest first."""
        path = self.folder / "tap.jsonl"
        for line in reversed(path.read_text(errors="replace").splitlines() if path.exists() else []):
            yield json.loads(line)

    def close(self) -> None:
        if self._front is not None:
            self._front.stop()
