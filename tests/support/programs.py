"""Programs of other people that tests drive. One that is missing skips its tests here, and fails them in CI."""

from __future__ import annotations

import os
import shutil

from twisted.trial.unittest import SkipTest


def program(*names: str) -> str:
    """The path of the first of these that is installed."""
    for name in names:
        path = shutil.which(name)
        if path is not None:
            return path
    if os.environ.get("PLEROMAD_CI"):
        raise AssertionError(f"{' or '.join(names)} must be installed in CI")
    raise SkipTest(f"{' or '.join(names)} is not installed")
