"""Direct notes by thread and people: one row per person here, written when a note comes."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from pleromad.model.page import Page
from store.pool import Queries
from store.refs import REFS, REFS_FROM, Ref, ref_of, visible
from store.timelines import page_of as notes_page


@dataclass(frozen=True, slots=True)
class ConversationRow:
    """`people` are all in it, sorted."""

    id: int
    unread: bool
    people: tuple[int, ...]
    last_note_id: int
    ref: Ref


async def put(db: Queries, note_ids: Collection[int], owners: Collection[int]) -> list[tuple[int, int]]:
    """These direct notes among the conversations of those of `owners` who are in them. Returns (conversation, whose).

    Unread when its newest is somebody else's; what one writes oneself has been read.
    """
    if not note_ids or not owners:
        return []
    rows = await db.fetch(
        """WITH said AS (
               SELECT n.id, n.conversation_id, n.account_id AS author, p.people, md5(array_to_string(p.people, ',')) AS people_key
               FROM notes n CROSS JOIN LATERAL (
                   SELECT array_agg(x ORDER BY x) AS people FROM (
                       SELECT n.account_id AS x UNION SELECT m.account_id FROM mentions m WHERE m.note_id = n.id) AS everybody) AS p
               WHERE n.id = ANY(%(notes)s) AND n.visibility = 'direct' AND n.room_id IS NULL),
           put AS (
               INSERT INTO directs (account_id, conversation_id, people, people_key, last_note_id, unread)
               SELECT o.id, s.conversation_id, s.people, s.people_key, max(s.id), (array_agg(s.author ORDER BY s.id DESC))[1] <> o.id
               FROM said s JOIN unnest(%(owners)s::bigint[]) AS o(id) ON o.id = ANY(s.people) GROUP BY 1, 2, 3, 4
               ON CONFLICT (account_id, conversation_id, people_key) DO UPDATE SET
                   last_note_id = greatest(directs.last_note_id, excluded.last_note_id),
                   unread = CASE WHEN excluded.last_note_id >= coalesce(directs.last_note_id, 0) THEN excluded.unread
                       ELSE directs.unread OR excluded.unread END
               RETURNING id, account_id, conversation_id, people_key),
           kept AS (
               INSERT INTO direct_notes (account_id, note_id, direct_id)
               SELECT p.account_id, s.id, p.id FROM put p JOIN said s ON s.conversation_id = p.conversation_id AND s.people_key = p.people_key
               ON CONFLICT DO NOTHING)
           SELECT id, account_id FROM put ORDER BY id""",
        {"notes": list(note_ids), "owners": list(owners)},
    )
    return [(row[0], row[1]) for row in rows]


async def ending_in(db: Queries, note_id: int) -> list[tuple[int, int]]:
    """(conversation, whose) of those whose newest note it is."""
    return [(row[0], row[1]) for row in await db.fetch("SELECT id, account_id FROM directs WHERE last_note_id = %s", (note_id,))]


async def mend(db: Queries) -> None:
    """After notes were deleted: the newest one left is the last; a conversation without any is gone."""
    await db.write(
        "UPDATE directs d SET last_note_id = (SELECT max(k.note_id) FROM direct_notes k WHERE k.direct_id = d.id)"
        " WHERE d.last_note_id IS NULL AND EXISTS (SELECT FROM direct_notes k WHERE k.direct_id = d.id)"
    )
    await db.write("DELETE FROM directs d WHERE d.last_note_id IS NULL AND NOT EXISTS (SELECT FROM direct_notes k WHERE k.direct_id = d.id)")


async def page_of(
    db: Queries, viewer: int, page: Page, *, ids: Collection[int] | None = None, recipients: Collection[int] = ()
) -> list[ConversationRow]:
    """By their newest note, which is what they are paged by. `ids`: among these; `recipients`: only those all of these people are in."""
    ascending = page.min_id is not None
    lower = page.min_id if ascending else page.since_id
    rows = await db.fetch(
        f"""SELECT {REFS}, d.id, d.unread, d.people, d.last_note_id FROM directs d JOIN ({REFS_FROM}) ON n.id = d.last_note_id
            WHERE d.account_id = %(viewer)s AND {visible(viewer)} AND d.people @> %(people)s::bigint[]
              AND (%(ids)s::bigint[] IS NULL OR d.id = ANY(%(ids)s))
              AND (%(max)s::bigint IS NULL OR d.last_note_id < %(max)s) AND (%(lower)s::bigint IS NULL OR d.last_note_id > %(lower)s)
            ORDER BY d.last_note_id {"ASC" if ascending else "DESC"} LIMIT %(limit)s""",
        {"viewer": viewer, "ids": list(ids) if ids is not None else None, "people": list(recipients), "max": page.max_id, "lower": lower, "limit": page.limit},
    )
    found = [ConversationRow(row[8], row[9], tuple(row[10]), row[11], ref_of(row)) for row in rows]
    return found[::-1] if ascending else found


async def notes_of(db: Queries, viewer: int, id: int, page: Page) -> tuple[list[Ref], list[int]]:
    """Refs of the notes in one of the viewer's conversations, and the keys they are paged by."""
    return await notes_page(
        db, viewer, page, wanted=False, conditions=["k.direct_id = %(direct)s", "k.account_id = %(viewer)s"], params={"direct": id},
        key="k.note_id", source="""direct_notes k JOIN notes n ON n.id = k.note_id JOIN accounts a ON a.id = n.account_id
            LEFT JOIN notes b ON b.id = n.boost_of_id LEFT JOIN accounts c ON c.id = b.account_id""",
    )  # fmt: skip


async def set_unread(db: Queries, viewer: int, ids: Sequence[int] | None, unread: bool) -> list[int]:
    """Those of `ids` (None: all) that changed, newest first."""
    rows = await db.fetch(
        "UPDATE directs SET unread = %s WHERE account_id = %s AND unread <> %s AND (%s::bigint[] IS NULL OR id = ANY(%s))"
        " RETURNING id, last_note_id",
        (unread, viewer, unread, list(ids) if ids is not None else None, list(ids) if ids is not None else None),
    )
    return [row[0] for row in sorted(rows, key=lambda row: row[1] or 0, reverse=True)]


async def delete(db: Queries, viewer: int, id: int) -> bool:
    """Only from the viewer's list: the notes stay."""
    return bool(await db.execute("DELETE FROM directs WHERE account_id = %s AND id = %s", (viewer, id)))


async def unread(db: Queries, viewer: int) -> int:
    return int(await db.fetch_value("SELECT count(*) FROM directs WHERE account_id = %s AND unread", (viewer,)))
