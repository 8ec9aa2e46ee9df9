"""A real PostgreSQL for tests: the embedded one (without fsync) or, with PLEROMAD_TEST_DSN, any server a superuser can reach.

The schema is applied once to a template; each test has a copy of it for itself, new or emptied.
"""

from __future__ import annotations

import atexit
import fcntl
import hashlib
import itertools
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import psycopg2
from twisted.internet import defer, reactor
from twisted.trial.unittest import TestCase

from store.embedded import TESTS, Embedded
from store.migrate import steps
from store.pool import Database

_numbers = itertools.count(1)


def server_folder() -> Path:
    """One server for all test processes of this checkout; it is stopped when the last of them ends."""
    mark = hashlib.sha256(str(Path(__file__).resolve()).encode()).hexdigest()[:8]
    return Path(tempfile.gettempdir()) / f"pleromad-test-{os.getuid()}-{mark}"


@contextmanager
def _locked(name: str) -> Iterator[None]:
    with open(f"{server_folder()}.{name}", "w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@cache
def server_dsn() -> str:
    """The dsn of the server's `postgres` database."""
    given = os.environ.get("PLEROMAD_TEST_DSN")
    if given:
        return given
    users = open(f"{server_folder()}.users", "a")  # noqa: SIM115 - held open as long as this process uses the server
    fcntl.flock(users, fcntl.LOCK_SH)
    embedded = Embedded(server_folder(), settings=TESTS)
    with _locked("start"):
        embedded.start()

    def stop() -> None:
        fcntl.flock(users, fcntl.LOCK_UN)
        try:
            fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return  # another test process still uses it
        with _locked("start"):
            embedded.stop()

    atexit.register(stop)
    return embedded.dsn()


def _with_database(dsn: str, name: str) -> str:
    return psycopg2.extensions.make_dsn(dsn, dbname=name)


def run_sql(sql: str) -> None:
    connection = psycopg2.connect(server_dsn())
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            cursor.execute(sql)
    finally:
        connection.close()


@cache
def template() -> str:
    """The name of a database with the schema and nothing else."""
    mark = hashlib.sha256("".join(step.sql for step in steps()).encode()).hexdigest()[:12]
    name = f"pleromad_template_{mark}"
    server_dsn()
    with _locked("template"):
        connection = psycopg2.connect(server_dsn())
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,))
            if cursor.fetchone() is None:
                cursor.execute(f"DROP DATABASE IF EXISTS {name}_new")
                cursor.execute(
                    f"CREATE DATABASE {name}_new TEMPLATE template0 ENCODING 'UTF8' LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8' LOCALE 'C.UTF-8'"
                )
                schema = psycopg2.connect(_with_database(server_dsn(), f"{name}_new"))
                with schema, schema.cursor() as inner:
                    inner.execute(
                        "CREATE TABLE schema_steps (number integer PRIMARY KEY, name text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())"
                    )
                    for step in steps():
                        inner.execute(step.sql)
                        inner.execute("INSERT INTO schema_steps (number, name) VALUES (%s, %s)", (step.number, step.name))
                schema.close()
                cursor.execute(f"ALTER DATABASE {name}_new RENAME TO {name}")
        connection.close()
    return name


def new_database() -> str:
    """A fresh database with the schema; returns its dsn."""
    name = f"pleromad_test_{os.getpid()}_{next(_numbers)}"
    run_sql(f"CREATE DATABASE {name} TEMPLATE {template()} STRATEGY FILE_COPY")
    return _with_database(server_dsn(), name)


def drop_database(dsn: str) -> None:
    run_sql(f"DROP DATABASE IF EXISTS {psycopg2.extensions.parse_dsn(dsn)['dbname']} WITH (FORCE)")


class _Shared:
    """The database that the tests of this process have, one after the other: emptying one is quicker than making one."""

    MOST = 100  # tests; then a new one, for what was deleted leaves pages behind

    # Tables nobody wrote to have no pages, and are left alone. Foreign keys are triggers, which a replica does not run.
    EMPTY = """
        DO $$
        DECLARE name text;
        BEGIN
            SET LOCAL session_replication_role = replica;
            FOR name IN SELECT oid::regclass FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
                AND relname <> 'schema_steps' AND pg_relation_size(oid) > 0
            LOOP
                EXECUTE 'DELETE FROM ' || name;
            END LOOP;
        END
        $$
    """
    OTHERS = """
        SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
    """

    def __init__(self) -> None:
        self._connection: Any = None
        self._dsn = ""
        self._uses = 0

    def take(self) -> str:
        """The dsn of an empty database with the schema."""
        if self._connection is not None and self._uses >= self.MOST:
            self.drop()
        if self._connection is None:
            if not self._dsn:
                server_dsn()  # what is registered last runs first: the server stops after the database is dropped
                atexit.register(self.drop)
            self._dsn = new_database()
            self._connection = psycopg2.connect(self._dsn)
            self._connection.autocommit = True
            self._uses = 0
        self._uses += 1
        return self._dsn

    def give_back(self) -> None:
        """Nobody is connected any more; empty it."""
        with self._connection.cursor() as cursor:
            for _ in range(1000):
                cursor.execute(self.OTHERS)
                if not cursor.fetchone()[0]:
                    break
                time.sleep(0.002)
            cursor.execute(self.EMPTY)

    def drop(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
            drop_database(self._dsn)


_shared = _Shared()


class PostgresCase(TestCase):
    """`self.database` is a Database of this test alone."""

    database: Database

    @defer.inlineCallbacks
    def setUp(self):
        dsn = _shared.take()
        self.addCleanup(_shared.give_back)
        self.database = Database(dsn, reactor, size=4)
        yield defer.ensureDeferred(self.database.start())
        self.addCleanup(lambda: defer.ensureDeferred(self.database.stop()))
