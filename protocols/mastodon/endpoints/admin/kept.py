"""Things that staff list, look at and delete by their id: blocks and allowances of every kind are asked for alike."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from pleromad.model.account import Account
from pleromad.model.page import Page, Slice
from pleromad.moderation import Moderation
from protocols.mastodon.door import Call, Listed, NoForm
from protocols.mastodon.entities.base import Empty
from protocols.mastodon.from_core.accounts import encode

T = TypeVar("T")  # the core's noun
E = TypeVar("E")  # the API's entity


@dataclass(frozen=True, slots=True)
class Kept(Generic[T, E]):
    """`page`, `one` and `end` are the methods of `core.moderation` for it."""

    page: Callable[[Moderation, Account, Page], Awaitable[Slice[T]]]
    one: Callable[[Moderation, Account, int], Awaitable[T]]
    end: Callable[[Moderation, Account, int], Awaitable[object]]
    entity: Callable[[T], E]

    async def many(self, call: Call[NoForm]) -> Listed:
        found = await self.page(call.core.moderation, call.me, call.page)
        return Listed.of([encode(self.entity(one)) for one in found.items], found)

    async def show(self, call: Call[NoForm]) -> E:
        return self.entity(await self.one(call.core.moderation, call.me, call.id))

    async def delete(self, call: Call[NoForm]) -> Empty:
        await self.end(call.core.moderation, call.me, call.id)
        return Empty()
