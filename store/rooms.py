"""Rooms: settings, ranks, masks, bans, invitations. Membership is a follow of the room's Group actor."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pleromad.model.account import Account
from pleromad.model.page import Page
from pleromad.model.room import MaskEntry
from store import accounts as account_rows
from store.pool import Queries

COLUMNS = """r.account_id, r.topic, r.topic_by, r.topic_at, r.invite_only, r.moderated, r.members_only, r.secret, r.topic_locked,
    r.key, r.member_limit, r.created_at, r.retention_days, r.read_back"""
SETTABLE = ("topic", "invite_only", "moderated", "members_only", "secret", "topic_locked", "key", "member_limit", "retention_days", "read_back")


async def add(db: Queries, id: int, created_by: int | None, topic: str = "") -> None:
    """A room's row, also of a remote Group when somebody here joins it: with what its actor says of its door."""
    await db.write(
        """INSERT INTO rooms (account_id, created_by, topic, invite_only, secret)
           SELECT id, %s, %s, domain IS NOT NULL AND locked, domain IS NOT NULL AND NOT discoverable FROM accounts WHERE id = %s
           ON CONFLICT DO NOTHING""",
        (created_by, topic, id),
    )


async def rows(db: Queries, ids: Iterable[int]) -> dict[int, Sequence[Any]]:
    found = await db.fetch(f"SELECT {COLUMNS} FROM rooms r WHERE r.account_id = ANY(%s)", (list(ids),))
    return {row[0]: row for row in found}


async def listed(db: Queries, viewer: int | None, page: Page) -> list[int]:
    """Rooms anybody may know of, and secret ones the viewer is in; those with most members first."""
    found = await db.fetch(
        """SELECT r.account_id FROM rooms r JOIN accounts a ON a.id = r.account_id
           WHERE (NOT r.secret OR EXISTS (SELECT FROM follows f WHERE f.account_id = %s AND f.target_id = r.account_id AND f.accepted))
             AND a.deleted_at IS NULL AND a.suspended_at IS NULL
           ORDER BY a.followers_count DESC, r.account_id LIMIT %s OFFSET %s""",
        (viewer, page.limit, page.offset),
    )
    return [row[0] for row in found]


async def of_member(db: Queries, account_id: int) -> list[int]:
    found = await db.fetch(
        "SELECT r.account_id FROM rooms r JOIN follows f ON f.target_id = r.account_id WHERE f.account_id = %s AND f.accepted"
        " ORDER BY f.id",
        (account_id,),
    )
    return [row[0] for row in found]


async def members(db: Queries, room_id: int, limit: int) -> list[tuple[int, datetime, bool]]:
    """(account id, joined at, pending) in the order they came; of a room elsewhere with those its server tells of, who come first."""
    found = await db.fetch(
        """SELECT account_id, created_at, pending FROM (
               SELECT account_id, created_at, NOT accepted AS pending, id FROM follows WHERE target_id = %s
               UNION ALL SELECT account_id, created_at, false, 0 FROM room_members WHERE room_id = %s) m
           ORDER BY id, created_at, account_id LIMIT %s""",
        (room_id, room_id, limit),
    )
    return [(row[0], row[1], row[2]) for row in found]


async def member(db: Queries, room_id: int, account_id: int) -> bool:
    """In it, wherever either of them lives."""
    return bool(
        await db.fetch_value(
            "SELECT EXISTS (SELECT FROM follows WHERE account_id = %s AND target_id = %s AND accepted)"
            " OR EXISTS (SELECT FROM room_members WHERE account_id = %s AND room_id = %s)",
            (account_id, room_id, account_id, room_id),
        )
    )


async def set_member(db: Queries, room_id: int, account_id: int, given: bool) -> bool:
    """Somebody of another server in a room of another server."""
    if given:
        sql = "INSERT INTO room_members (room_id, account_id) VALUES (%s, %s) ON CONFLICT DO NOTHING"
    else:
        sql = "DELETE FROM room_members WHERE room_id = %s AND account_id = %s"
    return bool(await db.execute(sql, (room_id, account_id)))


