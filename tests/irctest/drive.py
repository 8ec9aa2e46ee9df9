"""Prepare a database with an operator's account, let irctest's pytest loose on our controller, and drop the database again.

`python -m tests.irctest.drive CHECKOUT HARNESS_PYTHON`; the environment chooses: PROFILE, SELECT, JOBS.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from psycopg2.extensions import parse_dsn
from twisted.internet import reactor, task

from pleromad.core import Core
from pleromad.model.account import Role
from store.pool import Database
from tests.irctest.databases import copy_database
from tests.irctest.settings import settings_of
from tests.support.postgres import drop_database, new_database

GENERAL = "not implementation-specific and not deprecated and not strict"
PROFILES = {
    "floor": f"(RFC1459 or RFC2812 or modern) and not services and {GENERAL}",
    "B": f"not services and {GENERAL}",
    "A": GENERAL,
}
OPERATOR, OPERATOR_PASSWORD = "operuser", "operpassword"
TEST_SECONDS = 60


async def prepare(loop: Any, dsn: str) -> None:
    """The accounts that every test may use."""
    database = Database(dsn, loop, size=2)
    await database.start()
    core = Core(settings_of(0), database, loop)
    try:
        await core.start()
        await core.accounts.register(
            username=OPERATOR, email="operator@irctest.example", password=OPERATOR_PASSWORD, role=Role.MODERATOR
        )
        await core.stop()
    finally:
        await database.stop()


def main() -> int:
    checkout, harness = Path(sys.argv[1]).resolve(), sys.argv[2]
    template = new_database()
    name = parse_dsn(template)["dbname"]
    codes: list[int] = []

    async def work(loop: Any) -> None:
        await prepare(loop, template)

    try:
        task.react(work)
    except SystemExit as end:
        if end.code:
            return int(end.code)
    dsn = copy_database(template, name)
    command = [harness, "-m", "pytest", "irctest/server_tests", "--controller", "controller", "-q", "-p", "no:cacheprovider"]
    command += ["--tb=short", "-rfEsxX", f"--timeout={TEST_SECONDS}", "-n", os.environ.get("JOBS", "2")]
    command += ["-m", PROFILES[os.environ.get("PROFILE", "floor")]]
    if os.environ.get("SELECT"):
        command += ["-k", os.environ["SELECT"]]
    environment = {
        **os.environ,
        "PYTHONPATH": str(Path(__file__).parent),
        "IRCTEST_DAEMON": f"{sys.executable} -m tests.irctest.serve",
        "IRCTEST_ROOT": str(Path(__file__).parents[2]),
        "IRCTEST_DSN": dsn,
        "IRCTEST_TEMPLATE": name,
    }
    try:
        codes.append(subprocess.run(command, cwd=checkout, env=environment, check=False).returncode)
    finally:
        drop_database(dsn)
        drop_database(template)
    return codes[0]


if __name__ == "__main__":
    assert reactor
    sys.exit(main())
