from __future__ import annotations

import contextlib

from PIL import Image, ImageCms
from twisted.trial.unittest import SynchronousTestCase

from pleromad import animations, images, signatures
from pleromad.errors import Invalid, TooLarge
from tests.support.pictures import SECRET, animated, bomb, drawn, encoded, exif, opened, prepared


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
