"""Rooms and who is in them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Any

from pleromad.errors import NotFound
from pleromad.model.account import Account
from pleromad.model.page import Page
from pleromad.model.room import MaskEntry, Member, Rank, Room
from pleromad.reading.shelf import Reader
from store import accounts as account_rows
from store import metadata as metadata_rows
from store import relations
from store import rooms as room_rows

PART = 500  # members


class RoomReading(Reader):
    async def room_of(self, viewer: int | None, room_id: int) -> Room:
        """Raises NotFound; a secret room exists only for those in it."""
        found = await self._rooms([room_id])
        if not found or found[0].account.deleted:
            raise NotFound
        room = found[0]
        if room.secret:
            follow = await relations.follow(self._database, viewer, room_id) if viewer is not None else None
            if follow is None or not follow.accepted:
                raise NotFound
        return room

    async def room_by_id(self, room_id: int) -> Room | None:
        """Whoever asks: for doors that check next."""
        found = await self._rooms([room_id])
        return found[0] if found and not found[0].account.deleted else None

    async def room_by_name(self, name: str) -> Room | None:
        """`name` or `name@host`, without #. Also secret ones: for doors that check next."""
        local, _, host = name.lstrip("#").partition("@")
        domain = None if not host or host.lower() == self._shelf.settings.domain else host.lower()
        account = await account_rows.by_handle(self._database, local, domain)
        if account is None or not account.group or account.deleted:
            return None
        return await self.room_by_id(account.id)

    async def rooms(self, viewer: int | None, page: Page) -> list[Room]:
        """Those anybody may know of and those the viewer is in, the largest first."""
        return await self._rooms(await room_rows.listed(self._database, viewer, page))

    async def rooms_of(self, account_id: int) -> list[Room]:
        return await self._rooms(await room_rows.of_member(self._database, account_id))

    async def members(self, room_id: int, limit: int = 10_000) -> list[Member]:
        """In the order they came."""
        return [member async for part in self.members_in_parts(room_id, limit) for member in part]

    async def members_in_parts(self, room_id: int, limit: int = 10_000) -> AsyncIterator[list[Member]]:
        """The same some hundreds at a time: others are served between the parts."""
        rows = await room_rows.members(self._database, room_id, limit)
        ranks = await room_rows.ranks(self._database, room_id)
        for start in range(0, len(rows), PART):
            part = rows[start : start + PART]
            accounts = await account_rows.by_ids(self._database, [row[0] for row in part])
            yield [
                Member(accounts[id], frozenset(Rank(rank) for rank in ranks.get(id, ())), joined_at, pending)
                for id, joined_at, pending in part
                if id in accounts and not accounts[id].deleted
            ]

    async def is_member(self, account_id: int, room_id: int) -> bool:
        """Also of a room elsewhere somebody of another server, as that room's server tells."""
        return await room_rows.member(self._database, room_id, account_id)

    async def joined_at(self, account_id: int, room_id: int) -> datetime | None:
        """Since when this account is a member; None when it is not."""
        return await room_rows.joined_at(self._database, room_id, account_id)

    async def read_marks(self, viewer: int) -> dict[str, int]:
        """How far the viewer has read: by `#room`, `@nick`, `home` and `notifications`, as ids."""
        return await room_rows.read_marks(self._database, viewer)

    async def masks(self, room_id: int) -> list[MaskEntry]:
        return await room_rows.masks(self._database, room_id)

    async def metadata(self, account_id: int) -> dict[str, str]:
        """What IRC keeps of an account or a room, by key."""
        return await metadata_rows.of(self._database, account_id)

    async def room_bans(self, room_id: int) -> list[tuple[Account, datetime]]:
        """Who is banned by account, and since when."""
        rows = await room_rows.bans(self._database, room_id)
        accounts = await account_rows.by_ids(self._database, [id for id, _ in rows])
        return [(accounts[id], at) for id, at in rows if id in accounts]

    async def room_banned(self, room_id: int, account_id: int) -> bool:
        return await room_rows.banned(self._database, room_id, account_id)

    async def _rooms(self, ids: Sequence[int]) -> list[Room]:
        if not ids:
            return []
        rows = await room_rows.rows(self._database, ids)
        accounts = await account_rows.by_ids(self._database, rows)
        return [_room(rows[id], accounts[id]) for id in ids if id in rows and id in accounts]


def _room(row: Sequence[Any], account: Account) -> Room:
    return Room(
        account=account,
        topic=row[1],
        topic_by=row[2],
        topic_at=row[3],
        invite_only=row[4],
        moderated=row[5],
        members_only=row[6],
        secret=row[7],
        topic_locked=row[8],
        key=row[9],
        member_limit=row[10],
        created_at=row[11],
        retention_days=row[12],
        read_back=row[13],
    )