async def leave_unwatched(db: Queries, room_id: int) -> None:
    """Nobody here is in that room any more: what its server told of it goes out of date."""
    for table in ("room_members", "room_ranks", "room_bans"):
        await db.write(
            f"DELETE FROM {table} WHERE room_id = %s AND NOT EXISTS (SELECT FROM follows WHERE target_id = %s AND accepted)", (room_id, room_id)
        )


async def joined_at(db: Queries, room_id: int, account_id: int) -> datetime | None:
    found = await db.fetch(
        "SELECT created_at FROM follows WHERE target_id = %s AND account_id = %s AND accepted", (room_id, account_id)
    )
    return found[0][0] if found else None


async def set_read(db: Queries, account_id: int, place: str, last_read_id: int) -> int:
    """How far somebody has read; never goes back. Returns what holds. The table is that of the Mastodon API's markers."""
    return int(
        await db.fetch_value(
            "INSERT INTO markers (account_id, timeline, last_read_id) VALUES (%s, %s, %s)"
            " ON CONFLICT (account_id, timeline) DO UPDATE SET last_read_id = greatest(markers.last_read_id, excluded.last_read_id),"
            " version = markers.version + 1, updated_at = now() RETURNING last_read_id",
            (account_id, place, last_read_id),
        )
    )


async def read_marks(db: Queries, account_id: int) -> dict[str, int]:
    rows = await db.fetch("SELECT timeline, last_read_id FROM markers WHERE account_id = %s", (account_id,))
    return {row[0]: row[1] for row in rows}


async def ranks(db: Queries, room_id: int) -> dict[int, set[str]]:
    found: dict[int, set[str]] = {}
    for account, rank in await db.fetch("SELECT account_id, rank FROM room_ranks WHERE room_id = %s", (room_id,)):
        found.setdefault(account, set()).add(rank)
    return found


async def ranks_of(db: Queries, room_id: int, account_id: int) -> set[str]:
    found = await db.fetch("SELECT rank FROM room_ranks WHERE room_id = %s AND account_id = %s", (room_id, account_id))
    return {row[0] for row in found}


async def set_rank(db: Queries, room_id: int, account_id: int, rank: str, given: bool) -> bool:
    if given:
        sql = "INSERT INTO room_ranks (room_id, account_id, rank) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING"
    else:
        sql = "DELETE FROM room_ranks WHERE room_id = %s AND account_id = %s AND rank = %s"
    return bool(await db.execute(sql, (room_id, account_id, rank)))


async def clear_ranks(db: Queries, room_id: int, account_id: int) -> None:
    await db.write("DELETE FROM room_ranks WHERE room_id = %s AND account_id = %s", (room_id, account_id))


async def masks(db: Queries, room_id: int) -> list[MaskEntry]:
    found = await db.fetch("SELECT kind, mask, set_by, set_at FROM room_masks WHERE room_id = %s ORDER BY set_at", (room_id,))
    return [MaskEntry(*row) for row in found]


async def set_mask(db: Queries, room_id: int, kind: str, mask: str, set_by: str, given: bool) -> bool:
    if given:
        return bool(
            await db.execute(
                "INSERT INTO room_masks (room_id, kind, mask, set_by) VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING",
                (room_id, kind, mask, set_by),
            )
        )
    return bool(await db.execute("DELETE FROM room_masks WHERE room_id = %s AND kind = %s AND mask = %s", (room_id, kind, mask)))


async def set_ban(db: Queries, room_id: int, account_id: int, reason: str, given: bool) -> bool:
    if given:
        return bool(
            await db.execute(
                "INSERT INTO room_bans (room_id, account_id, reason) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING",
                (room_id, account_id, reason),
            )
        )
    return bool(await db.execute("DELETE FROM room_bans WHERE room_id = %s AND account_id = %s", (room_id, account_id)))


async def bans(db: Queries, room_id: int) -> list[tuple[int, datetime]]:
    """Account ids and since when, the oldest first."""
    found = await db.fetch("SELECT account_id, created_at FROM room_bans WHERE room_id = %s ORDER BY created_at LIMIT 500", (room_id,))
    return [(row[0], row[1]) for row in found]


