from __future__ import annotations

from pleromad.model.note import Emoji
from store import emojis
from tests.protocols.mastodon.case import MastodonCase

FOLDERS = "/api/v1/pleroma/bookmark_folders"


class FolderTests(MastodonCase):
    async def begin(self) -> None:
        self.alice, self.bob = await self.person("alice"), await self.person("bob")
        self.by_alice, self.by_bob = await self.token(self.alice), await self.token(self.bob)

    async def test_bookmarks_lie_in_folders(self) -> None:
        await self.begin()
        await emojis.put(self.database, Emoji("tea", "https://here.example/tea.png"))
        recipes = await self.call("POST", FOLDERS, self.by_alice, json={"name": " Recipes ", "emoji": ":tea:"})
        self.assertEqual((recipes["name"], recipes["emoji"], recipes["emoji_url"]), ("Recipes", "tea", "https://here.example/tea.png"))
        jokes = await self.call("POST", FOLDERS, self.by_alice, json={"name": "Jokes", "emoji": "😂"})
        self.assertEqual([one["name"] for one in await self.call("GET", FOLDERS, self.by_alice)], ["Recipes", "Jokes"])
        soup, pun, other = [await self.say(self.bob, text) for text in ("soup", "pun", "other")]
        for note, folder in ((soup, recipes), (pun, jokes)):
            kept = await self.call("POST", f"/api/v1/statuses/{note.id}/bookmark", self.by_alice, data={"folder_id": folder["id"]})
            self.assertEqual((kept["bookmarked"], kept["pleroma"]["bookmark_folder"]), (True, folder["id"]))
        plain = await self.call("POST", f"/api/v1/statuses/{other.id}/bookmark", self.by_alice)
        self.assertIsNone(plain["pleroma"]["bookmark_folder"])
        self.assertEqual(await self.ids(f"/api/v1/bookmarks?folder_id={recipes['id']}", self.by_alice), [str(soup.id)])
        self.assertEqual(len(await self.ids("/api/v1/bookmarks", self.by_alice)), 3)
        await self.call("POST", f"/api/v1/statuses/{pun.id}/bookmark", self.by_alice, data={"folder_id": recipes["id"]})
        self.assertEqual(len(await self.ids(f"/api/v1/bookmarks?folder_id={recipes['id']}", self.by_alice)), 2)
        self.assertIsNone((await self.call("GET", f"/api/v1/statuses/{soup.id}", self.by_bob))["pleroma"]["bookmark_folder"])

    async def test_a_folder_is_renamed_and_deleted_and_its_bookmarks_stay(self) -> None:
        await self.begin()
        id = (await self.call("POST", FOLDERS, self.by_alice, json={"name": "A", "emoji": "🍵"}))["id"]
        note = await self.say(self.bob, "hello")
        await self.call("POST", f"/api/v1/statuses/{note.id}/bookmark", self.by_alice, data={"folder_id": id})
        changed = await self.call("PATCH", f"{FOLDERS}/{id}", self.by_alice, json={"name": "B"})
        self.assertEqual((changed["name"], changed["emoji"]), ("B", "🍵"))
        self.assertIsNone((await self.call("PATCH", f"{FOLDERS}/{id}", self.by_alice, json={"emoji": ""}))["emoji"])
        await self.call("DELETE", f"{FOLDERS}/{id}", self.by_alice)
        self.assertEqual(await self.call("GET", FOLDERS, self.by_alice), [])
        self.assertEqual(await self.ids("/api/v1/bookmarks", self.by_alice), [str(note.id)])
        await self.call("POST", FOLDERS, self.by_alice, 422, json={"name": " "})

    async def test_folders_are_their_owner_s(self) -> None:
        await self.begin()
        id = (await self.call("POST", FOLDERS, self.by_alice, json={"name": "A"}))["id"]
        note = await self.say(self.bob, "hello")
        await self.call("POST", f"/api/v1/statuses/{note.id}/bookmark", self.by_bob, 404, data={"folder_id": id})
        await self.call("PATCH", f"{FOLDERS}/{id}", self.by_bob, 404, json={"name": "B"})
        await self.call("DELETE", f"{FOLDERS}/{id}", self.by_bob, 404)
        self.assertEqual(await self.call("GET", f"/api/v1/bookmarks?folder_id={id}", self.by_bob), [])
