"""How accounts stand to each other: follows, blocks, mutes, domain blocks, private notes."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pleromad.model.account import Relationship
from pleromad.model.page import Page
from store.pool import Queries


@dataclass(frozen=True, slots=True)
class FollowRow:
    account_id: int
    target_id: int
    uri: str
    accepted: bool


async def follow(db: Queries, account_id: int, target_id: int) -> FollowRow | None:
    row = await db.fetch_one(
        "SELECT account_id, target_id, uri, accepted FROM follows WHERE account_id = %s AND target_id = %s", (account_id, target_id)
    )
    return FollowRow(*row) if row else None


async def add_follow(
    db: Queries,
    *,
    id: int,
    account_id: int,
    target_id: int,
    uri: str,
    accepted: bool,
    show_boosts: bool,
    notify: bool,
    languages: Sequence[str] | None,
) -> bool:
    added = await db.execute(
        "INSERT INTO follows (account_id, target_id, id, uri, accepted, show_boosts, notify, languages)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
        (account_id, target_id, id, uri, accepted, show_boosts, notify, list(languages) if languages else None),
    )
    return bool(added)


async def change_follow(
    db: Queries,
    account_id: int,
    target_id: int,
    *,
    show_boosts: bool | None,
    notify: bool | None,
    languages: Sequence[str] | None,
    uri: str | None = None,
) -> None:
    await db.write(
        "UPDATE follows SET show_boosts = coalesce(%s, show_boosts), notify = coalesce(%s, notify),"
        " languages = coalesce(%s, languages), uri = coalesce(%s, uri) WHERE account_id = %s AND target_id = %s",
        (show_boosts, notify, list(languages) if languages else None, uri, account_id, target_id),
    )


async def accept_follow(db: Queries, account_id: int, target_id: int) -> bool:
    """True when a pending follow became an accepted one; counts both sides up."""
    changed = await db.execute(
        "UPDATE follows SET accepted = true WHERE account_id = %s AND target_id = %s AND NOT accepted", (account_id, target_id)
    )
    return bool(changed)


async def remove_follow(db: Queries, account_id: int, target_id: int) -> FollowRow | None:
    row = await db.fetch_one(
        "DELETE FROM follows WHERE account_id = %s AND target_id = %s RETURNING account_id, target_id, uri, accepted",
        (account_id, target_id),
    )
    if row is not None:  # who is not followed is not recommended either (Mastodon)
        await db.write("DELETE FROM endorsements WHERE account_id = %s AND target_id = %s", (account_id, target_id))
    return FollowRow(*row) if row else None


async def add_block(db: Queries, id: int, account_id: int, target_id: int, uri: str) -> bool:
    return bool(
        await db.execute(
            "INSERT INTO blocks (account_id, target_id, id, uri) VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING",
            (account_id, target_id, id, uri),
        )
    )


async def remove_block(db: Queries, account_id: int, target_id: int) -> str | None:
    """The uri of the Block that was taken back."""
    value = await db.fetch_value(
        "DELETE FROM blocks WHERE account_id = %s AND target_id = %s RETURNING uri", (account_id, target_id)
    )
    return None if value is None else str(value)


async def blocked_between(db: Queries, one: int, other: int) -> bool:
    """Does either block the other?"""
    return bool(
        await db.fetch_value(
            "SELECT EXISTS (SELECT FROM blocks WHERE (account_id = %s AND target_id = %s) OR (account_id = %s AND target_id = %s))",
            (one, other, other, one),
        )
    )


async def blocks_either_way(db: Queries, account_id: int, others: Collection[int]) -> set[int]:
    """Those of `others` with whom there is a block in either direction."""
    if not others:
        return set()
    rows = await db.fetch(
        "SELECT target_id FROM blocks WHERE account_id = %s AND target_id = ANY(%s)"
        " UNION SELECT account_id FROM blocks WHERE target_id = %s AND account_id = ANY(%s)",
        (account_id, list(others), account_id, list(others)),
    )
    return {row[0] for row in rows}


async def set_mute(db: Queries, id: int, account_id: int, target_id: int, notifications: bool, expires_at: datetime | None) -> None:
    await db.write(
        "INSERT INTO mutes (account_id, target_id, id, notifications, expires_at) VALUES (%s, %s, %s, %s, %s)"
        " ON CONFLICT (account_id, target_id) DO UPDATE SET notifications = excluded.notifications, expires_at = excluded.expires_at",
        (account_id, target_id, id, notifications, expires_at),
    )


async def remove_mute(db: Queries, account_id: int, target_id: int) -> None:
    await db.write("DELETE FROM mutes WHERE account_id = %s AND target_id = %s", (account_id, target_id))


async def set_domain_block(db: Queries, account_id: int, domain: str, blocked: bool) -> None:
    if blocked:
        await db.write("INSERT INTO domain_blocks (account_id, domain) VALUES (%s, %s) ON CONFLICT DO NOTHING", (account_id, domain))
    else:
        await db.write("DELETE FROM domain_blocks WHERE account_id = %s AND domain = %s", (account_id, domain))


async def domain_blocks(db: Queries, account_id: int, page: Page) -> list[tuple[int, str]]:
    rows = await db.fetch(
        "SELECT id, domain FROM domain_blocks WHERE account_id = %s AND (%s::bigint IS NULL OR id < %s) ORDER BY id DESC LIMIT %s",
        (account_id, page.max_id, page.max_id, page.limit),
    )
    return [(row[0], row[1]) for row in rows]


async def set_comment(db: Queries, account_id: int, target_id: int, comment: str) -> None:
    await db.write(
        "INSERT INTO account_notes (account_id, target_id, comment) VALUES (%s, %s, %s)"
        " ON CONFLICT (account_id, target_id) DO UPDATE SET comment = excluded.comment",
        (account_id, target_id, comment),
    )


async def relationships(db: Queries, viewer: int, ids: Sequence[int], *, suspended: bool = True) -> list[Relationship]:
    """In the order of `ids`; one query however many there are."""
    if not ids:
        return []
    rows = await db.fetch(
        """SELECT t.id, f.accepted, f.show_boosts, f.notify, f.languages, g.accepted, b.id IS NOT NULL, c.id IS NOT NULL,
               m.id IS NOT NULL, m.notifications, m.expires_at, d.id IS NOT NULL, n.comment, e.id IS NOT NULL
           FROM accounts t
           LEFT JOIN follows f ON f.account_id = %(viewer)s AND f.target_id = t.id
           LEFT JOIN follows g ON g.target_id = %(viewer)s AND g.account_id = t.id
           LEFT JOIN blocks b ON b.account_id = %(viewer)s AND b.target_id = t.id
           LEFT JOIN blocks c ON c.target_id = %(viewer)s AND c.account_id = t.id
           LEFT JOIN mutes m ON m.account_id = %(viewer)s AND m.target_id = t.id AND (m.expires_at IS NULL OR m.expires_at > now())
           LEFT JOIN domain_blocks d ON d.account_id = %(viewer)s AND d.domain = t.domain
           LEFT JOIN account_notes n ON n.account_id = %(viewer)s AND n.target_id = t.id
           LEFT JOIN endorsements e ON e.account_id = %(viewer)s AND e.target_id = t.id
           WHERE t.id = ANY(%(ids)s) AND (%(suspended)s OR t.suspended_at IS NULL)""",
        {"viewer": viewer, "ids": list(ids), "suspended": suspended},
    )
    found = {row[0]: _relationship(row) for row in rows}
    return [found[id] for id in ids if id in found]


async def follows_with(db: Queries, viewer: int, domain: str) -> tuple[int, int]:
    """(whom the viewer follows on that host, who of there follows the viewer)."""
    row = await db.fetch_one(
        "SELECT (SELECT count(*) FROM follows f JOIN accounts a ON a.id = f.target_id WHERE f.account_id = %(viewer)s AND f.accepted"
        " AND a.domain = %(domain)s), (SELECT count(*) FROM follows f JOIN accounts a ON a.id = f.account_id"
        " WHERE f.target_id = %(viewer)s AND f.accepted AND a.domain = %(domain)s)",
        {"viewer": viewer, "domain": domain},
    )
    assert row is not None
    return row[0], row[1]


def _relationship(row: Sequence[Any]) -> Relationship:
    following = row[1] is True
    return Relationship(
        id=row[0],
        following=following,
        requested=row[1] is False,
        showing_reblogs=following and row[2],
        notifying=following and row[3],
        languages=tuple(row[4]) if row[4] else None,
        followed_by=row[5] is True,
        requested_by=row[5] is False,
        blocking=row[6],
        blocked_by=row[7],
        muting=row[8],
        muting_notifications=bool(row[9]),
        muting_expires_at=row[10],
        domain_blocking=row[11],
        note=row[12] or "",
        endorsed=row[13],
    )


LISTS = {
    # who is listed, from which table, under which column the list belongs to
    "followers": ("account_id", "follows", "target_id", "accepted"),
    "following": ("target_id", "follows", "account_id", "accepted"),
    "requests": ("account_id", "follows", "target_id", "NOT accepted"),
    "blocks": ("target_id", "blocks", "account_id", "true"),
    "mutes": ("target_id", "mutes", "account_id", "(expires_at IS NULL OR expires_at > now())"),
}


async def listed(db: Queries, which: str, owner_id: int, page: Page) -> list[tuple[int, int]]:
    """(row id to page by, account id), newest first. `which` is a key of LISTS."""
    column, table, owner, condition = LISTS[which]
    ascending = page.min_id is not None
    rows = await db.fetch(
        f"""SELECT id, {column} FROM {table} WHERE {owner} = %s AND {condition}
              AND (%s::bigint IS NULL OR id < %s) AND (%s::bigint IS NULL OR id > %s)
            ORDER BY id {"ASC" if ascending else "DESC"} LIMIT %s OFFSET %s""",
        (owner_id, page.max_id, page.max_id, page.min_id or page.since_id, page.min_id or page.since_id, page.limit, page.offset),
    )
    found = [(row[0], row[1]) for row in rows]
    return found[::-1] if ascending else found


async def local_followers(db: Queries, target_id: int, among: Collection[int]) -> set[int]:
    rows = await db.fetch(
        "SELECT account_id FROM follows WHERE target_id = %s AND accepted AND account_id = ANY(%s)", (target_id, list(among))
    )
    return {row[0] for row in rows}


async def has_local_follower(db: Queries, target_id: int) -> bool:
    return bool(
        await db.fetch_value(
            "SELECT EXISTS (SELECT FROM follows f JOIN users u ON u.account_id = f.account_id WHERE f.target_id = %s AND f.accepted)",
            (target_id,),
        )
    )


async def followed_here(db: Queries, account_id: int, limit: int) -> list[int]:
    """Those of this server whom an account follows, or asked to."""
    rows = await db.fetch(
        "SELECT f.target_id FROM follows f JOIN accounts a ON a.id = f.target_id WHERE f.account_id = %s AND a.domain IS NULL LIMIT %s",
        (account_id, limit),
    )
    return [row[0] for row in rows]
