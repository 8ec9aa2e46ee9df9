"""Files of ours, as they are: no line ends, no dot."""

from __future__ import annotations

from pathlib import Path

from pleromad.errors import NotFound
from protocols.gopher.pages.visit import Visit


async def media(visit: Visit) -> Path:
    path = "/".join(visit.rest)
    if not path or "\0" in path:
        raise NotFound
    found, _ = visit.core.media.open(path)
    return found
