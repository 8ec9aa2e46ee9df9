"""Programs of others that come from a package registry: fetched once into `var/clients`, each in an environment of its own."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from twisted.internet.defer import DeferredFilesystemLock
from twisted.internet.utils import getProcessOutputAndValue
from twisted.trial.unittest import SkipTest

from tests.support.programs import program

KEPT = Path(__file__).parents[2] / "var" / "clients"


async def run(*command: str, folder: Path | None = None, **environment: str) -> tuple[int, str]:
    """(exit code, all it wrote)."""
    given = {**os.environ, "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8", **environment}
    path = str(folder) if folder is not None else None
    out, err, code = await getProcessOutputAndValue(command[0], list(command[1:]), env=given, path=path)
    return code, (out + err).decode(errors="replace")


async def fetch(*command: str, folder: Path | None = None) -> None:
    """A command that asks a registry. One that cannot be reached skips the test here, and fails it in CI."""
    code, said = await run(*command, folder=folder)
    if code != 0:
        message = f"{' '.join(command[:4])}: {said[-2000:]}"
        if os.environ.get("PLEROMAD_CI"):
            raise AssertionError(message)
        raise SkipTest(message)


@asynccontextmanager
async def alone(name: str) -> AsyncIterator[Path]:
    """The folder of that name, with no other process of the tests at it."""
    KEPT.mkdir(parents=True, exist_ok=True)
    lock = DeferredFilesystemLock(str(KEPT / f"{name}.lock"))
    await lock.deferUntilLocked(timeout=150)
    try:
        yield KEPT / name
    finally:
        lock.unlock()


async def python_with(name: str, *packages: str) -> Path:
    """The interpreter of a virtual environment that has these packages."""
    async with alone(name) as home:
        done = home / "packages"
        python = home / "bin" / "python"
        if not done.is_file() or done.read_text().split() != list(packages):
            shutil.rmtree(home, ignore_errors=True)
            await fetch(sys.executable, "-m", "venv", str(home))
            await fetch(str(python), "-m", "pip", "install", "--quiet", *packages)
            done.write_text(" ".join(packages))
    return python


async def node_with(name: str, *packages: str) -> Path:
    """A folder with `node_modules` that has these packages. Needs npm."""
    async with alone(name) as home:
        done = home / "packages"
        if not done.is_file() or done.read_text().split() != list(packages):
            shutil.rmtree(home, ignore_errors=True)
            home.mkdir(parents=True)
            (home / "package.json").write_text("{}")
            await fetch(program("npm"), "install", "--no-audit", "--no-fund", "--prefix", str(home), *packages)
            done.write_text(" ".join(packages))
    return home
