"""Full-text search. The words come ready made (`pleromad.text.words`): tsvectors to keep, tsqueries to ask."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pleromad.model.page import Page
from store.pool import Queries
from store.refs import REFS, Ref, ref_of, visible
from store.timelines import WANTED

WINDOW = 400  # matches that are ranked, or looked through for a page: the newest
RECENT = 50_000  # notes that are searched first

# Who may find what, by the columns of note_search: a first sieve, so that what others whisper fills no window.
_FOUND_BY_ANYBODY = "s.reader = 0"
_FOUND = """(s.reader < 2 OR s.account_id = %(viewer)s OR s.reader IN (SELECT f.target_id FROM follows f WHERE f.account_id = %(viewer)s
        AND f.accepted) OR EXISTS (SELECT FROM mentions m WHERE m.note_id = s.note_id AND m.account_id = %(viewer)s))"""
# The same by the columns of notes, for searches without words.
_FINDABLE = """(n.visibility IN ('public', 'local') OR n.account_id = %(viewer)s
    OR EXISTS (SELECT FROM follows f WHERE f.account_id = %(viewer)s AND f.target_id = coalesce(n.room_id, n.account_id) AND f.accepted)
    OR EXISTS (SELECT FROM mentions m WHERE m.note_id = n.id AND m.account_id = %(viewer)s))"""
_UNSILENCED = """(a.silenced_at IS NULL OR a.id = %(viewer)s
    OR EXISTS (SELECT FROM follows f WHERE f.account_id = %(viewer)s AND f.target_id = a.id AND f.accepted))"""
_LIBRARY = """(n.account_id = %(viewer)s OR n.id IN (
    SELECT note_id FROM likes WHERE account_id = %(viewer)s UNION ALL SELECT note_id FROM bookmarks WHERE account_id = %(viewer)s
    UNION ALL SELECT note_id FROM mentions WHERE account_id = %(viewer)s UNION ALL SELECT note_id FROM votes WHERE account_id = %(viewer)s
    UNION ALL SELECT boost_of_id FROM notes WHERE account_id = %(viewer)s AND boost_of_id IS NOT NULL))"""

# How well it matches, halved each quarter of a year.
_SCORE = "ts_rank('{0.4, 0.6, 0.8, 1.0}', s.document, %(words)s::tsquery, 1) * exp(-8.9e-8 * extract(epoch FROM now() - n.created_at)::float8)"


@dataclass(frozen=True, slots=True)
class Wanted:
    """`words`: a tsquery, '' for none. `since` is inclusive, `until` exclusive; both are ids of notes."""

    words: str = ""
    authors: Sequence[int] | None = None
    not_authors: Sequence[int] = ()
    since: int | None = None
    until: int | None = None
    library: bool = False
    public: bool = False
    boosts: bool = False


async def put(db: Queries, rows: Sequence[tuple[int, int, int, str]]) -> None:
    """`rows` are (note id, account id, reader, document). Those of notes that are gone by now are left out."""
    await db.write(
        """INSERT INTO note_search (note_id, account_id, reader, document)
           SELECT t.* FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::text[]::tsvector[]) AS t(id, author, reader, document)
           WHERE EXISTS (SELECT FROM notes n WHERE n.id = t.id)
           ON CONFLICT (note_id) DO UPDATE SET reader = excluded.reader, document = excluded.document""",
        tuple(list(column) for column in zip(*rows, strict=True)),
    )


async def put_names(db: Queries, rows: Sequence[tuple[int, str]]) -> None:
    """`rows` are (account id, document)."""
    await db.write(
        """INSERT INTO account_search (account_id, document) SELECT * FROM unnest(%s::bigint[], %s::text[]::tsvector[])
           ON CONFLICT (account_id) DO UPDATE SET document = excluded.document WHERE account_search.document <> excluded.document""",
        tuple(list(column) for column in zip(*rows, strict=True)),
    )


async def recent_from(db: Queries) -> int:
    """The id the newest RECENT notes begin at."""
    value = await db.fetch_value("SELECT note_id FROM note_search ORDER BY note_id DESC OFFSET %s LIMIT 1", (RECENT,))
    return int(value or 0)


async def notes(
    db: Queries, viewer: int | None, wanted: Wanted, page: Page, *, recent: int = 0, ranked: bool = False
) -> list[Ref]:
    """A page of what the viewer may find, newest first; `ranked`: the newest WINDOW matches by how well and how lately they match.

    One statement. Notes from `recent` on are looked through first: a frequent word is found there often enough, a rare one is
    quick to find anywhere. So neither reads all of a large table.
    """
    values: dict[str, Any] = {
        "viewer": viewer, "words": wanted.words, "recent": recent, "window": max(WINDOW, page.limit), "limit": page.limit,
        "offset": page.offset, "authors": list(wanted.authors or ()), "not_authors": list(wanted.not_authors),
        "until": _least(wanted.until, page.max_id),
        "since": _most(wanted.since, None if page.min_id is None and page.since_id is None else (page.min_id or page.since_id or 0) + 1),
    }  # fmt: skip
    ascending = page.min_id is not None
    conditions = _conditions(viewer, wanted)
    if not wanted.words:
        source = "notes n"
        conditions += _bounds("n.id", values) + ([_FINDABLE] if viewer is not None else ["n.visibility = 'public'"])
    elif wanted.boosts:
        # What was boosted has the words, the boost the place in time.
        source = "note_search s JOIN notes n ON n.boost_of_id = s.note_id"
        conditions += ["s.document @@ %(words)s::tsquery", _found(viewer), *_bounds("n.id", values)]
    else:
        source = f"({_window(viewer, wanted, values, ascending)}) s JOIN notes n ON n.id = s.note_id"
    order = f"{_SCORE} DESC, n.id DESC" if ranked and wanted.words and not wanted.boosts else f"n.id {'ASC' if ascending else 'DESC'}"
    # Not prepared: what is the best plan depends on the words.
    rows = await db.fetch(
        f"/* for these words */ SELECT {REFS} FROM {source} JOIN accounts a ON a.id = n.account_id"
        " LEFT JOIN notes b ON b.id = n.boost_of_id LEFT JOIN accounts c ON c.id = b.account_id"
        f" WHERE {' AND '.join(conditions)} ORDER BY {order} LIMIT %(limit)s OFFSET %(offset)s",
        values,
    )
    return [ref_of(row) for row in (rows[::-1] if ascending else rows)]


async def having(db: Queries, note_id: int, words: Sequence[str]) -> list[int]:
    """Which of these tsqueries (by their places in the list; '' is met by all) a note, or what it boosts, meets."""
    rows = await db.fetch(
        """SELECT q.place FROM notes n LEFT JOIN note_search s ON s.note_id = coalesce(n.boost_of_id, n.id)
           CROSS JOIN unnest(%(words)s::text[]) WITH ORDINALITY AS q(words, place)
           WHERE n.id = %(id)s AND CASE WHEN q.words = '' THEN true ELSE s.document @@ q.words::tsquery END""",
        {"id": note_id, "words": list(words)},
    )
    return [int(row[0]) - 1 for row in rows]


def _window(viewer: int | None, wanted: Wanted, values: dict[str, Any], ascending: bool) -> str:
    """The newest matches that the viewer may find, but for blocks and the like: (note_id, document)."""
    conditions = ["s.document @@ %(words)s::tsquery", _found(viewer), *_bounds("s.note_id", values)]
    if wanted.public:
        conditions.append("s.reader = 0")
    if wanted.not_authors:
        conditions.append("NOT s.account_id = ANY(%(not_authors)s)")
    where = " AND ".join(conditions)
    if wanted.authors is not None:  # what they wrote is little beside all that has a frequent word
        return f"""SELECT s.note_id, s.document FROM notes o JOIN note_search s ON s.note_id = o.id
            WHERE o.account_id = ANY(%(authors)s) AND {where} ORDER BY o.id {"ASC" if ascending else "DESC"} LIMIT %(window)s"""
    what = "SELECT s.note_id, s.document FROM note_search s WHERE"
    if ascending:
        return f"{what} {where} ORDER BY s.note_id LIMIT %(window)s"
    # "+ 0": the older part is found by its words, never by walking through all notes.
    return f"""WITH recent AS MATERIALIZED (
            {what} s.note_id > %(recent)s AND {where} ORDER BY s.note_id DESC LIMIT %(window)s),
        older AS MATERIALIZED (
            {what} (SELECT count(*) FROM recent) < %(window)s AND s.note_id <= %(recent)s AND {where}
            ORDER BY s.note_id + 0 DESC LIMIT %(window)s)
        SELECT * FROM recent UNION ALL SELECT * FROM older"""


def _found(viewer: int | None) -> str:
    return _FOUND_BY_ANYBODY if viewer is None else _FOUND


def _bounds(key: str, values: dict[str, Any]) -> list[str]:
    conditions = []
    if values["until"] is not None:
        conditions.append(f"{key} < %(until)s")
    if values["since"] is not None:
        conditions.append(f"{key} >= %(since)s")
    return conditions


def _conditions(viewer: int | None, wanted: Wanted) -> list[str]:
    """What is asked of the note itself, its author, and what it boosts."""
    conditions = [visible(viewer), f"(b.id IS NULL OR {visible(viewer, 'b', 'c')})"]
    conditions.append("n.boost_of_id IS NOT NULL" if wanted.boosts else "n.boost_of_id IS NULL")
    conditions += [WANTED, _UNSILENCED] if viewer is not None else ["a.silenced_at IS NULL"]
    if wanted.authors is not None:
        conditions.append("n.account_id = ANY(%(authors)s)")
    if wanted.not_authors:
        conditions.append("NOT n.account_id = ANY(%(not_authors)s)")
    if wanted.public:
        conditions.append("n.visibility = 'public'")
    if wanted.library and viewer is not None:
        conditions.append(_LIBRARY)
    return conditions


def _least(one: int | None, other: int | None) -> int | None:
    return min((each for each in (one, other) if each is not None), default=None)


def _most(one: int | None, other: int | None) -> int | None:
    return max((each for each in (one, other) if each is not None), default=None)


# ---- people

FOUND_NAMES = 5_000  # matches that are sorted


async def accounts(
    db: Queries, viewer: int | None, words: str, *, username: str, host: str, limit: int, offset: int, following: bool
) -> list[int]:
    """Ids of those whose names match: the exact name first, then whom the viewer follows, then those with most followers."""
    rows = await db.fetch(
        f"""WITH found AS MATERIALIZED (
                SELECT s.account_id FROM account_search s WHERE s.document @@ %(words)s::tsquery
                   {"AND s.account_id IN (SELECT target_id FROM follows WHERE account_id = %(viewer)s AND accepted)" if following else ""}
                LIMIT {FOUND_NAMES})
            SELECT a.id FROM found s JOIN accounts a ON a.id = s.account_id
               LEFT JOIN follows f ON f.account_id = %(viewer)s AND f.target_id = a.id AND f.accepted
            WHERE a.suspended_at IS NULL AND a.deleted_at IS NULL AND a.type <> 'Application' AND (%(host)s = '' OR a.domain LIKE %(like)s)
               AND NOT EXISTS (SELECT FROM blocks b WHERE b.account_id = a.id AND b.target_id = %(viewer)s)
               AND NOT EXISTS (SELECT FROM rooms r WHERE r.account_id = a.id AND r.secret)
            ORDER BY (lower(a.username) = %(username)s) DESC, (f.account_id IS NOT NULL) DESC, a.followers_count DESC, a.id
            LIMIT %(limit)s OFFSET %(offset)s""",
        {
            "viewer": viewer, "words": words, "username": username, "host": host, "limit": limit, "offset": offset,
            "like": host.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%",
        },
    )  # fmt: skip
    return [row[0] for row in rows]


# ---- rows made later

_NOTE = """n.id, n.account_id, n.visibility, n.content, n.room_id, n.spoiler_text, n.title, n.language, n.sensitive,
    n.in_reply_to_uri IS NOT NULL, n.tags,
    ARRAY(SELECT ARRAY[m.kind, m.description] FROM media m WHERE m.note_id = n.id ORDER BY m.position),
    coalesce((SELECT p.options FROM polls p WHERE p.note_id = n.id), '{}'),
    EXISTS (SELECT FROM quotes q WHERE q.note_id = n.id)"""


async def notes_without(db: Queries, below: int, limit: int) -> tuple[int | None, list[Sequence[Any]]]:
    """Of the newest `limit` notes below that id: (the lowest id, columns of those that search does not know), None at the end."""
    ids = [
        row[0]
        for row in await db.fetch("SELECT id FROM notes WHERE id < %s AND boost_of_id IS NULL ORDER BY id DESC LIMIT %s", (below, limit))
    ]
    if not ids:
        return None, []
    rows = await db.fetch(
        f"SELECT {_NOTE} FROM notes n WHERE n.id = ANY(%s) AND NOT EXISTS (SELECT FROM note_search s WHERE s.note_id = n.id)", (ids,)
    )
    return ids[-1], rows


async def accounts_without(db: Queries, below: int, limit: int) -> tuple[int | None, list[Sequence[Any]]]:
    """The same of accounts: id, username, display name."""
    rows = await db.fetch(
        "SELECT a.id, a.username, a.display_name, EXISTS (SELECT FROM account_search s WHERE s.account_id = a.id)"
        " FROM accounts a WHERE a.id < %s ORDER BY a.id DESC LIMIT %s",
        (below, limit),
    )
    return (rows[-1][0] if rows else None), [row for row in rows if not row[3]]
