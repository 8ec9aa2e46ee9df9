"""Media: what was uploaded here (a file in the media folder) and what notes of other servers point at (an address)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pleromad.model.media import Media, MediaKind
from pleromad.model.note import RemoteAttachment
from store.plans import any_of
from store.pool import Queries

COLUMNS = """m.id, m.account_id, m.note_id, m.kind, m.media_type, m.path, m.preview_path, m.remote_url, m.remote_preview_url,
    m.description, m.blurhash, m.width, m.height, m.preview_width, m.preview_height, m.duration_seconds, m.size_bytes,
    m.focus_x, m.focus_y, m.ready, m.scheduled_id"""

MAX_DESCRIPTION = 10_000  # of a remote one; what is longer is cut
MAX_REMOTE = 64  # attachments of one note
MAX_SIDE = 1_000_000  # pixels; what a remote server says beyond that is not believed


def _media(row: Sequence[Any], media_url: str) -> Media:
    (id, account_id, note_id, kind, media_type, path, preview_path, remote_url, remote_preview_url, description, blurhash, width,
     height, preview_width, preview_height, duration, size, focus_x, focus_y, ready, scheduled_id) = row  # fmt: skip
    url = media_url + path if path is not None else remote_url or ""
    preview = media_url + preview_path if preview_path is not None else remote_preview_url
    if preview is None and kind == MediaKind.IMAGE.value:
        preview = url
    return Media(
        id=id,
        account_id=account_id,
        note_id=note_id,
        kind=MediaKind(kind),
        media_type=media_type,
        url=url,
        preview_url=preview,
        remote_url=remote_url,
        description=description,
        blurhash=blurhash,
        width=width,
        height=height,
        preview_width=preview_width,
        preview_height=preview_height,
        duration_seconds=duration,
        size_bytes=size,
        focus=(focus_x, focus_y) if focus_x is not None and focus_y is not None else None,
        path=path,
        preview_path=preview_path,
        ready=ready,
        scheduled_id=scheduled_id,
    )


async def of_notes(db: Queries, note_ids: Iterable[int], media_url: str) -> dict[int, tuple[Media, ...]]:
    """What hangs on these notes, in order. Notes without any are not in it."""
    wanted = list(note_ids)
    if not wanted:
        return {}
    rows = await db.fetch(
        f"SELECT {COLUMNS} FROM media m WHERE m.note_id = ANY(%s) ORDER BY m.note_id, m.position, m.id",
        (any_of(wanted),),
    )
    found: dict[int, list[Media]] = {}
    for row in rows:
        found.setdefault(row[2], []).append(_media(row, media_url))
    return {id: tuple(media) for id, media in found.items()}


async def by_ids(db: Queries, ids: Iterable[int], media_url: str) -> dict[int, Media]:
    wanted = list(set(ids))
    if not wanted:
        return {}
    rows = await db.fetch(f"SELECT {COLUMNS} FROM media m WHERE m.id = ANY(%s)", (wanted,))
    return {row[0]: _media(row, media_url) for row in rows}


async def one(db: Queries, id: int, media_url: str) -> Media | None:
    return (await by_ids(db, [id], media_url)).get(id)


async def owned(db: Queries, account_id: int, ids: Iterable[int], media_url: str) -> dict[int, Media]:
    """Those of `ids` that this account uploaded. In a transaction they stay as they are until its end."""
    wanted = list(set(ids))
    if not wanted:
        return {}
    rows = await db.fetch(
        f"SELECT {COLUMNS} FROM media m WHERE m.id = ANY(%s) AND m.account_id = %s ORDER BY m.id FOR UPDATE",
        (wanted, account_id),
    )
    return {row[0]: _media(row, media_url) for row in rows}


async def waiting(db: Queries, account_id: int, paths: Sequence[str]) -> dict[str, int]:
    """Uploads of this account that hang on no note, by path."""
    rows = await db.fetch(
        "SELECT path, id FROM media WHERE account_id = %s AND note_id IS NULL AND path = ANY(%s)", (account_id, list(paths))
    )
    return {row[0]: row[1] for row in rows}


@dataclass(frozen=True, slots=True)
class Preview:
    """A small picture. `path` None: the thing itself is small enough."""

    path: str | None
    width: int
    height: int
    blurhash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """A file that was put on the shelf, and all that is known of it. `better`: it shall be converted, and is not ready until then."""

    kind: MediaKind
    media_type: str
    path: str
    size_bytes: int
    width: int | None = None
    height: int | None = None
    duration_seconds: float | None = None
    preview: Preview | None = None
    better: bool = False


async def add(
    db: Queries, id: int, account_id: int, stored: Stored, description: str, focus: tuple[float, float] | None
) -> None:
    await db.write(
        "INSERT INTO media (id, account_id, kind, media_type, path, size_bytes, width, height, duration_seconds, description,"
        " focus_x, focus_y, preview_path, preview_width, preview_height, blurhash, ready)"
        " VALUES (" + ", ".join(["%s"] * 17) + ")",
        (
            id,
            account_id,
            stored.kind.value,
            stored.media_type,
            stored.path,
            stored.size_bytes,
            stored.width,
            stored.height,
            stored.duration_seconds,
            description,
            *(focus or (None, None)),
            *_preview_row(stored.preview),
            not stored.better,
        ),
    )


async def finish(db: Queries, id: int, stored: Stored) -> bool:
    """It was converted. False: it is gone meanwhile."""
    return bool(
        await db.execute(
            "UPDATE media SET media_type = %s, path = %s, size_bytes = %s, width = %s, height = %s, duration_seconds = %s, ready = true"
            " WHERE id = %s",
            (stored.media_type, stored.path, stored.size_bytes, stored.width, stored.height, stored.duration_seconds, id),
        )
    )


def _preview_row(preview: Preview | None) -> tuple[Any, ...]:
    return (None,) * 4 if preview is None else (preview.path, preview.width, preview.height, preview.blurhash)


async def set_preview(db: Queries, id: int, preview: Preview) -> None:
    """Another thumbnail."""
    await db.write(
        "UPDATE media SET preview_path = %s, preview_width = %s, preview_height = %s, blurhash = %s WHERE id = %s",
        (*_preview_row(preview), id),
    )


async def attach(db: Queries, note_id: int, media_ids: Sequence[int]) -> None:
    """These, in this order, and no others hang on the note."""
    await db.write(
        "UPDATE media SET note_id = NULL, position = 0 WHERE note_id = %s AND NOT id = ANY(%s)",
        (note_id, list(media_ids)),
    )
    if media_ids:
        await db.write(
            "UPDATE media m SET note_id = %s, position = t.position FROM unnest(%s::bigint[]) WITH ORDINALITY AS t(id, position)"
            " WHERE m.id = t.id",
            (note_id, list(media_ids)),
        )


async def add_remote(
    db: Queries, ids: Sequence[int], account_id: int, note_id: int, attachments: Sequence[RemoteAttachment]
) -> None:
    rows = [
        _remote_row(id, position, attachment)
        for position, (id, attachment) in enumerate(zip(ids, attachments, strict=True))
        if position < MAX_REMOTE
    ]
    if not rows:
        return
    columns = [list(column) for column in zip(*rows, strict=True)]
    await db.write(
        "INSERT INTO media (account_id, note_id, id, position, kind, media_type, remote_url, remote_preview_url, description, blurhash,"
        " width, height, duration_seconds, focus_x, focus_y)"
        " SELECT %s, %s, t.* FROM unnest(%s::bigint[], %s::int[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[],"
        " %s::int[], %s::int[], %s::float8[], %s::float8[], %s::float8[]) AS t",
        (account_id, note_id, *columns),
    )


async def replace_remote(
    db: Queries, ids: Sequence[int], account_id: int, note_id: int, attachments: Sequence[RemoteAttachment]
) -> None:
    """The note was edited elsewhere. Those that hung on it stay as rows of their own, for its history."""
    await db.write("UPDATE media SET note_id = NULL WHERE note_id = %s", (note_id,))
    await add_remote(db, ids, account_id, note_id, attachments)


def _remote_row(id: int, position: int, given: RemoteAttachment) -> tuple[Any, ...]:
    believable = (
        given.width is not None
        and given.height is not None
        and 0 < given.width < MAX_SIDE
        and 0 < given.height < MAX_SIDE
    )
    focus = (
        given.focus
        if given.focus is not None and all(-1 <= value <= 1 for value in given.focus)
        else (None, None)
    )
    duration = given.duration_seconds
    return (
        id,
        position,
        kind_of(given.media_type).value,
        given.media_type.lower()[:100],
        given.url,
        given.preview_url,
        description_of(given),
        given.blurhash[:200] if given.blurhash else None,
        given.width if believable else None,
        given.height if believable else None,
        duration if duration is not None and 0 <= duration < 1e7 else None,
        *focus,
    )


def description_of(given: RemoteAttachment) -> str:
    """As it is kept."""
    return given.description[:MAX_DESCRIPTION].replace("\0", "")


def kind_of(media_type: str) -> MediaKind:
    match media_type.partition("/")[0].lower():
        case "image":
            return MediaKind.IMAGE
        case "video":
            return MediaKind.VIDEO
        case "audio":
            return MediaKind.AUDIO
    return MediaKind.UNKNOWN


async def describe(
    db: Queries, account_id: int, id: int, description: str | None, focus: tuple[float, float] | None
) -> bool:
    """Change what is said of one's own upload; None leaves a thing. False when there is no such upload. The note it hangs on counts as changed."""
    note = await db.fetch_one(
        "UPDATE media SET description = coalesce(%s, description), focus_x = coalesce(%s, focus_x), focus_y = coalesce(%s, focus_y)"
        " WHERE id = %s AND account_id = %s RETURNING note_id",
        (description, *(focus or (None, None)), id, account_id),
    )
    if note is not None and note[0] is not None:
        await db.write("UPDATE notes SET arrived_at = arrived_at WHERE id = %s", (note[0],))
    return note is not None


