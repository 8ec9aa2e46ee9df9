"""What goes along when an account moves to another: who follows it here, and what people here noted of it."""

from __future__ import annotations

from dataclasses import dataclass

from store.pool import Queries


@dataclass(frozen=True, slots=True)
class FollowerRow:
    id: int
    account_id: int
    show_boosts: bool
    notify: bool
    languages: tuple[str, ...] | None


async def followers(db: Queries, target_id: int, after: int, limit: int) -> list[FollowerRow]:
    """People here who follow the account and want to go along, by the id of the follow."""
    rows = await db.fetch(
        """SELECT f.id, f.account_id, f.show_boosts, f.notify, f.languages FROM follows f JOIN users u ON u.account_id = f.account_id
           WHERE f.target_id = %s AND f.id > %s AND u.disabled_at IS NULL AND u.settings->>'allow_following_move' IS DISTINCT FROM 'false'
           ORDER BY f.id LIMIT %s""",
        (target_id, after, limit),
    )
    return [FollowerRow(row[0], row[1], row[2], row[3], tuple(row[4]) if row[4] else None) for row in rows]


async def carry(db: Queries, old_id: int, new_id: int) -> None:
    """Mutes and private remarks of people here."""
    await db.write(
        """INSERT INTO mutes (account_id, target_id, id, notifications, expires_at)
           SELECT m.account_id, %(new)s, m.id, m.notifications, m.expires_at FROM mutes m JOIN users u ON u.account_id = m.account_id
           WHERE m.target_id = %(old)s AND m.account_id <> %(new)s ON CONFLICT DO NOTHING""",
        {"old": old_id, "new": new_id},
    )
    await db.write(
        """INSERT INTO account_notes (account_id, target_id, comment)
           SELECT n.account_id, %(new)s, n.comment FROM account_notes n JOIN users u ON u.account_id = n.account_id
           WHERE n.target_id = %(old)s AND n.account_id <> %(new)s ON CONFLICT DO NOTHING""",
        {"old": old_id, "new": new_id},
    )


async def carry_places(db: Queries, owner_id: int, old_id: int, new_id: int) -> None:
    """Into the lists of this person that the old account is in: before they unfollow it, which takes it out."""
    await db.write(
        """INSERT INTO list_members (list_id, account_id, id)
           SELECT m.list_id, %s, m.id FROM list_members m JOIN lists l ON l.id = m.list_id WHERE m.account_id = %s AND l.account_id = %s
           ON CONFLICT DO NOTHING""",
        (new_id, old_id, owner_id),
    )


async def blockers(db: Queries, old_id: int, new_id: int, limit: int = 1000) -> list[int]:
    """People here who block the old account and not yet the new one."""
    rows = await db.fetch(
        """SELECT b.account_id FROM blocks b JOIN users u ON u.account_id = b.account_id
           WHERE b.target_id = %s AND b.account_id <> %s
             AND NOT EXISTS (SELECT FROM blocks o WHERE o.account_id = b.account_id AND o.target_id = %s) LIMIT %s""",
        (old_id, new_id, new_id, limit),
    )
    return [row[0] for row in rows]
