"""`pleromactl`: administration from the shell, while the daemon runs or not. Exit status 0, or 1 with one line that says what is wrong."""

from __future__ import annotations

import argparse
import getpass
import os
import secrets
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from twisted.internet import task
from twisted.internet.defer import Deferred
from twisted.internet.threads import deferToThread

from pleromad import config, ctl_accounts, ctl_federation, ctl_relays, ctl_settings, ctl_staff
from pleromad.config import Settings
from pleromad.core import Core
from pleromad.errors import PleromadError, SettingsError
from pleromad.local import local_settings
from pleromad.model.account import Role
from store.embedded import Embedded
from store.migrate import migrate, pending
from store.pool import Database


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(prog="pleromactl", description="Administration of a pleromad server.")
    top.add_argument("--config", metavar="FILE", help="the settings file; without one: what `make run` uses")
    top.add_argument("--data-dir", metavar="DIR", default="var", help="without a settings file: where everything is kept (var)")
    top.add_argument("--port", type=int, default=4000, help="without a settings file: the port of the web side (4000)")
    groups = top.add_subparsers(dest="group", required=True, metavar="COMMAND")

    user = groups.add_parser("user", help="people here").add_subparsers(dest="command", required=True, metavar="...")
    new = user.add_parser("new", help="make an account")
    new.add_argument("name")
    new.add_argument("--email", default="")
    new.add_argument("--admin", action="store_true")
    new.add_argument("--password-stdin", action="store_true", help="read the password from standard input; else one is made and shown")
    user.add_parser("list", help="everybody, one line each")
    reset = user.add_parser("reset-password", help="a new password; ends all sessions")
    reset.add_argument("name")
    reset.add_argument("--password-stdin", action="store_true")
    approve = user.add_parser("approve", help="let somebody in who waits")
    approve.add_argument("name")
    delete = user.add_parser("delete", help="an account with all it said; the name stays taken")
    delete.add_argument("name")
    delete.add_argument("--yes", action="store_true", help="do not ask")
    ctl_staff.add_user_commands(user)
    ctl_staff.add_groups(groups)
    ctl_accounts.add_user_commands(user)
    ctl_accounts.add_groups(groups)
    ctl_relays.add_groups(groups)
    ctl_settings.add_groups(groups)
    ctl_federation.add_groups(groups)

    db = groups.add_parser("db", help="the database").add_subparsers(dest="command", required=True, metavar="...")
    db.add_parser("migrate", help="bring the schema up to date")
    db.add_parser("psql", help="PostgreSQL's shell on our database")
    dump = db.add_parser("dump", help="a backup with pg_dump, to a file")
    dump.add_argument("file")

    groups.add_parser("check", help="look at settings, database, ports and TLS, and say what is wrong")
    return top


def main(arguments: list[str] | None = None) -> None:
    """The console script."""
    options = parser().parse_args(arguments)
    try:
        settings = read_settings(options)
    except SettingsError as error:
        sys.exit(f"pleromactl: {error.public}")
    if options.group == "db" and options.command in ("psql", "dump"):
        _postgres_program(settings, options)
        return
    work = CHECKS if options.group == "check" else COMMANDS[options.group, getattr(options, "command", "")]
    status: list[str | int] = [0]

    async def run(reactor: Any) -> None:
        try:
            status[0] = await work(settings, options, reactor) or 0
        except PleromadError as error:
            status[0] = f"pleromactl: {error.public}{f' ({error.detail})' if error.detail else ''}"

    try:
        task.react(lambda reactor: Deferred.fromCoroutine(run(reactor)))
    except SystemExit as ended:
        if ended.code:
            raise
    sys.exit(status[0])


def read_settings(options: argparse.Namespace) -> Settings:
    if options.config:
        return config.load(Path(options.config))
    return local_settings(http=options.port, data_dir=options.data_dir)


async def with_core(settings: Settings, reactor: Any, work: Callable[[Core], Awaitable[str | int | None]]) -> str | int | None:
    """Run `work` with a core; an embedded PostgreSQL that was not running is stopped again afterwards."""
    embedded = None if settings.store.dsn else Embedded(settings.data_dir / "postgres")
    was_running = embedded is not None and (embedded.folder / "postmaster.pid").exists()
    dsn = settings.store.dsn or await deferToThread(embedded.start)  # type: ignore[union-attr]
    database = Database(dsn, reactor, size=4, patience_seconds=3)
    try:
        await database.start()
        await migrate(database)
        core = Core(settings, database, reactor)
        await core.start()
        # What is said here is delivered by the daemon: the job is written with it.
        core.activities.add_durable("deliver")
        try:
            return await work(core)
        finally:
            from pleromad.daemon import settle

            await settle()
            await core.stop()
    finally:
        await database.stop()
        if embedded is not None and not was_running:
            await deferToThread(embedded.stop)


def _password(options: argparse.Namespace) -> tuple[str, bool]:
    """The password, and whether it was made here and has to be shown."""
    if options.password_stdin:
        return sys.stdin.readline().rstrip("\n"), False
    if sys.stdin.isatty():
        typed = getpass.getpass("Password (empty: make one): ")
        if typed:
            return typed, False
    return secrets.token_urlsafe(12), True


