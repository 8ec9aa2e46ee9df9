"""The shelf for what people here upload: pictures, sound, films. Files in the media folder, a row for each in the store."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

from twisted.internet.defer import CancelledError, DeferredSemaphore
from twisted.internet.threads import deferToThreadPool
from twisted.logger import Logger

from pleromad import films, signatures
from pleromad.clock import Clock
from pleromad.config import Settings
from pleromad.errors import Invalid, NotFound, StoreUnavailable, TooLarge
from pleromad.ids import Ids
from pleromad.jobs import Drop, Job, Jobs
from pleromad.media_files import MediaFiles
from pleromad.model.media import Media, MediaKind
from pleromad.signatures import Format
from pleromad.text.characters import clean
from store import media as media_rows
from store.media import Stored
from store.pool import Database

log = Logger()
T = TypeVar("T")

UNATTACHED_HOURS = 24  # how long an upload waits for its note
CONVERT = "film"  # the job
AT_ONCE = 2  # pictures worked on at a time: a big one takes some hundred megabytes


class MediaShelf:
    """`settings` is asked each time for what is in force. Files are named at random: what a person called them is not kept."""

    def __init__(
        self, database: Database, settings: Callable[[], Settings], ids: Ids, clock: Clock, jobs: Jobs, reactor: Any
    ) -> None:
        self._database = database
        self._settings = settings
        self._ids = ids
        self._clock = clock
        self._reactor = reactor
        self._turns = DeferredSemaphore(AT_ONCE)
        self._films = DeferredSemaphore(1)
        self._jobs = jobs
        jobs.work(CONVERT, self._convert_later, concurrency=1, on_exhausted=self._leave)

    @property
    def _files(self) -> MediaFiles:
        settings = self._settings()
        return MediaFiles(settings.data_dir / "media", settings.media.max_pixels)

    async def upload(
        self,
        account_id: int,
        data: bytes,
        *,
        filename: str = "",
        media_type: str = "",
        description: str = "",
        focus: tuple[float, float] | None = None,
        thumbnail: bytes | None = None,
        later: bool = False,
    ) -> Media:
        """Keep a file. What it is is seen by its content; `filename` and `media_type` are what the client says of it.

        A film or sound that not every client plays is converted first; with `later` afterwards, and is not `ready` until then.
        Raises Invalid and TooLarge with `field` file, description, focus or thumbnail.
        """
        format = self._check(data)
        description = _described(description, self._settings().media.max_description)
        focus = _focused(focus)
        if thumbnail:
            self._check(thumbnail, "thumbnail")
        files = self._files
        stored = await self._kept(files.keep, data, format, thumbnail or None)
        try:
            if stored.better and not self._settings().media.convert:
                stored = replace(stored, better=False)
            elif stored.better and not later:
                stored = await self._convert_now(stored)
            id = await self._ids.mint()
            await media_rows.add(self._database, id, account_id, stored, description, focus)
            if stored.better:
                await self._jobs.add(CONVERT, {"media_id": id}, max_attempts=3)
        except BaseException:
            await self._in_thread(
                files.remove, [stored.path, stored.preview.path if stored.preview else None]
            )
            raise
        return await self.one(account_id, id)

    async def keep_picture(self, data: bytes) -> str:
        """A picture of the server's own, which hangs on nobody: its address. Raises Invalid, TooLarge."""
        format = self._check(data)
        if format.kind is not MediaKind.IMAGE:
            raise Invalid("Validation failed: File content type is invalid", field="file")
        stored = await self._kept(self._files.keep, data, format, None)
        return f"{self._media_url}{stored.path}"

    async def one(self, viewer: int | None, id: int) -> Media:
        """One's own upload. Raises NotFound."""
        media = await media_rows.one(self._database, id, self._media_url)
        if media is None or viewer is None or media.account_id != viewer:
            raise NotFound()
        return media

    async def waiting(self, account_id: int, paths: Sequence[str]) -> dict[str, int]:
        """Ids of one's own uploads that hang on nothing yet, by their path: the part of their URL after /media/."""
        return await media_rows.waiting(self._database, account_id, paths)

    async def describe(
        self,
        viewer: int | None,
        id: int,
        description: str | None = None,
        focus: tuple[float, float] | None = None,
        thumbnail: bytes | None = None,
    ) -> Media:
        """Change what is said of one's own upload while it hangs on no note; None leaves a thing as it is.

        Afterwards it is changed with its note (Update, `media_changes`). Raises NotFound, Invalid, TooLarge.
        """
        media = await self.one(viewer, id)
        if viewer is None or media.note_id is not None:
            raise NotFound()
        description = None if description is None else _described(description, self._settings().media.max_description)
        focus = _focused(focus)
        if thumbnail:
            self._check(thumbnail, "thumbnail")
            files = self._files
            await media_rows.set_preview(
                self._database, id, await self._kept(files.keep_thumbnail, thumbnail)
            )
            await self._in_thread(files.remove, [media.preview_path])
        await media_rows.describe(self._database, viewer, id, description, focus)
        return await self.one(viewer, id)

    async def set_mascot(self, account_id: int, id: int) -> Media:
        """A picture that front-ends show to its owner. Raises NotFound, Invalid for what is no picture."""
        media = await self.one(account_id, id)
        if media.kind is not MediaKind.IMAGE:
            raise Invalid("Validation failed: mascots can only be images", field="file")
        await media_rows.set_mascot(self._database, account_id, id)
        return media

    async def mascot(self, account_id: int) -> Media | None:
        id = await media_rows.mascot(self._database, account_id)
        return None if id is None else await self.one(account_id, id)

    async def discard(self, viewer: int, id: int) -> None:
        """Throw one's own upload away before a note has it. Raises NotFound, and Invalid when it hangs on one."""
        media = await self.one(viewer, id)
        if media.note_id is not None or not await media_rows.discard(self._database, viewer, id):
            raise Invalid("Media attachment is currently used by a status", field="id")
        await self._in_thread(self._files.remove, [media.path, media.preview_path])

    def open(self, path: str) -> tuple[Path, str]:
        """(the file, the media type to send it with) of the part of a URL after /media/. Raises NotFound.

        Never a file outside the folder. What a browser could run (HTML, SVG ...) is only ever sent as bytes to be saved.
        """
        return self._files.find(path)

    async def forget_unattached(self) -> int:
        """Take from the shelf what was uploaded a day ago and hangs on nothing. Returns how many files went."""
        before = self._clock.now() - timedelta(hours=UNATTACHED_HOURS)
        paths = await media_rows.delete_unattached(self._database, before)
        if paths:
            await self._in_thread(self._files.remove, paths)
        return len(paths)

    async def _convert_now(self, stored: Stored) -> Stored:
        await self._films.acquire()
        try:
            better = await self._convert(stored)
        finally:
            self._films.release()
        if better.path != stored.path:
            await self._in_thread(self._files.remove, [stored.path])
        return better

    async def _convert_later(self, job: Job) -> None:
        stored = await self._unfinished(job)
        better = await self._convert(stored)
        kept = await media_rows.finish(self._database, job.payload["media_id"], better)
        unused = {stored.path, better.path} - ({better.path} if kept else set())
        await self._in_thread(self._files.remove, unused)

    async def _leave(self, job: Job) -> None:
        """It could not be converted in several tries: it stays what it is."""
        await media_rows.finish(self._database, job.payload["media_id"], await self._unfinished(job))

    async def _unfinished(self, job: Job) -> Stored:
        media = await media_rows.one(self._database, job.payload["media_id"], self._media_url)
        if media is None or media.ready or media.path is None:
            raise Drop("nothing to convert")
        return Stored(
            kind=media.kind,
            media_type=media.media_type,
            path=media.path,
            size_bytes=media.size_bytes or 0,
            width=media.width,
            height=media.height,
            duration_seconds=media.duration_seconds,
        )

    async def _convert(self, stored: Stored) -> Stored:
        conversion, most = films.Conversion(), self._settings().media.max_video_bytes
        pool = self._reactor.getThreadPool()
        try:
            return await deferToThreadPool(self._reactor, pool, self._files.convert, stored, most, conversion)
        except CancelledError:  # the daemon stops: it does not wait for the film
            conversion.end()
            raise

    @property
    def _media_url(self) -> str:
        return self._settings().uris.media("")

    def _check(self, data: bytes, field: str = "file") -> Format:
        if not data:
            raise Invalid("Validation failed: the file is empty", field=field)
        format = signatures.recognise(data)
        if format is None or (field == "thumbnail" and format.kind is not MediaKind.IMAGE):
            raise Invalid("Validation failed: File content type is invalid", field=field)
        limits = self._settings().media
        most = limits.max_image_bytes if format.kind is MediaKind.IMAGE else limits.max_video_bytes
        if len(data) > most:
            raise TooLarge(
                f"Validation failed: File file size must be less than {most / (1024 * 1024):g} MB",
                field=field,
            )
        return format

    async def _kept(self, work: Callable[..., T], *args: Any) -> T:
        """Raises StoreUnavailable where the folder takes no more (a full disk), besides what `work` raises."""
        try:
            return await self._in_thread(work, *args)
        except OSError as error:
            log.error("A file could not be kept: {error}", error=str(error))
            raise StoreUnavailable("Files cannot be stored at the moment, please try again later", detail=str(error)) from error

    async def _in_thread(self, work: Callable[..., T], *args: Any) -> T:
        """At most AT_ONCE at a time. Goes on to its end when nobody waits for it any more."""
        await self._turns.acquire()
        running = deferToThreadPool(self._reactor, self._reactor.getThreadPool(), work, *args)
        running.addBoth(self._end_turn)
        result: T = await running
        return result

    def _end_turn(self, result: Any) -> Any:
        self._turns.release()
        return result


def _described(description: str, most: int) -> str:
    description = clean(description).strip()
    if len(description) > most:
        raise Invalid(
            f"Validation failed: Description is too long (maximum is {most} characters)",
            field="description",
        )
    return description


def _focused(focus: tuple[float, float] | None) -> tuple[float, float] | None:
    """Two numbers from -1 to 1 (Mastodon: focal points); beyond is taken for the edge."""
    if focus is None:
        return None
    if not all(math.isfinite(value) for value in focus):
        raise Invalid("Validation failed: the focus must be two numbers from -1 to 1", field="focus")
    x, y = (max(-1.0, min(1.0, value)) for value in focus)
    return x, y
