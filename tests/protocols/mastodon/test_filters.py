from __future__ import annotations

from tests.protocols.mastodon.case import MastodonCase


class FilterTests(MastodonCase):
    async def people(self) -> None:
        self.alice, self.bob = await self.person("alice"), await self.person("bob")
        await self.follow(self.alice, self.bob)
        self.token_of_alice = await self.token(self.alice)

    async def test_a_filter_is_made_changed_and_deleted(self) -> None:
        await self.people()
        form = [
            ("title", "Cats"), ("context[]", "home"), ("context[]", "public"), ("expires_in", "3600"),
            ("keywords_attributes[][keyword]", "cat"), ("keywords_attributes[][whole_word]", "true"),
            ("keywords_attributes[][keyword]", "kitten"), ("keywords_attributes[][whole_word]", "false"),
        ]  # fmt: skip
        made = await self.call("POST", "/api/v2/filters", self.token_of_alice, data=form)
        self.assertEqual((made["title"], made["context"], made["filter_action"]), ("Cats", ["home", "public"], "warn"))
        self.assertEqual([(k["keyword"], k["whole_word"]) for k in made["keywords"]], [("cat", True), ("kitten", False)])
        self.assertIsNotNone(made["expires_at"])
        path = f"/api/v2/filters/{made['id']}"
        first = made["keywords"][0]["id"]
        change = {"filter_action": "hide", "expires_in": "", "keywords_attributes": [{"id": first, "_destroy": True}, {"keyword": "cats"}]}
        changed = await self.call("PUT", path, self.token_of_alice, json=change)
        self.assertEqual((changed["filter_action"], changed["expires_at"], changed["title"]), ("hide", None, "Cats"))
        self.assertEqual({k["keyword"] for k in changed["keywords"]}, {"kitten", "cats"})
        self.assertEqual(await self.call("GET", "/api/v2/filters", self.token_of_alice), [changed])
        other = await self.token(self.bob)
        await self.call("GET", path, other, 404)
        await self.call("DELETE", path, other, 404)
        await self.call("DELETE", path, self.token_of_alice)
        await self.call("GET", path, self.token_of_alice, 404)
        error = await self.call("POST", "/api/v2/filters", self.token_of_alice, 422, data={"title": "x"})
        self.assertEqual(list(error["details"]), ["context"])

    async def test_keywords_and_statuses_are_parts_of_it(self) -> None:
        await self.people()
        note = await self.say(self.bob, "Hello")
        made = await self.call("POST", "/api/v2/filters", self.token_of_alice, json={"title": "x", "context": ["home"]})
        path = f"/api/v2/filters/{made['id']}"
        word = await self.call("POST", f"{path}/keywords", self.token_of_alice, data={"keyword": "one"})
        word = await self.call("PUT", f"/api/v2/filters/keywords/{word['id']}", self.token_of_alice, data={"keyword": "two", "whole_word": "1"})
        self.assertEqual((word["keyword"], word["whole_word"]), ("two", True))
        self.assertEqual(await self.call("GET", f"{path}/keywords", self.token_of_alice), [word])
        self.assertEqual(await self.call("GET", f"/api/v2/filters/keywords/{word['id']}", self.token_of_alice), word)
        kept = await self.call("POST", f"{path}/statuses", self.token_of_alice, data={"status_id": str(note.id)})
        self.assertEqual(await self.call("GET", f"{path}/statuses", self.token_of_alice), [kept])
        self.assertEqual(await self.call("GET", f"/api/v2/filters/statuses/{kept['id']}", self.token_of_alice), kept)
        [seen] = await self.call("GET", "/api/v1/timelines/home", self.token_of_alice)
        self.assertEqual(seen["filtered"][0]["status_matches"], [str(note.id)])
        await self.call("DELETE", f"/api/v2/filters/statuses/{kept['id']}", self.token_of_alice)
        await self.call("DELETE", f"/api/v2/filters/keywords/{word['id']}", self.token_of_alice)
        await self.call("GET", f"/api/v2/filters/keywords/{word['id']}", self.token_of_alice, 404)

    async def test_each_context_is_filtered(self) -> None:
        await self.people()
        note = await self.say(self.bob, "@alice look: kittens")
        form = {"title": "x", "context": ["home", "public", "thread", "account", "notifications"], "keywords_attributes": [{"keyword": "kitten", "whole_word": False}]}
        await self.call("POST", "/api/v2/filters", self.token_of_alice, json=form)
        lists = ["/api/v1/timelines/home", "/api/v1/timelines/public", f"/api/v1/accounts/{self.bob.id}/statuses", f"/api/v1/statuses?id[]={note.id}"]
        for path in lists:
            [seen] = await self.call("GET", path, self.token_of_alice)
            self.assertEqual(seen["filtered"][0]["keyword_matches"], ["kitten"], path)
        [told] = await self.call("GET", "/api/v1/notifications", self.token_of_alice)
        self.assertEqual(len(told["status"]["filtered"]), 1)
        grouped = await self.call("GET", "/api/v2/notifications", self.token_of_alice)
        self.assertEqual(len(grouped["statuses"][0]["filtered"]), 1)
        self.assertEqual(len((await self.call("GET", f"/api/v1/statuses/{note.id}", self.token_of_alice))["filtered"]), 1)
        [seen] = await self.call("GET", "/api/v1/timelines/public", await self.token(await self.person("eve")))
        self.assertEqual(seen["filtered"], [])

    async def test_what_is_found_is_told_wherever_the_status_is_shown(self) -> None:
        """Apps choose by the filter's context: what they saw at one place they show at another."""
        await self.people()
        note = await self.say(self.bob, "kitten #pets")
        made = await self.call("POST", "/api/v2/filters", self.token_of_alice, json={"title": "x", "context": ["thread"], "keywords_attributes": [{"keyword": "kitten"}]})
        self.assertEqual([one["whole_word"] for one in made["keywords"]], [True])
        path = f"/api/v1/statuses/{note.id}"
        for action in ("bookmark", "favourite", "reblog"):
            self.assertEqual(len((await self.call("POST", f"{path}/{action}", self.token_of_alice))["filtered"]), 1, action)
        quoting = await self.call("POST", "/api/v1/statuses", await self.token(await self.person("eve")), data={"status": "see", "quoted_status_id": str(note.id)})
        for path in ("timelines/home", "timelines/tag/pets", "bookmarks", "favourites", f"statuses?id[]={note.id}", f"accounts/{self.bob.id}/statuses"):
            for seen in await self.call("GET", f"/api/v1/{path}", self.token_of_alice):
                self.assertEqual([one["filter"]["context"] for one in seen["filtered"]], [["thread"]], path)
                if seen["reblog"]:
                    self.assertEqual(seen["reblog"]["filtered"], seen["filtered"])
        [first, _] = await self.call("GET", "/api/v1/timelines/public", self.token_of_alice)
        self.assertEqual((first["id"], first["filtered"]), (quoting["id"], []))
        self.assertEqual(len(first["quote"]["quoted_status"]["filtered"]), 1)

    async def test_an_expiry_is_taken_away_with_null(self) -> None:
        await self.people()
        form = {"title": "x", "context": ["home"], "expires_in": 60, "keywords_attributes": [{"keyword": "a", "whole_word": False}]}
        made = await self.call("POST", "/api/v2/filters", self.token_of_alice, json=form)
        path = f"/api/v2/filters/{made['id']}"
        self.assertIsNotNone((await self.call("PUT", path, self.token_of_alice, json={"title": "y"}))["expires_at"])
        self.assertIsNone((await self.call("PUT", path, self.token_of_alice, json={"expires_in": None}))["expires_at"])
        word = await self.call("PUT", f"/api/v2/filters/keywords/{made['keywords'][0]['id']}", self.token_of_alice, json={"keyword": "b"})
        self.assertEqual((word["keyword"], word["whole_word"]), ("b", False))
        old = await self.call("PUT", f"/api/v1/filters/{word['id']}", self.token_of_alice, json={"phrase": "c"})
        self.assertEqual((old["phrase"], old["whole_word"], old["irreversible"]), ("c", False, False))

    async def test_version_one_is_served_from_version_two(self) -> None:
        await self.people()
        form = {"phrase": "cats", "context[]": ["home", "public"], "irreversible": "true", "whole_word": "false", "expires_in": "600"}
        made = await self.call("POST", "/api/v1/filters", self.token_of_alice, data=form)
        self.assertEqual((made["phrase"], made["irreversible"], made["whole_word"]), ("cats", True, False))
        [new] = await self.call("GET", "/api/v2/filters", self.token_of_alice)
        self.assertEqual((new["filter_action"], new["keywords"][0]["id"]), ("hide", made["id"]))
        path = f"/api/v1/filters/{made['id']}"
        changed = await self.call("PUT", path, self.token_of_alice, data={"phrase": "dogs", "context[]": "home", "expires_in": ""})
        self.assertEqual((changed["phrase"], changed["context"], changed["irreversible"], changed["expires_at"]), ("dogs", ["home"], False, None))
        self.assertEqual(await self.call("GET", path, self.token_of_alice), changed)
        self.assertEqual(await self.call("GET", "/api/v1/filters", self.token_of_alice), [changed])
        await self.call("DELETE", path, self.token_of_alice)
        self.assertEqual(await self.call("GET", "/api/v2/filters", self.token_of_alice), [])
