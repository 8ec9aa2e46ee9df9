"""The media folder: `xx/<32 random hex digits>.<extension>`, and `-small` beside it. All but `find` is slow and belongs in a thread."""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from pleromad import films, images, signatures
from pleromad.errors import Invalid, NotFound
from pleromad.model.media import MediaKind
from pleromad.signatures import Format
from store.media import Preview, Stored


class MediaFiles:
    def __init__(self, folder: Path, max_pixels: int) -> None:
        self.folder = folder
        self._max_pixels = max_pixels

    def keep(self, data: bytes, format: Format, thumbnail: bytes | None = None) -> Stored:
        """Write a file and its preview. Raises Invalid and TooLarge, then nothing is left behind.

        `better` of what comes back is set where another form should be made of it, by `convert`.
        """
        written: list[str] = []
        try:
            preview = self.keep_thumbnail(thumbnail, written) if thumbnail else None
            if format.kind is MediaKind.IMAGE:
                return self._keep_picture(data, format, preview, written)
            return self._keep_film(data, format, preview, written)
        except BaseException:
            self.remove(written)
            raise

    def keep_thumbnail(self, data: bytes, written: list[str] | None = None) -> Preview:
        """A preview of somebody's own choice, of any picture."""
        format = signatures.recognise(data)
        if format is None or format.kind is not MediaKind.IMAGE:
            raise Invalid("Validation failed: the thumbnail is no picture", field="thumbnail")
        picture = images.prepare(data, format, self._max_pixels, field="thumbnail")
        return self._preview(picture.thumbnail or picture.image, picture.blurhash, _new_name(), written)

    def remove(self, paths: Iterable[str | None]) -> None:
        for path in paths:
            if path:
                with contextlib.suppress(FileNotFoundError):
                    (self.folder / path).unlink()

    def find(self, path: str) -> tuple[Path, str]:
        """(the file, the media type to send it with). Raises NotFound, also for whatever lies outside the folder."""
        parts = path.split("/")
        if len(path) > 500 or any(
            not part or part[0] == "." or "\\" in part or not part.isprintable() for part in parts
        ):
            raise NotFound()
        folder = self.folder.resolve()
        try:
            file = (folder / path).resolve()
            found = file.is_relative_to(folder) and file.is_file()
        except (OSError, ValueError):
            found = False
        if not found:
            raise NotFound()
        return file, signatures.SAFE.get(file.suffix[1:].lower(), signatures.BYTES)

    def _keep_picture(
        self, data: bytes, format: Format, preview: Preview | None, written: list[str]
    ) -> Stored:
        picture = images.prepare(data, format, self._max_pixels)
        image = picture.image
        name = _new_name()
        path = f"{name}.{image.format.extension}"
        self._write(path, image.data, written)
        if preview is None and picture.thumbnail is not None:
            preview = self._preview(picture.thumbnail, picture.blurhash, name, written)
        return Stored(
            kind=MediaKind.IMAGE,
            media_type=image.format.media_type,
            path=path,
            size_bytes=len(image.data),
            width=image.width,
            height=image.height,
            preview=preview or Preview(None, image.width, image.height, picture.blurhash),
        )

    def _keep_film(self, data: bytes, format: Format, preview: Preview | None, written: list[str]) -> Stored:
        name = _new_name()
        path = f"{name}.{format.extension}"
        self._write(path, data, written)
        film = films.look_at(self.folder / path)
        if preview is None and film.still:
            picture = images.prepare(film.still, signatures.PNG, self._max_pixels)
            preview = self._preview(picture.thumbnail or picture.image, picture.blurhash, name, written)
        return Stored(
            kind=format.kind,
            media_type=format.media_type,
            path=path,
            size_bytes=len(data),
            width=film.width,
            height=film.height,
            duration_seconds=film.duration_seconds,
            preview=preview,
            better=_better(format, film),
        )

    def convert(self, stored: Stored, max_bytes: int, conversion: films.Conversion) -> Stored:
        """The film or sound in the form that each client plays, as a second file; unchanged where that cannot be done."""
        format = next(one for one in (signatures.MP4, signatures.MP3) if one.kind is stored.kind)
        path = f"{_new_name()}.{format.extension}"
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        if not conversion.run(self.folder / stored.path, format, file, max_bytes):
            return replace(stored, better=False)
        film = films.look_at(file)
        return replace(
            stored,
            media_type=format.media_type,
            path=path,
            size_bytes=file.stat().st_size,
            width=film.width,
            height=film.height,
            duration_seconds=film.duration_seconds,
            better=False,
        )

    def _preview(self, image: images.Encoded, blurhash: str, name: str, written: list[str] | None) -> Preview:
        path = f"{name}-small.{image.format.extension}"
        self._write(path, image.data, written)
        return Preview(path, image.width, image.height, blurhash)

    def _write(self, path: str, data: bytes, written: list[str] | None) -> None:
        """Whole or not at all: under another name first. What was written is noted in `written`."""
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        draft = file.with_name(f".{file.name}.part")
        try:
            with draft.open("xb") as out:
                out.write(data)
                out.flush()
                os.fsync(out.fileno())
            draft.rename(file)
        except BaseException:
            draft.unlink(missing_ok=True)
            raise
        if written is not None:
            written.append(path)


def _better(format: Format, film: films.Film) -> bool:
    """Whether some phone or browser would not play it: WebM and Ogg on Apple's, HEVC in MP4 or QuickTime nearly everywhere else."""
    if not film.codecs:
        return False
    if format.kind is MediaKind.AUDIO:
        return format in (signatures.OGG, signatures.WEBM_AUDIO)
    return film.width is not None and (format is not signatures.MP4 or not film.codecs <= {"h264", "aac", "mp3"})


def _new_name() -> str:
    name = secrets.token_hex(16)
    return f"{name[:2]}/{name}"