async def discard(db: Queries, account_id: int, id: int) -> bool:
    """False when it hangs on a note, or on one's profile, by now."""
    return bool(
        await db.execute(
            "DELETE FROM media m USING accounts a WHERE m.id = %s AND m.account_id = %s AND a.id = m.account_id AND m.note_id IS NULL"
            " AND m.scheduled_id IS NULL AND NOT EXISTS (SELECT FROM unnest(ARRAY[a.avatar_url, a.header_url, a.background_url]) AS p(url)"
            " WHERE right(p.url, length(m.path)) = m.path) AND NOT EXISTS (SELECT FROM users u WHERE u.mascot_id = m.id)"
            " AND NOT EXISTS (SELECT FROM notes n JOIN note_edits e ON e.note_id = n.id WHERE n.account_id = a.id AND m.id = ANY(e.media_ids))",
            (id, account_id),
        )
    )


async def delete_unattached(db: Queries, before: datetime, limit: int = 200) -> list[str]:
    """Forget what was put here before that moment and hangs on nothing: no note, said or to be said, no earlier stage of one, no profile.

    Returns the paths of the files nobody needs any more.
    """
    rows = await db.fetch(
        """DELETE FROM media WHERE id IN (
               SELECT m.id FROM media m WHERE m.note_id IS NULL AND m.scheduled_id IS NULL AND m.created_at < %s
                  AND NOT EXISTS (SELECT FROM accounts a WHERE a.id = m.account_id AND m.path IS NOT NULL
                      AND m.path IN (right(a.avatar_url, length(m.path)), right(a.header_url, length(m.path)), right(a.background_url, length(m.path))))
                  AND NOT EXISTS (SELECT FROM users u WHERE u.mascot_id = m.id)
                  AND NOT EXISTS (SELECT FROM notes n JOIN note_edits e ON e.note_id = n.id
                      WHERE n.account_id = m.account_id AND m.id = ANY(e.media_ids))
               ORDER BY m.created_at LIMIT %s FOR UPDATE OF m SKIP LOCKED)
           RETURNING path, preview_path""",
        (before, limit),
    )
    return [path for row in rows for path in row if path is not None]


async def set_mascot(db: Queries, account_id: int, id: int) -> None:
    await db.write("UPDATE users SET mascot_id = %s WHERE account_id = %s", (id, account_id))


async def mascot(db: Queries, account_id: int) -> int | None:
    found: int | None = await db.fetch_value("SELECT mascot_id FROM users WHERE account_id = %s", (account_id,))
    return found