async def banned(db: Queries, room_id: int, account_id: int) -> bool:
    return bool(
        await db.fetch_value(
            "SELECT EXISTS (SELECT FROM room_bans WHERE room_id = %s AND account_id = %s)", (room_id, account_id)
        )
    )


async def invite(db: Queries, room_id: int, account_id: int) -> None:
    await db.write("INSERT INTO room_invites (room_id, account_id) VALUES (%s, %s) ON CONFLICT DO NOTHING", (room_id, account_id))


async def use_invite(db: Queries, room_id: int, account_id: int) -> bool:
    return bool(await db.execute("DELETE FROM room_invites WHERE room_id = %s AND account_id = %s", (room_id, account_id)))


async def change(db: Queries, room_id: int, columns: Mapping[str, Any]) -> None:
    assignments = ", ".join(f"{name} = %s" for name in columns)
    await db.write(f"UPDATE rooms SET {assignments} WHERE account_id = %s", (*columns.values(), room_id))


# A room's followers elsewhere: whether there are any, and whether some of them are on hosts that know no groups.
_ELSEWHERE = """EXISTS (SELECT FROM follows f JOIN accounts m ON m.id = f.account_id WHERE f.target_id = {room} AND f.accepted AND m.domain IS NOT NULL)"""
_BOOSTS = """EXISTS (SELECT FROM follows f JOIN accounts m ON m.id = f.account_id JOIN hosts h ON h.host = substring(m.inbox from '^https?://([^/]+)')
    WHERE f.target_id = {room} AND f.accepted AND m.domain IS NOT NULL AND h.groups = false)"""


async def remote_members(db: Queries, room_id: int) -> tuple[bool, bool]:
    """(whether there are members elsewhere, whether some are on hosts that know no groups)."""
    row = await db.fetch_one(f"SELECT {_ELSEWHERE.format(room='%(room)s')}, {_BOOSTS.format(room='%(room)s')}", {"room": room_id})
    assert row is not None
    return row[0], row[1]


@dataclass(frozen=True, slots=True)
class Doorstep:
    """A room and how somebody who wants to speak in it stands to it. `known`: it has the settings of a room.

    `masks` are (kind, mask); `members_elsewhere` as `remote_members` has them.
    """

    room: Account
    known: bool
    invite_only: bool
    moderated: bool
    members_only: bool
    secret: bool
    banned: bool
    member: bool
    ranks: frozenset[str]
    masks: tuple[tuple[str, str], ...]
    members_elsewhere: tuple[bool, bool]


async def doorstep(db: Queries, room_id: int, account_id: int) -> Doorstep | None:
    """All that is asked of a room before a line is said in it, in one statement. None: there is no such account."""
    row = await db.fetch_one(
        f"""SELECT {account_rows.COLUMNS}, r.account_id IS NOT NULL, r.invite_only, r.moderated, r.members_only, r.secret,
                EXISTS (SELECT FROM room_bans b WHERE b.room_id = a.id AND b.account_id = %(account)s),
                EXISTS (SELECT FROM follows f WHERE f.target_id = a.id AND f.account_id = %(account)s AND f.accepted),
                ARRAY(SELECT k.rank FROM room_ranks k WHERE k.room_id = a.id AND k.account_id = %(account)s),
                (SELECT jsonb_agg(jsonb_build_array(k.kind, k.mask)) FROM room_masks k WHERE k.room_id = a.id),
                {_ELSEWHERE.format(room="a.id")}, {_BOOSTS.format(room="a.id")}
            FROM {account_rows.FROM} LEFT JOIN rooms r ON r.account_id = a.id WHERE a.id = %(room)s""",
        {"room": room_id, "account": account_id},
    )
    if row is None:
        return None
    *columns, known, invite_only, moderated, members_only, secret, banned, member, ranks, masks, elsewhere, boosts = row
    (room,) = await account_rows.accounts_of(db, [columns])
    pairs = tuple((kind, mask) for kind, mask in masks or ())
    return Doorstep(
        room, known, bool(invite_only), bool(moderated), bool(members_only), bool(secret), banned, member, frozenset(ranks), pairs, (elsewhere, boosts)
    )
