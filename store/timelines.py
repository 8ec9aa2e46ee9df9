"""Lists of notes, newest first: each one query that yields the refs of a page, whatever its size."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from pleromad.model.choice import ALL, Choice
from pleromad.model.page import Page
from store.pool import Queries
from store.refs import REFS, REFS_FROM, Ref, ref_of, visible

# What the viewer does not want to see in timelines: muted authors (of boosted notes too), blocked domains.
UNBLOCKED = "NOT EXISTS (SELECT FROM domain_blocks x WHERE x.account_id = %(viewer)s AND x.domain IN (a.domain, c.domain))"
WANTED = f"""NOT EXISTS (SELECT FROM mutes x WHERE x.account_id = %(viewer)s AND x.target_id IN (n.account_id, b.account_id)
        AND (x.expires_at IS NULL OR x.expires_at > now()))
    AND {UNBLOCKED}"""


async def page_of(
    db: Queries,
    viewer: int | None,
    page: Page,
    *,
    conditions: Sequence[str] = (),
    source: str = REFS_FROM,
    key: str = "n.id",
    wanted: bool = True,
    choice: Choice = ALL,
    params: Mapping[str, Any] | None = None,
) -> tuple[list[Ref], list[int]]:
    """A page of refs and the keys they are paged by. Only what the viewer may see; muted people left out when `wanted`."""
    where = [*conditions, visible(viewer), f"(b.id IS NULL OR {visible(viewer, 'b', 'c')})"]
    if viewer is not None and wanted:
        where.append(UNBLOCKED if choice.muted else WANTED)
    values: dict[str, Any] = {"viewer": viewer, "offset": page.offset, **(params or {})}
    if choice is not ALL:
        where += _chosen(choice, viewer, values)
    if page.max_id is not None:
        where.append(f"{key} < %(max_id)s")
        values["max_id"] = page.max_id
    lower = page.min_id if page.min_id is not None else page.since_id
    if lower is not None:
        where.append(f"{key} > %(lower)s")
        values["lower"] = lower
    ascending = page.min_id is not None
    rows = await db.fetch(
        f"SELECT {REFS}, {key} FROM {source} WHERE {' AND '.join(where)}"
        f" ORDER BY {key} {'ASC' if ascending else 'DESC'} LIMIT {_rows(page.limit)}" + (" OFFSET %(offset)s" if page.offset else ""),
        values,
    )
    rows = rows[: page.limit]
    if ascending:
        rows = rows[::-1]
    return [ref_of(row) for row in rows], [row[8] for row in rows]


def _chosen(choice: Choice, viewer: int | None, values: dict[str, Any]) -> list[str]:
    """The conditions of a choice. A boost is of the host of who boosts, and has the media of what is boosted."""
    where = []
    if choice.local:
        where.append("n.local")
    if choice.remote:
        where.append("NOT n.local")
    if choice.only_media:
        where.append("coalesce(b.has_media, n.has_media)")
    if choice.host:
        where.append("a.domain = %(host)s")
        values["host"] = choice.host
    if choice.exclude_visibilities:
        where.append("n.visibility <> ALL(%(not_visible)s)")
        values["not_visible"] = list(choice.exclude_visibilities)
    if choice.replies and viewer is not None:
        to_whom = ["n.in_reply_to_uri IS NULL", "n.account_id = %(viewer)s", "n.in_reply_to_account_id = %(viewer)s"]
        if choice.replies == "following":
            to_whom.append("EXISTS (SELECT FROM follows g WHERE g.account_id = %(viewer)s AND g.target_id = n.in_reply_to_account_id AND g.accepted)")
        where.append(f"({' OR '.join(to_whom)})")
    return where


def _rows(limit: int) -> int:
    """A few round numbers instead of any: a plan is made for each, and a plan for any number at all is a bad one."""
    return next((most for most in (20, 40, 80) if limit <= most), limit)


_REST = """ JOIN accounts a ON a.id = n.account_id
    LEFT JOIN notes b ON b.id = n.boost_of_id LEFT JOIN accounts c ON c.id = b.account_id"""


async def home(db: Queries, owner: int, page: Page, choice: Choice) -> tuple[list[Ref], list[int]]:
    return await page_of(
        db, owner, page, conditions=["h.owner_id = %(viewer)s"], choice=choice, key="h.note_id",
        source="home h JOIN notes n ON n.id = h.note_id" + _REST,
    )  # fmt: skip


async def public(
    db: Queries, viewer: int | None, page: Page, *, local: bool, remote: bool, only_media: bool, choice: Choice
) -> tuple[list[Ref], list[int]]:
    """The federated timeline; `local`: only ours (with `local` visibility for those logged in), `remote`: only others'."""
    conditions = ["n.boost_of_id IS NULL", "n.room_id IS NULL", "a.silenced_at IS NULL"]
    if local and viewer is not None:
        conditions += ["n.local", "n.visibility IN ('public', 'local')"]
    else:
        conditions += ["n.visibility = 'public'"] + (["n.local"] if local else [])
    if remote:
        conditions.append("NOT n.local")
    if only_media:
        conditions.append("n.has_media")
    # Replies to other people stay out of the timelines of everybody (Mastodon), threads of one's own are in.
    conditions.append("(n.in_reply_to_uri IS NULL OR n.in_reply_to_account_id = n.account_id)")
    return await page_of(db, viewer, page, conditions=conditions, choice=choice)


