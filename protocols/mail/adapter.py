"""Wiring of the mail door: it does the jobs in which the core leaves letters to be written and sent."""

from __future__ import annotations

from typing import Any

from pleromad.accounts.desk import MAIL
from pleromad.core import Core
from protocols.mail.sending import Post


def build(core: Core, site: Any, reactor: Any) -> None:
    """Nothing listens; while mail is off the core leaves no letters."""
    core.jobs.work(MAIL, Post(core, reactor).work, concurrency=2)
