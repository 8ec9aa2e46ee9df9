"""What housekeeping looks for and throws away."""

from __future__ import annotations

from store import conversations, keys, signups, timelines
from store.pool import Queries

OLD_KEYS_DAYS = 8  # longer than a delivery is tried


async def expired_notes(db: Queries, limit: int) -> list[tuple[int, int]]:
    """(note id, author id) of notes of ours whose time is over."""
    rows = await db.fetch(
        "SELECT id, account_id FROM notes WHERE expires_at IS NOT NULL AND expires_at <= now() AND local ORDER BY expires_at LIMIT %s",
        (limit,),
    )
    return [(row[0], row[1]) for row in rows]


async def outlived_lines(db: Queries, limit: int) -> list[tuple[int, int]]:
    """(note id, author id) of what was said in a room of ours longer ago than the room keeps it."""
    rows = await db.fetch(
        """SELECT n.id, n.account_id FROM rooms r JOIN notes n ON n.room_id = r.account_id
           WHERE r.retention_days IS NOT NULL AND n.created_at < now() - make_interval(days => r.retention_days)
           ORDER BY n.id LIMIT %s""",
        (limit,),
    )
    return [(row[0], row[1]) for row in rows]


async def end_polls(db: Queries, limit: int) -> list[tuple[int, int, list[int]]]:
    """Close polls whose time is over: (note id, author id, ids of the people here who made them or voted)."""
    rows = await db.fetch(
        """WITH over AS (
               SELECT note_id FROM polls WHERE closed_at IS NULL AND expires_at <= now() ORDER BY expires_at LIMIT %s FOR UPDATE SKIP LOCKED),
           closed AS (UPDATE polls p SET closed_at = now() FROM over WHERE p.note_id = over.note_id RETURNING p.note_id)
           SELECT n.id, n.account_id, ARRAY(
               SELECT u.account_id FROM users u WHERE u.account_id = n.account_id
               UNION SELECT v.account_id FROM votes v JOIN users u ON u.account_id = v.account_id WHERE v.note_id = n.id)
           FROM closed JOIN notes n ON n.id = closed.note_id""",
        (limit,),
    )
    return [(row[0], row[1], list(row[2])) for row in rows]


async def trim(db: Queries) -> None:
    await timelines.trim_homes(db)
    await signups.trim(db)
    await conversations.mend(db)
    await db.write(
        "DELETE FROM notification_requests r WHERE NOT EXISTS (SELECT FROM notifications x WHERE x.account_id = r.account_id"
        " AND x.from_id = r.from_id AND x.filtered)"
    )
    await keys.forget_replaced(db, OLD_KEYS_DAYS)
    await db.write("DELETE FROM idempotency WHERE created_at < now() - interval '1 day'")
    await db.write("DELETE FROM oauth_codes WHERE expires_at < now() - interval '1 hour'")
    await db.write("DELETE FROM oauth_tokens WHERE expires_at < now() - interval '1 day'")
    await db.write("DELETE FROM invites WHERE expires_at < now() OR uses_left <= 0")
