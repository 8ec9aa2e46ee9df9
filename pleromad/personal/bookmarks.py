"""Bookmarks, and the folders they lie in."""

from __future__ import annotations

from pleromad.errors import Invalid, NotFound
from pleromad.model import event
from pleromad.model.event import Event
from pleromad.model.personal import BookmarkFolder
from pleromad.personal.desk import Keeper
from store import bookmarks as rows

MAX_FOLDERS = 100
MAX_NAME = 256
MAX_EMOJI = 60


class Bookmarks(Keeper):
    async def bookmark(self, viewer: int, note_id: int, folder_id: int | None = None) -> None:
        """Into a folder, or (None) out of all. Raises NotFound for what the viewer may not see."""
        note = (await self._reading.note(viewer, note_id)).note
        if folder_id is not None:
            await self.bookmark_folder(viewer, folder_id)
        kept = note.boost_of or note
        await rows.add(self._database, await self._ids.mint(), viewer, kept.id, folder_id)
        self._bus.publish([Event(event.NOTE_KEPT, kept.id, viewer, text="bookmark")])

    async def unbookmark(self, viewer: int, note_id: int) -> None:
        await rows.remove(self._database, viewer, note_id)
        self._bus.publish([Event(event.NOTE_KEPT, note_id, viewer, text="-bookmark")])

    async def bookmark_folders(self, viewer: int) -> list[BookmarkFolder]:
        return await rows.folders(self._database, viewer)

    async def bookmark_folder(self, viewer: int, id: int) -> BookmarkFolder:
        """Raises NotFound, as do the others for a folder of somebody else."""
        found = await rows.folder(self._database, viewer, id)
        if found is None:
            raise NotFound
        return found

    async def add_bookmark_folder(self, viewer: int, name: str, emoji: str = "") -> BookmarkFolder:
        """Raises Invalid."""
        name, emoji = _checked(name, emoji)
        if len(await self.bookmark_folders(viewer)) >= MAX_FOLDERS:
            raise Invalid(f"Validation failed: at most {MAX_FOLDERS} folders", field="name")
        id = await self._ids.mint()
        await rows.add_folder(self._database, id, viewer, name, emoji or None)
        return await self.bookmark_folder(viewer, id)

    async def change_bookmark_folder(self, viewer: int, id: int, *, name: str | None = None, emoji: str | None = None) -> BookmarkFolder:
        """Raises Invalid. An empty `emoji` takes it away."""
        known = await self.bookmark_folder(viewer, id)
        name, emoji = _checked(known.name if name is None else name, known.emoji or "" if emoji is None else emoji)
        await rows.change_folder(self._database, id, {"name": name, "emoji": emoji or None})
        return await self.bookmark_folder(viewer, id)

    async def delete_bookmark_folder(self, viewer: int, id: int) -> BookmarkFolder:
        """What is in it stays a bookmark. Returns it as it was."""
        known = await self.bookmark_folder(viewer, id)
        await rows.delete_folder(self._database, id)
        return known


def _checked(name: str, emoji: str) -> tuple[str, str]:
    name, emoji = " ".join(name.split()), emoji.strip().strip(":")
    if not name or len(name) > MAX_NAME:
        raise Invalid(f"Validation failed: Name must have 1 to {MAX_NAME} characters", field="name")
    if len(emoji) > MAX_EMOJI or not emoji.isprintable():
        raise Invalid("Validation failed: Emoji is none", field="emoji")
    return name, emoji
