"""Threads that are or were walked for their replies on other servers."""

from __future__ import annotations

from pleromad.model.walk import Walk
from store.pool import Queries

LONGEST_SECONDS = 600  # one that was begun before that and never ended was lost


async def begin(db: Queries, note_id: int, again_seconds: float) -> bool:
    """False while it is walked, or when it was not long ago."""
    return bool(
        await db.execute(
            "INSERT INTO walks (note_id) VALUES (%(id)s) ON CONFLICT (note_id) DO UPDATE SET started_at = now(), finished_at = NULL, found = 0"
            " WHERE walks.finished_at < now() - make_interval(secs => %(again)s)"
            " OR walks.finished_at IS NULL AND walks.started_at < now() - make_interval(secs => %(longest)s)",
            {"id": note_id, "again": again_seconds, "longest": LONGEST_SECONDS},
        )
    )


async def one(db: Queries, note_id: int) -> Walk | None:
    row = await db.fetch_one(
        "SELECT finished_at IS NULL AND started_at > now() - make_interval(secs => %s), found FROM walks WHERE note_id = %s",
        (LONGEST_SECONDS, note_id),
    )
    return Walk(note_id, bool(row[0]), row[1]) if row else None


async def found(db: Queries, note_id: int, count: int) -> None:
    await db.execute("UPDATE walks SET found = %s WHERE note_id = %s", (count, note_id))


async def finish(db: Queries, note_id: int, count: int) -> None:
    await db.execute("UPDATE walks SET finished_at = now(), found = %s WHERE note_id = %s", (count, note_id))