async def tag(
    db: Queries,
    viewer: int | None,
    name: str,
    page: Page,
    *,
    local: bool,
    remote: bool,
    only_media: bool,
    any: Sequence[str],
    all: Sequence[str],
    none: Sequence[str],
    choice: Choice,
) -> tuple[list[Ref], list[int]]:
    conditions = ["n.visibility = 'public'", "n.boost_of_id IS NULL", "n.room_id IS NULL", "a.silenced_at IS NULL"]
    conditions.append("NOT EXISTS (SELECT FROM tag_rules r WHERE r.tag = %(tag)s AND NOT r.usable)")
    params: dict[str, Any] = {"tag": name}
    if any:
        source = "notes n"
        conditions.append("n.id IN (SELECT t.note_id FROM note_tags t WHERE t.tag = ANY(%(any)s))")
        params["any"] = [name, *any]
        key = "n.id"
    else:
        source = "note_tags t JOIN notes n ON n.id = t.note_id"
        conditions.append("t.tag = %(tag)s")
        key = "t.note_id"
    if all:
        conditions.append("n.tags @> %(all)s")
        params["all"] = list(all)
    if none:
        conditions.append("NOT n.tags && %(none)s")
        params["none"] = list(none)
    if local:
        conditions.append("n.local")
    if remote:
        conditions.append("NOT n.local")
    if only_media:
        conditions.append("n.has_media")
    return await page_of(db, viewer, page, conditions=conditions, source=source + _REST, key=key, params=params, choice=choice)


async def of_account(
    db: Queries,
    viewer: int | None,
    account_id: int,
    page: Page,
    *,
    only_media: bool,
    exclude_replies: bool,
    exclude_boosts: bool,
    pinned: bool,
    tagged: str | None,
    choice: Choice,
) -> tuple[list[Ref], list[int]]:
    conditions = ["n.account_id = %(account)s", "n.room_id IS NULL"]
    params: dict[str, Any] = {"account": account_id}
    if only_media:
        conditions.append("n.has_media")
    if exclude_replies:
        conditions.append("(n.in_reply_to_uri IS NULL OR n.in_reply_to_account_id = n.account_id)")
    if exclude_boosts:
        conditions.append("n.boost_of_id IS NULL")
    if tagged:
        conditions.append("n.tags @> %(tagged)s")
        params["tagged"] = [tagged.lower()]
    if pinned:
        return await page_of(
            db, viewer, page, conditions=conditions, wanted=False, params=params, key="k.id",
            source="pins k JOIN notes n ON n.id = k.note_id" + _REST,
        )  # fmt: skip
    if viewer != account_id:
        conditions.append("n.visibility <> 'direct'")
    return await page_of(db, viewer, page, conditions=conditions, wanted=False, params=params, choice=choice)


