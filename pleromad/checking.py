"""What `pleromactl check` looks at: each finding is (good, one line that says what is wrong and how to mend it)."""

from __future__ import annotations

import os
import shutil
import socket
import ssl
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlsplit

from twisted.internet.endpoints import serverFromString
from twisted.internet.error import CannotListenError
from twisted.internet.protocol import Factory
from twisted.internet.threads import deferToThread

from pleromad.config import Settings
from pleromad.errors import StoreUnavailable
from store.embedded import Embedded
from store.migrate import pending
from store.pool import Database

LOW_DISK_BYTES = 1_000_000_000


async def findings(settings: Settings, reactor: Any) -> AsyncIterator[tuple[bool, str]]:
    yield True, f"settings: {settings.source or 'the built-in ones, for this machine only'}"
    for line in settings.warnings:
        yield False, f"settings: {line}"
    async for finding in _data_dir(settings):
        yield finding
    async for finding in _database(settings, reactor):
        yield finding
    for section in ("http", "gopher", "irc"):
        part = getattr(settings, section)
        if getattr(part, "enabled", True):
            for text in part.listen:
                yield await _port(section, text, reactor)
    yield await deferToThread(_public, settings)
    if settings.mail.on:
        yield await deferToThread(_mail, settings)


async def _data_dir(settings: Settings) -> AsyncIterator[tuple[bool, str]]:
    folder = settings.data_dir
    if not folder.is_dir():
        yield False, f"data: {folder} does not exist; the daemon makes it at its first start, if it may"
        return
    writable = os.access(folder, os.W_OK)
    yield writable, f"data: {folder} {'can be written' if writable else 'cannot be written by this user: chown it'}"
    free = shutil.disk_usage(folder).free
    if free < LOW_DISK_BYTES:
        yield False, f"data: only {free // 1_000_000} MB are free on the disk of {folder}"


async def _database(settings: Settings, reactor: Any) -> AsyncIterator[tuple[bool, str]]:
    dsn = settings.store.dsn
    if not dsn:
        embedded = Embedded(settings.data_dir / "postgres")
        if not (embedded.folder / "postmaster.pid").exists():
            yield True, "database: the embedded PostgreSQL is not running; it starts with the daemon"
            return
        dsn = embedded.dsn("pleromad")
    database = Database(dsn, reactor, size=1, patience_seconds=0)
    try:
        await database.start()
    except StoreUnavailable as error:
        yield False, f"database: cannot be reached: {error.detail.splitlines()[0]}. Is it running, and is [store] dsn right?"
        return
    try:
        version = int(await database.fetch_value("SHOW server_version_num"))
        yield version >= 150_000, f"database: PostgreSQL {version // 10_000}{'' if version >= 150_000 else ' is too old: 15 or newer is needed'}"
        steps = await pending(database)
        yield not steps, f"database: {f'{len(steps)} schema steps are waiting: pleromactl db migrate, or restart the daemon' if steps else 'the schema is up to date'}"
        encoding = await database.fetch_value("SHOW server_encoding")
        yield encoding == "UTF8", f"database: the encoding is {encoding}{'' if encoding == 'UTF8' else ', and must be UTF8: make the database again with ENCODING UTF8'}"
    finally:
        await database.stop()


async def _port(section: str, text: str, reactor: Any) -> tuple[bool, str]:
    if text.startswith("systemd:"):
        return True, f"{section}: {text} is opened by systemd"
    if text.startswith("unix:"):
        return True, f"{section}: {text}"
    try:
        port = await serverFromString(reactor, text).listen(Factory())
    except CannotListenError as error:
        cause = error.socketError
        if getattr(cause, "errno", None) == 13:
            return False, f"{section}: {text} needs a right this user lacks (ports below 1024): use systemd's socket or AmbientCapabilities=CAP_NET_BIND_SERVICE"
        return True, f"{section}: {text} is in use: by the daemon, if it runs; else find out who with `ss -ltnp`"
    except (ValueError, TypeError, OSError) as error:
        return False, f"{section}: {text!r} is no endpoint that can be opened here: {error}"
    await port.stopListening()
    return True, f"{section}: {text} is free"


def _public(settings: Settings) -> tuple[bool, str]:
    """Does the public URL lead somewhere, with a certificate others accept?"""
    url = urlsplit(settings.http.public_url)
    host, port = url.hostname or "", url.port or (443 if url.scheme == "https" else 80)
    try:
        with socket.create_connection((host, port), timeout=5) as connection:
            if url.scheme == "http":
                return True, f"public: {settings.http.public_url} answers, without TLS: other servers will not talk to it"
            with ssl.create_default_context().wrap_socket(connection, server_hostname=host):
                return True, f"public: {settings.http.public_url} answers with a good certificate"
    except socket.gaierror:
        return False, f"public: the name {host} is not in the DNS (yet)"
    except ssl.SSLCertVerificationError as error:
        return False, f"public: the certificate of {host} is not accepted: {error.verify_message}"
    except (OSError, ssl.SSLError) as error:
        return False, f"public: {host} port {port} does not answer: {error}. Is the proxy running, is the firewall open?"


def _mail(settings: Settings) -> tuple[bool, str]:
    mail = settings.mail
    if mail.password_file and not os.access(mail.password_file, os.R_OK):
        return False, f"mail: {mail.password_file} cannot be read by this user"
    try:
        with socket.create_connection((mail.host, mail.port), timeout=5):
            return True, f"mail: {mail.host}:{mail.port} answers; try a letter: pleromactl mail-test NAME"
    except OSError as error:
        return False, f"mail: {mail.host}:{mail.port} does not answer ({error}): is [mail] host right, and is the port open?"
