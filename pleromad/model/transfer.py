"""What a person takes along or brings with them: tables that are read in, and archives of their own data."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

KINDS = ("follows", "blocks", "mutes", "lists", "bookmarks", "domain_blocks", "filters")


@dataclass(frozen=True, slots=True)
class Import:
    """`kind` is one of KINDS; `failures` has the first of what did not work, in words."""

    id: int
    kind: str
    total: int
    done: int
    failed: int
    failures: tuple[str, ...]
    created_at: datetime

    @property
    def finished(self) -> bool:
        return self.done + self.failed >= self.total


@dataclass(frozen=True, slots=True)
class Archive:
    """`size_bytes` None: it is being made, or (`failed`) could not be."""

    id: int
    name: str
    size_bytes: int | None
    failed: bool
    created_at: datetime

    @property
    def ready(self) -> bool:
        return self.size_bytes is not None
