"""Bookmarks, and Pleroma's folders for them."""

from __future__ import annotations

import msgspec

from pleromad.model.personal import BookmarkFolder as Folder
from protocols.mastodon.door import Call, Listed, NoForm, id_of
from protocols.mastodon.endpoints.actions import now
from protocols.mastodon.entities.pleroma import BookmarkFolder


class BookmarkForm(msgspec.Struct):
    folder_id: str | None = None


class FolderForm(msgspec.Struct):
    name: str | None = None
    emoji: str | None = None


class NewFolderForm(msgspec.Struct):
    name: str
    emoji: str = ""


async def bookmark(call: Call[BookmarkForm]) -> bytes:
    """Again without `folder_id`: out of its folder."""
    await call.core.personal.bookmark(call.me.id, call.id, _folder(call))
    return await now(call)


async def unbookmark(call: Call[NoForm]) -> bytes:
    await call.core.personal.unbookmark(call.me.id, call.id)
    return await now(call)


async def many(call: Call[BookmarkForm]) -> Listed:
    found = await call.core.reading.bookmarks(call.me.id, call.page, _folder(call))
    return await call.statuses(found)


def _folder(call: Call[BookmarkForm]) -> int | None:
    return id_of(call.form.folder_id) if call.form.folder_id else None


async def folders(call: Call[NoForm]) -> list[BookmarkFolder]:
    return [_entity(one) for one in await call.core.personal.bookmark_folders(call.me.id)]


async def create(call: Call[NewFolderForm]) -> BookmarkFolder:
    return _entity(await call.core.personal.add_bookmark_folder(call.me.id, call.form.name, call.form.emoji))


async def update(call: Call[FolderForm]) -> BookmarkFolder:
    changed = await call.core.personal.change_bookmark_folder(call.me.id, call.id, name=call.form.name, emoji=call.form.emoji)
    return _entity(changed)


async def delete(call: Call[NoForm]) -> BookmarkFolder:
    """What was in it stays a bookmark."""
    return _entity(await call.core.personal.delete_bookmark_folder(call.me.id, call.id))


def _entity(one: Folder) -> BookmarkFolder:
    return BookmarkFolder(id=str(one.id), name=one.name, emoji=one.emoji, emoji_url=one.emoji_url)
