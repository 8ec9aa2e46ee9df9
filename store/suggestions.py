"""People one might like: suggestions, the directory, friends of friends."""

from __future__ import annotations

from collections.abc import Collection

from store.pool import Queries

FRIENDS = 300  # whose follows are looked at: the newest
MOST_POPULAR = 200

# Of an account `a`: it wants to be found, and is still there.
_LISTED = """a.discoverable AND a.suspended_at IS NULL AND a.deleted_at IS NULL AND a.silenced_at IS NULL AND a.moved_to_uri IS NULL
    AND a.type <> 'Application' AND NOT EXISTS (SELECT FROM rooms r WHERE r.account_id = a.id AND r.secret)"""
_UNWANTED = """(EXISTS (SELECT FROM blocks x WHERE x.account_id = a.id AND x.target_id = %(viewer)s)
    OR EXISTS (SELECT FROM blocks x WHERE x.account_id = %(viewer)s AND x.target_id = a.id)
    OR EXISTS (SELECT FROM mutes x WHERE x.account_id = %(viewer)s AND x.target_id = a.id AND (x.expires_at IS NULL OR x.expires_at > now()))
    OR EXISTS (SELECT FROM domain_blocks x WHERE x.account_id = %(viewer)s AND x.domain = a.domain))"""


async def suggested(db: Queries, viewer: int, limit: int, offset: int = 0) -> list[tuple[int, int, int, bool]]:
    """(account id, how many of those the viewer follows follow it, how many people here do, 0: not counted, whether staff recommend it).

    First whom staff recommend, then whom friends follow, then who is popular here. Not whom the viewer follows, asked, blocks, mutes or sent away.
    """
    rows = await db.fetch(
        f"""WITH friends AS (
                SELECT target_id FROM follows WHERE account_id = %(viewer)s AND accepted ORDER BY id DESC LIMIT {FRIENDS}),
            theirs AS (
                SELECT f.target_id AS id, count(*) AS friends FROM friends JOIN follows f ON f.account_id = friends.target_id AND f.accepted
                GROUP BY f.target_id ORDER BY count(*) DESC LIMIT 1000)
            SELECT a.id, coalesce(t.friends, 0), coalesce(p.followers, 0), a.suggested
            FROM (SELECT id FROM theirs UNION SELECT account_id FROM popular_accounts UNION SELECT id FROM accounts WHERE suggested) s
            JOIN accounts a ON a.id = s.id LEFT JOIN theirs t ON t.id = s.id LEFT JOIN popular_accounts p ON p.account_id = s.id
            WHERE a.id <> %(viewer)s AND {_LISTED} AND NOT {_UNWANTED}
              AND NOT EXISTS (SELECT FROM follows f WHERE f.account_id = %(viewer)s AND f.target_id = a.id)
              AND NOT EXISTS (SELECT FROM suggestion_dismissals d WHERE d.account_id = %(viewer)s AND d.target_id = a.id)
            ORDER BY a.suggested DESC, t.friends DESC NULLS LAST, p.followers DESC NULLS LAST, a.followers_count DESC, a.id LIMIT %(limit)s OFFSET %(offset)s""",
        {"viewer": viewer, "limit": limit, "offset": offset},
    )
    return [(row[0], row[1], row[2], row[3]) for row in rows]


async def dismiss(db: Queries, viewer: int, account_id: int) -> None:
    await db.write(
        "INSERT INTO suggestion_dismissals (account_id, target_id) SELECT %s, id FROM accounts WHERE id = %s ON CONFLICT DO NOTHING",
        (viewer, account_id),
    )


async def count_popular(db: Queries) -> None:
    """Whom people here follow most. In a transaction."""
    await db.write("DELETE FROM popular_accounts")
    await db.write(
        f"""INSERT INTO popular_accounts (account_id, followers)
            SELECT a.id, f.count FROM (
                SELECT f.target_id, count(*) FROM follows f JOIN users u ON u.account_id = f.account_id WHERE f.accepted
                GROUP BY f.target_id ORDER BY count(*) DESC LIMIT {2 * MOST_POPULAR}) f
            JOIN accounts a ON a.id = f.target_id WHERE {_LISTED} ORDER BY f.count DESC LIMIT {MOST_POPULAR}"""
    )


async def directory(db: Queries, viewer: int | None, *, newest: bool, local: bool, limit: int, offset: int) -> list[int]:
    """Ids of people who want to be found: those who wrote last, or (`newest`) who came last."""
    conditions = [_LISTED]
    if local:
        conditions.append("a.domain IS NULL")
    if viewer is not None:
        conditions.append(f"NOT {_UNWANTED}")
    order = "a.id DESC" if newest else "a.last_status_at DESC NULLS LAST, a.id DESC"
    rows = await db.fetch(
        f"SELECT a.id FROM accounts a WHERE {' AND '.join(conditions)} ORDER BY {order} LIMIT %(limit)s OFFSET %(offset)s",
        {"viewer": viewer, "limit": limit, "offset": offset},
    )
    return [row[0] for row in rows]


async def familiar(db: Queries, viewer: int, ids: Collection[int], most: int) -> dict[int, list[int]]:
    """Of those the viewer follows, who follow each of `ids`: at most `most`. Who hides whom they follow is not told, on either side."""
    rows = await db.fetch(
        """SELECT t.id, ARRAY(
               SELECT f.account_id FROM follows f
                   JOIN follows m ON m.account_id = %(viewer)s AND m.target_id = f.account_id AND m.accepted
                   JOIN accounts a ON a.id = f.account_id
               WHERE f.target_id = t.id AND f.accepted AND f.account_id <> %(viewer)s AND NOT a.hide_collections
                 AND a.suspended_at IS NULL AND a.deleted_at IS NULL
               ORDER BY f.id DESC LIMIT %(most)s)
           FROM accounts t WHERE t.id = ANY(%(ids)s) AND NOT t.hide_collections""",
        {"viewer": viewer, "ids": list(ids), "most": most},
    )
    return {row[0]: list(row[1]) for row in rows}