async def user_new(settings: Settings, options: argparse.Namespace, reactor: Any) -> str | int | None:
    password, made = _password(options)

    async def work(core: Core) -> None:
        role = Role.ADMIN if options.admin else Role.USER
        user = await core.accounts.register(username=options.name, email=options.email, password=password, role=role)
        print(f"@{user.account.username}@{settings.domain} is here{f' with the password {password}' if made else ''}")

    return await with_core(settings, reactor, work)


async def user_list(settings: Settings, options: argparse.Namespace, reactor: Any) -> str | int | None:
    async def work(core: Core) -> None:
        for user in await core.accounts.users():
            state = "waits for approval" if not user.approved else "disabled" if user.disabled else "suspended" if user.account.suspended else "active"
            print(f"{user.account.username:<24} {user.role.value:<10} {state:<18} {user.created_at:%Y-%m-%d}  {user.account.statuses_count:>6} notes  {user.email}")

    return await with_core(settings, reactor, work)


async def user_reset_password(settings: Settings, options: argparse.Namespace, reactor: Any) -> str | int | None:
    password, made = _password(options)

    async def work(core: Core) -> None:
        user = await core.accounts.user_by_name(options.name)
        await core.accounts.set_password(user.account.id, password)
        print(f"{user.account.username} has a new password{f': {password}' if made else ''}; all sessions are closed")

    return await with_core(settings, reactor, work)


async def user_approve(settings: Settings, options: argparse.Namespace, reactor: Any) -> str | int | None:
    async def work(core: Core) -> None:
        user = await core.accounts.user_by_name(options.name)
        await core.moderation.approve(None, user.account.id)
        print(f"{user.account.username} may log in")

    return await with_core(settings, reactor, work)


async def user_delete(settings: Settings, options: argparse.Namespace, reactor: Any) -> str | int | None:
    async def work(core: Core) -> str | None:
        user = await core.accounts.user_by_name(options.name)
        if not options.yes:
            if not sys.stdin.isatty():
                return "pleromactl: this cannot be taken back; say --yes"
            if input(f"Delete {user.account.username} and {user.account.statuses_count} notes for ever? Type the name: ") != user.account.username:
                return "pleromactl: nothing was deleted"
        await core.accounts.delete_user(user.account.id)
        await core.moderation.record(None, "destroy", "account", user.account.id, user.account.username)
        print(f"{user.account.username} is gone; other servers will be told")
        return None

    return await with_core(settings, reactor, work)


async def db_migrate(settings: Settings, options: argparse.Namespace, reactor: Any) -> str | int | None:
    embedded = None if settings.store.dsn else Embedded(settings.data_dir / "postgres")
    was_running = embedded is not None and (embedded.folder / "postmaster.pid").exists()
    dsn = settings.store.dsn or await deferToThread(embedded.start)  # type: ignore[union-attr]
    database = Database(dsn, reactor, size=2, patience_seconds=3)
    try:
        await database.start()
        for step in await pending(database):
            print(f"applying {step.number:04} {step.name}", flush=True)
        applied = await migrate(database)
        print(f"{len(applied)} steps applied; the schema is up to date")
    finally:
        await database.stop()
        if embedded is not None and not was_running:
            await deferToThread(embedded.stop)
    return 0


def _postgres_program(settings: Settings, options: argparse.Namespace) -> None:
    """Become psql or pg_dump on our database."""
    embedded = Embedded(settings.data_dir / "postgres")
    dsn = settings.store.dsn
    program = "psql" if options.command == "psql" else "pg_dump"
    if not dsn:
        if not (embedded.folder / "postmaster.pid").exists():
            sys.exit(f"pleromactl: the embedded PostgreSQL of {settings.data_dir} is not running: start the daemon first")
        dsn = embedded.dsn("pleromad")
        path = str(embedded.programs / program)
    else:
        path = program
    extra = ["--format=custom", f"--file={options.file}"] if program == "pg_dump" else []
    try:
        os.execvp(path, [program, f"--dbname={dsn}", *extra])
    except OSError as error:
        sys.exit(f"pleromactl: {program} does not start: {error.strerror}")


async def check(settings: Settings, options: argparse.Namespace, reactor: Any) -> str | int | None:
    from pleromad.checking import findings

    wrong = 0
    async for good, said in findings(settings, reactor):
        print(f"{'ok   ' if good else 'WRONG'} {said}", flush=True)
        wrong += not good
    return 1 if wrong else 0


def _with_core(work: ctl_staff.Work) -> Command:
    async def command(settings: Settings, options: argparse.Namespace, reactor: Any) -> str | int | None:
        return await with_core(settings, reactor, lambda core: work(core, options))

    return command


Command = Callable[[Settings, argparse.Namespace, Any], Awaitable[str | int | None]]
COMMANDS: dict[tuple[str, str], Command] = {
    ("user", "new"): user_new,
    ("user", "list"): user_list,
    ("user", "reset-password"): user_reset_password,
    ("user", "approve"): user_approve,
    ("user", "delete"): user_delete,
    ("db", "migrate"): db_migrate,
    **{name: _with_core(work) for name, work in {**ctl_staff.COMMANDS, **ctl_accounts.COMMANDS, **ctl_settings.COMMANDS, **ctl_federation.COMMANDS, **ctl_relays.COMMANDS}.items()},
}
CHECKS: Command = check
