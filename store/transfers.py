"""What a person's tables and archives are made of, and how far imports and archives are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pleromad.model.transfer import Archive, Import
from store.pool import Queries

HANDLE = "CASE WHEN a.domain IS NULL THEN a.username || '@' || %(domain)s ELSE a.username || '@' || a.domain END"
MOST_FAILURES = 20  # kept in words

# Each kind's table as it is written out: rows of texts, numbers, truths and lists.
_EXPORTS = {
    "follows": f"""SELECT {HANDLE}, f.show_boosts, f.notify, f.languages FROM follows f JOIN accounts a ON a.id = f.target_id
        WHERE f.account_id = %(id)s AND f.accepted AND a.deleted_at IS NULL AND NOT EXISTS (SELECT FROM rooms r WHERE r.account_id = a.id)
        ORDER BY f.id DESC""",
    "blocks": f"""SELECT {HANDLE} FROM blocks b JOIN accounts a ON a.id = b.target_id
        WHERE b.account_id = %(id)s AND a.deleted_at IS NULL ORDER BY b.id DESC""",
    "mutes": f"""SELECT {HANDLE}, m.notifications FROM mutes m JOIN accounts a ON a.id = m.target_id
        WHERE m.account_id = %(id)s AND a.deleted_at IS NULL AND (m.expires_at IS NULL OR m.expires_at > now()) ORDER BY m.id DESC""",
    "lists": f"""SELECT l.title, {HANDLE} FROM lists l JOIN list_members m ON m.list_id = l.id JOIN accounts a ON a.id = m.account_id
        WHERE l.account_id = %(id)s AND a.deleted_at IS NULL ORDER BY l.id, m.id""",
    "bookmarks": """SELECT n.uri FROM bookmarks b JOIN notes n ON n.id = b.note_id WHERE b.account_id = %(id)s ORDER BY b.id DESC""",
    "domain_blocks": "SELECT domain FROM domain_blocks WHERE account_id = %(id)s ORDER BY domain",
    "filters": """SELECT f.title, f.contexts, f.action, f.expires_at, k.keyword, k.whole_word FROM filters f
        JOIN filter_keywords k ON k.filter_id = f.id WHERE f.account_id = %(id)s ORDER BY f.id, k.id""",
}


async def exported(db: Queries, kind: str, account_id: int, domain: str) -> list[Sequence[Any]]:
    return await db.fetch(_EXPORTS[kind], {"id": account_id, "domain": domain})


async def counts(db: Queries, account_id: int, domain: str) -> dict[str, int]:
    """How many rows each kind's table has; one query."""
    columns = ", ".join(f"(SELECT count(*) FROM ({sql}) AS t{n})" for n, sql in enumerate(_EXPORTS.values()))
    row = await db.fetch_one(f"SELECT {columns}", {"id": account_id, "domain": domain})
    assert row is not None
    return dict(zip(_EXPORTS, row, strict=True))


# ---- imports

IMPORT = "id, kind, total, done, failed, failures, created_at"


def _import(row: Sequence[Any]) -> Import:
    return Import(row[0], row[1], row[2], row[3], row[4], tuple(row[5]), row[6])


async def add_import(db: Queries, id: int, account_id: int, kind: str, total: int) -> None:
    await db.write("INSERT INTO imports (id, account_id, kind, total) VALUES (%s, %s, %s, %s)", (id, account_id, kind, total))


async def imports(db: Queries, account_id: int, limit: int) -> list[Import]:
    rows = await db.fetch(f"SELECT {IMPORT} FROM imports WHERE account_id = %s ORDER BY id DESC LIMIT %s", (account_id, limit))
    return [_import(row) for row in rows]


async def owner_of_import(db: Queries, id: int) -> int | None:
    value = await db.fetch_value("SELECT account_id FROM imports WHERE id = %s", (id,))
    return None if value is None else int(value)


async def row_done(db: Queries, id: int) -> None:
    await db.write("UPDATE imports SET done = least(done + 1, total - failed) WHERE id = %s", (id,))


async def row_failed(db: Queries, id: int, why: str) -> None:
    await db.write(
        "UPDATE imports SET failed = least(failed + 1, total - done),"
        " failures = CASE WHEN cardinality(failures) < %s THEN failures || %s::text ELSE failures END WHERE id = %s",
        (MOST_FAILURES, why, id),
    )


# ---- archives

ARCHIVE = "id, name, size_bytes, failed, created_at"


def _archive(row: Sequence[Any]) -> Archive:
    return Archive(*row)


async def add_archive(db: Queries, id: int, account_id: int, name: str, since: datetime) -> bool:
    """False when the last one was made after `since`."""
    return bool(
        await db.execute(
            "INSERT INTO archives (id, account_id, name) SELECT %s, %s, %s WHERE NOT EXISTS ("
            "SELECT FROM archives WHERE account_id = %s AND created_at > %s AND NOT failed)",
            (id, account_id, name, account_id, since),
        )
    )


async def archives(db: Queries, account_id: int) -> list[Archive]:
    return [_archive(row) for row in await db.fetch(f"SELECT {ARCHIVE} FROM archives WHERE account_id = %s ORDER BY id DESC", (account_id,))]


async def archive(db: Queries, id: int) -> tuple[int | None, Archive] | None:
    """(whose, the archive)."""
    row = await db.fetch_one(f"SELECT account_id, {ARCHIVE} FROM archives WHERE id = %s", (id,))
    return (row[0], _archive(row[1:])) if row else None


async def archive_done(db: Queries, id: int, size_bytes: int) -> None:
    await db.write("UPDATE archives SET size_bytes = %s, failed = false WHERE id = %s", (size_bytes, id))


async def archive_failed(db: Queries, id: int) -> None:
    await db.write("UPDATE archives SET failed = true WHERE id = %s", (id,))


async def drop_archives(db: Queries, before: datetime) -> list[str]:
    """Forget old ones, and those whose person has gone: the names of their files."""
    rows = await db.fetch("DELETE FROM archives WHERE created_at < %s OR account_id IS NULL RETURNING name", (before,))
    return [row[0] for row in rows]


@dataclass(frozen=True, slots=True)
class SaidRow:
    """A note of one's own for the archive: `data` is its ActivityStreams object; of a boost `boosted_uri` instead."""

    id: int
    uri: str
    created_at: datetime
    visibility: str
    data: dict[str, Any] | None
    content: str
    boosted_uri: str | None


async def said(db: Queries, account_id: int, after: int, limit: int) -> list[SaidRow]:
    """Everything somebody said, oldest first."""
    rows = await db.fetch(
        """SELECT n.id, n.uri, n.created_at, n.visibility, n.data, n.content, b.uri FROM notes n LEFT JOIN notes b ON b.id = n.boost_of_id
           WHERE n.account_id = %s AND n.id > %s ORDER BY n.id LIMIT %s""",
        (account_id, after, limit),
    )
    return [SaidRow(*row) for row in rows]


async def liked(db: Queries, account_id: int) -> list[str]:
    rows = await db.fetch("SELECT n.uri FROM likes l JOIN notes n ON n.id = l.note_id WHERE l.account_id = %s ORDER BY l.id", (account_id,))
    return [row[0] for row in rows]


async def files(db: Queries, account_id: int) -> list[tuple[str, int]]:
    """(path in the media folder, bytes) of what somebody uploaded."""
    rows = await db.fetch("SELECT path, coalesce(size_bytes, 0) FROM media WHERE account_id = %s AND path IS NOT NULL ORDER BY id", (account_id,))
    return [(row[0], int(row[1])) for row in rows]
