"""The walk through a thread on other servers."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Walk:
    """`found`: notes that came of it so far."""

    note_id: int
    running: bool
    found: int
