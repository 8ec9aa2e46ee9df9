"""Programs of other people that tests drive. One that is missing skips its tests here, and fails them in CI."""

from __future__ import annotations

import os
import shutil

from twisted.internet.utils import getProcessValue
from twisted.trial.unittest import SkipTest


def program(*names: str) -> str:
    """The path of the first of these that is installed."""
    for name in names:
        path = shutil.which(name)
        if path is not None:
            return path
    raise missing(" or ".join(names))


async def perl_with(module: str) -> str:
    """The path of perl, where it has this module."""
    perl = program("perl")
    if await getProcessValue(perl, [f"-M{module}", "-e1"], env=dict(os.environ)) != 0:
        raise missing(f"perl's {module}")
    return perl


def missing(what: str) -> Exception:
    if os.environ.get("PLEROMAD_CI"):
        return AssertionError(f"{what} must be installed in CI")
    return SkipTest(f"{what} is not installed")
