from __future__ import annotations

from tests.protocols.mastodon.case import MastodonCase
from tests.protocols.mastodon.test_accounts import picture


class MediaTests(MastodonCase):
    async def test_a_picture_is_uploaded_described_and_posted(self) -> None:
        token = await self.token(await self.person("alice"))
        files = {"file": ("a.png", "image/png", picture())}
        made = await self.call("POST", "/api/v2/media", token, data={"description": "red", "focus": "0.5,-0.25"}, files=files)
        self.assertEqual((made["type"], made["description"], made["meta"]["focus"]), ("image", "red", {"x": 0.5, "y": -0.25}))
        self.assertEqual((made["meta"]["original"]["width"], made["meta"]["original"]["size"]), (64, "64x48"))
        self.assertTrue(made["url"].startswith("https://here.example/media/"))
        self.assertIsNotNone(made["blurhash"])
        self.assertEqual(await self.call("GET", f"/api/v1/media/{made['id']}", token), made)
        changed = await self.call("PUT", f"/api/v1/media/{made['id']}", token, json={"description": "blue", "focus": "0,0"})
        self.assertEqual((changed["description"], changed["meta"]["focus"]), ("blue", {"x": 0.0, "y": 0.0}))
        posted = await self.call("POST", "/api/v1/statuses", token, data={"media_ids[]": made["id"]})
        self.assertEqual([one["id"] for one in posted["media_attachments"]], [made["id"]])
        form = {"status": "edited", "media_ids[]": made["id"], "media_attributes[][id]": made["id"], "media_attributes[][description]": "green"}
        edited = await self.call("PUT", f"/api/v1/statuses/{posted['id']}", token, data=form)
        self.assertEqual(edited["media_attachments"][0]["description"], "green")
        me = posted["account"]["id"]
        self.assertEqual(await self.ids(f"/api/v1/accounts/{me}/statuses?only_media=true", token), [posted["id"]])
        gone = await self.call("DELETE", f"/api/v1/statuses/{posted['id']}", token)
        again = await self.call("POST", "/api/v1/statuses", token, data={"media_ids[]": gone["media_attachments"][0]["id"]})
        self.assertEqual(again["media_attachments"][0]["description"], "green")

    async def test_a_disk_that_takes_no_more_is_said_so_and_leaves_nothing(self) -> None:
        """What writes files fails with OSError, as when the disk is full."""
        token = await self.token(await self.person("alice"))
        folder = self.core.settings.data_dir / "media"
        if folder.exists():
            folder.rename(folder.with_name("media-away"))
        folder.write_bytes(b"no folder")
        files = {"file": ("a.png", "image/png", picture())}
        error = await self.call("POST", "/api/v2/media", token, 503, files=files)
        self.assertIn("cannot be stored", error["error"])
        self.assertEqual(await self.database.fetch_value("SELECT count(*) FROM media"), 0)
        folder.unlink()
        await self.call("POST", "/api/v2/media", token, files=files)

    async def test_somebody_elses_upload_is_not_there(self) -> None:
        token = await self.token(await self.person("alice"))
        other = await self.token(await self.person("bob"))
        made = await self.call("POST", "/api/v1/media", token, files={"file": ("a.png", "image/png", picture())})
        await self.call("GET", f"/api/v1/media/{made['id']}", other, 404)
        await self.call("PUT", f"/api/v1/media/{made['id']}", other, 404, json={"description": "x"})
        await self.call("POST", "/api/v1/statuses", other, 422, data={"media_ids[]": made["id"]})

    async def test_what_is_no_picture_is_refused(self) -> None:
        token = await self.token(await self.person("alice"))
        error = await self.call("POST", "/api/v2/media", token, 422, files={"file": ("a.html", "text/html", b"<html>")})
        self.assertEqual(list(error["details"]), ["file"])
        error = await self.call("POST", "/api/v2/media", token, 422, data={"description": "nothing"})
        self.assertEqual(list(error["details"]), ["file"])
        files = {"file": ("a.png", "image/png", picture())}
        error = await self.call("POST", "/api/v2/media", token, 422, data={"focus": "left"}, files=files)
        self.assertEqual(list(error["details"]), ["focus"])

    async def test_an_upload_is_thrown_away_before_a_status_has_it(self) -> None:
        token = await self.token(await self.person("alice"))
        files = {"file": ("a.png", "image/png", picture())}
        made = await self.call("POST", "/api/v2/media", token, files=files)
        path = f"/api/v1/media/{made['id']}"
        await self.call("DELETE", path, await self.token(await self.person("bob")), 404)
        await self.call("DELETE", path, token)
        await self.call("GET", path, token, 404)
        made = await self.call("POST", "/api/v2/media", token, files=files)
        await self.call("POST", "/api/v1/statuses", token, data={"media_ids[]": made["id"]})
        await self.call("DELETE", f"/api/v1/media/{made['id']}", token, 422)
