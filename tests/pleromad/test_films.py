from __future__ import annotations

import shutil
import subprocess
import tempfile
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image
from twisted.internet import reactor, task
from twisted.trial.unittest import SkipTest, SynchronousTestCase

from pleromad import films, signatures
from pleromad.errors import Invalid
from pleromad.model.media import MediaKind
from tests.support.core import CoreCase


def film(extension: str = "webm", *options: str) -> bytes:
    """A second of a test picture with a tone."""
    tool = shutil.which("ffmpeg")
    if tool is None or shutil.which("ffprobe") is None:
        raise SkipTest("ffmpeg is not installed")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / f"film.{extension}"
        picture = ("-f", "lavfi", "-i", "testsrc=duration=1:size=64x48:rate=5")
        tone = ("-f", "lavfi", "-i", "sine=duration=1")
        subprocess.run([tool, "-v", "error", *picture, *tone, *options, str(file)], check=True)
        return file.read_bytes()


class ConversionTests(CoreCase):
    def opened(self, media: Any) -> bytes:
        return self.core.media.open(media.path)[0].read_bytes()

    def files(self) -> list[str]:
        return [file.name for file in (self.core.settings.data_dir / "media").rglob("*") if file.is_file() and "small" not in file.name]

    async def test_a_webm_becomes_an_mp4(self) -> None:
        alice = await self.person("alice")
        media = await self.core.media.upload(alice.id, film())
        self.assertEqual((media.media_type, media.path[-4:], media.ready), ("video/mp4", ".mp4", True))
        self.assertEqual((media.width, media.height, round(media.duration_seconds)), (64, 48, 1))
        self.assertEqual(signatures.recognise(self.opened(media)), signatures.MP4)
        self.assertEqual(len(self.opened(media)), media.size_bytes)
        self.assertEqual(len(self.files()), 1)

    async def test_an_ogg_becomes_an_mp3_and_an_mp4_stays(self) -> None:
        alice = await self.person("alice")
        sound = await self.core.media.upload(alice.id, film("ogg", "-map", "1:a"))
        self.assertEqual((sound.media_type, sound.kind), ("audio/mpeg", MediaKind.AUDIO))
        data = film("mp4", "-c:v", "libx264", "-pix_fmt", "yuv420p")
        self.assertEqual(self.opened(await self.core.media.upload(alice.id, data)), data)

    async def test_later_it_is_ready_after_its_job_and_cannot_be_attached_before(self) -> None:
        alice = await self.person("alice")
        await self.core.jobs.stop()
        media = await self.core.media.upload(alice.id, film(), later=True)
        self.assertFalse(media.ready)
        with self.assertRaises(Invalid) as refused:
            await self.say(alice, "look", media_ids=(media.id,))
        self.assertIn("have not finished processing", refused.exception.public)
        await self.core.jobs.start()
        while not (media := await self.core.media.one(alice.id, media.id)).ready:
            await task.deferLater(reactor, 0.05)
        self.assertEqual(media.media_type, "video/mp4")
        self.assertEqual(self.files(), [Path(media.path).name])
        self.assertEqual((await self.say(alice, "look", media_ids=(media.id,))).media[0].id, media.id)

    async def test_what_cannot_be_converted_stays_what_it_is(self) -> None:
        alice = await self.person("alice")
        data = film()
        self.patch(films, "CONVERT_SECONDS", 0)
        media = await self.core.media.upload(alice.id, data)
        self.assertEqual((media.media_type, media.ready, self.opened(media)), ("video/webm", True, data))
        self.assertEqual(len(self.files()), 1)

    async def test_a_conversion_that_is_not_wanted_any_more_leaves_nothing(self) -> None:
        conversion = films.Conversion()
        conversion.end()
        file, out = Path(self.mktemp()), Path(self.mktemp())
        file.write_bytes(film())
        self.assertFalse(conversion.run(file, signatures.MP4, out, 1_000_000))
        self.assertFalse(out.exists())

    async def test_one_that_would_be_too_big_is_given_up(self) -> None:
        file, out = Path(self.mktemp()), Path(self.mktemp())
        file.write_bytes(film())
        self.assertFalse(films.Conversion().run(file, signatures.MP4, out, 3_000))
        self.assertFalse(out.exists())


class KeptAsItIsTests(CoreCase):
    SETTINGS = {"media": {"convert": False}}

    async def test_where_staff_want_no_conversion_there_is_none(self) -> None:
        alice = await self.person("alice")
        data = film()
        media = await self.core.media.upload(alice.id, data, later=True)
        self.assertEqual((media.ready, media.media_type, media.size_bytes), (True, "video/webm", len(data)))


class FilmTests(SynchronousTestCase):
    def test_without_ffmpeg_nothing_is_known_and_nothing_fails(self) -> None:
        self.patch(films, "_tools", lambda: None)
        self.assertEqual(films.look_at(Path("nowhere.mp4")), films.Film())

    def test_a_film_has_a_size_a_length_and_a_still(self) -> None:
        tool = shutil.which("ffmpeg")
        if tool is None or shutil.which("ffprobe") is None:
            raise SkipTest("ffmpeg is not installed")
        file = Path(self.mktemp() + ".webm")
        source = ("-f", "lavfi", "-i", "testsrc=duration=1:size=64x48:rate=5")
        subprocess.run([tool, "-v", "error", *source, str(file)], check=True)
        film = films.look_at(file)
        self.assertEqual((film.width, film.height, film.duration_seconds), (64, 48, 1.0))
        assert film.still is not None
        self.assertEqual(Image.open(BytesIO(film.still)).size, (64, 48))

    def test_a_file_that_is_no_film_is_none(self) -> None:
        if shutil.which("ffprobe") is None:
            raise SkipTest("ffmpeg is not installed")
        file = Path(self.mktemp())
        file.write_bytes(b"#EXTM3U\n#EXTINF:1,\nfile:///etc/hostname\n")
        self.assertEqual(films.look_at(file), films.Film())
