"""A server to measure: its own PostgreSQL with made-up data, of which every run gets a fresh copy, and the daemon on it."""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg2
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from bench import crowd, data, text
from bench.crowd import Crowd, Many
from bench.data import BASE, DOMAIN, READER, Maker, Sizes
from store.embedded import Embedded
from store.migrate import steps

ROOT = Path(__file__).resolve().parent.parent
PROGRAMS = Path(sys.executable).parent
PASSWORD = "measured often, known to all"
AUTHOR = "author"  # has a log-in and no followers
START_SECONDS = 60


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Daemon:
    """A daemon that runs, and where it listens."""

    def __init__(
        self, process: subprocess.Popen[bytes], http: int, gopher: int, ear: Path, dsn: str, keys: Path, postmaster: int, config: Path, irc: int = 0
    ) -> None:
        self.process = process
        self.http = http
        self.gopher = gopher
        self.config = config
        self.irc = irc
        self._ear = ear
        self.dsn = dsn
        self.keys = keys
        self._postmaster = postmaster

    @property
    def pid(self) -> int:
        return self.process.pid

    def counted(self) -> dict[str, Any]:
        with socket.socket(socket.AF_UNIX) as ear:
            ear.connect(str(self._ear))
            said = b""
            while piece := ear.recv(4096):
                said += piece
        counted: dict[str, Any] = json.loads(said)
        return counted

    @property
    def statements(self) -> int:
        return int(self.counted()["statements"])

    @property
    def round_trips(self) -> int:
        """Messages to PostgreSQL: some hold several statements."""
        return int(self.counted()["round_trips"])

    def longest_hold(self) -> tuple[float, float]:
        """For how long at most the reactor was held since this was asked last, and by a collection of garbage; seconds; needs a pulse."""
        counted = self.counted()
        return float(counted["longest_hold"]), float(counted["longest_collection"])

    @property
    def cpu_seconds(self) -> float:
        """What the daemon has used so far, in all its threads."""
        return cpu_seconds(self.pid)

    @property
    def postgres_seconds(self) -> float:
        """What PostgreSQL has used, of those of its processes that run or were waited for."""
        return sum(cpu_seconds(pid) for pid in family(self._postmaster))

    def query(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        connection = psycopg2.connect(self.dsn)
        try:
            with connection, connection.cursor() as cursor:
                cursor.execute(sql, values)
                return cursor.fetchall() if cursor.description else []
        finally:
            connection.close()


class Bench:
    """`profile`: have twistd write what took the time (cProfile) into the folder; everything is slower then.

    `pulse`: the daemon watches for how long its reactor is held.
    """

    def __init__(self, folder: Path, sizes: Sizes, *, profile: bool = False, pulse: bool = False) -> None:
        self.profile = profile
        self.pulse = pulse
        self.folder = folder.resolve()
        self.sizes = sizes
        self.folder.mkdir(parents=True, exist_ok=True)
        self.postgres = Embedded(self.folder / "postgres")
        self.postgres.start()

    def stop(self) -> None:
        self.postgres.stop()

    @property
    def postmaster(self) -> int:
        return int((self.folder / "postgres" / "postmaster.pid").read_text().splitlines()[0])

    # ---- data

    def template(self) -> str:
        """The name of the database with the made-up data, made when it is missing."""
        made_by = [json.dumps(asdict(self.sizes)), *(step.sql for step in steps())]
        made_by += [Path(module.__file__ or "").read_text() for module in (data, text, *([crowd] if isinstance(self.sizes, Many) else ()))]
        name = "bench_" + hashlib.sha256("".join(made_by).encode()).hexdigest()[:10]
        if not self._exists(name):
            print(f"Making {self.sizes.notes} notes ...", file=sys.stderr, flush=True)
            self._run(f"DROP DATABASE IF EXISTS {name}_new WITH (FORCE)")
            self._fill(self.postgres.database(f"{name}_new"))
            for (old,) in self._rows("SELECT datname FROM pg_database WHERE datname ~ '^bench_[0-9a-f]{10}$'"):
                self._run(f"DROP DATABASE {old} WITH (FORCE)")
            self._run(f"ALTER DATABASE {name}_new RENAME TO {name}")
        return name

    def _fill(self, dsn: str) -> None:
        with tempfile.TemporaryDirectory() as folder:
            config = self._config(Path(folder), dsn, 0, 0)
            for name in (READER, AUTHOR):
                command = [str(PROGRAMS / "pleromactl"), "--config", str(config), "user", "new", name, "--password-stdin"]
                subprocess.run([*command, "--email", f"{name}@{DOMAIN}"], input=PASSWORD.encode(), check=True, cwd=ROOT, stdout=subprocess.DEVNULL)
        local, remote = self._keys()
        connection = psycopg2.connect(dsn)
        with connection, connection.cursor() as cursor:
            cursor.execute("SELECT id FROM accounts WHERE username = %s AND domain IS NULL", (READER,))
            reader = cursor.fetchall()[0][0]
        if isinstance(self.sizes, Many):
            Crowd(self.sizes, reader, local, remote[1], connection).make()
        else:
            Maker(self.sizes, reader, local, remote[1]).make().copy_into(connection)
        data.finish(connection)
        connection.close()

    def _keys(self) -> tuple[tuple[str, str], tuple[str, str]]:
        """(private, public) PEM of everybody here, and of everybody elsewhere."""
        file = self.folder / "keys.json"
        if not file.exists():
            file.write_text(json.dumps([_pair(), _pair()]))
            file.chmod(0o600)
        here, there = json.loads(file.read_text())
        return tuple(here), tuple(there)

    def _exists(self, name: str) -> bool:
        return bool(self._rows("SELECT 1 FROM pg_database WHERE datname = %s", name))

    def _run(self, sql: str) -> None:
        connection = psycopg2.connect(self.postgres.dsn())
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(sql)
        connection.close()

    def _rows(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        connection = psycopg2.connect(self.postgres.dsn())
        with connection.cursor() as cursor:
            cursor.execute(sql, values)
            rows = cursor.fetchall()
        connection.close()
        return rows

    # ---- the daemon

    @contextmanager
    def daemon(self, *, tls: bool = False, irc: bool = False, empty: bool = False) -> Iterator[Daemon]:
        """A daemon on a fresh copy of the data; stopped, with the copy, in the end. `tls`: its HTTP port speaks it.

        `empty`: with nobody in it, under the name localhost:PORT, so that two of them can talk.
        """
        name = f"bench_run_{secrets.token_hex(4)}"
        if empty:
            self.postgres.database(name)
        else:
            self._run(f"CREATE DATABASE {name} TEMPLATE {self.template()} STRATEGY FILE_COPY")
        folder = Path(tempfile.mkdtemp(prefix="pleromad-bench-"))
        try:
            daemon = self._start(folder, self.postgres.dsn(name), tls=tls, irc=irc, named=not empty)
            try:
                yield daemon
            finally:
                daemon.process.send_signal(signal.SIGTERM)
                try:
                    daemon.process.wait(30)
                except subprocess.TimeoutExpired:
                    daemon.process.kill()
        finally:
            self._run(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
            shutil.rmtree(folder, ignore_errors=True)

    def _start(self, folder: Path, dsn: str, *, tls: bool, irc: bool, named: bool) -> Daemon:
        http, gopher, chat = free_port(), free_port(), free_port() if irc else 0
        config = self._config(folder, dsn, http, gopher, tls, irc=chat, named=named)
        ear = folder / "ear"
        environment = {**os.environ, "PLEROMAD_BENCH_CONFIG": str(config), "PLEROMAD_BENCH_SOCKET": str(ear), "PYTHONPATH": str(ROOT)}
        if self.pulse:
            environment["PLEROMAD_BENCH_PULSE"] = "1"
        logfile = self.folder / ("daemon.log" if named else f"daemon-{http}.log")
        logfile.unlink(missing_ok=True)
        command = [str(PROGRAMS / "twistd"), "--nodaemon", "--pidfile=", f"--logfile={logfile}"]
        if self.profile:
            command += ["--savestats", "--profiler=cprofile", f"--profile={self.folder / 'daemon.prof'}"]
        command += ["-y", str(ROOT / "bench" / "daemon.tac")]
        process = subprocess.Popen(command, env=environment, cwd=folder)
        daemon = Daemon(process, http, gopher, ear, dsn, self.folder / "keys.json", self.postmaster, config, chat)
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end:
            if process.poll() is not None:
                raise SystemExit(f"The daemon ended with status {process.returncode}; its log is {logfile}")
            try:
                if daemon.counted()["ready"]:
                    return daemon
            except OSError:
                pass
            time.sleep(0.05)
        process.kill()
        raise SystemExit(f"The daemon did not start in {START_SECONDS} s; its log is {logfile}")

    def _config(self, folder: Path, dsn: str, http: int, gopher: int, tls: bool = False, *, irc: int = 0, named: bool = True) -> Path:
        listen = f"tcp:{http}:interface=127.0.0.1"
        if tls:
            certificate = _certificate(folder)
            listen = f"ssl:{http}:privateKey={certificate}:certKey={certificate}:interface=127.0.0.1"
        config = folder / "bench.toml"
        domain, base = (DOMAIN, BASE) if named else (f"localhost:{http}", f"http://localhost:{http}")
        config.write_text(
            f"""\
[instance]
domain = "{domain}"
name = "Bench"
registrations = "closed"
[store]
dsn = "{dsn}"
data_dir = "{folder / "data"}"
[http]
listen = ["{listen}"]
public_url = "{base}"
[gopher]
enabled = true
listen = ["tcp:{gopher}:interface=127.0.0.1"]
[irc]
enabled = {"true" if irc else "false"}
listen = ["tcp:{irc}:interface=127.0.0.1"]
[federation]
allow_http = true
allow_private_addresses = true
"""
        )
        return config


def cpu_seconds(pid: int) -> float:
    """User and system time of a process and of its children that have ended (proc(5))."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0  # it ended meanwhile
    return sum(int(ticks) for ticks in fields[11:15]) / os.sysconf("SC_CLK_TCK")


def family(pid: int) -> list[int]:
    """A process and all below it."""
    parents: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue  # it ended meanwhile
            parents.setdefault(int(fields[1]), []).append(int(entry.name))
    found, waiting = [], [pid]
    while waiting:
        one = waiting.pop()
        found.append(one)
        waiting += parents.get(one, [])
    return found


def _certificate(folder: Path) -> Path:
    """A key and a certificate of its own, in one file."""
    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, DOMAIN)])
    now = datetime.now(UTC)
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    made = made.serial_number(x509.random_serial_number()).not_valid_before(now).not_valid_after(now + timedelta(days=2))
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    file = folder / "tls.pem"
    file.write_bytes(private + made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    file.chmod(0o600)
    return file


def _pair() -> tuple[str, str]:
    key = rsa.generate_private_key(65537, 2048)
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    return private.decode(), public.decode()