async def of_list(db: Queries, viewer: int, list_id: int, page: Page, choice: Choice) -> tuple[list[Ref], list[int]]:
    return await page_of(
        db, viewer, page, conditions=["k.list_id = %(list)s"], params={"list": list_id}, key="k.note_id", choice=choice,
        source="list_notes k JOIN notes n ON n.id = k.note_id" + _REST,
    )  # fmt: skip


async def room(db: Queries, viewer: int | None, room_id: int, page: Page) -> tuple[list[Ref], list[int]]:
    return await page_of(db, viewer, page, conditions=["n.room_id = %(room)s"], params={"room": room_id})


async def direct(db: Queries, viewer: int, page: Page, choice: Choice = ALL) -> tuple[list[Ref], list[int]]:
    """What was said to the viewer, or by the viewer, in direct notes."""
    condition = (
        "n.visibility = 'direct' AND n.room_id IS NULL AND n.id IN (SELECT m.note_id FROM mentions m WHERE m.account_id = %(viewer)s"
        " UNION ALL SELECT o.id FROM notes o WHERE o.account_id = %(viewer)s AND o.visibility = 'direct')"
    )
    return await page_of(db, viewer, page, conditions=[condition], choice=choice)


async def direct_with(db: Queries, viewer: int, other: int, page: Page) -> tuple[list[Ref], list[int]]:
    """What these two said to each other in direct notes."""
    if other == viewer:
        condition = (
            "n.visibility = 'direct' AND n.room_id IS NULL AND n.account_id = %(viewer)s"
            " AND NOT EXISTS (SELECT FROM mentions m WHERE m.note_id = n.id AND m.account_id <> n.account_id)"
        )
        return await page_of(db, viewer, page, conditions=[condition], wanted=False)
    condition = (
        "n.visibility = 'direct' AND n.room_id IS NULL AND n.boost_of_id IS NULL AND ("
        "n.account_id = %(viewer)s AND EXISTS (SELECT FROM mentions m WHERE m.note_id = n.id AND m.account_id = %(other)s)"
        " OR n.account_id = %(other)s AND EXISTS (SELECT FROM mentions m WHERE m.note_id = n.id AND m.account_id = %(viewer)s))"
    )
    return await page_of(db, viewer, page, conditions=[condition], wanted=False, params={"other": other})


async def last_in_rooms(db: Queries, room_ids: Collection[int]) -> dict[int, int]:
    """The newest line of each room that has any."""
    rows = await db.fetch(
        "SELECT r.id, n.id FROM unnest(%s::bigint[]) AS r(id) CROSS JOIN LATERAL"
        " (SELECT id FROM notes WHERE room_id = r.id ORDER BY id DESC LIMIT 1) n",
        (list(room_ids),),
    )
    return {row[0]: row[1] for row in rows}


async def last_directs(db: Queries, viewer: int, limit: int) -> dict[int, int]:
    """The newest direct note with each person, as far as the viewer's last `limit` on either side reach."""
    rows = await db.fetch(
        """SELECT other, max(id) FROM (
               (SELECT n.account_id AS other, n.id FROM mentions m JOIN notes n ON n.id = m.note_id
                WHERE m.account_id = %(viewer)s AND n.visibility = 'direct' AND n.room_id IS NULL ORDER BY m.note_id DESC LIMIT %(limit)s)
               UNION ALL
               (SELECT m.account_id, n.id FROM notes n JOIN mentions m ON m.note_id = n.id
                WHERE n.account_id = %(viewer)s AND n.visibility = 'direct' AND n.room_id IS NULL ORDER BY n.id DESC LIMIT %(limit)s)) x
           GROUP BY other""",
        {"viewer": viewer, "limit": limit},
    )
    return {row[0]: row[1] for row in rows}


async def kept(
    db: Queries, viewer: int | None, which: str, page: Page, *, owner: int | None = None, folder_id: int | None = None, by_note: bool = False
) -> tuple[list[Ref], list[int]]:
    """The viewer's (or another `owner`'s) `bookmarks`, all or of one folder, or `likes`, in the order they were made; `by_note`: in that of the notes."""
    source = f"{'bookmarks' if which == 'bookmarks' else 'likes'} k JOIN notes n ON n.id = k.note_id"
    conditions = ["k.account_id = %(owner)s", *(["k.folder_id = %(folder)s"] if folder_id is not None else [])]
    return await page_of(
        db, viewer, page, conditions=conditions, params={"folder": folder_id, "owner": viewer if owner is None else owner}, source=source + _REST, key="k.note_id" if by_note else "k.id", wanted=False
    )


