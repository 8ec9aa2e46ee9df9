"""What somebody wants of a timeline and what not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Choice:
    """Pleroma's parameters of timelines. `local` and `remote` together are nothing.

    `host`: only what was said there. `replies`: of replies only those to the viewer (`self`), or also those to people the viewer
    follows (`following`). `muted`: also of people the viewer has muted.
    """

    local: bool = False
    remote: bool = False
    only_media: bool = False
    host: str = ""
    exclude_visibilities: frozenset[str] = frozenset()
    replies: Literal["", "following", "self"] = ""
    muted: bool = False


ALL = Choice()
