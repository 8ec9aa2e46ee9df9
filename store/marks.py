"""What one account did to notes, for its own use: pins, muted threads, and all of it in one read (`states`)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from pleromad.model.note import NoteState
from store.plans import any_of
from store.pool import Queries

_STATES = """SELECT note_id, 'l', '' FROM likes WHERE account_id = %(viewer)s AND note_id = ANY(%(ids)s)
    UNION ALL SELECT boost_of_id, 'b', '' FROM notes WHERE account_id = %(viewer)s AND boost_of_id = ANY(%(ids)s)
    UNION ALL SELECT note_id, 'k', folder_id::text FROM bookmarks WHERE account_id = %(viewer)s AND note_id = ANY(%(ids)s)
    UNION ALL SELECT n.id, 'm', '' FROM thread_mutes t JOIN notes n ON n.conversation_id = t.conversation_id
        WHERE t.account_id = %(viewer)s AND n.id = ANY(%(ids)s) AND (t.expires_at IS NULL OR t.expires_at > now())
    UNION ALL SELECT note_id, 'r', emoji FROM reactions WHERE account_id = %(viewer)s AND note_id = ANY(%(ids)s)"""
# Asked only where such notes are among them.
_VOTED = "SELECT note_id, 'v', choice::text FROM votes WHERE account_id = %(viewer)s AND note_id = ANY(%(questions)s)"
_SPOKE = "SELECT note_id, 'd', direct_id::text FROM direct_notes WHERE account_id = %(viewer)s AND note_id = ANY(%(directs)s)"
_FOLLOWS = """SELECT n.id, 'f', '' FROM notes n JOIN follows f ON f.target_id = n.account_id AND f.account_id = %(viewer)s AND f.accepted
        WHERE n.id = ANY(%(chosen)s)
    UNION ALL SELECT n.id, 'g', '' FROM notes n JOIN follows f ON f.account_id = n.account_id AND f.target_id = %(viewer)s AND f.accepted
        WHERE n.id = ANY(%(chosen)s)"""


async def states(
    db: Queries,
    viewer: int,
    ids: Sequence[int],
    questions: Collection[int] = (),
    directs: Collection[int] = (),
    chosen: Collection[int] = (),
) -> dict[int, NoteState]:
    """What the viewer did to these notes; one query that finds nothing in the common case.

    `questions`, `directs` and `chosen`: those of them that are polls, direct, and that only some may quote.
    """
    if not ids:
        return {}
    params: dict[str, Any] = {"viewer": viewer, "ids": any_of(ids)}
    arms = [_STATES]
    for name, arm, those in (("questions", _VOTED, questions), ("directs", _SPOKE, directs), ("chosen", _FOLLOWS, chosen)):
        if those:
            arms.append(arm)
            params[name] = any_of(those)
    rows = await db.fetch(" UNION ALL ".join(arms), params)
    found: dict[int, NoteState] = {}
    for id, what, value in rows:
        state = found.get(id, NoteState())
        match what:
            case "l":
                state = replace(state, liked=True)
            case "b":
                state = replace(state, boosted=True)
            case "k":
                state = replace(state, bookmarked=True, bookmark_folder=int(value) if value else None)
            case "m":
                state = replace(state, muted=True)
            case "r":
                state = replace(state, reactions=(*state.reactions, value))
            case "v":
                state = replace(state, voted=True, own_votes=(*state.own_votes, int(value)))
            case "f":
                state = replace(state, follows_author=True)
            case "g":
                state = replace(state, followed_by_author=True)
            case "d":
                state = replace(state, conversation_id=int(value))
        found[id] = state
    return found


async def add_pin(db: Queries, id: int, account_id: int, note_id: int) -> bool:
    return bool(
        await db.execute(
            "INSERT INTO pins (account_id, note_id, id) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING", (account_id, note_id, id)
        )
    )


async def remove_pin(db: Queries, account_id: int, note_id: int) -> bool:
    return bool(await db.execute("DELETE FROM pins WHERE account_id = %s AND note_id = %s", (account_id, note_id)))


async def pins_count(db: Queries, account_id: int) -> int:
    return int(await db.fetch_value("SELECT count(*) FROM pins WHERE account_id = %s", (account_id,)))


async def mute_thread(db: Queries, account_id: int, conversation_id: int, muted: bool, expires_at: datetime | None = None) -> None:
    if muted:
        await db.write(
            "INSERT INTO thread_mutes (account_id, conversation_id, expires_at) VALUES (%s, %s, %s)"
            " ON CONFLICT (account_id, conversation_id) DO UPDATE SET expires_at = excluded.expires_at",
            (account_id, conversation_id, expires_at),
        )
    else:
        await db.write("DELETE FROM thread_mutes WHERE account_id = %s AND conversation_id = %s", (account_id, conversation_id))