async def everything(db: Queries, viewer: int, page: Page, *, boosts: bool, choice: Choice) -> tuple[list[Ref], list[int]]:
    """Whatever the viewer may see."""
    return await page_of(db, viewer, page, conditions=[] if boosts else ["n.boost_of_id IS NULL"], wanted=False, choice=choice)


async def with_card(db: Queries, viewer: int | None, card_id: int, page: Page) -> tuple[list[Ref], list[int]]:
    """Public notes whose first link leads to that page."""
    return await page_of(
        db, viewer, page, conditions=["k.card_id = %(card)s", "n.visibility = 'public'", "a.silenced_at IS NULL"], key="k.note_id",
        params={"card": card_id}, source="note_cards k JOIN notes n ON n.id = k.note_id" + _REST,
    )  # fmt: skip


# ---- threads

MAX_DEPTH = 100
MAX_DESCENDANTS = 1000


async def ancestors(db: Queries, id: int) -> list[int]:
    """Ids from the first note of the thread down to the parent."""
    rows = await db.fetch(
        """WITH RECURSIVE up(id, parent, depth) AS (
               SELECT id, in_reply_to_id, 0 FROM notes WHERE id = %s
               UNION ALL SELECT n.id, n.in_reply_to_id, depth + 1 FROM up JOIN notes n ON n.id = up.parent WHERE depth < %s)
           SELECT id FROM up WHERE depth > 0 ORDER BY depth DESC""",
        (id, MAX_DEPTH),
    )
    return [row[0] for row in rows]


async def descendants(db: Queries, id: int) -> list[int]:
    """Ids of all replies below, each right after what it answers, older ones first."""
    rows = await db.fetch(
        """WITH RECURSIVE down(id, path, depth) AS (
               SELECT n.id, ARRAY[n.id], 1 FROM notes n WHERE n.in_reply_to_id = %s
               UNION ALL SELECT n.id, path || n.id, depth + 1 FROM down JOIN notes n ON n.in_reply_to_id = down.id WHERE depth < %s)
           SELECT id FROM down ORDER BY path LIMIT %s""",
        (id, MAX_DEPTH, MAX_DESCENDANTS),
    )
    return [row[0] for row in rows]


# ---- home rows


