"""Quotes: which note quotes which, and whether that was allowed."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from pleromad.model.note import QuotePolicy, QuoteRow
from pleromad.model.page import Page
from store.pool import Queries
from store.refs import REFS, REFS_FROM, Ref, ref_of, visible

COLUMNS = "note_id, account_id, quoted_id, quoted_uri, quoted_account_id, state, request_uri, stamp_uri"


_HINDRANCE = """CASE
               WHEN EXISTS (SELECT FROM blocks x WHERE x.account_id = %(viewer)s AND x.target_id = n.account_id) THEN 'blocked_account'
               WHEN EXISTS (SELECT FROM domain_blocks x WHERE x.account_id = %(viewer)s AND x.domain = a.domain) THEN 'blocked_domain'
               WHEN EXISTS (SELECT FROM mutes x WHERE x.account_id = %(viewer)s AND x.target_id = n.account_id
                            AND (x.expires_at IS NULL OR x.expires_at > now())) THEN 'muted_account' END"""


async def put(db: Queries, row: QuoteRow) -> None:
    """A note quotes another one; in place of what it quoted before."""
    await db.write(
        f"""INSERT INTO quotes ({COLUMNS}) VALUES (%s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT (note_id) DO UPDATE SET
              quoted_id = excluded.quoted_id, quoted_uri = excluded.quoted_uri, quoted_account_id = excluded.quoted_account_id,
              state = excluded.state, request_uri = coalesce(excluded.request_uri, quotes.request_uri), stamp_uri = excluded.stamp_uri""",
        (row.note_id, row.account_id, row.quoted_id, row.quoted_uri, row.quoted_account_id, row.state, row.request_uri, row.stamp_uri),
    )


async def one(db: Queries, note_id: int, *, lock: bool = False) -> QuoteRow | None:
    row = await db.fetch_one(f"SELECT {COLUMNS} FROM quotes WHERE note_id = %s{' FOR UPDATE' if lock else ''}", (note_id,))
    return QuoteRow(*row) if row else None


async def by_request(db: Queries, uri: str) -> QuoteRow | None:
    row = await db.fetch_one(f"SELECT {COLUMNS} FROM quotes WHERE request_uri = %s", (uri,))
    return QuoteRow(*row) if row else None


async def by_stamp(db: Queries, uri: str) -> QuoteRow | None:
    row = await db.fetch_one(f"SELECT {COLUMNS} FROM quotes WHERE stamp_uri = %s ORDER BY note_id LIMIT 1", (uri,))
    return QuoteRow(*row) if row else None


async def settle(db: Queries, note_id: int, state: str, *, stamp_uri: str | None = None, request_uri: str | None = None) -> None:
    await db.write(
        "UPDATE quotes SET state = %s, stamp_uri = %s, request_uri = coalesce(%s, request_uri) WHERE note_id = %s",
        (state, stamp_uri, request_uri, note_id),
    )


async def remove(db: Queries, note_id: int) -> None:
    await db.write("DELETE FROM quotes WHERE note_id = %s", (note_id,))


async def count(db: Queries, quoted_id: int, by: int) -> None:
    await db.write("UPDATE notes SET quotes_count = greatest(0, quotes_count + %s) WHERE id = %s", (by, quoted_id))


async def told(db: Queries, note_id: int) -> bool:
    """Whether the author of what this note quotes was told of it."""
    return bool(await db.fetch_value("SELECT EXISTS (SELECT FROM notifications WHERE note_id = %s AND type = 'quote')", (note_id,)))


async def orphan(db: Queries, quoted_id: int) -> list[tuple[int, int]]:
    """A note goes: what quoted it quotes something that was deleted. Returns (note, its author) of those."""
    rows = await db.fetch(
        """WITH gone AS (UPDATE quotes SET state = CASE WHEN state = 'accepted' THEN 'deleted' ELSE state END WHERE quoted_id = %s RETURNING note_id)
           UPDATE notes n SET arrived_at = n.arrived_at FROM gone WHERE n.id = gone.note_id RETURNING n.id, n.account_id""",
        (quoted_id,),
    )
    return [(row[0], row[1]) for row in rows]


async def policy(db: Queries, note_id: int) -> QuotePolicy | None:
    """None: the note does not say who may quote it."""
    row = await db.fetch_one("SELECT quote_automatic, quote_manual FROM notes WHERE id = %s", (note_id,))
    return None if row is None or row[0] is None else QuotePolicy(tuple(row[0]), tuple(row[1] or ()))


async def set_policy(db: Queries, note_id: int, policy: QuotePolicy | None) -> None:
    values = (None, None) if policy is None else (list(policy.automatic), list(policy.manual))
    await db.write("UPDATE notes SET quote_automatic = %s, quote_manual = %s WHERE id = %s", (*values, note_id))


async def relation(db: Queries, one: int, other: int) -> tuple[bool, bool]:
    """Whether the one follows the other, and the other the one."""
    row = await db.fetch_one(
        """SELECT EXISTS (SELECT FROM follows WHERE account_id = %(one)s AND target_id = %(other)s AND accepted),
               EXISTS (SELECT FROM follows WHERE account_id = %(other)s AND target_id = %(one)s AND accepted)""",
        {"one": one, "other": other},
    )
    assert row is not None
    return row[0], row[1]


async def seen_by(db: Queries, quoted_id: int, viewers: Collection[int]) -> dict[int, str]:
    """How each of these people of ours is shown a note that is quoted: accepted, unauthorized, or what they hold against it; one query."""
    condition = visible(0).replace("%(viewer)s", "v.id")
    rows = await db.fetch(
        f"SELECT v.id, {condition}, {_HINDRANCE.replace('%(viewer)s', 'v.id')} FROM unnest(%(viewers)s::bigint[]) AS v(id), {REFS_FROM} WHERE n.id = %(note)s",
        {"viewers": list(viewers), "note": quoted_id},
    )
    return {row[0]: row[2] or ("accepted" if row[1] else "unauthorized") for row in rows}


async def hindrances(db: Queries, viewer: int, ids: Collection[int]) -> dict[int, str]:
    """Why the viewer does not want to see some of these quoted notes: blocked_account, blocked_domain, muted_account."""
    rows = await db.fetch(
        f"""SELECT n.id, {_HINDRANCE}
           FROM notes n JOIN accounts a ON a.id = n.account_id WHERE n.id = ANY(%(ids)s)""",
        {"viewer": viewer, "ids": list(ids)},
    )
    return {row[0]: row[1] for row in rows if row[1] is not None}


async def of_note(db: Queries, viewer: int | None, quoted_id: int, page: Page) -> list[Ref]:
    """Notes that quote it and may, as far as the viewer may see them, newest first."""
    order = "ASC" if page.min_id else "DESC"
    rows = await db.fetch(
        f"""SELECT {REFS} FROM quotes q JOIN {REFS_FROM.replace("notes n JOIN", "notes n ON n.id = q.note_id JOIN", 1)}
            WHERE q.quoted_id = %(quoted)s AND q.state = 'accepted' AND {visible(viewer)}
              AND (%(max)s::bigint IS NULL OR q.note_id < %(max)s) AND (%(min)s::bigint IS NULL OR q.note_id > %(min)s)
            ORDER BY q.note_id {order} LIMIT %(limit)s""",
        {"viewer": viewer, "quoted": quoted_id, "max": page.max_id, "min": page.min_id or page.since_id, "limit": page.limit},
    )
    found = [ref_of(row) for row in rows]
    return found[::-1] if page.min_id else found


async def quoters_here(db: Queries, quoted_id: int) -> Sequence[int]:
    """People of ours who quote a note and may."""
    rows = await db.fetch(
        "SELECT DISTINCT q.account_id FROM quotes q JOIN users u ON u.account_id = q.account_id WHERE q.quoted_id = %s AND q.state = 'accepted'",
        (quoted_id,),
    )
    return [row[0] for row in rows]
