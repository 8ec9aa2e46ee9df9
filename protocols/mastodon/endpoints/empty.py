"""What apps ask at start and this server has nothing of (yet): said truthfully."""

from __future__ import annotations

from pleromad.errors import NotFound
from protocols.mastodon.door import Call, NoForm


async def nothing(call: Call[NoForm]) -> list[object]:
    return []


async def no_pairs(call: Call[NoForm]) -> dict[str, object]:
    return {}


async def not_here(call: Call[NoForm]) -> object:
    raise NotFound
