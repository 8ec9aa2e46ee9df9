from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from twisted.internet import defer

from pleromad.errors import Invalid, NotFound, TooLarge
from pleromad.model.media import MediaKind
from pleromad.model.note import RemoteAttachment
from store import media as media_rows
from tests.support.core import CoreCase
from tests.support.pictures import bomb, drawn, encoded


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
