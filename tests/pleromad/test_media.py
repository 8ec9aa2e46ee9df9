from __future__ import annotations

import contextlib
import shutil
import struct
import subprocess
import tempfile
import zlib
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image, ImageCms, ImageDraw
from twisted.internet import defer, reactor, task
from twisted.trial.unittest import SkipTest, SynchronousTestCase

from pleromad import animations, films, images, signatures
from pleromad.errors import Invalid, NotFound, TooLarge
from pleromad.model.media import MediaKind
from pleromad.model.note import RemoteAttachment
from store import media as media_rows
from tests.support.core import CoreCase

SECRET = b"SECRETCAMERA"
PIXELS = 50_000_000


def drawn(width: int = 600, height: int = 300, mode: str = "RGB", at: int = 0) -> Image.Image:
    """Left half red, right half blue, and a white square somewhere."""
    image = Image.new("RGB", (width, height), (200, 0, 0))
    draw = ImageDraw.Draw(image)
    draw.rectangle((width // 2, 0, width, height), fill=(0, 0, 200))
    draw.rectangle((at, at, at + 5, at + 5), fill=(255, 255, 255))
    return image.convert(mode)


def exif() -> Image.Exif:
    found = Image.Exif()
    found[0x0112] = 6  # to be turned a quarter to the right
    found[0x010F] = SECRET.decode()
    found.get_ifd(0x8825)[1] = "N"
    return found


def encoded(image: Image.Image, format: str, **options: Any) -> bytes:
    out = BytesIO()
    image.save(out, format, **options)
    return out.getvalue()


def animated(format: str, **options: Any) -> bytes:
    frames = [drawn(40, 30, at=n * 5) for n in range(4)]
    return encoded(frames[0], format, save_all=True, append_images=frames[1:], duration=50, loop=0, **options)


def prepared(data: bytes, max_pixels: int = PIXELS) -> images.Picture:
    format = signatures.recognise(data)
    assert format is not None
    return images.prepare(data, format, max_pixels)


def opened(image: images.Encoded) -> Image.Image:
    return Image.open(BytesIO(image.data))


def bomb(width: int, height: int) -> bytes:
    """A small PNG that says it is a big picture."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(b"\0" * 1000))
        + chunk(b"IEND", b"")
    )


class SignatureTests(SynchronousTestCase):
    def test_pictures_are_known_by_their_first_bytes(self) -> None:
        for format, media_type in (
            ("JPEG", "image/jpeg"),
            ("PNG", "image/png"),
            ("GIF", "image/gif"),
            ("WEBP", "image/webp"),
            ("AVIF", "image/avif"),
        ):
            found = signatures.recognise(encoded(drawn(20, 20), format))
            self.assertEqual(found and found.media_type, media_type)

    def test_sound_and_films_too(self) -> None:
        for head, media_type in (
            (b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom", "video/mp4"),
            (b"\0\0\0\x18ftypXXXX\0\0\0\0XXXXisom", "video/mp4"),
            (b"\0\0\0\x18ftypM4A \0\0\0\0M4A isom", "audio/mp4"),
            (b"\0\0\0\x14ftypqt  \0\0\0\0qt  ", "video/quicktime"),
            (b"\x1aE\xdf\xa3\x01\0\0B\x82\x84webm" + b"V_VP9", "video/webm"),
            (b"\x1aE\xdf\xa3\x01\0\0B\x82\x84webm" + b"A_OPUS", "audio/webm"),
            (b"OggS" + b"\0" * 24 + b"OpusHead", "audio/ogg"),
            (b"OggS" + b"\0" * 24 + b"\x80theora", "video/ogg"),
            (b"ID3\x04\0", "audio/mpeg"),
            (b"\xff\xfb\x90\x64", "audio/mpeg"),
            (b"\xff\xf1\x50\x80", "audio/aac"),
            (b"fLaC\0\0", "audio/flac"),
            (b"RIFF\0\0\0\0WAVEfmt ", "audio/wav"),
        ):
            found = signatures.recognise(head)
            self.assertEqual(found and found.media_type, media_type, head)

    def test_anything_else_is_not_kept(self) -> None:
        for data in (
            b"",
            b"<svg xmlns='http://www.w3.org/2000/svg'/>",
            b"<html>",
            b"%PDF-1.7",
            b"MZ",
            b"\x7fELF",
            b"PK\3\4",
            b"GIF",
            b"#!/bin/sh",
            b"BM" + b"\0" * 60,
            b"\0\0\0\x18ftypXXXX",
        ):
            self.assertIsNone(signatures.recognise(data), data)


class PictureTests(SynchronousTestCase):
    def test_what_the_camera_wrote_is_gone(self) -> None:
        profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
        for data in (
            encoded(drawn(), "JPEG", exif=exif(), comment=SECRET, icc_profile=profile),
            encoded(drawn(mode="RGBA"), "PNG", exif=exif()),
            encoded(drawn(), "WEBP", exif=exif(), xmp=SECRET),
            encoded(drawn(), "AVIF", exif=exif()),
            animated("GIF", comment=SECRET),
            animated("WEBP", exif=exif(), xmp=SECRET),
            animated("PNG", exif=exif()),
        ):
            self.assertIn(SECRET, data)
            picture = prepared(data)
            for image in (picture.image, picture.thumbnail):
                if image is not None:
                    self.assertNotIn(SECRET, image.data)
                    self.assertNotIn("icc_profile", opened(image).info)
                    self.assertEqual(dict(opened(image).getexif()), {})

    def test_it_is_turned_the_right_way_up(self) -> None:
        picture = prepared(encoded(drawn(600, 300), "JPEG", exif=exif()))
        self.assertEqual((picture.image.width, picture.image.height), (300, 600))
        red, _, blue = opened(picture.image).convert("RGB").getpixel((150, 20))  # type: ignore[misc]
        self.assertGreater(red, blue)  # left has become top

    def test_it_keeps_its_kind_but_for_what_few_can_show(self) -> None:
        for format, media_type in (
            ("JPEG", "image/jpeg"),
            ("PNG", "image/png"),
            ("WEBP", "image/webp"),
            ("GIF", "image/gif"),
            ("AVIF", "image/jpeg"),
        ):
            self.assertEqual(prepared(encoded(drawn(), format)).image.format.media_type, media_type)

    def test_the_thumbnail_is_small_and_the_blurhash_short(self) -> None:
        picture = prepared(encoded(drawn(1200, 600), "PNG"))
        assert picture.thumbnail is not None
        self.assertEqual((picture.thumbnail.width, picture.thumbnail.height), (400, 200))
        self.assertEqual(opened(picture.thumbnail).size, (400, 200))
        self.assertEqual(len(picture.blurhash), 28)
        self.assertIsNone(prepared(encoded(drawn(100, 50), "PNG")).thumbnail)

    def test_transparency_stays(self) -> None:
        glass = Image.new("RGBA", (500, 500), (0, 255, 0, 0))
        picture = prepared(encoded(glass, "PNG"))
        assert picture.thumbnail is not None
        for image in (picture.image, picture.thumbnail):
            self.assertEqual(opened(image).convert("RGBA").getpixel((1, 1))[3], 0)  # type: ignore[index]

    def test_every_way_of_keeping_colours_is_taken(self) -> None:
        for mode in ("1", "L", "LA", "P", "RGB", "RGBA", "I;16"):
            image = Image.new(mode, (500, 300)) if mode == "I;16" else drawn(500, 300, mode)
            picture = prepared(encoded(image, "PNG"))
            self.assertEqual(opened(picture.image).size, (500, 300), mode)
        self.assertEqual(opened(prepared(encoded(drawn(mode="CMYK"), "JPEG")).image).mode, "RGB")

    def test_animations_keep_moving(self) -> None:
        for format in ("GIF", "WEBP", "PNG"):
            picture = prepared(animated(format))
            with opened(picture.image) as image:
                self.assertEqual(getattr(image, "n_frames", 1), 4, format)
                image.seek(3)
                image.load()
            assert picture.thumbnail is not None
            self.assertEqual(getattr(opened(picture.thumbnail), "n_frames", 1), 1)

    def test_what_follows_the_picture_is_left_out(self) -> None:
        for data in (animated("GIF"), animated("WEBP"), animated("PNG"), encoded(drawn(), "JPEG")):
            self.assertNotIn(b"<script>", prepared(data + b"<script>x</script>").image.data)

    def test_too_many_pixels_are_refused_before_they_are_read(self) -> None:
        for width, height in ((8000, 8000), (100_000, 100_000), (2**31 - 1, 2**31 - 1)):
            with self.assertRaises(TooLarge) as caught:
                prepared(bomb(width, height))
            self.assertEqual(caught.exception.field, "file")
        with self.assertRaises(TooLarge):
            prepared(animated("GIF"), max_pixels=40 * 30 * 4 // images.ANIMATED_PIXELS - 200)

    def test_damaged_ones_are_refused(self) -> None:
        for format in ("JPEG", "PNG", "WEBP", "GIF", "AVIF"):
            data = encoded(drawn(), format)
            for part in (data[:40], data[: len(data) // 2]):
                with self.assertRaises(Invalid, msg=format):
                    prepared(part)
        self.assertRaises(Invalid, prepared, bomb(0, 5))
        self.assertRaises(Invalid, prepared, bomb(100, 100))

    def test_what_no_decoder_is_there_for_is_told(self) -> None:
        with self.assertRaises(Invalid) as caught:
            prepared(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic")
        self.assertIn("image/heic", caught.exception.public)


class AnimationTests(SynchronousTestCase):
    def test_any_cut_or_changed_byte_is_an_error_or_a_picture(self) -> None:
        for strip, data in (
            (animations.strip_gif, animated("GIF")),
            (animations.strip_webp, animated("WEBP")),
            (animations.strip_png, animated("PNG")),
        ):
            for at in range(0, len(data), 7):
                for damaged in (data[:at], data[:at] + bytes([data[at] ^ 0xFF]) + data[at + 1 :]):
                    with contextlib.suppress(ValueError):
                        self.assertLessEqual(len(strip(damaged)[0]), len(damaged) + 1)


class ShelfTests(CoreCase):
    SETTINGS = {"media": {"max_image_bytes": 200_000, "max_video_bytes": 400_000, "max_pixels": 1_000_000}}

    @property
    def folder(self) -> Path:
        return self.core.settings.data_dir / "media"

    def files(self) -> list[str]:
        return sorted(str(file.relative_to(self.folder)) for file in self.folder.rglob("*") if file.is_file())

    async def test_an_upload_is_described_and_can_be_opened(self) -> None:
        alice = await self.person("alice")
        media = await self.core.media.upload(
            alice.id,
            encoded(drawn(800, 400), "PNG"),
            filename="../secret.html",
            media_type="text/html",
            description=" a\x00 picture ",
            focus=(0.5, -3),
        )
        self.assertEqual(
            (media.kind, media.media_type, media.width, media.height),
            (MediaKind.IMAGE, "image/png", 800, 400),
        )
        self.assertEqual(
            (media.preview_width, media.preview_height, media.description), (400, 200, "a picture")
        )
        self.assertEqual(
            (media.focus, media.remote_url, media.note_id, media.ready), ((0.5, -1.0), None, None, True)
        )
        self.assertTrue(media.url.startswith("https://here.example/media/"))
        assert media.path is not None and media.preview_path is not None
        self.assertEqual(media.url, f"https://here.example/media/{media.path}")
        self.assertRegex(media.path, r"^[0-9a-f]{2}/[0-9a-f]{32}\.png$")
        file, media_type = self.core.media.open(media.path)
        self.assertEqual((file.stat().st_size, media_type), (media.size_bytes, "image/png"))
        self.assertEqual(self.core.media.open(media.preview_path)[1], "image/jpeg")
        self.assertEqual(self.files(), sorted([media.path, media.preview_path]))

    async def test_a_small_picture_is_its_own_preview(self) -> None:
        alice = await self.person("alice")
        media = await self.core.media.upload(alice.id, encoded(drawn(50, 40), "GIF"))
        small = await self.core.media.upload(alice.id, encoded(drawn(50, 40), "PNG"))
        self.assertNotEqual(media.preview_url, media.url)  # it may move; the preview does not
        self.assertEqual((small.preview_url, small.preview_width), (small.url, 50))

    async def test_sound_is_kept_as_it_is(self) -> None:
        alice = await self.person("alice")
        data = b"ID3\x04\0\0\0\0\0\0" + b"\0" * 300_000
        media = await self.core.media.upload(alice.id, data)
        self.assertEqual(
            (media.kind, media.media_type, media.size_bytes), (MediaKind.AUDIO, "audio/mpeg", len(data))
        )
        assert media.path is not None
        self.assertEqual(self.core.media.open(media.path)[0].read_bytes(), data)

    async def test_a_thumbnail_of_ones_own_choice(self) -> None:
        alice = await self.person("alice")
        media = await self.core.media.upload(
            alice.id, b"fLaC\0\0\0", thumbnail=encoded(drawn(500, 500), "PNG")
        )
        self.assertEqual((media.preview_width, media.blurhash is not None), (400, True))
        changed = await self.core.media.describe(
            alice.id, media.id, thumbnail=encoded(drawn(200, 100), "PNG")
        )
        self.assertEqual((changed.preview_width, changed.preview_height), (200, 100))
        self.assertEqual(len(self.files()), 2)

    async def test_wrong_files_are_refused_with_the_fields_name_and_leave_nothing(self) -> None:
        alice = await self.person("alice")
        png = encoded(drawn(20, 20), "PNG")
        for error, field, given in (
            (Invalid, "file", {"data": b""}),
            (Invalid, "file", {"data": b"<svg/>"}),
            (Invalid, "file", {"data": png[:60]}),
            (TooLarge, "file", {"data": png + b"\0" * 200_000}),
            (TooLarge, "file", {"data": b"ID3" + b"\0" * 400_000}),
            (TooLarge, "file", {"data": bomb(1001, 1000)}),
            (Invalid, "thumbnail", {"data": png, "thumbnail": b"ID3\0\0"}),
            (Invalid, "thumbnail", {"data": png, "thumbnail": png[:60]}),
            (Invalid, "description", {"data": png, "description": "x" * 6000}),
            (Invalid, "focus", {"data": png, "focus": (float("nan"), 0.0)}),
        ):
            with self.assertRaises(error) as caught:
                await self.core.media.upload(alice.id, **given)
            self.assertEqual(caught.exception.field, field)
        self.assertEqual(self.files() if self.folder.exists() else [], [])

    async def test_uploads_are_their_owners(self) -> None:
        alice, bob = await self.person("alice"), await self.person("bob")
        media = await self.core.media.upload(alice.id, encoded(drawn(20, 20), "PNG"))
        self.assertEqual((await self.core.media.one(alice.id, media.id)).id, media.id)
        for viewer in (None, bob.id):
            with self.assertRaises(NotFound):
                await self.core.media.one(viewer, media.id)
            with self.assertRaises(NotFound):
                await self.core.media.describe(viewer, media.id, "mine")
        described = await self.core.media.describe(alice.id, media.id, "text", (0.1, 0.2))
        self.assertEqual((described.description, described.focus), ("text", (0.1, 0.2)))
        self.assertEqual(
            (await self.core.media.describe(alice.id, media.id, focus=(0, 0))).description, "text"
        )

    async def test_nothing_outside_the_folder_is_opened(self) -> None:
        alice = await self.person("alice")
        media = await self.core.media.upload(alice.id, encoded(drawn(20, 20), "PNG"))
        assert media.path is not None
        (self.folder.parent / "secret.png").write_bytes(b"x")
        (self.folder / "aa").mkdir(exist_ok=True)
        (self.folder / "aa" / "link.png").symlink_to(self.folder.parent / "secret.png")
        for path in (
            "",
            "/",
            "..",
            "../secret.png",
            "aa/../../secret.png",
            "aa/link.png",
            "aa",
            f"/{media.path}",
            f"{media.path}/",
            media.path[:2],
            "a\\b",
            "a\0b",
            ".hidden",
            "x" * 600,
            "aa//b",
        ):
            self.assertRaises(NotFound, self.core.media.open, path)

    async def test_what_a_browser_could_run_is_only_bytes(self) -> None:
        (self.folder / "aa").mkdir(parents=True)
        for name in ("a.html", "a.svg", "a.js", "a.xml", "a", "a.png.html"):
            (self.folder / "aa" / name).write_bytes(b"x")
            self.assertEqual(self.core.media.open(f"aa/{name}")[1], "application/octet-stream")

    async def test_many_at_once_all_come_to_an_end(self) -> None:
        alice = await self.person("alice")
        uploads = [
            defer.ensureDeferred(self.core.media.upload(alice.id, encoded(drawn(20 + n, 20), "PNG")))
            for n in range(6)
        ]
        uploads.append(defer.ensureDeferred(self.core.media.upload(alice.id, bomb(100, 100))))
        done = await defer.DeferredList(uploads, consumeErrors=True)
        self.assertEqual([ok for ok, _ in done], [True] * 6 + [False])
        self.assertEqual(len({media.id for ok, media in done if ok}), 6)

    async def test_they_hang_on_a_note_in_order(self) -> None:
        alice = await self.person("alice")
        first = await self.core.media.upload(alice.id, encoded(drawn(20, 20), "PNG"))
        second = await self.core.media.upload(alice.id, encoded(drawn(21, 20), "PNG"))
        note = await self.say(alice, "look", media_ids=(second.id, first.id))
        self.assertEqual([media.id for media in note.media], [second.id, first.id])
        with self.assertRaises(NotFound):
            await self.core.media.describe(alice.id, first.id, "too late")
        with self.assertRaises(Invalid):
            await self.say(alice, "again", media_ids=(first.id,))
        await media_rows.attach(self.database, note.id, [first.id])
        left = await media_rows.of_notes(self.database, [note.id], "")
        self.assertEqual([media.id for media in left[note.id]], [first.id])

    async def test_describing_an_attached_one_changes_the_notes_version(self) -> None:
        alice = await self.person("alice")
        media = await self.core.media.upload(alice.id, encoded(drawn(20, 20), "PNG"))
        note = await self.say(alice, "look", media_ids=(media.id,))
        self.assertTrue(await media_rows.describe(self.database, alice.id, media.id, "text", None))
        again = (await self.core.reading.note(None, note.id)).note
        self.assertNotEqual(again.version, note.version)
        self.assertEqual(again.media[0].description, "text")
        self.assertFalse(await media_rows.describe(self.database, alice.id + 1, media.id, "text", None))

    async def test_what_hangs_on_nothing_is_forgotten_after_a_day(self) -> None:
        alice = await self.person("alice")
        picture = encoded(drawn(500, 20), "PNG")
        loose, attached, avatar, earlier, fresh = [
            await self.core.media.upload(alice.id, picture) for _ in range(5)
        ]
        note = await self.say(alice, "look", media_ids=(attached.id, earlier.id))
        await self.database.execute(
            "INSERT INTO note_edits (note_id, content, spoiler_text, sensitive, media_ids, created_at) VALUES (%s, '', '', false, %s, now())",
            (note.id, [earlier.id]),
        )
        await media_rows.attach(self.database, note.id, [attached.id])
        await self.database.execute(
            "UPDATE accounts SET avatar_url = %s WHERE id = %s", (avatar.url, alice.id)
        )
        await self.database.execute(
            "UPDATE media SET created_at = now() - interval '2 days' WHERE id <> %s", (fresh.id,)
        )
        self.assertEqual(await self.core.media.forget_unattached(), 2)
        kept = await media_rows.by_ids(
            self.database, [m.id for m in (loose, attached, avatar, earlier, fresh)], ""
        )
        self.assertEqual(set(kept), {attached.id, avatar.id, earlier.id, fresh.id})
        self.assertEqual(len(self.files()), 8)
        self.assertEqual(await self.core.media.forget_unattached(), 0)

    async def test_attachments_of_others_keep_their_address(self) -> None:
        alice = await self.person("alice")
        note = await self.say(alice, "note")
        given = (
            RemoteAttachment(
                "https://far.example/a.png",
                "image/PNG",
                "a\0b",
                "LKO2",
                10,
                20,
                None,
                (0.1, 0.2),
                "https://far.example/s.png",
            ),
            RemoteAttachment(
                "https://far.example/b.mp4",
                "video/mp4",
                duration_seconds=2.5,
                width=-1,
                height=10,
                focus=(7, 0),
            ),
            RemoteAttachment("https://far.example/c", ""),
        )
        await media_rows.add_remote(self.database, [1, 2, 3], alice.id, note.id, given)
        one, two, three = (await media_rows.of_notes(self.database, [note.id], "P/"))[note.id]
        self.assertEqual(
            (one.url, one.remote_url, one.preview_url), (given[0].url, given[0].url, given[0].preview_url)
        )
        self.assertEqual(
            (one.media_type, one.description, one.focus, one.width), ("image/png", "ab", (0.1, 0.2), 10)
        )
        self.assertEqual(
            (two.kind, two.duration_seconds, two.width, two.focus, two.preview_url),
            (MediaKind.VIDEO, 2.5, None, None, None),
        )
        self.assertEqual(three.kind, MediaKind.UNKNOWN)
        await media_rows.replace_remote(self.database, [4], alice.id, note.id, given[1:2])
        self.assertEqual(
            [m.id for m in (await media_rows.of_notes(self.database, [note.id], ""))[note.id]], [4]
        )

    async def test_old_remote_ones_go_with_the_others(self) -> None:
        alice = await self.person("alice")
        note = await self.say(alice, "note")
        await media_rows.add_remote(
            self.database,
            [1],
            alice.id,
            note.id,
            (RemoteAttachment("https://far.example/a.png", "image/png"),),
        )
        await media_rows.replace_remote(self.database, [], alice.id, note.id, ())
        paths = await media_rows.delete_unattached(self.database, self.core.clock.now() + timedelta(days=1))
        self.assertEqual((paths, await media_rows.one(self.database, 1, "")), ([], None))


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
