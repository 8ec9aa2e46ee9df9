"""Databases for single tests: copies of a template, made without the help of the tests' support (which wants a reactor)."""

from __future__ import annotations

import os
from contextlib import closing

import psycopg2
from psycopg2.extensions import make_dsn, parse_dsn


def _run(dsn: str, sql: str) -> None:
    with closing(psycopg2.connect(make_dsn(dsn, dbname="postgres"))) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(sql)


def copy_database(server: str, template: str) -> str:
    """A new database on the server of this dsn, like `template`; returns its dsn."""
    name = f"{template}_{os.getpid()}"
    _run(server, f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
    return make_dsn(server, dbname=name)


def drop_database(dsn: str) -> None:
    _run(dsn, f"DROP DATABASE IF EXISTS {parse_dsn(dsn)['dbname']} WITH (FORCE)")
