from __future__ import annotations

import io
import json
import zipfile
from urllib.parse import quote

from pleromad.model.account import Role
from pleromad.model.activity import EmojiReact
from tests.protocols.mastodon.case import MastodonCase
from tests.protocols.mastodon.test_media import picture

EMOJI = "/api/v1/pleroma/emoji"
FILES = f"{EMOJI}/packs/files"


class PackTests(MastodonCase):
    async def begin(self) -> None:
        self.ada, self.alice = await self.person("ada", role=Role.ADMIN), await self.person("alice")
        self.by_ada, self.by_alice = await self.token(self.ada, "read", "write", "admin:write"), await self.token(self.alice)
        self.assertEqual(await self.call("POST", f"{EMOJI}/pack?name=cats", self.by_ada), "ok")

    async def add(self, shortcode: str, status: int = 200, name: str = "cats") -> dict[str, str]:
        given = {"name": name, "shortcode": shortcode}
        added: dict[str, str] = await self.call("POST", FILES, self.by_ada, status, data=given, files={"file": ("cat.png", "image/png", picture())})
        return added

    async def test_staff_fill_packs_and_everybody_uses_them(self) -> None:
        await self.begin()
        self.assertEqual(await self.add("blobcat"), {"blobcat": "cat.png"})
        (one,) = await self.call("GET", "/api/v1/custom_emojis")
        self.assertEqual((one["shortcode"], one["category"]), ("blobcat", "cats"))
        told = await self.call("GET", f"{EMOJI}/packs")
        self.assertEqual((told["count"], told["packs"]["cats"]["files"], told["packs"]["cats"]["files_count"]), (1, {"blobcat": "cat.png"}, 1))
        said = await self.call("POST", "/api/v1/statuses", self.by_alice, json={"status": "look :blobcat:"})
        self.assertEqual([each["shortcode"] for each in said["emojis"]], ["blobcat"])
        reacted = await self.call("PUT", f"/api/v1/pleroma/statuses/{said['id']}/reactions/{quote(':blobcat:')}", self.by_alice)
        self.assertEqual(reacted["pleroma"]["emoji_reactions"][0]["url"], one["url"])
        await self.add("blobcat", 422)
        await self.add("no blanks", 422)
        await self.add("lost", 404, name="dogs")

    async def test_emojis_are_renamed_and_removed(self) -> None:
        await self.begin()
        await self.add("one")
        await self.add("two")
        given = {"name": "cats", "shortcode": "one", "new_shortcode": "two", "new_filename": "two.png"}
        await self.call("PATCH", FILES, self.by_ada, 422, json=given)
        self.assertEqual(await self.call("PATCH", FILES, self.by_ada, json={**given, "force": True}), {"two": "two.png"})
        self.assertEqual(await self.call("DELETE", FILES, self.by_ada, json={"name": "cats", "shortcode": "two"}), {})
        await self.call("DELETE", FILES, self.by_ada, 404, json={"name": "cats", "shortcode": "two"})

    async def test_packs_are_described_shared_and_deleted(self) -> None:
        await self.begin()
        await self.add("one")
        told = await self.call("PATCH", f"{EMOJI}/pack?name=cats", self.by_ada, json={"metadata": {"license": "CC0"}, "homepage": "https://cats.example"})
        self.assertEqual((told["license"], told["homepage"], told["share-files"]), ("CC0", "https://cats.example", True))
        self.assertEqual((await self.call("GET", f"{EMOJI}/pack?name=cats"))["pack"], told)
        archive = await self.get(f"{EMOJI}/packs/archive?name=cats")
        packed = zipfile.ZipFile(io.BytesIO(archive.body))
        self.assertEqual(sorted(packed.namelist()), ["cat.png", "pack.json"])
        self.assertEqual(json.loads(packed.read("pack.json"))["files"], {"one": "cat.png"})
        await self.call("POST", f"{EMOJI}/pack?name=cats", self.by_ada, 422)
        self.assertEqual(await self.call("DELETE", f"{EMOJI}/pack?name=cats", self.by_ada), "ok")
        self.assertEqual(await self.call("GET", f"{EMOJI}/packs"), {"packs": {}, "count": 0})
        await self.call("GET", f"{EMOJI}/pack?name=cats", status=404)
        self.assertEqual(await self.call("GET", "/api/v1/custom_emojis"), [])

    async def test_packs_are_not_fetched_and_made_by_staff_alone(self) -> None:
        await self.begin()
        for method, path in (("GET", "packs/import"), ("GET", "packs/remote"), ("POST", "packs/download")):
            await self.call(method, f"{EMOJI}/{path}", self.by_ada, 422)
        await self.call("POST", f"{EMOJI}/pack?name=dogs", self.by_alice, 403)
        await self.call("POST", f"{EMOJI}/pack?name=a/b", self.by_ada, 422)

    async def test_a_reaction_somebody_brought_along_is_joined(self) -> None:
        await self.begin()
        far = await self.remote("far")
        note = await self.say(self.alice, "hello")
        url = "https://far.example/blob.png"
        raw = {"id": f"{far.uri}/r/1", "type": "EmojiReact"}
        await self.submit(EmojiReact(actor_id=far.id, note_id=note.id, emoji="blob", emoji_url=url, uri=f"{far.uri}/r/1", raw=raw), far)
        path = f"/api/v1/pleroma/statuses/{note.id}/reactions/blob"
        (one,) = (await self.call("PUT", path, self.by_alice))["pleroma"]["emoji_reactions"]
        self.assertEqual((one["name"], one["count"], one["me"], one["url"]), ("blob", 2, True, url))
        (one,) = (await self.call("DELETE", path, self.by_alice))["pleroma"]["emoji_reactions"]
        self.assertEqual((one["count"], one["me"]), (1, False))
        await self.call("PUT", path.replace("blob", "other"), self.by_alice, 422)