async def put_home(
    db: Queries,
    note_id: int,
    author_id: int,
    *,
    reply_to: int | None = None,
    boost: bool = False,
    tags: Collection[str] = (),
    bells: bool = True,
) -> list[int]:
    """Write the note into the home of every local follower who wants it and of its author, and into lists; one statement.

    A reply is for those who follow both; a boost for those who did not switch this author's boosts off; `tags` (of a public
    note) bring it to those who follow one of them. Members of an exclusive list are not in its owner's home.

    Returns the followers who want to be told of each note of the author (not of boosts, nor of replies to others); `bells`: there are some.
    """
    foreign_reply = reply_to is not None and reply_to != author_id
    follower = ["f.target_id = %(author)s", "f.accepted"] + (["f.show_boosts"] if boost else [])
    if foreign_reply:
        follower.append(
            "(f.account_id = %(reply_to)s OR EXISTS (SELECT FROM follows g WHERE g.account_id = f.account_id"
            " AND g.target_id = %(reply_to)s AND g.accepted))"
        )
    follower.append(
        "NOT EXISTS (SELECT FROM lists l JOIN list_members m ON m.list_id = l.id AND m.account_id = %(author)s"
        " WHERE l.account_id = f.account_id AND l.exclusive)"
    )
    listed = "true"
    if foreign_reply:
        listed = (
            "(%(reply_to)s = l.account_id OR l.replies_policy = 'followed' AND EXISTS (SELECT FROM follows g WHERE g.account_id = l.account_id"
            " AND g.target_id = %(reply_to)s AND g.accepted) OR l.replies_policy = 'list' AND EXISTS (SELECT FROM list_members o"
            " WHERE o.list_id = l.id AND o.account_id = %(reply_to)s))"
        )
    tagged = (
        " UNION SELECT t.account_id, %(note)s FROM followed_tags t WHERE t.tag = ANY(%(tags)s) AND NOT EXISTS"
        " (SELECT FROM blocks x WHERE x.account_id = t.account_id AND x.target_id = %(author)s)"
        " AND NOT EXISTS (SELECT FROM accounts z WHERE z.id = %(author)s AND z.silenced_at IS NOT NULL)"
        if tags
        else ""
    )
    sql = f"""WITH listed AS (
            INSERT INTO list_notes (list_id, note_id) SELECT l.id, %(note)s FROM list_members m JOIN lists l ON l.id = m.list_id
            WHERE m.account_id = %(author)s AND {listed} ON CONFLICT DO NOTHING),
        homed AS (
            INSERT INTO home (owner_id, note_id)
            SELECT f.account_id, %(note)s FROM follows f JOIN users u ON u.account_id = f.account_id WHERE {" AND ".join(follower)}
            UNION SELECT account_id, %(note)s FROM users WHERE account_id = %(author)s{tagged}
            ON CONFLICT DO NOTHING)
        SELECT f.account_id FROM follows f WHERE f.target_id = %(author)s AND f.notify AND f.accepted"""
    params = {"note": note_id, "author": author_id, "reply_to": reply_to, "tags": list(tags)}
    if bells and not boost and not foreign_reply:
        return [row[0] for row in await db.fetch(sql, params)]
    await db.write(sql, params)
    return []


async def fill_home(db: Queries, owner_id: int, author_id: int, limit: int = 100) -> None:
    """After a follow was accepted: the author's newest notes, so that the home is not empty."""
    await db.write(
        """INSERT INTO home (owner_id, note_id)
           SELECT %s, n.id FROM notes n WHERE n.account_id = %s AND n.visibility <> 'direct' AND n.room_id IS NULL
             AND (n.in_reply_to_uri IS NULL OR n.in_reply_to_account_id = n.account_id)
           ORDER BY n.id DESC LIMIT %s ON CONFLICT DO NOTHING""",
        (owner_id, author_id, limit),
    )


async def clear_home(db: Queries, owner_id: int, author_id: int) -> None:
    """After an unfollow or a block: the author's notes and boosts, and boosts of the author's notes."""
    await db.write(
        """DELETE FROM home h USING notes n LEFT JOIN notes b ON b.id = n.boost_of_id
           WHERE h.owner_id = %s AND n.id = h.note_id AND (n.account_id = %s OR b.account_id = %s)""",
        (owner_id, author_id, author_id),
    )


async def home_owners(db: Queries, note_id: int, among: Collection[int]) -> set[int]:
    rows = await db.fetch("SELECT owner_id FROM home WHERE note_id = %s AND owner_id = ANY(%s)", (note_id, list(among)))
    return {row[0] for row in rows}


async def may_see(db: Queries, note_id: int, among: Collection[int]) -> set[int]:
    """Which of these local accounts may see the note and do not mute or block its author; one query."""
    if not among:
        return set()
    condition = visible(0).replace("%(viewer)s", "v.id")
    wanted = WANTED.replace("%(viewer)s", "v.id")
    rows = await db.fetch(
        f"SELECT v.id FROM unnest(%(among)s::bigint[]) AS v(id), {REFS_FROM} WHERE n.id = %(note)s AND {condition} AND {wanted}",
        {"note": note_id, "among": list(among)},
    )
    return {row[0] for row in rows}


async def trim_homes(db: Queries, keep: int = 1000) -> int:
    """Delete home rows beyond the newest `keep` of each owner; returns how many went."""
    return await db.execute(
        """DELETE FROM home h USING users u WHERE h.owner_id = u.account_id AND h.note_id < coalesce(
               (SELECT note_id FROM home k WHERE k.owner_id = u.account_id ORDER BY note_id DESC OFFSET %s LIMIT 1), 0)""",
        (keep,),
    )
