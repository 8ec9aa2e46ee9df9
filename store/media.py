"""Attachments: files of ours (`path`) and addresses of others' (`remote_url`)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from pleromad.model.media import Media, MediaKind
from pleromad.model.note import RemoteAttachment
from store.pool import Queries

COLUMNS = """m.id, m.account_id, m.note_id, m.kind, m.media_type, m.path, m.preview_path, m.remote_url, m.remote_preview_url,
    m.description, m.blurhash, m.width, m.height, m.preview_width, m.preview_height, m.duration_seconds, m.size_bytes, m.focus_x,
    m.focus_y, m.ready"""


def media_of(row: Sequence[Any], media_url: str) -> Media:
    """A row of COLUMNS; `media_url` is the prefix that `path` is joined to."""
    (id, account, note, kind, media_type, path, preview_path, remote, remote_preview, description, blurhash, width, height,
     preview_width, preview_height, duration, size, focus_x, focus_y, ready) = row  # fmt: skip
    return Media(
        id=id,
        account_id=account,
        note_id=note,
        kind=MediaKind(kind),
        media_type=media_type,
        url=media_url + path if path else remote or "",
        preview_url=media_url + preview_path if preview_path else remote_preview,
        remote_url=remote,
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
    )


async def of_notes(db: Queries, note_ids: Collection[int], media_url: str) -> dict[int, tuple[Media, ...]]:
    """In the order of the notes' attachments; one query."""
    if not note_ids:
        return {}
    rows = await db.fetch(
        f"SELECT {COLUMNS} FROM media m WHERE m.note_id = ANY(%s) ORDER BY m.note_id, m.position, m.id", (list(note_ids),)
    )
    found: dict[int, list[Media]] = {}
    for row in rows:
        found.setdefault(row[2], []).append(media_of(row, media_url))
    return {id: tuple(each) for id, each in found.items()}


async def by_ids(db: Queries, ids: Iterable[int], media_url: str) -> dict[int, Media]:
    wanted = list(set(ids))
    if not wanted:
        return {}
    rows = await db.fetch(f"SELECT {COLUMNS} FROM media m WHERE m.id = ANY(%s)", (wanted,))
    return {row[0]: media_of(row, media_url) for row in rows}


async def one(db: Queries, id: int, media_url: str) -> Media | None:
    return (await by_ids(db, [id], media_url)).get(id)


async def owned(db: Queries, account_id: int, ids: Collection[int], media_url: str) -> dict[int, Media]:
    """Those of `ids` that this account uploaded; locked, so that two notes cannot take the same."""
    rows = await db.fetch(
        f"SELECT {COLUMNS} FROM media m WHERE m.id = ANY(%s) AND m.account_id = %s FOR UPDATE", (list(ids), account_id)
    )
    return {row[0]: media_of(row, media_url) for row in rows}


async def add(db: Queries, columns: dict[str, Any]) -> None:
    """`columns` has the names of the table."""
    await db.execute(
        f"INSERT INTO media ({', '.join(columns)}) VALUES ({', '.join(['%s'] * len(columns))})", tuple(columns.values())
    )


async def attach(db: Queries, note_id: int, media_ids: Sequence[int]) -> None:
    """Exactly these, in this order, are the note's attachments."""
    await db.execute("UPDATE media SET note_id = NULL WHERE note_id = %s AND NOT id = ANY(%s::bigint[])", (note_id, list(media_ids)))
    if media_ids:
        await db.execute(
            "UPDATE media m SET note_id = %s, position = t.place FROM unnest(%s::bigint[]) WITH ORDINALITY AS t(id, place) WHERE m.id = t.id",
            (note_id, list(media_ids)),
        )


async def add_remote(
    db: Queries, ids: Sequence[int], account_id: int, note_id: int, attachments: Sequence[RemoteAttachment]
) -> None:
    for position, (id, each) in enumerate(zip(ids, attachments, strict=True)):
        focus = each.focus or (None, None)
        await add(
            db,
            {
                "id": id,
                "account_id": account_id,
                "note_id": note_id,
                "position": position,
                "kind": kind_of(each.media_type).value,
                "media_type": each.media_type,
                "remote_url": each.url,
                "remote_preview_url": each.preview_url,
                "description": each.description,
                "blurhash": each.blurhash,
                "width": each.width,
                "height": each.height,
                "duration_seconds": each.duration_seconds,
                "focus_x": focus[0],
                "focus_y": focus[1],
            },
        )


async def replace_remote(
    db: Queries, ids: Sequence[int], account_id: int, note_id: int, attachments: Sequence[RemoteAttachment]
) -> None:
    await db.execute("DELETE FROM media WHERE note_id = %s AND remote_url IS NOT NULL", (note_id,))
    await add_remote(db, ids, account_id, note_id, attachments)


async def describe(
    db: Queries, account_id: int, id: int, description: str | None, focus: tuple[float, float] | None
) -> bool:
    """None leaves a thing as it is. False when it is not theirs."""
    x, y = focus or (None, None)
    return bool(
        await db.execute(
            "UPDATE media SET description = coalesce(%s, description), focus_x = coalesce(%s, focus_x), focus_y = coalesce(%s, focus_y)"
            " WHERE id = %s AND account_id = %s",
            (description, x, y, id, account_id),
        )
    )


async def delete_unattached(db: Queries, before: datetime) -> list[tuple[str | None, str | None]]:
    """Uploads that no note, profile or older stage of a note uses; returns their (path, preview path)."""
    rows = await db.fetch(
        """DELETE FROM media m WHERE m.note_id IS NULL AND m.path IS NOT NULL AND m.created_at < %s
             AND NOT EXISTS (SELECT FROM note_edits e WHERE m.id = ANY(e.media_ids))
             AND NOT EXISTS (SELECT FROM accounts a WHERE a.id = m.account_id
                 AND (position(m.path IN coalesce(a.avatar_url, '')) > 0 OR position(m.path IN coalesce(a.header_url, '')) > 0))
           RETURNING m.path, m.preview_path""",
        (before,),
    )
    return [(row[0], row[1]) for row in rows]


def kind_of(media_type: str) -> MediaKind:
    major = media_type.partition("/")[0]
    return MediaKind(major) if major in ("image", "video", "audio") else MediaKind.UNKNOWN
