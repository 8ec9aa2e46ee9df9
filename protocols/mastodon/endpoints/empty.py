"""What apps ask at start and this server has nothing of (yet): said truthfully."""

from __future__ import annotations

import msgspec

from pleromad.errors import NotFound
from protocols.mastodon.door import Call, NoForm
from protocols.mastodon.endpoints.accounts import named


class SubscriptionForm(msgspec.Struct):
    email: str


async def nothing(call: Call[NoForm]) -> list[object]:
    return []


async def nothing_of(call: Call[NoForm]) -> list[object]:
    """Of somebody who must be there."""
    await named(call)
    return []


async def not_here(call: Call[msgspec.Struct]) -> object:
    raise NotFound
